"""What a coming version would move for the incidents that run, if applied to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from incidents.clocks import Clock, clocks_of
from incidents.due_lines import FROM
from incidents.models import Incident, Playbook, PlaybookVersion
from incidents.playbook_words import END
from incidents.playbooks.schema import PlaybookDocument
from incidents.querysets import Person


@dataclass(frozen=True)
class Shift:
    """A clock that would say something else; empty where it was not or will not be."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Group:
    """Running incidents of one severity under one version, and what they would see."""

    severity: str
    version: int
    count: int
    shifts: tuple[Shift, ...]
    is_gone: bool


def groups_of(
    playbook: Playbook, coming: PlaybookDocument, reader: Person
) -> list[Group]:
    """Gather the running incidents the reader sees; two queries, however many."""
    mine = Incident.objects.visible_to(reader).running()
    rows = (
        mine.filter(playbook_version__playbook=playbook)
        .order_by("severity__rank", "playbook_version__number", "tracking")
        .values_list("severity__code", "playbook_version", "tracking")
        .annotate(count=Count("pk"))
    )
    used = PlaybookVersion.objects.defer(None).in_bulk({row[1] for row in rows})
    return [
        Group(
            severity=code,
            version=used[version].number,
            count=count,
            shifts=tuple(shifts(used[version].content, coming, code, tracking)),
            is_gone=coming.level(code) is None,
        )
        for code, version, tracking, count in rows
    ]


def shifts(
    before: PlaybookDocument, after: PlaybookDocument, code: str, tracking: str
) -> Iterator[Shift]:
    """Compare the clocks of a severity under two documents."""
    old, new = (
        {clock.key: clock for clock in clocks_of(each, code, tracking=tracking)}
        for each in (before, after)
    )
    for key in [*old, *(key for key in new if key not in old)]:
        was, will = _said(old.get(key)), _said(new.get(key))
        if was != will:
            yield Shift((new.get(key) or old[key]).label, was, will)


def _said(clock: Clock | None) -> str:
    """Put a clock in words, so that two can be compared."""
    if clock is None:
        return ""
    parts = [
        _("%(target)s after %(start)s")
        % {
            "target": clock.target,
            "start": FROM[clock.start],
        }
    ]
    if clock.every and clock.repeats and clock.every != clock.target:
        parts.append(_("then each within %s") % clock.every)
    if clock.condition:
        parts.append(_("if %s") % clock.condition.replace("_", " "))
    if clock.until:
        parts.append(_("until %s") % END[clock.until])
    if clock.tells:
        parts.append(_("tells %s") % ", ".join(clock.tells))
    return ", ".join(parts)
