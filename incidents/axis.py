"""The part of an incident's axis that lies ahead: what the sweep will do, and when.

It is drawn from the same rows that the sweep works off, so that nothing is drawn which
does not come. What waits for a condition has no time, and is not drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.choices import DeadlineKind
from incidents.due_lines import DueLine

# As many as fit above what happened; whatever comes later is folded away.
NEAREST = 3
KINDS: dict[str, str | Promise] = {
    DeadlineKind.RUNG: gettext_lazy("Escalation"),
    DeadlineKind.UPDATE: gettext_lazy("Update"),
}
Days = Iterator[tuple[str, list["Ahead"]]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One thing to come: when, of what kind, what, and what would stop it."""

    at: datetime
    key: str
    clock: str
    label: str
    text: str
    more: str
    why: str


class Axis:
    """What lies ahead of one incident, the nearest last: just above now."""

    def __init__(self, lines: Iterable[DueLine], now: datetime) -> None:
        self.now = now
        coming = sorted(_coming(lines, now), key=lambda each: each.at)
        # One line more takes no more room than the words that fold it away.
        cut = NEAREST if len(coming) > NEAREST + 1 else len(coming)
        self.near, self.far = coming[:cut][::-1], coming[cut:][::-1]

    @property
    def near_days(self) -> Days:
        return _by_day(self.near, self.now)

    @property
    def far_days(self) -> Days:
        return _by_day(self.far, self.now)

    @property
    def until(self) -> str:
        """Say how far what is folded away reaches."""
        last = timezone.localtime(self.far[0].at)
        if last.date() == timezone.localdate(self.now):
            return f"{last:%H:%M}"
        return f"{last:%a %-d %b}"


def _coming(lines: Iterable[DueLine], now: datetime) -> Iterator[Ahead]:
    for line in lines:
        if not line.is_pending or line.is_late or line.at is None:
            continue
        if line.nudge_at and line.nudge_at > now:
            text = _("Reminder: %s") % line.label
            yield _ahead(line, line.nudge_at, _("Reminder"), text)
        label = str(KINDS.get(line.kind, _("Due")))
        tells = _("tells %s") % line.tells if line.tells else ""
        more = " · ".join(filter(None, [line.unless, tells]))
        yield _ahead(line, line.at, label, line.label, more)


def _ahead(line: DueLine, at: datetime, label: str, text: str, more: str = "") -> Ahead:
    clock = f"{timezone.localtime(at):%H:%M}"
    return Ahead(at, line.key, clock, label, text, more, line.why)


def _by_day(coming: Sequence[Ahead], now: datetime) -> Days:
    """Give the lines under their day; today's need no heading, they end at now."""
    today = timezone.localdate(now)
    for day, group in groupby(coming, lambda each: timezone.localdate(each.at)):
        yield "" if day == today else f"{day:%A, %-d %B %Y}", list(group)
