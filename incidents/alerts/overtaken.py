"""Knows what later alerts said of a thing, for one that is worked off after them.

What broke us is tried again by the next sweep, and what failed by hand: others have
been worked off meanwhile. Theirs is the newer word, whichever is worked off last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from incidents.alerts.mappings import Mapping, Signal
from incidents.alerts.reading import Unreadable, read
from incidents.choices import AlertState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from incidents.models import Alert

# Of a source that floods, what came soon after is enough: nobody waits for more.
MOST_READ = 2_000
# Once by the hint, then by each sweep: minutes apart.
MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Newer:
    """What the last of them said, and whether that is known to have had its effect."""

    is_recovery: bool
    is_worked: bool

    def overtakes(self, signal: Signal, *, is_open: bool) -> bool:
        """Say whether the older one must change nothing any more."""
        if self.is_recovery != signal.is_recovery:
            return True
        return self.is_worked and is_open

    def ends(self, signal: Signal) -> bool:
        return self.is_recovery and not (signal.is_recovery or signal.is_ignored)


def said_since(alert: Alert, mapping: Mapping) -> dict[str, Newer]:
    """Give by key what came in after this alert and was worked off before it."""
    said: dict[str, Newer] = {}
    for body, state in _ended_after(alert).iterator(chunk_size=100):
        try:
            found = mapping.signals(read(body.encode()))
        except Unreadable:
            continue
        for each in found:
            if isinstance(each, Signal) and not each.is_ignored:
                said[each.key] = Newer(each.is_recovery, state == AlertState.WORKED)
    return said


def _ended_after(alert: Alert) -> QuerySet[Alert, tuple[str, str]]:
    later = Q(received_at__gt=alert.received_at) | Q(
        received_at=alert.received_at, pk__gt=alert.pk
    )
    # What broke us each time would break us here, too.
    given_up = Q(state=AlertState.FAILED, attempts__gte=MOST_ATTEMPTS)
    ended = alert.source.alerts.filter(later, worked_at__isnull=False).exclude(given_up)
    rows = ended.order_by("received_at", "pk").values_list("body", "state")
    return rows[:MOST_READ]
