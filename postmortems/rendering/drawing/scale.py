"""Where a moment stands: to scale, except where a long wait is cut out.

Cut are waits in which nothing happened, few, and only where that lets other moments
be told apart. What is left is drawn at one scale throughout.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from postmortems.rendering.drawing.moments import Timeline

MOST_CUTS = 3
# A wait is worth cutting only to a third of its length or less.
WORTHWHILE = 3
# Moments nearer than this part of the drawing look like one.
TOLD_APART = 0.015
# A wait beyond this part leaves the rest of the drawing cramped.
LOPSIDED = 0.6
# What a cut costs against one more moment told apart; a deep one costs more.
PRICE, PRICE_OF_DEPTH = 0.65, 0.12
# Around a moment that stands alone.
SURROUNDINGS = timedelta(minutes=30)


@dataclass(frozen=True)
class Piece:
    """A stretch of time drawn to scale."""

    start: datetime
    end: datetime
    left: float
    right: float


@dataclass(frozen=True)
class Cut:
    """Time that is not drawn; the gap it leaves is marked."""

    start: datetime
    end: datetime
    left: float
    right: float

    @property
    def took(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True)
class Scale:
    pieces: tuple[Piece, ...]
    rate: float

    @property
    def start(self) -> datetime:
        return self.pieces[0].start

    @property
    def end(self) -> datetime:
        return self.pieces[-1].end

    @cached_property
    def _starts(self) -> list[datetime]:
        return [piece.start for piece in self.pieces]

    @property
    def cuts(self) -> list[Cut]:
        return [Cut(a.end, b.start, a.right, b.left) for a, b in pairwise(self.pieces)]

    def x(self, at: datetime) -> float:
        """Say where a moment stands; one outside, at the edge."""
        index = bisect_right(self._starts, at) - 1
        piece = self.pieces[max(index, 0)]
        seconds = (min(max(at, piece.start), piece.end) - piece.start).total_seconds()
        return piece.left + seconds * self.rate

    def stretches(self, start: datetime, end: datetime) -> list[tuple[float, float]]:
        """Give what is drawn of a stretch, piece by piece."""
        return [
            (self.x(max(start, piece.start)), self.x(min(end, piece.end)))
            for piece in self.pieces
            if (start < piece.end and piece.start < end)
            or (start == end and piece.start <= start <= piece.end)
        ]


def scale_of(timeline: Timeline, left: float, right: float, gap: float) -> Scale:
    """Fit a timeline between two edges; a cut takes `gap`."""
    keys = [at.astimezone(UTC) for at in timeline.moments()]
    if len(keys) == 1:
        keys = [keys[0] - SURROUNDINGS, *keys, keys[0] + SURROUNDINGS]
    first, last = keys[0], keys[-1]
    inside = {at.astimezone(UTC) for at in timeline.entries if first < at < last}
    moments = sorted(inside.union(keys))
    waits = [(b - a).total_seconds() for a, b in pairwise(moments)]
    known = set(keys)
    cap = cap_of(waits, [n for n, at in enumerate(moments) if at in known])
    return _drawn(moments, waits, cap, (left, right, gap))


def cap_of(waits: Sequence[float], keys: Sequence[int]) -> float:
    """Choose how long a wait may be drawn; `keys` are the moments to tell apart."""
    longest = sorted(waits, reverse=True)[: MOST_CUTS + 1]
    best, cap = _worth(waits, keys, math.inf), math.inf
    for cuts in range(1, len(longest)):
        candidate = longest[cuts]
        if longest[cuts - 1] < WORTHWHILE * candidate:
            continue
        worth = _worth(waits, keys, candidate)
        if worth > best:
            best, cap = worth, candidate
    return cap


def _worth(waits: Sequence[float], keys: Sequence[int], cap: float) -> float:
    """Weigh how many moments are told apart against what is cut for it."""
    places, cost = [0.0], 0.0
    for wait in waits:
        places.append(places[-1] + min(wait, cap))
        if wait > cap:
            cost += PRICE + PRICE_OF_DEPTH * math.log10(wait / cap)
    whole = places[-1]
    shares = [(places[b] - places[a]) / whole for a, b in pairwise(keys)]
    apart = sum(share >= TOLD_APART for share in shares)
    is_lopsided = max(min(wait, cap) for wait in waits) / whole > LOPSIDED
    return apart - cost - is_lopsided


def _drawn(
    moments: list[datetime],
    waits: list[float],
    cap: float,
    frame: tuple[float, float, float],
) -> Scale:
    left, right, gap = frame
    cuts = sum(wait > cap for wait in waits)
    seconds = sum(min(wait, cap) for wait in waits)
    rate = (right - left - cuts * gap) / seconds
    pieces, begun = [], moments[0]
    for moment, wait in zip(moments, [*waits, 0.0], strict=True):
        if wait <= cap:
            continue
        # What is kept of a cut wait stands on both sides, half and half.
        end = moment + timedelta(seconds=cap / 2)
        reached = left + (end - begun).total_seconds() * rate
        pieces.append(Piece(begun, end, left, reached))
        begun, left = moment + timedelta(seconds=wait - cap / 2), reached + gap
    pieces.append(Piece(begun, moments[-1], left, right))
    return Scale(tuple(pieces), rate)
