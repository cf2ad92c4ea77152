"""Durations against their targets: a table with a bar in each row, at one scale.

What is far longer than the rest is cut, and marked so, lest it flatten the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from incidents.durations import say
from postmortems.rendering.drawing.sheet import (
    Box,
    Medium,
    Sheet,
    dashes,
    hatching,
    line,
    rectangle,
    zigzag,
)
from postmortems.rendering.drawing.svg import written

TEMPLATE = "postmortems/drawing/durations.html"
PRINTED = Medium(width=140, size=7.5, unit="pt")
READ = Medium(width=240, size=12, slack=1.15)
# Of the width, what is at scale; beyond stands what was cut.
AT_SCALE, CUT, BEYOND, FURTHEST = 0.84, 0.9, 0.955, 0.99
# A bar shorter than this part says nothing; each cut costs half of what it lets see.
SEEN, PRICE = 0.03, 0.5
WORTHWHILE = 1.5
HEIGHT, BAR, NARROWEST = 1.7, 0.8, 0.2


class Outcome(StrEnum):
    MET = "met"
    MISSED = "missed"
    NO_TARGET = "no_target"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Duration:
    """How long a step took, and the target; `target_words` where it is no plain time.

    `note` says why something is not known.
    """

    label: str
    took: timedelta | None
    target: timedelta | None
    outcome: Outcome
    target_words: str = ""
    note: str = ""

    @property
    def took_said(self) -> str:
        return "—" if self.took is None else say(self.took)

    @property
    def target_said(self) -> str:
        if self.target_words:
            return self.target_words
        return "—" if self.target is None else say(self.target)

    @property
    def outcome_said(self) -> str:
        """Say how it ended, in words that need no colour."""
        if self.outcome == Outcome.MET:
            return _("met")
        if self.outcome == Outcome.NO_TARGET:
            return _("no target")
        if self.outcome == Outcome.NOT_KNOWN:
            return _("not known: %s") % self.note if self.note else _("not known")
        if self.took is None or self.target is None or self.took <= self.target:
            return _("missed")
        return _("missed by %s") % say(self.took - self.target)

    def in_words(self) -> str:
        """Tell the row in one line: “To detect: 18 min of 15 min, missed by 3 min”."""
        if self.took is None:
            return f"{self.label}: {self.outcome_said}"
        took = self.took_said
        if self.target is not None or self.target_words:
            values = {"took": took, "target": self.target_said}
            took = _("%(took)s of %(target)s") % values
        return f"{self.label}: {took}, {self.outcome_said}"


@dataclass(frozen=True)
class _Row:
    duration: Duration
    bar: SafeString


def draw_durations(
    durations: Sequence[Duration], medium: Medium = PRINTED
) -> SafeString:
    """Set durations as a table with bars; none give nothing."""
    if not durations:
        return SafeString()
    cap = cap_of(durations)
    rows = [
        _Row(
            duration,
            written(
                bar_of(duration, cap, medium), duration.in_words(), "bar", is_said=True
            ),
        )
        for duration in durations
    ]
    is_cut = any(_is_beyond(duration, cap) for duration in durations)
    return render_to_string(TEMPLATE, {"rows": rows, "is_cut": is_cut})


def _lengths(duration: Duration) -> list[float]:
    spans = (duration.took, duration.target)
    return [max(span.total_seconds(), 0.0) for span in spans if span is not None]


def _is_beyond(duration: Duration, cap: float) -> bool:
    return any(length > cap for length in _lengths(duration))


def cap_of(durations: Sequence[Duration]) -> float:
    """Choose the length at which bars are cut: where most can be told from nothing."""
    lengths = sorted(
        (length for each in durations for length in _lengths(each) if length),
        reverse=True,
    )
    best, cap = float("-inf"), max(lengths, default=1.0)
    for cuts, candidate in enumerate(lengths[: len(lengths) // 2 + 1]):
        if cuts and lengths[cuts - 1] < WORTHWHILE * candidate:
            continue
        seen = sum(length >= SEEN * candidate for length in lengths)
        if seen - PRICE * cuts > best:
            best, cap = seen - PRICE * cuts, candidate
    return cap


def bar_of(duration: Duration, cap: float, medium: Medium) -> Sheet:
    """Draw one row: the bar, what is over the target, and the target."""
    sheet = Sheet(medium, height=medium.size * HEIGHT)
    middle, half = sheet.height / 2, sheet.em(BAR / 2)
    if duration.took is None:
        sheet.draw("unknown", dashes(0, middle, medium.width, sheet.em(0.35)))
    else:
        sheet.draw("axis", line(0, middle, medium.width, middle))
    took, target = _places(duration, cap, medium.width)
    if took is not None:
        took = max(took, sheet.em(NARROWEST))
        is_over = duration.outcome == Outcome.MISSED
        within = min(took, target) if is_over and target is not None else took
        sheet.draw("bar", rectangle(0, middle - half, within, middle + half))
        if within < took:
            over = Box(within, middle - half, took, middle + half)
            sheet.draw("over", rectangle(within, over.top, took, over.bottom))
            sheet.draw("strokes over", hatching(over, sheet.em(0.6), 1.0))
    if target is not None:
        tall = sheet.em(HEIGHT / 2 - 0.1)
        sheet.draw("target", line(target, middle - tall, target, middle + tall))
    if _is_beyond(duration, cap):
        _cut(sheet, CUT * medium.width, middle)
    return sheet


def _cut(sheet: Sheet, x: float, middle: float) -> None:
    """Take a piece out of the bar, between two jagged lines."""
    half, tall = sheet.em(0.28), sheet.em(HEIGHT / 2 - 0.15)
    top, bottom = middle - tall, middle + tall
    sheet.draw("gap", rectangle(x - half, top, x + half, bottom))
    for side in (x - half, x + half):
        sheet.draw("cut", zigzag(side, top, bottom, sheet.em(0.5)))


def _places(
    duration: Duration, cap: float, width: float
) -> tuple[float | None, float | None]:
    """Say where the bar ends and where the target stands; beyond the cut, in order."""
    took, target = (
        None if span is None else max(span.total_seconds(), 0.0)
        for span in (duration.took, duration.target)
    )
    return (
        _place(took, target, cap, width, is_equal_last=False),
        _place(target, took, cap, width, is_equal_last=True),
    )


def _place(
    length: float | None,
    other: float | None,
    cap: float,
    width: float,
    *,
    is_equal_last: bool,
) -> float | None:
    if length is None:
        return None
    if length <= cap:
        return length / cap * AT_SCALE * width
    if other is None or other <= cap:
        return BEYOND * width
    is_last = length >= other if is_equal_last else length > other
    return (FURTHEST if is_last else BEYOND) * width
