"""The timeline as the document prints it: day by day, in the zone it is told in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from postmortems.choices import Edition
from postmortems.rendering.prose import Picture
from postmortems.snapshot import Entry, Image, Part, Snapshot

# A longer entry may be cut by the end of a page; a shorter one moves to the next.
SHORT_ENTRY, FEW_IMAGES = 700, 2
# What the heads of a playbook's table mean.
COLUMNS = {
    "time": re.compile(r"\btime|\bwhen|\bclock", re.I),
    "kind": re.compile(r"\bkind|\btype|\bcategory", re.I),
    "who": re.compile(r"\bwho\b|\bauthor|\bperson|\bby\b|\bactor", re.I),
    "text": re.compile(r"", re.I),
}
LOUD = {"status", "severity"}


@dataclass(frozen=True)
class Column:
    key: str
    head: str


@dataclass(frozen=True)
class Shot:
    """An image beside its entry; without a source its file is gone."""

    words: str
    source: str = ""


@dataclass(frozen=True)
class Row:
    time: str
    label: str
    text: str
    author: str
    is_short: bool
    is_loud: bool = False
    shots: tuple[Shot, ...] = ()


@dataclass(frozen=True)
class Day:
    """What happened on one day; `zone` is what clocks there called their time."""

    title: str
    zone: str
    rows: list[Row]
    spells_out: bool = False


@dataclass(frozen=True)
class Chronicle:
    days: list[Day]
    columns: list[Column]
    zone: str
    printed: int
    left_out: int
    has_heads: bool


def chronicle(
    snapshot: Snapshot,
    part: Part | None = None,
    pictures: Mapping[int, Picture] | None = None,
) -> Chronicle:
    """Lay the entries of a snapshot out day by day, in the zone of its part."""
    zone = snapshot.tz_of(part)
    heads = part.columns if part else ()
    days = _by_day(snapshot.timeline, zone)
    return Chronicle(
        days=[_day(day, each, zone, pictures or {}) for day, each in days],
        columns=_columns(heads, snapshot),
        zone=zone.key,
        printed=len(snapshot.timeline),
        left_out=snapshot.left_out,
        has_heads=bool(heads),
    )


def _columns(heads: Iterable[str], snapshot: Snapshot) -> list[Column]:
    """Name the columns by the playbook, which may want fewer, or as we do."""
    named = [Column(_meant(head), head) for head in heads]
    if {"time", "text"} <= {column.key for column in named}:
        return list({column.key: column for column in named}.values())
    time, text = Column("time", _("Time")), Column("text", _("Event"))
    if snapshot.edition == Edition.CUSTOMER:
        return [time, text]
    return [time, Column("kind", _("Kind")), text, Column("who", _("Who"))]


def _meant(head: str) -> str:
    return next(key for key, pattern in COLUMNS.items() if pattern.search(head))


def _by_day(
    events: Iterable[Entry], zone: ZoneInfo
) -> Iterable[tuple[date, list[Entry]]]:
    def local_day(event: Entry) -> date:
        return event.at.astimezone(zone).date()

    return ((day, list(each)) for day, each in groupby(events, key=local_day))


def _day(
    day: date, events: list[Entry], zone: ZoneInfo, pictures: Mapping[int, Picture]
) -> Day:
    names = list(dict.fromkeys(zone_name(event.at, zone) for event in events))
    # On the night the clocks change, an hour comes twice: then each time says which.
    spells_out = len(names) > 1
    return Day(
        title=date_format(day, "l, j F Y"),
        zone=" / ".join(names),
        rows=[_row(event, zone, spells_out, pictures) for event in events],
        spells_out=spells_out,
    )


def _row(
    event: Entry, zone: ZoneInfo, spells_out: bool, pictures: Mapping[int, Picture]
) -> Row:
    time = f"{event.at.astimezone(zone):%H:%M}"
    return Row(
        time=f"{time} {zone_name(event.at, zone)}" if spells_out else time,
        label=event.label,
        text=event.text,
        author=event.author,
        is_short=len(event.text) <= SHORT_ENTRY and len(event.images) <= FEW_IMAGES,
        is_loud=event.kind in LOUD,
        shots=tuple(_shot(image, pictures) for image in event.images),
    )


def _shot(image: Image, pictures: Mapping[int, Picture]) -> Shot:
    words, picture = image.words or _("Image"), pictures.get(image.id)
    if picture:
        return Shot(words, picture.source)
    return Shot(_("%s (image no longer stored)") % words)


def zone_name(at: datetime, zone: ZoneInfo) -> str:
    """Name the time of a zone at a moment: “CET”, or “UTC+03” where it has no name."""
    name = f"{at.astimezone(zone):%Z}"
    return f"UTC{name}" if name[:1] in "+-" else name
