"""What changed between two texts, word by word, in bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Comparing takes up to the product of both: more is compared by lines, then whole.
MOST_PAIRS = 1_000_000
# Of what stayed the same, this much is shown before and after a change.
AROUND = 160


class Fate(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"
    CUT = "cut"


@dataclass(frozen=True)
class Stretch:
    fate: Fate
    text: str


def differences(old: str, new: str) -> list[Stretch]:
    """Give the texts as stretches that stayed, went or came."""
    return list(_joined(_by_lines(old, new)))


def shortened(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """Cut what stayed the same down to what stands around a change."""
    last = len(stretches) - 1
    for place, each in enumerate(stretches):
        text = each.text
        before = text[:AROUND] if place > 0 else ""
        after = text[-AROUND:] if place < last else ""
        if each.fate != Fate.SAME or len(before) + len(after) >= len(text):
            yield each
            continue
        if before:
            yield Stretch(Fate.SAME, before)
        yield Stretch(Fate.CUT, "")
        if after:
            yield Stretch(Fate.SAME, after)


def _by_lines(old: str, new: str) -> Iterator[Stretch]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for was, now in _compared(before, after):
        if was == now:
            yield Stretch(Fate.SAME, "".join(was))
        else:
            yield from _by_words("".join(was), "".join(now))


def _by_words(old: str, new: str) -> Iterator[Stretch]:
    for was, now in _compared(WORDS.findall(old), WORDS.findall(new)):
        if was == now:
            yield Stretch(Fate.SAME, "".join(was))
        else:
            yield Stretch(Fate.GONE, "".join(was))
            yield Stretch(Fate.NEW, "".join(now))


def _compared(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Pair what corresponds; what is too much to compare is one pair."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    most = min(len(before), len(after)) - start
    while end < most and before[-1 - end] == after[-1 - end]:
        end += 1
    yield before[:start], after[:start]
    was = before[start : len(before) - end]
    now = after[start : len(after) - end]
    if len(was) * len(now) > MOST_PAIRS:
        yield was, now
    else:
        matcher = SequenceMatcher(None, was, now, autojunk=False)
        for _tag, a, b, c, d in matcher.get_opcodes():
            yield was[a:b], now[c:d]
    yield before[len(before) - end :], after[len(after) - end :]


def _joined(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """Put neighbours of one fate together: first all that went, then all that came."""
    gone = came = same = ""
    for each in stretches:
        if not each.text:
            continue
        if each.fate == Fate.SAME:
            yield from _filled(Stretch(Fate.GONE, gone), Stretch(Fate.NEW, came))
            gone = came = ""
            same += each.text
            continue
        yield from _filled(Stretch(Fate.SAME, same))
        same = ""
        gone += each.text if each.fate == Fate.GONE else ""
        came += each.text if each.fate == Fate.NEW else ""
    yield from _filled(
        Stretch(Fate.SAME, same), Stretch(Fate.GONE, gone), Stretch(Fate.NEW, came)
    )


def _filled(*stretches: Stretch) -> Iterator[Stretch]:
    return (each for each in stretches if each.text)
