"""Cuts texts to what a column holds, so that no word of them is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from postmortems.markdown_in.inline import tokens
from postmortems.models.section import LONGEST_SECTION

ELLIPSIS = "…"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """Write what stands in a heading or a mail's head without breaks of lines."""
    return CONTROL.sub(" ", text)


def shortened(text: str, most: int) -> str:
    """Cut at a blank where there is one near the end, and show that it is cut."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    blank = cut.rfind(" ")
    return (cut[:blank] if blank > most // 2 else cut).rstrip() + ELLIPSIS


def words_beyond(kept: str, written: str) -> str:
    """Give what was written where it has words that are not in what is kept."""
    return written if tokens(written) - tokens(kept) else ""


def pieces(text: str, most: int, *, in_bytes: bool = False) -> Iterator[str]:
    """Cut a text into pieces, at ends of lines if it can be, else at a blank."""
    while _size(text, in_bytes) > most:
        room = _room(text, most, in_bytes)
        place = text.rfind("\n", 1, room)
        if place < room // 4:
            place = max(place, text.rfind(" ", 1, room))
        place = place if place > 0 else room
        if piece := text[:place].strip("\n"):
            yield piece
        text = text[place:].lstrip("\n ")
    if text.strip():
        yield text


def sections_of(text: str) -> list[str]:
    return list(pieces(text, LONGEST_SECTION, in_bytes=True))


def _size(text: str, in_bytes: bool) -> int:
    return len(text.encode()) if in_bytes else len(text)


def _room(text: str, most: int, in_bytes: bool) -> int:
    """Give how many characters fit."""
    if not in_bytes:
        return most
    return len(text[:most].encode()[:most].decode("utf-8", "ignore"))
