"""The clock under the drawing: ticks at round times, and each new day by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from postmortems.rendering.chronicle import zone_name
from postmortems.rendering.drawing.lettering import width_of
from postmortems.rendering.drawing.scale import Piece, Scale

DAY = 86_400
# Round steps, in seconds: clocks first, then days.
STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(60 * n for n in (1, 2, 5, 10, 15, 30)),
    *(3_600 * n for n in (1, 2, 3, 6, 12)),
    *(DAY * n for n in (1, 2, 7, 14, 28, 56, 112, 224, 448, 896, 1_792)),
)
MINUTE = 60
# Days are counted from a Monday, so that weeks begin on one.
MONDAY = 4 * DAY
# Between two labels of the axis, in em.
AIR = 1.6
# Beyond this, a time of a milestone needs no seconds.
BRIEF = timedelta(minutes=10)


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Turn:
    """A new day, year or name of the clock: where it begins and ends, and its names,
    the longest first."""

    x: float
    end: float
    names: tuple[str, ...]


class Clock:
    """Tells the time of a zone at a moment, in the words of the drawing."""

    def __init__(self, zone: ZoneInfo, start: datetime, end: datetime) -> None:
        self.zone = zone
        self.is_brief = end - start <= BRIEF
        first, last = start.astimezone(zone), end.astimezone(zone)
        self.spans_days = first.date() != last.date()
        # The night the clocks change has an hour twice: then each time says which.
        names = dict.fromkeys(zone_name(at, zone) for at in (start, end))
        self.zone_names = list(names)

    def time(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        said = f"{local:%H:%M:%S}" if self.is_brief else f"{local:%H:%M}"
        has_two = len(self.zone_names) > 1
        return f"{said} {zone_name(at, self.zone)}" if has_two else said

    def moment(self, at: datetime, before: datetime | None) -> str:
        """Say a time, with its day if that is not the day of the one before."""
        local = at.astimezone(self.zone)
        is_same_day = before and before.astimezone(self.zone).date() == local.date()
        if is_same_day or not self.spans_days:
            return self.time(at)
        return f"{date_format(local, 'j M')}, {self.time(at)}"

    def offset(self, at: datetime) -> float:
        offset = at.astimezone(self.zone).utcoffset()
        return offset.total_seconds() if offset else 0.0


def step_of(scale: Scale, size: float) -> int:
    """Choose the finest step whose labels stand apart."""
    for step in STEPS:
        if step * scale.rate >= (width_of(_widest(step)) + AIR) * size:
            return step
    return STEPS[-1]


def _widest(step: int) -> str:
    if step < MINUTE:
        return "00:00:00"
    return "00:00" if step < DAY else "30 MMM"


def ticks(scale: Scale, clock: Clock, step: int) -> list[Tick]:
    """List the round times that are drawn."""
    return [
        Tick(scale.x(at), _tick_label(at.astimezone(clock.zone), step))
        for piece in scale.pieces
        for at in _round_times(piece, clock, step)
    ]


def _tick_label(local: datetime, step: int) -> str:
    if step >= DAY:
        return date_format(local, "j M")
    return f"{local:%H:%M:%S}" if step < MINUTE else f"{local:%H:%M}"


def _round_times(piece: Piece, clock: Clock, step: int) -> Iterator[datetime]:
    at = _next_round(piece.start - timedelta(microseconds=1), clock, step)
    while at <= piece.end:
        yield at
        at = _next_round(at, clock, step)


def _next_round(at: datetime, clock: Clock, step: int) -> datetime:
    """Give the next time that the clocks there show as a round one."""
    seconds, offset = at.timestamp(), clock.offset(at)
    reached = (seconds + offset - MONDAY) // step * step + step + MONDAY - offset
    after = datetime.fromtimestamp(reached, UTC)
    changed = clock.offset(after) - offset
    if changed and (changed % step or step >= DAY):
        shifted = after - timedelta(seconds=changed)
        return shifted if shifted > at else after
    return after


def turns(scale: Scale, clock: Clock, step: int) -> list[Turn]:
    """List where a day begins; where days are ticks, where a year does."""
    starts = [
        at
        for piece in scale.pieces
        for at in (piece.start, *_changes(piece, clock, step))
    ]
    found: list[tuple[float, tuple[str, ...]]] = []
    last_day, last_zone = "", ""
    for at in starts:
        local, name = at.astimezone(clock.zone), zone_name(at, clock.zone)
        day = f"{local:%Y}" if step >= DAY else f"{local:%Y-%m-%d}"
        shown_zone = "" if name == last_zone else name
        if day != last_day or shown_zone:
            names = _names(local, shown_zone, day == last_day, step, not last_day)
            found.append((scale.x(at), names))
        last_day, last_zone = day, name
    right = scale.pieces[-1].right
    ends = [x for x, _names in found[1:]] + [right]
    return [Turn(x, end, names) for (x, names), end in zip(found, ends, strict=True)]


def _changes(piece: Piece, clock: Clock, step: int) -> list[datetime]:
    """List within a piece each midnight and each change of the clocks."""
    if step >= DAY:
        years = _years(piece, clock)
        return [at for at in years if piece.start < at < piece.end]
    midnights = [at for at in _round_times(piece, clock, DAY) if at > piece.start]
    points = [piece.start, *midnights, piece.end]
    shifts = [
        _shift(a, b, clock)
        for a, b in pairwise(points)
        if clock.offset(a) != clock.offset(b)
    ]
    return sorted({at for at in (*midnights, *shifts) if piece.start < at < piece.end})


def _years(piece: Piece, clock: Clock) -> list[datetime]:
    first, last = (at.astimezone(clock.zone).year for at in (piece.start, piece.end))
    return [
        datetime(year, 1, 1, tzinfo=clock.zone).astimezone(UTC)
        for year in range(first + 1, last + 1)
    ]


def _shift(before: datetime, after: datetime, clock: Clock) -> datetime:
    """Find the moment at which the clocks were changed, to the second."""
    offset = clock.offset(before)
    while (after - before) > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if clock.offset(middle) == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _names(
    local: datetime, zone: str, is_same_day: bool, step: int, is_first: bool
) -> tuple[str, ...]:
    """Give what a turn may be called, the longest first; `zone` only if it is new."""
    if is_same_day:
        return (zone,)
    if step >= DAY:
        days = [f"{local:%Y}"]
    else:
        days = [date_format(local, form) for form in ("D j M", "j M")]
        if is_first:
            days.insert(0, date_format(local, "D j M Y"))
    return tuple(f"{day} · {zone}" if zone else day for day in days)


def spread(
    found: Sequence[Turn], size: float, right: float
) -> list[tuple[Turn, float, str]]:
    """Place the names of days beside each other; one that finds no room is left out.

    In a day cut short its name may reach into the next, whose own then moves on.
    """
    placed: list[tuple[Turn, float, str]] = []
    free = float("-inf")
    for turn in found:
        breadths = [(width_of(name, bold=True) * size, name) for name in turn.names]
        shortest = breadths[-1]
        x = max(turn.x, free)
        limit = min(max(turn.end, x + shortest[0]), right)
        if x + shortest[0] > right:
            x = limit = right
            x -= shortest[0]
        fits = next((each for each in breadths if x + each[0] <= limit), shortest)
        if x < free or (x >= turn.end and turn is not found[-1]):
            continue
        placed.append((turn, x, fits[1]))
        free = x + fits[0] + AIR / 2 * size
    return placed
