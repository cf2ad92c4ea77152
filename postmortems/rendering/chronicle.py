"""The timeline as the document prints it: day by day, in the team's zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from incidents.models import Incident, TimelineEvent
from incidents.names import name_of

MOST_PRINTED = 2_000
# A longer entry may be cut by the end of a page; a shorter one moves to the next.
SHORT_ENTRY = 700


@dataclass(frozen=True)
class Row:
    time: str
    kind: str
    label: str
    text: str
    author: str
    is_short: bool


@dataclass(frozen=True)
class Day:
    """What happened on one day; `zone` is what clocks there called their time."""

    title: str
    zone: str
    rows: list[Row]


@dataclass(frozen=True)
class Chronicle:
    days: list[Day]
    printed: int
    left_out: int


def chronicle(incident: Incident, zone: ZoneInfo) -> Chronicle:
    """Gather the entries marked for the post-mortem, at most the first 2,000.

    What was struck is left out, marked or not.
    """
    marked = incident.timeline.standing().filter(in_postmortem=True)
    total = marked.count()
    events = list(marked.chronological().select_related("author")[:MOST_PRINTED])
    return Chronicle(
        days=[_day(day, each, zone) for day, each in _by_day(events, zone)],
        printed=len(events),
        left_out=total - len(events),
    )


def _by_day(
    events: Iterable[TimelineEvent], zone: ZoneInfo
) -> Iterable[tuple[date, list[TimelineEvent]]]:
    def local_day(event: TimelineEvent) -> date:
        return event.at.astimezone(zone).date()

    return ((day, list(each)) for day, each in groupby(events, key=local_day))


def _day(day: date, events: list[TimelineEvent], zone: ZoneInfo) -> Day:
    names = list(dict.fromkeys(zone_name(event.at, zone) for event in events))
    # On the night the clocks change, an hour comes twice: then each time says which.
    spell_out = len(names) > 1
    return Day(
        title=date_format(day, "l, j F Y"),
        zone=" / ".join(names),
        rows=[_row(event, zone, spell_out) for event in events],
    )


def _row(event: TimelineEvent, zone: ZoneInfo, spell_out: bool) -> Row:
    time = f"{event.at.astimezone(zone):%H:%M}"
    return Row(
        time=f"{time} {zone_name(event.at, zone)}" if spell_out else time,
        kind=event.kind,
        label=event.get_kind_display(),
        text=event.text,
        author=name_of(event.author),
        is_short=len(event.text) <= SHORT_ENTRY,
    )


def zone_name(at: datetime, zone: ZoneInfo) -> str:
    """Name the time of a zone at a moment: “CET”, or “UTC+03” where it has no name."""
    name = f"{at.astimezone(zone):%Z}"
    return f"UTC{name}" if name[:1] in "+-" else name
