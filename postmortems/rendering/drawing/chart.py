"""Lays a timeline out on a sheet: flags above, bars, the clock below, a legend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.durations import say
from postmortems.rendering.drawing import axis
from postmortems.rendering.drawing.bands import (
    draw_impact,
    draw_steps,
    draw_tone,
    stretch_said,
)
from postmortems.rendering.drawing.labels import stand_flags
from postmortems.rendering.drawing.moments import Timeline, Tone
from postmortems.rendering.drawing.plan import EDGE, Plan, plan_of
from postmortems.rendering.drawing.sheet import (
    ABOVE,
    Box,
    Medium,
    Sheet,
    line,
    number,
    zigzag,
)

# All in em.
STEPS_HEIGHT, IMPACT_HEIGHT = 0.85, 1.5
BETWEEN, BEFORE_AXIS = 0.4, 0.75
TICK, TICK_LINE, DAY_LINE = 0.4, 1.45, 1.35
LEGEND_LINE, SWATCH, BESIDE = 1.65, 1.7, 1.6
TOOTH, BEYOND_BARS, BELOW_BARS = 0.55, 0.4, 0.1
# From the line that begins a day to its name.
TURN = 0.45


def lay_out(timeline: Timeline, medium: Medium) -> Sheet:
    """Draw a timeline of at least one moment."""
    plan = plan_of(timeline, medium)
    sheet = plan.sheet
    top = stand_flags(plan, sheet.em(STEPS_HEIGHT))
    bars_end = reached = top + sheet.em(STEPS_HEIGHT)
    draw_steps(plan, top, reached)
    if timeline.impact:
        begun = reached + sheet.em(BETWEEN)
        bars_end = begun + sheet.em(IMPACT_HEIGHT)
        reached = draw_impact(plan, begun, bars_end)
    base = reached + sheet.em(BEFORE_AXIS)
    head, foot, over = (
        top - sheet.em(BEYOND_BARS),
        base + sheet.em(TICK),
        sheet.em(TICK),
    )
    # Words below the bars stand between the two parts of a mark.
    parts = [(head, bars_end + sheet.em(BELOW_BARS)), (base - over, foot)]
    _cuts(plan, parts if reached > bars_end else [(head, foot)], base)
    _axis(plan, base)
    sheet.height = _legend(plan, base + sheet.em(TICK_LINE + DAY_LINE))
    return sheet


def _cuts(plan: Plan, parts: Sequence[tuple[float, float]], base: float) -> None:
    """Mark what was cut out, and say how much."""
    sheet, cuts = plan.sheet, plan.scale.cuts
    if not cuts:
        return
    room = sheet.medium.width / len(cuts) - sheet.em(axis.AIR)
    said = [sheet.fit(cut_said(cut.took), room) for cut in cuts]
    halves = [sheet.measure(words) / 2 for words in said]
    wanted = [(cut.left + cut.right) / 2 for cut in cuts]
    centres = _spread(wanted, halves, sheet.medium.width, sheet.em(axis.AIR))
    y = base + sheet.em(TICK_LINE)
    for cut, words, middle, centre in zip(cuts, said, wanted, centres, strict=True):
        path = "".join(
            zigzag(x, top, bottom, sheet.em(TOOTH))
            for x in (middle - sheet.em(0.28), middle + sheet.em(0.28))
            for top, bottom in parts
        )
        sheet.draw("cut", path, cut_said(cut.took))
        sheet.write("cut-words", words, (centre, y), anchor="middle")


def cut_said(took: timedelta) -> str:
    return _("%s cut") % say(took)


def _spread(
    wanted: Sequence[float], halves: Sequence[float], width: float, air: float
) -> list[float]:
    """Move centred words apart, between the edges."""
    centres, reached = [], -air
    for middle, half in zip(wanted, halves, strict=True):
        centres.append(max(middle, reached + air + half))
        reached = centres[-1] + half
    limit = width + air
    for n in range(len(centres) - 1, -1, -1):
        centres[n] = min(centres[n], limit - air - halves[n])
        limit = centres[n] - halves[n]
    return centres


def _axis(plan: Plan, base: float) -> None:
    """Draw the clock: a line, round times, the days, and the entries as dots."""
    sheet, scale = plan.sheet, plan.scale
    for piece in scale.pieces:
        sheet.draw("axis", line(piece.left, base, piece.right, base))
    step = axis.step_of(scale, sheet.medium.size * sheet.medium.slack)
    y = base + sheet.em(TICK_LINE)
    _ticks(sheet, axis.ticks(scale, plan.clock, step), base, y)
    y += sheet.em(DAY_LINE)
    turns = axis.turns(scale, plan.clock, step)
    size, air = sheet.medium.size * sheet.medium.slack, sheet.em(TURN)
    for turn, x, name in axis.spread(turns, size, sheet.medium.width - air):
        if x == turn.x:
            sheet.draw("turn", line(x, y - sheet.em(0.85), x, y + sheet.em(0.2)))
        at_edge = x + air + sheet.measure(name, bold=True) > sheet.medium.width - air
        place_x, anchor = (sheet.medium.width, "end") if at_edge else (x + air, "start")
        sheet.write("day", name, (place_x, y), anchor=anchor, bold=True)
    for turn in turns[1:]:
        foot = base + sheet.em(TICK)
        sheet.draw("turn", line(turn.x, base - sheet.em(TICK), turn.x, foot))
    inside = [at for at in plan.timeline.entries if scale.start <= at <= scale.end]
    places = sorted({round(2 * scale.x(at)) / 2 for at in inside})
    dots = "".join(f"M{number(x)} {number(base)}h0.01" for x in places)
    sheet.draw("entry", dots)


def _ticks(sheet: Sheet, found: Sequence[axis.Tick], base: float, y: float) -> None:
    """Draw round times; those at the edges stand inside it, if there is room left."""
    width, air = sheet.medium.width, sheet.em(0.5)
    feet = (line(tick.x, base, tick.x, base + sheet.em(TICK)) for tick in found)
    sheet.draw("axis", "".join(feet))
    halves = {tick: sheet.measure(tick.label) / 2 for tick in found}
    at_edge = {
        tick: tick.x < half or tick.x > width - half for tick, half in halves.items()
    }
    for tick in sorted(found, key=lambda tick: at_edge[tick]):
        half = halves[tick]
        x = min(max(tick.x, half), width - half)
        top = y - sheet.em(ABOVE)
        if sheet.is_free(Box(x - half - air, top, x + half + air, y)):
            sheet.write("tick", tick.label, (tick.x, y), anchor="middle")


def _legend(plan: Plan, top: float) -> float:
    """Name the tones and the dots; give where the drawing ends."""
    sheet, timeline, indent = plan.sheet, plan.timeline, plan.sheet.em(EDGE)
    told: list[tuple[Tone | None, str]] = [
        (stretch.tone, stretch_said(stretch)) for stretch in timeline.stretches()
    ]
    if timeline.entries and not _counted_beside(plan, top):
        told.append((None, _entries_said(plan)))
    if not told:
        return top + sheet.em(0.3)
    x, y = indent, top + sheet.em(0.5)
    for tone, full in told:
        said = sheet.fit(full, sheet.medium.width - indent - sheet.em(SWATCH + 0.5))
        width = sheet.em(SWATCH + 0.5) + sheet.measure(said)
        if x > indent and x + width > sheet.medium.width:
            x, y = indent, y + sheet.em(LEGEND_LINE)
        middle = y + sheet.em(LEGEND_LINE / 2)
        if tone:
            half = sheet.em(STEPS_HEIGHT / 2)
            box = Box(x, middle - half, x + sheet.em(SWATCH), middle + half)
            draw_tone(sheet, tone, box)
        else:
            _dot(sheet, x + sheet.em(SWATCH / 2), middle)
        at = (x + sheet.em(SWATCH + 0.5), middle + sheet.em(0.36))
        sheet.write("legend", said, at, full=full)
        x += width + sheet.em(BESIDE)
    return y + sheet.em(LEGEND_LINE + 0.15)


def _counted_beside(plan: Plan, y: float) -> bool:
    """Name the dots at the right of the days, if there is room."""
    sheet, said = plan.sheet, _entries_said(plan)
    left = sheet.medium.width - sheet.measure(said) - sheet.em(BESIDE)
    if left < 0 or not sheet.is_free(Box(left, y - sheet.em(ABOVE), left + 1e6, y)):
        return False
    sheet.write("legend", said, (sheet.medium.width, y), anchor="end")
    _dot(sheet, left + sheet.em(BESIDE / 2), y - sheet.em(0.36))
    return True


def _dot(sheet: Sheet, x: float, y: float) -> None:
    sheet.draw("entry", f"M{number(x)} {number(y)}h0.01")


def _entries_said(plan: Plan) -> str:
    """Count the entries; those before and after the drawing are said, not drawn."""
    entries, scale = plan.timeline.entries, plan.scale
    count = len(entries)
    said = ngettext("%d timeline entry", "%d timeline entries", count) % count
    earlier = sum(at < scale.start for at in entries)
    later = sum(at > scale.end for at in entries)
    outside = [
        _("%d earlier") % earlier if earlier else "",
        _("%d later") % later if later else "",
    ]
    named = ", ".join(filter(None, outside))
    return f"{said} ({named})" if named else said
