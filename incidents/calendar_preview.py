"""What a calendar means from today on: lost days, sprints, and a few targets' dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from incidents.targets import Target
from incidents.working_time import LONGEST_PAUSE, NeverWorks, WorkingTime

SHOWN = 6
SAMPLES = ("1 h in business hours", "next business day", "next sprint")


@dataclass(frozen=True)
class Preview:
    """The next days off, each with its name if it has one, and what is due when."""

    description: str
    closures: tuple[tuple[date, str], ...]
    next_sprint: date
    samples: tuple[tuple[str, datetime], ...]


def preview_of(working: WorkingTime | None, now: datetime) -> Preview | None:
    """Give the preview, or None where the calendar is unreadable or never works."""
    if working is None:
        return None
    today = working.day_of(now)
    lost = working.closures(today, today + timedelta(days=LONGEST_PAUSE))
    try:
        samples = tuple((text, _due(text, working, now)) for text in SAMPLES)
    except NeverWorks:
        return None
    return Preview(
        description=working.description,
        closures=tuple(islice(lost, SHOWN)),
        next_sprint=working.next_sprint(today),
        samples=samples,
    )


def _due(text: str, working: WorkingTime, now: datetime) -> datetime:
    due = Target.parse(text).due(now, working)
    assert due is not None  # noqa: S101  only what each update states has no date
    return due.astimezone(working.tz)
