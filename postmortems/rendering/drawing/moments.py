"""What is drawn: the moments of an incident, and when users were affected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo


class Tone(StrEnum):
    """How a stretch looks: each by lightness and pattern, so that grey suffices."""

    DETECT = "detect"
    REACT = "react"
    MITIGATE = "mitigate"
    RECOVER = "recover"


@dataclass(frozen=True)
class Mark:
    """A milestone; `ends` is the stretch of work that was over with it, if any."""

    label: str
    at: datetime
    ends: Tone | None = None


@dataclass(frozen=True)
class Span:
    """A time in which users were affected; without an end it is running still."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Stretch:
    """The work between two milestones, in the tone of what it led to."""

    tone: Tone
    first: Mark
    last: Mark

    @property
    def start(self) -> datetime:
        return self.first.at

    @property
    def end(self) -> datetime:
        return self.last.at

    @property
    def took(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True)
class Timeline:
    """An incident as it is drawn; `until` is the moment the drawing is made for."""

    marks: tuple[Mark, ...]
    impact: tuple[Span, ...]
    until: datetime
    zone: ZoneInfo
    entries: tuple[datetime, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.marks and not self.impact

    @property
    def is_running(self) -> bool:
        return any(span.end is None for span in self.impact)

    def in_order(self) -> list[Mark]:
        return sorted(self.marks, key=lambda mark: mark.at)

    def affected(self) -> list[tuple[datetime, datetime]]:
        """Give the times users were affected; those that meet or overlap as one."""
        joined: list[tuple[datetime, datetime]] = []
        for span in sorted(self.impact, key=lambda each: each.start):
            end = max(span.end or self.until, span.start)
            if joined and span.start <= joined[-1][1]:
                start, reached = joined.pop()
                joined.append((start, max(reached, end)))
            else:
                joined.append((span.start, end))
        return joined

    def affected_for(self) -> timedelta:
        return sum((end - start for start, end in self.affected()), timedelta(0))

    def moments(self) -> list[datetime]:
        """List every moment that must be told apart, each once, in order."""
        edges = {moment for pair in self.affected() for moment in pair}
        return sorted(edges | {mark.at for mark in self.marks})

    def stretches(self) -> list[Stretch]:
        """Divide the work at the milestones that end a stretch."""
        ordered = self.in_order()
        ends = [mark for mark in ordered if mark.ends]
        points = ordered[:1] + [mark for mark in ends if mark is not ordered[0]]
        return [
            Stretch(later.ends, earlier, later)
            for earlier, later in pairwise(points)
            if later.ends and later.at > earlier.at
        ]
