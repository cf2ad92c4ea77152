"""Reads a PDF as a reader does: pages, words and where they stand, by poppler."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from postmortems.outline import OUTLINE

HEADINGS = {*(str(each.title) for each in OUTLINE), "Action items", "Timeline"}
POINTS_PER_MM = 72 / 25.4
# The edges of the text on every page; the running head and foot stand outside.
TOP, BOTTOM, LEFT = (each * POINTS_PER_MM for each in (20, 297 - 24, 20))
TEXT_COLUMN = (20 + 40) * POINTS_PER_MM
AUTHOR_COLUMN = (210 - 20 - 28) * POINTS_PER_MM
# Letters of the watermark are larger than anything else.
WATERMARK = 35

PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.S)
WORD = re.compile(
    r'<word xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="(-?[\d.]+)" yMax="(-?[\d.]+)">'
    r"(.*?)</word>",
    re.S,
)


@dataclass(frozen=True)
class Word:
    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(frozen=True)
class Page:
    width: float
    height: float
    words: list[Word]

    @property
    def body(self) -> list[Word]:
        """The words between head and foot, line by line, without the watermark."""
        inside = [
            word
            for word in self.words
            if word.top > TOP - 1
            and word.bottom < BOTTOM + 2
            and word.bottom - word.top < WATERMARK
        ]
        return sorted(inside, key=lambda word: (word.top, word.left))

    @property
    def last_line(self) -> str:
        lowest = max(word.bottom for word in self.body)
        return " ".join(w.text for w in self.body if abs(w.bottom - lowest) < 3)


def pages_of(bbox: str) -> list[Page]:
    """Read what `pdftotext -bbox` prints."""
    return [
        Page(float(width), float(height), [_word(*each) for each in WORD.findall(body)])
        for width, height, body in PAGE.findall(bbox)
    ]


def words_outside(pages: list[Page]) -> list[str]:
    return [
        word.text
        for page in pages
        for word in page.words
        if word.left < 0
        or word.top < 0
        or word.right > page.width
        or word.bottom > page.height
    ]


def timeline_words(pages: list[Page]) -> list[Word]:
    """Give the words of the timeline, which is the last part, in reading order."""
    words = [word for page in pages for word in page.body]
    starts = [n for n, word in enumerate(words) if word.text == "Timeline"]
    return words[starts[-1] + 1 :]


def _word(left: str, top: str, right: str, bottom: str, text: str) -> Word:
    edges = map(float, (left, top, right, bottom))
    return Word(*edges, html.unescape(text))
