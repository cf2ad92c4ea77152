"""The two bars: the stretches of work, and when users were affected."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from incidents.durations import say
from postmortems.rendering.drawing.moments import Stretch, Timeline, Tone
from postmortems.rendering.drawing.plan import Plan
from postmortems.rendering.drawing.sheet import Box, Sheet, arrow, hatching, rectangle
from postmortems.rendering.drawing.words import times_said

# All in em. Even what took seconds in weeks must be seen.
NARROWEST = 0.2
# Between two strokes, and how far they lean; where nothing is said, none.
PATTERNS = {Tone.REACT: (0.42, 0.0), Tone.MITIGATE: (0.75, 1.0)}


def _bars(
    plan: Plan, start: datetime, end: datetime, top: float, bottom: float
) -> list[Box]:
    """Give what is drawn of a stretch."""
    width, narrowest = plan.sheet.medium.width, plan.sheet.em(NARROWEST)
    found = []
    for left, right in plan.scale.stretches(start, end):
        right = min(max(right, left + narrowest), width)
        found.append(Box(min(left, right - narrowest), top, right, bottom))
    return found


def draw_steps(plan: Plan, top: float, bottom: float) -> None:
    """Draw the stretches of work, each in its tone, on a pale track."""
    sheet = plan.sheet
    marks = [shape for shape in sheet.shapes if shape.role == "mark"]
    sheet.shapes = [shape for shape in sheet.shapes if shape.role != "mark"]
    for piece in plan.scale.pieces:
        sheet.draw("track", rectangle(piece.left, top, piece.right, bottom))
    for stretch in plan.timeline.stretches():
        said = stretch_said(stretch)
        for box in _bars(plan, stretch.start, stretch.end, top, bottom):
            draw_tone(sheet, stretch.tone, box, said)
    sheet.shapes += marks


def stretch_said(stretch: Stretch) -> str:
    names = f"{stretch.first.label} → {stretch.last.label}"
    return f"{names}: {say(stretch.took)}"


def draw_tone(sheet: Sheet, tone: Tone, box: Box, title: str = "") -> None:
    edges = (box.left, box.top, box.right, box.bottom)
    sheet.draw(f"step {tone}", rectangle(*edges), title)
    if tone in PATTERNS:
        step, lean = PATTERNS[tone]
        sheet.draw(f"strokes {tone}", hatching(box, sheet.em(step), lean))


def draw_impact(plan: Plan, top: float, bottom: float) -> float:
    """Draw when users were affected, with words in or beside the bars."""
    timeline, sheet = plan.timeline, plan.sheet
    stretches, bars = timeline.affected(), []
    for n, (start, end) in enumerate(stretches):
        boxes = _bars(plan, start, end, top, bottom)
        runs_on = timeline.is_running and n == len(stretches) - 1
        for box in boxes:
            is_end = runs_on and box is boxes[-1]
            form = arrow if is_end else rectangle
            path = form(box.left, box.top, box.right, box.bottom)
            sheet.draw("impact", path, say(end - start))
        bars += boxes
    now = plan.clock.time(timeline.until)
    return _impact_words(plan, impact_said(timeline, now), bars)


def impact_said(timeline: Timeline, now: str) -> str:
    span = say(timeline.affected_for())
    said = _("Users affected: %s") % span + times_said(len(timeline.affected()))
    if not timeline.is_running:
        return said
    return _("%(said)s, and still at %(now)s") % {"said": said, "now": now}


def _impact_words(plan: Plan, said: str, bars: list[Box]) -> float:
    """Write in the broadest bar, else beside the bars, else below them."""
    sheet, air = plan.sheet, plan.sheet.em(0.6)
    width = sheet.measure(said, bold=True) + air
    top, bottom = bars[0].top, bars[0].bottom
    base = (top + bottom) / 2 + sheet.em(0.36)
    best = max(bars, key=lambda box: box.right - box.left)
    if best.right - best.left >= width + 2 * air:
        sheet.write("in-impact", said, (best.left + air, base), bold=True)
        return bottom
    first, last = min(box.left for box in bars), max(box.right for box in bars)
    if _is_clear(plan, last, last + width):
        sheet.write("of-impact", said, (last + air, base), bold=True)
        return bottom
    if _is_clear(plan, first - width, first):
        sheet.write("of-impact", said, (first - air, base), anchor="end", bold=True)
        return bottom
    shown = sheet.fit(said, sheet.medium.width, bold=True)
    at = (first, bottom + sheet.em(1.2))
    sheet.write("of-impact", shown, at, bold=True, full=said)
    return bottom + sheet.em(1.4)


def _is_clear(plan: Plan, left: float, right: float) -> bool:
    """Tell whether words fit there: between the edges, across no cut."""
    cuts = plan.scale.cuts
    is_cut = any(left < cut.right and cut.left < right for cut in cuts)
    return left >= 0 and right <= plan.sheet.medium.width and not is_cut
