"""The explanation of a playbook as a time line: an axis, and a lane for each clock.

Short spans get as much room as long ones, since the first hour is where most
happens: the axis runs from stop to stop, each stretch equally wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from incidents.choices import DeadlineKind
from incidents.clocks import AT_ONCE, POSTMORTEM_REQUIRED
from incidents.due_lines import FROM
from incidents.durations import DAY, HOUR, MINUTE, say
from incidents.playbook_words import END
from incidents.targets import Target

STOPS = (
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    4 * HOUR,
    DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
    31 * DAY,
    92 * DAY,
    366 * DAY,
    3660 * DAY,
)
FEWEST_STOPS = 4
# “Daily” and “stated in each update” say by themselves that they go on.
NO_SPAN = re.compile("[a-z]")
MOST_REPEATS = 8


@dataclass(frozen=True)
class Row:
    """A due time with all that made it, or what it waits for."""

    shape: str
    label: str
    due: datetime | None
    after: str
    rule: str
    # What the rule counts from, as it goes on after it.
    since: str
    calendar: str
    condition: str
    waits: str
    until: str
    who: str
    begins: datetime | None = None
    # How long after one update the next is due, if they go on.
    every: str = ""


@dataclass(frozen=True)
class Lane:
    """A row as it is drawn; places on the axis are percentages."""

    row: Row
    begin: str
    length: str
    end: str
    repeats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tick:
    place: str
    label: str


@dataclass(frozen=True)
class Drawing:
    """What `explain` says, by the time it happens."""

    at: datetime
    rows: tuple[Row, ...]
    waiting: tuple[Row, ...]
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    items: tuple[tuple[str, datetime | None], ...]

    @property
    def shapes(self) -> set[str]:
        """Name the marks that are drawn, for the legend."""
        again = {"again"} if any(lane.repeats for lane in self.lanes) else set()
        return {lane.row.shape for lane in self.lanes} | again

    @property
    def tells(self) -> bool:
        return any(row.who for row in self.rows + self.waiting)


def drawing_of(explained: dict[str, Any]) -> Drawing:
    """Arrange an explanation for drawing; it is read as others get it, too."""
    computed = explained["computed"]
    at = moment(computed["declared_at"])
    assert at is not None  # noqa: S101  an explanation always has its declaration
    rows = sorted(_rows(computed, at), key=lambda row: (row.due is None, row.due or at))
    dated = tuple(row for row in rows if row.due)
    axis = _axis(max((row.due - at for row in dated if row.due), default=HOUR))
    return Drawing(
        at=at,
        rows=dated,
        waiting=tuple(row for row in rows if not row.due),
        lanes=tuple(_lane(row, at, axis) for row in dated),
        ticks=_ticks(axis),
        items=tuple((k, moment(due)) for k, due in computed["action_items"].items()),
    )


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _rows(computed: dict[str, Any], at: datetime) -> Iterator[Row]:
    for phase in computed["phases"]:
        if phase["window"] == "fixed":
            yield _phase(phase, at)
    for deadline in computed["deadlines"]:
        yield _deadline(deadline, at)


def _phase(phase: dict[str, Any], at: datetime) -> Row:
    due = moment(phase["ends_at"])
    return Row(
        shape="phase",
        label=phase["name"],
        due=due,
        after=say(due - at) if due else "",
        rule=" – ".join(filter(None, [phase["begins"], phase["ends"]])),
        since=_("from %s") % FROM[phase["from"]],
        calendar="",
        condition="",
        waits=_waits(phase["from"], ""),
        until="",
        who="",
        begins=moment(phase["starts_at"]),
    )


def _deadline(deadline: dict[str, Any], at: datetime) -> Row:
    due = moment(deadline["due_at"])
    medium = deadline["medium"]
    who = ", ".join(deadline["names"])
    return Row(
        shape="rung" if deadline["kind"] == DeadlineKind.RUNG else "clock",
        label=deadline["label"],
        due=due,
        after=say(due - at) if due and due > at else _("at once") if due else "",
        rule=_rule(deadline),
        since=_since(deadline),
        calendar=deadline["calendar"] or "",
        condition=_condition(deadline),
        waits=_waits(deadline["from"], _condition(deadline)),
        until=str(END.get(deadline["until"] or "", "")),
        who=_("%(who)s by %(medium)s") % {"who": who, "medium": medium}
        if who and medium
        else who,
        every=(deadline["every"] or "") if deadline["repeats"] else "",
    )


def _rule(deadline: dict[str, Any]) -> str:
    parts = [_("at once") if _is_at_once(deadline) else deadline["rule"]]
    every = deadline["every"]
    if every and deadline["repeats"] and not NO_SPAN.match(every):
        parts.append(_("then every %s") % every)
    if deadline["nudge"]:
        parts.append(_("reminder after %s") % deadline["nudge"])
    return ", ".join(parts)


def _since(deadline: dict[str, Any]) -> str:
    """Say what the rule counts from; a flag may be set at any time, or never."""
    start = str(FROM.get(deadline["from"], deadline["from"]))
    is_rung = deadline["kind"] == DeadlineKind.RUNG
    if not deadline["condition_name"]:
        return (_("with %s") if _is_at_once(deadline) else _("from %s")) % start
    if is_rung and not _is_at_once(deadline):
        return _("after %s, at the earliest, when it is set") % start
    return _("when it is set") if is_rung else _("from when it is set")


def _is_at_once(deadline: dict[str, Any]) -> bool:
    return bool(deadline["rule"] == str(AT_ONCE))


def _condition(deadline: dict[str, Any]) -> str:
    if deadline["condition"] == POSTMORTEM_REQUIRED:
        return _("if a post-mortem is required")
    name = deadline["condition_name"] or deadline["condition"]
    return _("if: %s") % name if name else ""


def _waits(start: str, condition: str) -> str:
    """Say what has to happen before it has a time."""
    if start == "declared":
        return condition
    waits = _("waits for %s") % FROM[start]
    return f"{waits}, {condition}" if condition else waits


def _axis(longest: timedelta) -> tuple[timedelta, ...]:
    """Give the stops of an axis that reaches the last due time."""
    needed = next((n for n, stop in enumerate(STOPS, 1) if stop >= longest), len(STOPS))
    return STOPS[: max(needed, FEWEST_STOPS)]


def _place(offset: timedelta, axis: tuple[timedelta, ...]) -> float:
    """Say where an offset lies between 0 and 100."""
    width, before = 100 / len(axis), timedelta()
    for number, stop in enumerate(axis):
        if offset <= stop:
            part = max(offset - before, timedelta()) / (stop - before)
            return width * (number + part)
        before = stop
    return 100.0


def _lane(row: Row, at: datetime, axis: tuple[timedelta, ...]) -> Lane:
    begin = _place((row.begins or at) - at, axis)
    end = _place(row.due - at, axis) if row.due else 100.0
    repeats = (_place(each - at, axis) for each in _repeats(row, at + axis[-1]))
    return Lane(
        row=row,
        begin=_percent(begin),
        length=_percent(max(end - begin, 0.0)),
        end=_percent(end),
        repeats=tuple(map(_percent, repeats)),
    )


def _repeats(row: Row, last: datetime) -> Iterator[datetime]:
    """Give the updates after the first that fall on the axis, if all go out in time."""
    if not row.every or not row.due or Target.parse(row.every).needs_calendar:
        return
    every, before = Target.parse(row.every), row.due
    for _number in range(MOST_REPEATS):
        following = every.due(before)
        if following is None or not before < following <= last:
            return
        yield following
        before = following


def _ticks(axis: tuple[timedelta, ...]) -> tuple[Tick, ...]:
    width = 100 / len(axis)
    return tuple(
        Tick(_percent(width * number), say(stop)) for number, stop in enumerate(axis, 1)
    )


def _percent(place: float) -> str:
    """Print it for an attribute of the drawing, whatever the language."""
    return f"{place:.2f}%"
