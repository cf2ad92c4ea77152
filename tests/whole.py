"""How much of the long lines is tried: a part by `make test`, all of it elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

import pytest

T = TypeVar("T")

# `make full`: everything.
FULL = bool(os.environ.get("FULL"))
# The second suite of `.ci/run`, on PostgreSQL: what a browser does by hand, too.
BY_HAND = FULL or bool(os.environ.get("DATABASE_URL"))
by_hand = pytest.mark.skipif(not BY_HAND, reason="long: tried in CI, on PostgreSQL")


def a_tenth(part: int, things: Iterable[T]) -> list[T]:
    """Give what `make full` tries whole, CI a tenth of, and this one in so many of."""
    return list(things)[:: 1 if FULL else 10 if BY_HAND else part]


def one_in(part: int, things: Iterable[T]) -> list[T]:
    """Give one in so many of the pages, widths … that a browser goes through."""
    return list(things)[:: 1 if BY_HAND else part]
