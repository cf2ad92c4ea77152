"""Counts words, so that nothing of a write-up is lost unseen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from postmortems.markdown_in.inline import tokens
from postmortems.markdown_in.preparing import prepare
from postmortems.markdown_in.writeup import WriteUp, pieces_of

# Marks of quotes and lists, their numbers included, are no words.
# Python before 3.11.5 loses its place in a group that repeats and gives nothing back.
MARKS = re.compile(r"(?:[\s>]|(?:[-*+•◦▪‣]|\d{1,9}[.)]|\[[ xX]\])(?=\s|$))*")


def words_of(text: str) -> Counter[str]:
    """Count the words of a text, but not the marks of Markdown and HTML."""
    lines = prepare(text).split("\n")
    return _counted(MARKS.sub("", line, count=1) for line in lines)


def words_of_writeup(writeup: WriteUp) -> Counter[str]:
    """Count the words of all that was recognised."""
    return _counted(writeup.pieces())


def lost_words(text: str, writeup: WriteUp) -> Counter[str]:
    """Count the words of the text that are not found in the write-up."""
    return words_of(text) - words_of_writeup(writeup)


def outside(writeup: WriteUp) -> float:
    """Give the share of the words that lie in sections without a meaning."""
    every = words_of_writeup(writeup).total()
    strange = _counted(
        piece
        for section in writeup.sections
        if section.meaning is None
        for piece in pieces_of(section)
    )
    return strange.total() / every if every else 0.0


def _counted(texts: Iterable[str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(tokens(text))
    return counted
