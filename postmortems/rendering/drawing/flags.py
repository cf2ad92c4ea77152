"""Places the labels of moments above the line: a pole each, and text beside it.

Poles keep the order of their moments, so that their feet never cross. A pole rises
through the lanes below its own, where no text may stand in its way. Which label takes
which lane is searched for; where the poles then stand follows from distances that each
pair must keep, by the least shift.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

# All in em: between poles; between two texts; from a pole to its text.
SPACING, GAP, PADDING = 0.75, 1.1, 0.4
# States kept at each step of the search, lanes it may use, and results weighed.
BEAM, LANES, WEIGHED = 4, 9, 2
# What one more lane costs, in em of shift.
PRICE_OF_LANE = 4.0
PREFER_LOW, PREFER_RIGHT = 0.2, 0.3


@dataclass(frozen=True)
class Flag:
    """A label to be placed: where its moment stands, and how broad its text is."""

    x: float
    width: float


@dataclass(frozen=True)
class Placed:
    """A pole, the lane of its text counted from below, and the text's left edge."""

    pole: float
    lane: int
    left: float


class _Choice(NamedTuple):
    """A lane for a label, and how far its text reaches left and right of the pole."""

    lane: int
    left: float
    right: float


class _State(NamedTuple):
    """How the labels so far stand: each lane's right edge and its last pole."""

    cost: float
    choices: tuple[_Choice, ...]
    edges: tuple[float, ...]
    poles: tuple[float, ...]
    last: float


def broadest(room: float, count: int) -> float:
    """Say how broad a text may be so that all can be placed, whatever their times."""
    return room - max(count - 1, 0) * SPACING - PADDING


def place(flags: Sequence[Flag], room: float) -> list[Placed]:
    """Place labels whose moments are in order, between 0 and `room`, all in em."""
    best: tuple[float, list[Placed]] | None = None
    for count in range(_fewest(flags, room), min(len(flags), LANES) + 1):
        found = (
            _settled(flags, choices, room) for choices in _searched(flags, count, room)
        )
        better = min(filter(None, found), key=lambda each: each[0], default=None)
        if best and (better is None or better[0] >= best[0]):
            break
        best = better or best
    return best[1] if best else _on_stairs(flags, room)


def _on_stairs(flags: Sequence[Flag], room: float) -> list[Placed]:
    """Give each label a lane of its own, the last resort: that fits always."""
    last = len(flags) - 1
    stairs = tuple(
        _Choice(last - n, 0.0, flag.width + PADDING) for n, flag in enumerate(flags)
    )
    settled = _settled(flags, stairs, room)
    return settled[1] if settled else []


def _fewest(flags: Sequence[Flag], room: float) -> int:
    """Say how many lanes it takes at least, whatever the order."""
    breadth = sum(flag.width + PADDING + GAP for flag in flags)
    return max(math.ceil(breadth / (room + GAP)), 1)


def _choices(flag: Flag, count: int, room: float) -> list[_Choice]:
    """List the lanes and sides a label may take; to the left only where it fits."""
    breadth = flag.width + PADDING
    fits_left, fits_right = flag.x >= breadth, flag.x + breadth <= room
    reach = [(0.0, breadth)] if fits_right or not fits_left else []
    if fits_left:
        reach.append((breadth, 0.0))
    return [_Choice(lane, *each) for lane in range(count) for each in reach]


def _searched(
    flags: Sequence[Flag], count: int, room: float
) -> list[tuple[_Choice, ...]]:
    """Choose from left to right, keeping the few beginnings that shift least."""
    nowhere = (float("-inf"),) * count
    beam = [_State(0.0, (), nowhere, nowhere, nowhere[0])]
    for flag in flags:
        choices = _choices(flag, count, room)
        grown = [
            (_stood(state, flag.x, choice), state, choice)
            for state in beam
            for choice in choices
        ]
        grown.sort(key=lambda each: each[0][0])
        beam = [_with(state, choice, *stood) for stood, state, choice in grown[:BEAM]]
    return [state.choices for state in beam[:WEIGHED]]


def _stood(state: _State, x: float, choice: _Choice) -> tuple[float, float]:
    """Give the cost of one more label, and how far right those before it push it."""
    edges, poles = state.edges, state.poles
    lane, left, _right = choice
    pole = max(x, edges[lane] + GAP + left, state.last + SPACING)
    if left:
        pole = max(pole, max(poles[lane:]) + SPACING + left)
    if lane:
        pole = max(pole, max(edges[:lane]) + SPACING)
    leaning = PREFER_RIGHT if left else 0.0
    return state.cost + pole - x + PREFER_LOW * lane + leaning, pole


def _with(state: _State, choice: _Choice, cost: float, pole: float) -> _State:
    lane, edges, poles = choice.lane, list(state.edges), list(state.poles)
    edges[lane], poles[lane] = pole + choice.right, pole
    return _State(cost, (*state.choices, choice), tuple(edges), tuple(poles), pole)


def _settled(
    flags: Sequence[Flag], choices: tuple[_Choice, ...], room: float
) -> tuple[float, list[Placed]] | None:
    """Stand the poles as near to their moments as the others and the edges allow."""
    apart = [[_distance(a, b) for a in choices[:n]] for n, b in enumerate(choices)]
    wanted = [flag.x for flag in flags]
    lowest = _pushed_right([left for _lane, left, _right in choices], apart)
    highest = _pushed_left([room - right for _lane, _left, right in choices], apart)
    if any(low > high + 1e-9 for low, high in zip(lowest, highest, strict=True)):
        return None
    to_right, to_left = _pushed_right(wanted, apart), _pushed_left(wanted, apart)
    poles = [
        min(max((a + b) / 2, low), high)
        for a, b, low, high in zip(to_right, to_left, lowest, highest, strict=True)
    ]
    cost = PRICE_OF_LANE * (max(lane for lane, _left, _right in choices) + 1)
    placed = []
    for pole, x, (lane, left, _right) in zip(poles, wanted, choices, strict=True):
        cost += abs(pole - x) + PREFER_LOW * lane + (PREFER_RIGHT if left else 0)
        placed.append(Placed(pole, lane, pole - left if left else pole + PADDING))
    return cost, placed


def _distance(before: _Choice, after: _Choice) -> float:
    """Say how far one pole must stand from that of a label before it."""
    if before.lane == after.lane:
        return before.right + GAP + after.left
    return SPACING + (after.left if before.lane > after.lane else before.right)


def _pushed_right(places: list[float], apart: list[list[float]]) -> list[float]:
    found: list[float] = []
    for place_, distances in zip(places, apart, strict=True):
        pushed = (x + d for x, d in zip(found, distances, strict=True))
        found.append(max([place_, *pushed]))
    return found


def _pushed_left(places: list[float], apart: list[list[float]]) -> list[float]:
    found = list(places)
    for j in range(len(places) - 1, -1, -1):
        for i in range(j):
            found[i] = min(found[i], found[j] - apart[j][i])
    return found


def are_shifted(flags: Sequence[Flag], placed: Sequence[Placed]) -> bool:
    """Tell whether any pole stands beside its moment."""
    return any(
        abs(flag.x - one.pole) > 0.01 for flag, one in zip(flags, placed, strict=True)
    )
