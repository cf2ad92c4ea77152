"""Cuts a message that is too long for one post into several, and loses none of it.

A chat that is sent too much refuses it, cuts it off, or makes a file of it. What counts
there is not what a person counts: bytes, or the signs that it is written with.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from incidents.choices import HookKind

ROOM_FOR_NUMBER = 20


@dataclass(frozen=True)
class Limit:
    """What one post may hold, and how that is counted."""

    most: int
    weigh: Callable[[str], int]


def _escaped(text: str) -> int:
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def _written_as_json(text: str) -> int:
    return len(json.dumps(text))


def _twofold(text: str) -> int:
    """Count for ntfy: 4,000 bytes as they are, and 6,400 as they are sent."""
    return max(len(text.encode()) * 8 // 5, _written_as_json(text))


LIMITS: dict[str, Limit] = {
    # 40,000 characters, with three signs written as entities.
    HookKind.SLACK: Limit(35_000, _escaped),
    # 28 KB for the whole card, in which other letters than ours take six bytes each.
    HookKind.TEAMS: Limit(24_000, _written_as_json),
    # 16,383 characters.
    HookKind.MATTERMOST: Limit(16_000, len),
    # 4,096 bytes, and with its title 8,000 of JSON: more becomes a file, or is refused
    # where files are not allowed.
    HookKind.NTFY: Limit(6_400, _twofold),
}


def parts_of(kind: str, text: str) -> list[str]:
    """Give what to post, one after the other; from the second on with its number."""
    limit = LIMITS.get(kind)
    if limit is None or limit.weigh(text) <= limit.most:
        return [text]
    parts, rest = [], text
    while rest:
        end = _end(rest, limit)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip("\r\n")
    numbered = enumerate(parts[1:], start=2)
    return [parts[0], *(f"({n}/{len(parts)}) {part}" for n, part in numbered)]


def _end(text: str, limit: Limit) -> int:
    """Find where the next post ends: at a line, else at a word, else where it must."""
    most = limit.most - ROOM_FOR_NUMBER
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if limit.weigh(text[:middle]) <= most else (low, middle - 1)
        )
    if low == len(text):
        return low
    for sign in ("\n", " "):
        if (found := text.rfind(sign, low // 2, low)) > 0:
            return found + 1
    return low
