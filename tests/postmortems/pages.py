"""Reads a PDF as a reader does: pages, words and where they stand, by poppler."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

# Head and foot of a page stand within these of its edges, in points.
HEAD, FOOT = 50, 54
# Letters of the watermark are larger than anything else.
WATERMARK = 35
# Between the bottoms of words of one line.
SAME_LINE = 3

PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.S)
WORD = re.compile(
    r'<word xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="(-?[\d.]+)" yMax="(-?[\d.]+)">'
    r"(.*?)</word>",
    re.S,
)
HEADING = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", re.S)
DAY = re.compile(r'<span class="zone">(.*?)</span>(.*?)</th>', re.S)
TAG = re.compile(r"<[^>]+>")


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
            if word.top > HEAD - 1
            and word.bottom < self.height - FOOT + 2
            and word.bottom - word.top < WATERMARK
        ]
        return sorted(inside, key=lambda word: (word.top, word.left))

    @property
    def last_line(self) -> str:
        if not self.body:
            return ""
        lowest = max(word.bottom for word in self.body)
        last = [word for word in self.body if abs(word.bottom - lowest) < SAME_LINE]
        return " ".join(word.text for word in sorted(last, key=lambda word: word.left))


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


def headings_in(document: str) -> set[str]:
    """Give what must not stand last on a page: headings, and the titles of days."""
    found = [_words(each) for each in HEADING.findall(document)]
    days = [_words(f"{day} {zone}") for zone, day in DAY.findall(document)]
    return {*found, *days}


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _words(markup: str) -> str:
    return " ".join(html.unescape(TAG.sub("", markup)).split())


def _word(left: str, top: str, right: str, bottom: str, text: str) -> Word:
    edges = map(float, (left, top, right, bottom))
    return Word(*edges, html.unescape(text))
