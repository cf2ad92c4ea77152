"""Reads the entries of a timeline: from lists, tables, lines and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from postmortems.markdown_in.blocks import Block, Shape
from postmortems.markdown_in.chronology import Chronology, runs_backwards
from postmortems.markdown_in.entry_kinds import kind_of
from postmortems.markdown_in.inline import clean_heading, plain_text, squeezed
from postmortems.markdown_in.limits import require_few
from postmortems.markdown_in.tables import Point, grouped, points_of, whole
from postmortems.markdown_in.time_tables import rows_of
from postmortems.markdown_in.times import Stamp, heading_stamp, leading
from postmortems.markdown_in.writeup import WrittenMoment

LINE_MARKS = re.compile(r"^[ \t]*[–—>|][ \t]+")
# "Detected: 14:02", "Fix deployed – 14:20 UTC".
TIME_LAST = re.compile(
    r"(?P<text>[^\n]{2,150}?)[ \t]*(?:[:–—]|[ ]-)[ \t]+(?P<time>\S.*)$"
)
LONGEST_DAY_HEADING = 80


@dataclass
class Entry:
    """An entry before its moment is placed; without text it is still open."""

    stamp: Stamp | None
    text: str
    raw: str
    zone: tzinfo | None = None


@dataclass
class Timeline:
    """What was read of a timeline section, and the blocks that were not."""

    left: list[Block] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    # Entries, and between them the days that headings say.
    told: list[Entry | Stamp] = field(default_factory=list)
    # An entry of a heading or a line of its own takes what follows as its text.
    open: Entry | None = None

    def tell(self, told: Entry | Stamp) -> None:
        require_few("entries", len(self.told) + 1)
        self.told.append(told)

    @property
    def is_bare(self) -> bool:
        """Say whether a time comes without a zone of its own."""
        entries = (each for each in self.told if isinstance(each, Entry))
        stamps = (each.stamp for each in entries if each.stamp and not each.zone)
        return any(each.clock and not each.zone for each in stamps)

    def moments(self, chronology: Chronology) -> tuple[WrittenMoment, ...]:
        """Place the entries in time, in the order in which they stand."""
        usual = chronology.zone
        placed: list[WrittenMoment] = []
        for run in self._runs():
            if isinstance(run, Stamp):
                if day := chronology.day_of(run):
                    chronology.begin(day)
                continue
            backwards = runs_backwards(each.stamp for each in run if each.stamp)
            moments: list[WrittenMoment] = []
            for entry in reversed(run) if backwards else run:
                chronology.zone = entry.zone or usual
                moments.append(_moment(entry, chronology))
            placed += reversed(moments) if backwards else moments
        chronology.zone = usual
        return tuple(placed)

    def _runs(self) -> Iterator[Stamp | list[Entry]]:
        run: list[Entry] = []
        for each in self.told:
            if isinstance(each, Entry):
                run.append(each)
                continue
            yield run
            yield each
            run = []
        yield run


def _moment(entry: Entry, chronology: Chronology) -> WrittenMoment:
    at: datetime | None = None
    until: datetime | None = None
    if entry.stamp:
        at, until = chronology.place(entry.stamp)
    text = "\n".join(plain_text(line) for line in entry.text.split("\n")).strip()
    words = entry.stamp.words if entry.stamp else ""
    return WrittenMoment(
        at=at, until=until, text=text, time=words, kind=kind_of(text), raw=entry.raw
    )


def read_timeline(blocks: list[Block], chronology: Chronology) -> Timeline:
    """Read all entries of the blocks of a section."""
    timeline = Timeline()
    for block in blocks:
        if block.shape == Shape.HEADING:
            _heading(timeline, block)
        elif block.shape == Shape.LIST:
            _list(timeline, grouped(points_of(block)), block)
        elif block.shape == Shape.TABLE:
            _table(timeline, block, chronology)
        elif block.shape == Shape.FENCE:
            _fence(timeline, block)
        else:
            _lines(timeline, block)
    return timeline


def _heading(timeline: Timeline, block: Block) -> None:
    timeline.open = None
    stamp = heading_stamp(block.heading)
    if stamp and stamp.says_when:
        entry = Entry(stamp, stamp.rest, block.heading)
        timeline.tell(entry)
        timeline.open = entry
        return
    timeline.groups.append(block.heading)
    if stamp and stamp.is_day:
        timeline.tell(stamp)


def _list(timeline: Timeline, groups: list[list[Point]], block: Block) -> None:
    if timeline.open and not any(_stamp(group[0]) for group in groups):
        _append(timeline.open, block)
        return
    timeline.open = None
    for group in groups:
        _point(timeline, group)


def _point(timeline: Timeline, group: list[Point]) -> None:
    """Read a point; those below it are its text, unless they have their own times."""
    top, *below = group
    stamp = leading(top.text)
    inner = grouped(below)
    timed = any(_stamp(each[0]) for each in inner)
    if timed and not (stamp and stamp.says_when):
        timeline.groups.append(top.text)
        if stamp and stamp.is_day:
            timeline.tell(stamp)
        for each in inner:
            _point(timeline, each)
        return
    if stamp and stamp.is_day and not stamp.rest and not below:
        timeline.groups.append(top.text)
        timeline.tell(stamp)
        return
    own = [top, *(point for each in inner if not _stamp(each[0]) for point in each)]
    _tell(timeline, whole(own))
    for each in inner:
        if _stamp(each[0]):
            _point(timeline, each)


def _tell(timeline: Timeline, text: str, zone: tzinfo | None = None) -> Entry:
    """Add an entry, whose moment stands first, or last on its first line."""
    first, newline, more = text.partition("\n")
    stamp = leading(first)
    said = stamp.rest if stamp else first
    if stamp is None and (found := TIME_LAST.match(first)):
        last = leading(found["time"])
        if last and last.says_when and not last.rest.strip(" .)"):
            stamp, said = last, found["text"]
    entry = Entry(stamp, said + newline + more, text, zone)
    timeline.tell(entry)
    return entry


def _stamp(point: Point) -> Stamp | None:
    stamp = leading(point.text)
    return stamp if stamp and stamp.says_when else None


def _table(timeline: Timeline, block: Block, chronology: Chronology) -> None:
    timeline.open = None
    table = rows_of(block, chronology.notes)
    if table is None:
        timeline.left.append(block)
        return
    timeline.columns += table.columns
    for row in table.rows:
        if row.is_day and row.stamp:
            timeline.groups.append(row.raw)
            timeline.tell(row.stamp)
        else:
            timeline.tell(Entry(row.stamp, row.text, row.raw, table.zone))


def _fence(timeline: Timeline, block: Block) -> None:
    """Read a log in a fence, if most of its lines begin with a time."""
    inner = [line for line in block.lines[1:-1] if line.strip()]
    timed = [line for line in inner if (read := leading(line)) and read.says_when]
    bare = not any(each.isalnum() for each in block.lines[0] + block.lines[-1])
    if bare and timed and 2 * len(timed) > len(inner) and inner[0] == timed[0]:
        timeline.open = None
        _lines(timeline, replace(block, shape=Shape.TEXT, lines=tuple(inner)))
    elif timeline.open:
        _append(timeline.open, block)
    else:
        timeline.left.append(block)


def _lines(timeline: Timeline, block: Block) -> None:
    """Read a paragraph: lines with a time begin entries, others belong to them."""
    left: list[str] = []
    entry = None
    for line in block.lines:
        text = LINE_MARKS.sub("", line, count=1).strip()
        stamp = leading(text) if block.shape == Shape.TEXT else None
        if stamp and stamp.is_day and _is_day_heading(text, stamp):
            entry = None
            timeline.open = None
            timeline.groups.append(clean_heading(text))
            timeline.tell(stamp)
        elif stamp and stamp.says_when:
            entry = _tell(timeline, text)
            timeline.open = None if entry.text.strip() else entry
        elif entry:
            entry.text += f"\n{line.strip()}"
            entry.raw += f"\n{line.strip()}"
        else:
            left.append(line)
    if left and timeline.open and not entry:
        _append(timeline.open, replace(block, lines=tuple(left)))
    elif left:
        timeline.left.append(replace(block, lines=tuple(left)))


def _is_day_heading(text: str, stamp: Stamp) -> bool:
    """Say whether a line names a day and nothing else."""
    return len(text) <= LONGEST_DAY_HEADING and not squeezed(
        stamp.rest.strip(" *_:.()")
    )


def _append(entry: Entry, block: Block) -> None:
    entry.text = f"{entry.text}\n\n{block.source}".strip()
    entry.raw += f"\n\n{block.source}"
