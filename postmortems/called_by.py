"""How people are called in a text, and how a text is searched for it.

Who took part is looked for in every spelling: any case, with or without accents, with
signs of Markdown between the letters, with an s behind it. A name that is an everyday
word as well is one only with its capital. Of all others who have a log-in, a single
name is taken as it is written, and an everyday word only within a sentence: nobody's
name is worth making “Mark it as done” unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from unicodedata import normalize

from postmortems.everyday_words import EVERYDAY, LITTLE

PLAIN = re.compile(r"[^\W\d_]+")
WORD = re.compile(r"[^\W_]+")
NOTE = re.compile(r"\[\^[^\]\s]*\]")
# What may stand between two letters that are read as one word: signs of Markdown,
# the number of a footnote, accents that make no letter of their own.
JOINT = rf"(?:[*_`~\\\[\]\u0300-\u036f]|{NOTE.pattern})*"
# What may stand between first and last name, besides a line that ends.
GAP = r"[\W_]{0,8}"
# Scripts that set no blanks between words: there a name begins and ends anywhere.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
LEFT, RIGHT = r"(?<![^\W_])", r"(?![^\W_])"
POSSESSIVE = rf"(?=[sS]?{RIGHT})"
WITHIN = r"(?:(?<=[^\W_] )|(?<=[,;] ))"
SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss", "æ": "ae"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa", "Æ": "Ae"}
)
NO_MARKS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"})
SHORTEST_PART = 3


@dataclass(frozen=True)
class Called:
    """One way to call somebody: its letters alone, and where it is in a text."""

    bare: str
    name: str
    is_present: bool

    @classmethod
    def of(cls, name: str, *, is_present: bool) -> Iterator[Called]:
        """Give the spellings of one name, of somebody who took part or did not."""
        tidy = " ".join(normalize("NFC", name).split())
        for each in dict.fromkeys((tidy, tidy.translate(SPELT_OUT))):
            if len(letters := bare(each)) > 1:
                yield cls(letters, each, is_present)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Find it in a text that is `folded`."""
        words = WORD.findall(folded(self.name))
        found = _spelt(words)
        if UNSPACED.search(self.name):
            return re.compile(found)
        if all(is_everyday(word) for word in words):
            written = [word.capitalize() if word.islower() else word for word in words]
            found = f"(?:{_spelt(written)}|{_spelt(word.upper() for word in words)})"
            is_sure = len(words) > 1 or (self.is_present and self.bare not in LITTLE)
            return re.compile(f"{LEFT if is_sure else WITHIN}{found}{RIGHT}")
        if self.is_present or not PLAIN.fullmatch(self.name):
            return re.compile(f"{LEFT}{found}{POSSESSIVE}", re.I)
        return re.compile(f"{LEFT}{found}{RIGHT}")


def _spelt(words: Iterable[str]) -> str:
    return GAP.join(JOINT.join(map(re.escape, word)) for word in words)


def is_everyday(word: str) -> bool:
    """Say whether a name is a word as well; what is that short is one somewhere."""
    return len(word) < SHORTEST_PART or word.casefold() in EVERYDAY


def folded(text: str) -> str:
    """Take accents off, letter by letter: every place stays where it is."""
    if text.isascii():
        return text
    letters = text.translate(NO_MARKS)
    return "".join(
        normalize("NFD", letter)[:1] if "\x7f" < letter < "\u2000" else letter
        for letter in letters
    )


def bare(text: str) -> str:
    """Leave nothing but letters and digits, of one case."""
    return "".join(WORD.findall(folded(NOTE.sub("", text)))).casefold()


def called(first: str, last: str, *others: str) -> Iterable[str]:
    """Give whatever somebody may be called; log-ins of plain letters are words.

    They are names where they are made of one, as “jdoe” is.
    """
    yield from (each for each in (f"{first} {last}".strip(), first, last) if each)
    names = [bare(each) for each in (first, last)]
    for each in log_ins(*others):
        is_made_of_one = any(
            len(name) >= SHORTEST_PART and name in bare(each) != name for name in names
        )
        if is_made_of_one or not PLAIN.fullmatch(each):
            yield each


def log_ins(*others: str) -> Iterator[str]:
    """Give log-ins and addresses, and of an address what stands before its host."""
    for each in filter(None, others):
        yield each
        local = each.partition("@")[0].partition("+")[0]
        if "@" in each and len(local) > 1:
            yield local


def parts_of(name: str) -> Iterator[str]:
    """Give the words of a name that stand for somebody alone, not “van” or “de”."""
    for word in re.split(r"[\s\-]+", name):
        if word[:1].isupper() or (word and not word[:1].islower()):
            yield word
