"""A timeline with what its parts are drawn by: scale, clock and sheet."""

from __future__ import annotations

from dataclasses import dataclass

from postmortems.rendering.drawing.axis import Clock
from postmortems.rendering.drawing.moments import Timeline
from postmortems.rendering.drawing.scale import Scale, scale_of
from postmortems.rendering.drawing.sheet import Medium, Sheet

# All in em: room for a dot at both ends; what a cut takes.
EDGE, CUT = 0.22, 1.3


@dataclass(frozen=True)
class Plan:
    """A timeline with the scale and the clock of its drawing."""

    timeline: Timeline
    scale: Scale
    clock: Clock
    sheet: Sheet


def plan_of(timeline: Timeline, medium: Medium) -> Plan:
    """Scale a timeline to the width of a medium."""
    sheet = Sheet(medium)
    edge = sheet.em(EDGE)
    scale = scale_of(timeline, edge, medium.width - edge, sheet.em(CUT))
    return Plan(timeline, scale, Clock(timeline.zone, scale.start, scale.end), sheet)
