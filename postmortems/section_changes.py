"""Which sections were written in after a moment: what an approval has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from postmortems.models import Finding, PostMortem, Section

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet


@dataclass(frozen=True)
class SectionChange:
    """A section that was written in, and where its savings are compared."""

    section: Section
    url: str


def changes_since(
    postmortem: PostMortem, at: datetime, *, besides: User | None = None
) -> list[SectionChange]:
    """Find them by the histories of texts and lines; in three queries.

    What the person `besides` did is left out: they know of it.
    """
    later = {"history_date__gt": at}
    written: dict[str, Any] = {"postmortem": postmortem, "history_type": "~"}
    texts: QuerySet[Section] = Section.history.filter(**written, **later)
    mine = postmortem.sections.all()
    lines: QuerySet[Finding] = Finding.history.filter(section__in=mine, **later)
    if besides:
        theirs: dict[str, Any] = {"history_user": besides}
        texts, lines = texts.exclude(**theirs), lines.exclude(**theirs)
    keys = set(texts.order_by().values_list("id", flat=True))
    keys |= set(lines.order_by().values_list("section_id", flat=True))
    name = "admin:postmortems_postmortem_section_history"
    return [
        SectionChange(each, reverse(name, args=[postmortem.pk, each.key]))
        for each in mine
        if each.pk in keys
    ]
