"""The agenda that a playbook gives a review meeting, by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from incidents.playbooks.schema.learning import AgendaPoint

USUAL = 60  # minutes of a meeting whose playbook names none
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Point:
    """One point: from when, in the team's zone, what, and for how long."""

    at: datetime
    topic: str
    minutes: int

    @property
    def words(self) -> str:
        said = _("%(at)s %(topic)s (%(minutes)d min)")
        names = {"at": f"{self.at:%H:%M}", "topic": self.topic}
        return said % {**names, "minutes": self.minutes}


def running_order(
    agenda: Sequence[AgendaPoint], starts_at: datetime, zone: tzinfo
) -> list[Point]:
    """Give each point the time at which its turn comes."""
    points, moment = [], starts_at.astimezone(UTC)
    for each in agenda:
        points.append(
            Point(moment.astimezone(zone), each.topic, each.lasts.span // MINUTE)
        )
        moment += each.lasts.span
    return points


def minutes_of(agenda: Sequence[AgendaPoint]) -> int:
    """Add up how long the agenda takes; without one, as long as most meetings."""
    return sum(each.lasts.span // MINUTE for each in agenda) or USUAL
