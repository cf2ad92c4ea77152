"""Where each word of a document stands, kept beside the tests and compared.

A file has a line for each word: page, left, top and right edge in tenths of a point,
the word. Kept anew on purpose only, after looking at what has moved:

    RENEW_BOXES=1 make test ARGS=tests/postmortems/test_pdf_boxes.py
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.postmortems.pages import Page

FOLDER = Path(__file__).parent
RENEW = bool(os.environ.get("RENEW_BOXES"))
TOLERANCE = 2.0  # points


class Box(NamedTuple):
    page: int
    left: float
    top: float
    right: float
    text: str

    @property
    def place(self) -> str:
        return f"({self.left:.1f}, {self.top:.1f})"


def boxes_of(pages: Iterable[Page]) -> list[Box]:
    """Give the words in the order the file has them, which is that of reading."""
    return [
        Box(number, word.left, word.top, word.right, word.text)
        for number, page in enumerate(pages, start=1)
        for word in page.words
    ]


def kept(name: str) -> list[Box]:
    text = gzip.decompress((FOLDER / f"{name}.gz").read_bytes()).decode()
    return [_box(line) for line in text.splitlines()]


def keep(name: str, boxes: Iterable[Box]) -> None:
    lines = "".join(
        f"{b.page} {b.left * 10:.0f} {b.top * 10:.0f} {b.right * 10:.0f} {b.text}\n"
        for b in boxes
    )
    # Without the time of day, so that the same boxes make the same file.
    (FOLDER / f"{name}.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))


def first_moved(expected: list[Box], found: list[Box]) -> str:
    """Say which word is the first that moved, came or went; nothing if none did."""
    for was, now in zip(expected, found, strict=False):
        if was.text != now.text:
            return (
                f"page {was.page}: “{was.text}” was here, now “{now.text}” {now.place}"
            )
        if was.page != now.page:
            return f"“{was.text}” moved from page {was.page} to page {now.page}"
        edges = zip(was[1:4], now[1:4], strict=True)
        if any(abs(before - after) > TOLERANCE for before, after in edges):
            return f"page {was.page}: “{was.text}” moved {was.place} to {now.place}"
    if len(expected) == len(found):
        return ""
    longer = max(expected, found, key=len)
    box = longer[min(len(expected), len(found))]
    verb = "went" if longer is expected else "came"
    return f"page {box.page}: “{box.text}” {verb} at the end"


def _box(line: str) -> Box:
    page, left, top, right, text = line.split(" ", 4)
    return Box(int(page), int(left) / 10, int(top) / 10, int(right) / 10, text)
