"""Phrases of words: read from a line of the file, and found in a sentence.

Every phrase is tried only where its first certain word stands, and looks at a bounded
number of words around it: the time it takes grows with the text, and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

LONGEST_PHRASE = 12
LONGEST_GAP = 3
MOST_GAPS = 2
PLAIN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


class Role(Enum):
    """What a word is to a phrase besides itself."""

    PERSON = "<person>"
    OWNER = "<person's>"
    DONE = "<done>"


GAP = "..."


@dataclass(frozen=True)
class Word:
    """A word of a text: how it is compared, and what else it is."""

    plain: str
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Element:
    """One place of a phrase: some words, a role, or a gap."""

    words: frozenset[str] = frozenset()
    role: Role | None = None
    is_optional: bool = False
    is_gap: bool = False

    @property
    def is_certain(self) -> bool:
        return bool(self.words) and not self.is_optional

    def takes(self, word: Word) -> bool:
        return word.plain in self.words or self.role in word.roles


@dataclass(frozen=True)
class Phrase:
    elements: tuple[Element, ...]

    @classmethod
    def parse(cls, text: str) -> Phrase:
        """Read a phrase, or raise ValueError with what is wrong with it."""
        elements = tuple(_element(each) for each in text.split())
        if len(elements) > LONGEST_PHRASE:
            raise ValueError(f"“{text}” has more than {LONGEST_PHRASE} places")
        if sum(each.is_gap for each in elements) > MOST_GAPS:
            raise ValueError(f"“{text}” has more than {MOST_GAPS} gaps")
        if not any(each.is_certain for each in elements):
            raise ValueError(f"“{text}” has no word of its own")
        if elements[0].is_gap or elements[-1].is_gap or elements[0].is_optional:
            raise ValueError(f"“{text}” must begin and end with something certain")
        return cls(elements)

    @cached_property
    def anchor(self) -> frozenset[str]:
        """Give the words at one of which it is looked for."""
        return self.elements[self._before].words

    @cached_property
    def _before(self) -> int:
        return next(n for n, each in enumerate(self.elements) if each.is_certain)

    @cached_property
    def _reach(self) -> tuple[int, int]:
        """Give how many words at most, and at least, stand before the anchor."""
        before = self.elements[: self._before]
        longest = sum(LONGEST_GAP if each.is_gap else 1 for each in before)
        return longest, sum(not (each.is_gap or each.is_optional) for each in before)

    def at(self, words: Sequence[Word], place: int) -> tuple[int, int] | None:
        """Give where it begins and ends if its anchor is the word at this place."""
        longest, shortest = self._reach
        for start in range(max(0, place - longest), place - shortest + 1):
            if not self.elements[0].takes(words[start]):
                continue
            end = self._matched(1, words, start + 1)
            if end > place:
                return start, end
        return None

    def _matched(self, number: int, words: Sequence[Word], place: int) -> int:
        """Give the place behind the match of the elements from this on, or -1."""
        if number == len(self.elements):
            return place
        element = self.elements[number]
        if element.is_gap:
            for each in range(place, min(place + LONGEST_GAP, len(words)) + 1):
                end = self._matched(number + 1, words, each)
                if end >= 0:
                    return end
            return -1
        if place < len(words) and element.takes(words[place]):
            end = self._matched(number + 1, words, place + 1)
            if end >= 0:
                return end
        return self._matched(number + 1, words, place) if element.is_optional else -1


def _element(text: str) -> Element:
    if text == GAP:
        return Element(is_gap=True)
    for role in Role:
        if text == role.value:
            return Element(role=role)
    is_optional = text.startswith("[") and text.endswith("]")
    words = (text[1:-1] if is_optional else text).split("|")
    for word in words:
        if not PLAIN.fullmatch(word):
            raise ValueError(f"“{word}” in “{text}” is no word")
    return Element(frozenset(map(compared, words)), is_optional=is_optional)


def compared(word: str) -> str:
    """Give a word as it is compared: in small letters, with one sort of apostrophe."""
    return word.casefold().replace("’", "'")


class Finder:
    """Finds many phrases in sentences at once."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._by_anchor: dict[str, list[tuple[int, Phrase]]] = {}
        for number, phrase in enumerate(phrases):
            for word in phrase.anchor:
                self._by_anchor.setdefault(word, []).append((number, phrase))

    def has_none_of(self, words: Iterable[str]) -> bool:
        """Say whether no phrase can stand where these words do."""
        return self._by_anchor.keys().isdisjoint(words)

    def find(self, words: Sequence[Word]) -> Iterator[tuple[int, int, int]]:
        """Give which phrase stands from which word to which; no two overlap."""
        reached = 0
        for place, word in enumerate(words):
            if place < reached:
                continue
            for number, phrase in self._by_anchor.get(word.plain, ()):
                found = phrase.at(words, place)
                if found and found[0] >= reached:
                    yield number, *found
                    reached = found[1]
                    break
