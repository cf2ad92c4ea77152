"""Reads the rows of a table of moments, wherever time and event stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from postmortems.markdown_in.blocks import Block
from postmortems.markdown_in.chronology import Notes
from postmortems.markdown_in.inline import clean_heading
from postmortems.markdown_in.labels import DAY_WORDS, EVENT_WORDS, TIME_WORDS
from postmortems.markdown_in.tables import Row, Table, plain_cell, table_of
from postmortems.markdown_in.times import Stamp, leading
from postmortems.markdown_in.values import one_zone
from postmortems.markdown_in.zones import zone_names
from postmortems.meanings import plain

LOOKED_AT = 50


@dataclass(frozen=True)
class TimeRow:
    stamp: Stamp | None
    text: str
    raw: str
    # A row that only says of which day those below it are.
    is_day: bool = False


@dataclass(frozen=True)
class TimeTable:
    columns: tuple[str, ...]
    rows: tuple[TimeRow, ...]
    zone: tzinfo | None


@dataclass(frozen=True)
class Places:
    """Which column is the time, which the day if it has its own, which the event."""

    time: int
    day: int | None
    event: int


def rows_of(block: Block, notes: Notes) -> TimeTable | None:
    """Read a table as moments; None where it holds none."""
    table = table_of(block)
    head = [clean_heading(cell) for cell in table.head.cells]
    places = _places(head, table)
    if places is None or not table.rows:
        return None
    zone = None
    if names := zone_names(head[places.time]):
        zone = one_zone(names, notes)
    rows = table.rows
    if _stamp_in(table.head, places.time):
        rows, head = (table.head, *rows), []
    columns = tuple(each for each in head if each)
    return TimeTable(columns, tuple(_row(row, head, places) for row in rows), zone)


def _places(head: list[str], table: Table) -> Places | None:
    words = [plain(cell) for cell in head]
    times = [at for at, word in enumerate(words) if word in TIME_WORDS]
    days = [at for at in times if words[at] in DAY_WORDS]
    clocks = [at for at in times if at not in days] or days
    if not clocks:
        clocks = [at for at in range(len(head)) if _is_of_times(table, at)][:1]
    if not clocks or len(head) < 2:
        return None
    time = clocks[0]
    day = days[0] if days and days[0] != time else None
    others = [at for at in range(len(head)) if at not in {time, day}]
    named = [at for at in others if words[at] in EVENT_WORDS and at not in times]
    if not others:
        return None
    return Places(time, day, named[0] if named else _longest(table, others))


def _longest(table: Table, places: list[int]) -> int:
    def length(at: int) -> int:
        rows = table.rows[:LOOKED_AT]
        return sum(len(row.cells[at]) for row in rows if at < len(row.cells))

    return max(places, key=length)


def _is_of_times(table: Table, at: int) -> bool:
    rows = table.rows[:LOOKED_AT]
    return 2 * sum(bool(_stamp_in(row, at)) for row in rows) > len(rows)


def _stamp_in(row: Row, at: int) -> Stamp | None:
    stamp = leading(row.cells[at]) if at < len(row.cells) else None
    return stamp if stamp and not stamp.rest else None


def _row(row: Row, head: list[str], places: Places) -> TimeRow:
    cells = [plain_cell(cell) for cell in row.cells]
    cell = dict(enumerate(cells))
    day = cell.get(places.day, "") if places.day is not None else ""
    written = " ".join(filter(None, [day, cell.get(places.time, "")]))
    stamp = leading(written)
    event = cell.get(places.event, "")
    if stamp and stamp.rest and event:
        event = f"{stamp.rest} {event}"
    elif stamp and stamp.rest:
        event = stamp.rest
    elif written and stamp is None:
        stamp = Stamp(words=written)
    taken = {places.time, places.day, places.event}
    others = [
        f"{head[at]}: {text}" if at < len(head) and head[at] else text
        for at, text in enumerate(cells)
        if at not in taken and text
    ]
    if stamp and stamp.is_day and not event and not others:
        return TimeRow(stamp, "", row.source, is_day=True)
    return TimeRow(stamp, "\n".join(filter(None, [event, *others])), row.source)
