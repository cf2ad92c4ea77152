"""The list of post-mortems: of which incident, how far, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.admin.lists import Column, FilteredAdmin
from incidents.models import PlaybookVersion
from incidents.names import name_of
from postmortems.filters import PostMortemFilter
from postmortems.models import PostMortem


@dataclass(frozen=True, slots=True)
class PostMortemLine:
    reference: str
    title: str
    url: str
    state: str
    badge: str
    severity: str
    severity_badge: str
    author: str
    opened_at: datetime
    published_at: datetime | None


class PostMortemListMixin(FilteredAdmin[PostMortem]):
    change_list_template = "admin/postmortems/postmortem/list.html"
    filter_bar = PostMortemFilter
    rows_template = "admin/postmortems/postmortem/_rows.html"
    search_fields = ("incident__reference", "incident__title")
    search_help_text = _("Reference or words of the incident’s title")
    ordering = ("-opened_at",)
    empty_hint = _("No post-mortem here. “Write post-mortem” on an incident opens one.")
    columns = (
        Column("reference", _("reference"), ("incident__declared_at",)),
        Column("title", _("incident"), ("incident__title",), "column-title"),
        Column("severity", _("severity"), ("incident__severity__rank",)),
        Column("state", _("state"), (F("published_at").asc(nulls_first=True),)),
        Column("author", _("author"), ("author__first_name", "author__last_name")),
        Column("opened", _("opened"), ("opened_at",)),
        Column("published", _("published"), (F("published_at").asc(nulls_last=True),)),
    )

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[PostMortem]:
        wanted = PostMortem.objects.filter(pk__in=keys)
        return wanted.select_related(
            "incident__severity", "incident__playbook_version", "author"
        ).defer("incident__playbook_version__document")

    def lines(
        self, request: HttpRequest, rows: Sequence[PostMortem]
    ) -> list[PostMortemLine]:
        PlaybookVersion.read_ahead(row.incident.playbook_version for row in rows)
        return [line_of(row) for row in rows]


def line_of(row: PostMortem) -> PostMortemLine:
    return PostMortemLine(
        reference=row.incident.reference,
        title=row.incident.title,
        url=row.get_absolute_url(),
        state=_now("Draft") if row.is_draft else _now("Published"),
        badge="yellow" if row.is_draft else "green",
        severity=row.incident.severity_label,
        severity_badge=row.incident.level.badge,
        author=name_of(row.author),
        opened_at=row.opened_at,
        published_at=row.published_at,
    )
