"""Writes a sheet as SVG that stands in a page: no ids, no styles, nothing to fetch.

Colours stand in attributes, as paper wants them. A page to read has classes to give
others by its style sheet, which comes before attributes.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from postmortems.rendering.drawing.chart import lay_out
from postmortems.rendering.drawing.moments import Timeline
from postmortems.rendering.drawing.sheet import A4, Medium, Shape, Sheet, number
from postmortems.rendering.drawing.words import in_words

TEMPLATE = "postmortems/drawing/sheet.svg"
INK, QUIET, PALE = "#1b1f24", "#5b646f", "#e3e6ea"


@dataclass(frozen=True)
class Paint:
    """How a role looks on paper; the breadth of its stroke is in em."""

    fill: str = "none"
    stroke: str = ""
    breadth: float = 0.0
    cap: str = "butt"


PAINTS = {
    "track": Paint(PALE),
    "pole": Paint(stroke="#8b939d", breadth=0.07),
    "mark": Paint(stroke=INK, breadth=0.14),
    "step detect": Paint("#a3342b"),
    "step react": Paint("#f3c48c"),
    "strokes react": Paint(stroke="#8a4b0a", breadth=0.1),
    "step mitigate": Paint("#4c7fbf"),
    "strokes mitigate": Paint(stroke="#ffffff", breadth=0.13),
    "step recover": Paint("#d3eadb", "#3f8558", 0.07),
    "impact": Paint("#39414c"),
    "cut": Paint(stroke=QUIET, breadth=0.09),
    "axis": Paint(stroke="#8b939d", breadth=0.07),
    "turn": Paint(stroke="#8b939d", breadth=0.07),
    "entry": Paint(stroke=INK, breadth=0.42, cap="round"),
    "bar": Paint("#4c7fbf"),
    "over": Paint("#a3342b"),
    "strokes over": Paint(stroke="#ffffff", breadth=0.1),
    "gap": Paint("#ffffff"),
    "target": Paint(stroke=INK, breadth=0.16),
    "unknown": Paint(stroke="#8b939d", breadth=0.07),
}
LETTERS = {
    "name": INK,
    "day": INK,
    "in-impact": "#ffffff",
    "of-impact": INK,
    "time": QUIET,
    "tick": QUIET,
    "cut-words": QUIET,
    "legend": QUIET,
}


def draw(timeline: Timeline, medium: Medium = A4, css_class: str = "") -> SafeString:
    """Draw a timeline as an SVG element; nothing known gives nothing."""
    if timeline.is_empty:
        return SafeString()
    return written(
        lay_out(timeline, medium), in_words(timeline), f"drawing {css_class}"
    )


def written(
    sheet: Sheet, words: str, css_class: str, *, is_said: bool = False
) -> SafeString:
    """Write a sheet out; `words` say what it shows, unless the page itself does."""
    medium = sheet.medium
    context = {
        "css_class": css_class.strip(),
        "width": number(medium.width),
        "height": number(sheet.height),
        "unit": medium.unit,
        "size": number(medium.size),
        "words": words,
        "is_said": is_said,
        "shapes": [_painted(shape, medium) for shape in sheet.shapes],
        "texts": [
            {
                "role": text.role,
                "x": number(text.x),
                "y": number(text.y),
                "fill": LETTERS[text.role],
                "anchor": text.anchor,
                "is_bold": text.is_bold,
                "shown": text.shown,
                "full": text.full if text.full != text.shown else "",
            }
            for text in sheet.texts
        ],
    }
    return render_to_string(TEMPLATE, context)


def _painted(shape: Shape, medium: Medium) -> dict[str, str]:
    paint = PAINTS[shape.role]
    return {
        "role": shape.role,
        "path": shape.path,
        "title": shape.title,
        "fill": paint.fill,
        "stroke": paint.stroke,
        "breadth": number(paint.breadth * medium.size),
        "cap": paint.cap,
    }
