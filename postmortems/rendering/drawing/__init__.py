"""Draws what happened: the timeline of an incident, and durations against targets.

Plain values go in, SVG comes out: for paper by its attributes, for a page to read by
its classes. Nothing here knows of a database.
"""

from __future__ import annotations

from postmortems.rendering.drawing.durations import (
    PRINTED,
    READ,
    Duration,
    Outcome,
    draw_durations,
)
from postmortems.rendering.drawing.moments import Mark, Span, Timeline, Tone
from postmortems.rendering.drawing.sheet import A4, LETTER, NARROW, WIDE, Medium
from postmortems.rendering.drawing.svg import draw
from postmortems.rendering.drawing.words import in_words

__all__ = [
    "A4",
    "LETTER",
    "NARROW",
    "PRINTED",
    "READ",
    "WIDE",
    "Duration",
    "Mark",
    "Medium",
    "Outcome",
    "Span",
    "Timeline",
    "Tone",
    "draw",
    "draw_durations",
    "in_words",
]
