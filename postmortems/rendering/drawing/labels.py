"""Words the milestones, and stands them above the bars as flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postmortems.rendering.drawing.flags import Flag, are_shifted, broadest, place
from postmortems.rendering.drawing.moments import Mark
from postmortems.rendering.drawing.plan import EDGE, Plan
from postmortems.rendering.drawing.sheet import ABOVE, Sheet, line, number

# All in em.
LANE, SECOND_LINE = 2.75, 1.25
STRAIGHT_FAN, FAN = 0.4, 1.3
# Milestones of one moment share a flag up to this breadth; none is broader than that.
SHARED, BROADEST = 15.0, 18.0


@dataclass(frozen=True)
class _Label:
    name: str
    full: str
    time: str
    x: float
    width: float


def _labels(plan: Plan) -> list[_Label]:
    """Word the milestones, those of one moment together where that stays short."""
    sheet, shared = plan.sheet, _shared(plan.timeline.in_order())
    most = min(broadest(sheet.medium.room - 2 * EDGE, len(shared)), BROADEST)
    most *= sheet.medium.size * sheet.medium.slack
    found: list[_Label] = []
    before: datetime | None = None
    for full, at in shared:
        name = sheet.fit(full, most, bold=True)
        time = sheet.fit(plan.clock.moment(at, before), most)
        width = max(sheet.measure(name, bold=True), sheet.measure(time))
        found.append(_Label(name, full, time, plan.scale.x(at), width))
        before = at
    return found


def _shared(marks: Sequence[Mark]) -> list[tuple[str, datetime]]:
    found: list[tuple[str, datetime]] = []
    for mark in marks:
        if found and found[-1][1] == mark.at:
            joined = f"{found[-1][0]}, {mark.label}"
            # An estimate is enough: half an em a letter.
            if len(joined) / 2 <= SHARED:
                found[-1] = (joined, mark.at)
                continue
        found.append((mark.label, mark.at))
    return found


def stand_flags(plan: Plan, bar: float) -> float:
    """Stand the milestones above, each marked in the bar; give where that begins."""
    sheet, labels = plan.sheet, _labels(plan)
    if not labels:
        return sheet.em(STRAIGHT_FAN)
    em = sheet.medium.size
    flags = [Flag(label.x / em - EDGE, label.width / em) for label in labels]
    placed = place(flags, sheet.medium.width / em - 2 * EDGE)
    fan = FAN if are_shifted(flags, placed) else STRAIGHT_FAN
    lanes = max(one.lane for one in placed) + 1
    foot = sheet.em(lanes * LANE + fan)
    for label, one in zip(labels, placed, strict=True):
        head = sheet.em((lanes - 1 - one.lane) * LANE)
        pole_x, left = (one.pole + EDGE) * em, (one.left + EDGE) * em
        _flag(sheet, label, pole_x, left, head)
        bend, end = foot - sheet.em(fan), foot - sheet.em(STRAIGHT_FAN)
        pole = f"M{number(pole_x)} {number(head + sheet.em(0.15))}"
        pole += f"V{number(bend)}"
        pole += f"L{number(label.x)} {number(end)}V{number(foot)}"
        sheet.draw("pole", pole)
        sheet.draw("mark", line(label.x, foot, label.x, foot + bar))
    return foot


def _flag(sheet: Sheet, label: _Label, pole: float, left: float, head: float) -> None:
    leans_left = left < pole
    x = left + label.width if leans_left else left
    anchor = "end" if leans_left else "start"
    y = head + sheet.em(ABOVE + 0.15)
    write = sheet.write
    write("name", label.name, (x, y), anchor=anchor, bold=True, full=label.full)
    write("time", label.time, (x, y + sheet.em(SECOND_LINE)), anchor=anchor)
