"""The list of playbooks: which there are, who uses them, and what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.admin.lists import Column, FilteredAdmin, acting
from incidents.filters import Choice, FilterBar
from incidents.models import Playbook
from incidents.playbook_page import used_by


class PlaybookFilter(FilterBar):
    STATES = (("used", _("In use")), ("ready", _("Ready")), ("retired", _("Retired")))
    BADGES: ClassVar = {"used": "green", "ready": "blue", "retired": "grey"}

    state = Choice(
        label=_("State"), anything=_("Any"), choices=STATES, method="keep_state"
    )

    def keep_state(
        self, rows: QuerySet[Playbook], name: str, value: str
    ) -> QuerySet[Playbook]:
        if value == "retired":
            return rows.exclude(retired_at=None)
        used = used_by(self.person)
        return rows.filter(used if value == "used" else ~used, retired_at=None)


@dataclass(frozen=True, slots=True)
class PlaybookLine:
    url: str
    name: str
    slug: str
    state: str | Promise
    state_badge: str
    severities: str
    version: int | None
    owner: str
    review_on: date | None
    review_is_past: bool


class PlaybookListAdmin(FilteredAdmin[Playbook]):
    filter_bar = PlaybookFilter
    rows_template = "admin/incidents/playbook/_rows.html"
    search_fields = ("name", "slug", "owner")
    search_help_text = _("Name or owner")
    ordering = ("name", "slug")
    empty_hint = _("No playbook matches.")
    columns = (
        Column("name", _("name"), ("name", "slug"), "column-title"),
        Column("state", _("state")),
        Column("severities", _("severities")),
        Column("version", _("version"), (), "number"),
        Column("owner", _("owner"), ("owner", "name")),
        Column("review", _("next review"), ("next_review_on", "name")),
    )

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[Playbook]:
        wanted = Playbook.objects.filter(pk__in=keys)
        return wanted.prefetch_related("severities", "versions")

    def lines(
        self, request: HttpRequest, rows: Sequence[Playbook]
    ) -> list[PlaybookLine]:
        used = used_by(acting(request)) & Q(pk__in=[row.pk for row in rows])
        in_use = set(Playbook.objects.filter(used).values_list("pk", flat=True))
        return [_line(row, is_used=row.pk in in_use) for row in rows]


def _line(playbook: Playbook, *, is_used: bool) -> PlaybookLine:
    state = "retired" if playbook.retired_at else "used" if is_used else "ready"
    present = (str(each) for each in playbook.severities.all() if each.is_current)
    day = playbook.next_review_on
    return PlaybookLine(
        url=reverse("admin:incidents_playbook_change", args=[playbook.pk]),
        name=playbook.name,
        slug=playbook.slug,
        state=dict(PlaybookFilter.STATES)[state],
        state_badge=PlaybookFilter.BADGES[state],
        severities=", ".join(present),
        version=max((each.number for each in playbook.versions.all()), default=None),
        owner=playbook.owner,
        review_on=day,
        review_is_past=bool(day and day < timezone.localdate() and state != "retired"),
    )
