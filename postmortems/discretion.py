"""Takes out of a text what customers must not read: people, links, the inside.

It cannot know everything, so it keeps what it took out, for somebody to look at before
the text goes out. How people are called is in `called_by.py`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from unicodedata import normalize

from django.utils.translation import gettext as _

from postmortems.called_by import Called, bare, folded

HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
REST = r"[^\s<>)\]|]*"
# Words in brackets, which may hold brackets, and where they lead.
LINK = re.compile(
    r"!?\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]"
    r"\(\s*(?:<[^<>\n]*>|[^()\s<]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s[^)]*)?\)",
    re.DOTALL,
)
# Also behind the signs of quotations and lists.
DEFINED = re.compile(
    r"^[ \t>*+\-\d.)]{0,16}\[(?!\^)[^\[\]]{1,999}\]:\s*\S.*$", re.MULTILINE
)
ADDRESSES = (
    re.compile(r"<?\b(?:[a-z][a-z0-9+.-]{1,20}://|mailto:|file:)[^\s<>)\]]+>?", re.I),
    re.compile(rf"\bwww\.{REST}", re.I),
    re.compile(rf"\blocalhost(?::\d+)?(?:/{REST})?", re.I),
    # Networks of one's own, with or without a port.
    re.compile(
        r"(?<![\d.])(?:(?:10|127)(?:\.\d{1,3}){3}"
        r"|(?:169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168)(?:\.\d{1,3}){2})"
        rf"(?::\d+)?(?:/{REST})?"
    ),
    # A host of the inside by its ending, or any host with a page behind it.
    re.compile(
        rf"\b(?:{HOST}\.)+(?:internal|intranet|local|localdomain|lan|corp|home)\b"
        rf"(?::\d+)?(?:/{REST})?",
        re.I,
    ),
    re.compile(rf"\b(?:{HOST}\.)+[A-Za-z]{{2,24}}(?::\d+)?/{REST}"),
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MENTION = re.compile(r"(?<![\w/])[@\uff20][\w.-]*\w")
OF_OURS = re.compile(r"\b(?:item|image):\d+\b")
# What typesetters put between letters that are read as one word.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
FIRST_LETTERS = 3
# Where a sentence begins: a text, a line, an item of a list, a cell, or after an end;
# in each case also behind marks and quotation marks that open. A line that goes on
# with a sentence of the line before begins none.
OPENED = r"[*_~\[({\"'\u2018\u201a\u201c\u201e\u00ab\u2039\u00a1\u00bf]*"
LEAD = r"(?:[>#]+|[-*+\u2022]|\d{1,9}[.)]|\[[ xX]\])[ \t]+"
CLOSED = r"[\"'\u2019\u201d\u00bb\u203a)\]*_~]*"
BEGINS = re.compile(
    rf"(?:(?:\A|(?<![\w,;])\n|\|)[ \t]*(?:{LEAD})*|\n[ \t]*(?:{LEAD})+"
    rf"|[.!?\u2026\u061f]{CLOSED}\s+|[\u3002\uff01\uff1f]\s*){OPENED}\Z"
)
# A full stop that ends no sentence: of an abbreviation, or of a letter alone.
ABBREVIATED = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]|vs|cf|ca|approx|incl|esp|bzw|ggf|inkl|dr|mr|mrs|ms|prof)"
    rf"\.\s+{OPENED}\Z",
    re.I,
)
# What is read before a name to tell whether a sentence begins with it.
READ_BEFORE = 80
# Whatever is wrapped up more often than this is unwrapped by nobody who reads.
MOST_WRAPS = 8


@dataclass(frozen=True)
class Names:
    """Whom a text must not name, and which incidents are nobody's business.

    `people` are all who could be named, `present` are those who took part: they are
    looked for in every spelling.
    """

    people: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()

    @cached_property
    def called(self) -> Mapping[str, list[Called]]:
        """Give how to find them, by the first letters of each name."""
        others = self.people - self.present
        names = [
            *(
                each
                for name in self.present
                for each in Called.of(name, is_present=True)
            ),
            *(each for name in others for each in Called.of(name, is_present=False)),
        ]
        by_start = defaultdict(list)
        for each in names:
            by_start[each.bare[:FIRST_LETTERS]].append(each)
        return by_start

    def called_in(self, letters: str) -> list[Called]:
        """Find whose letters are in these, the longest name first.

        Most names are in no text at all, which this tells without a pattern.
        """
        starts = {
            letters[place : place + size]
            for size in range(2, FIRST_LETTERS + 1)
            for place in range(len(letters) - size + 1)
        }
        there = (each for start in starts for each in self.called.get(start, ()))
        found = [each for each in there if each.bare in letters]
        return sorted(found, key=lambda each: (-len(each.bare), each.name))

    @cached_property
    def incidents(self) -> re.Pattern[str] | None:
        if not self.references:
            return None
        told = "|".join(map(re.escape, sorted(self.references, key=len, reverse=True)))
        return re.compile(rf"(?<![\w-])(?:{told})(?![\w-])", re.I)


@dataclass
class Discretion:
    """Cleans one text after the other; `taken` counts what it took out of them."""

    names: Names
    taken: Counter[str] = field(default_factory=Counter)

    def __call__(self, text: str) -> str:
        text = self._unwrapped(text)
        for pattern in ADDRESSES:
            text = self._without(pattern, _("(link left out)"), text)
        text = self._without(MAIL, _("somebody"), text)
        text = self._without(MENTION, _("somebody"), text)
        text = self._without(OF_OURS, _("(reference left out)"), text)
        if self.names.incidents:
            text = self._without(self.names.incidents, _("another incident"), text)
        return self._unnamed(text)

    def _unwrapped(self, text: str) -> str:
        """Leave what is read: without links, entities and what nobody sees.

        One may hold another, and what is taken out may leave one behind.
        """
        for _time in range(MOST_WRAPS):
            before = text
            # What is spelt by numbers on the page is a name all the same.
            text = INVISIBLE.sub("", normalize("NFC", unescape(text)))
            text = self._without(DEFINED, "", text)
            text = LINK.sub(r"\1", text)
            if text == before:
                return text
        return text.replace("&", "")

    def _unnamed(self, text: str) -> str:
        plain, instead = folded(text), _("somebody")
        for each in self.names.called_in(bare(plain)):
            for match in reversed(list(each.pattern.finditer(plain))):
                start, end = match.span()
                self._count(text[start:end])
                said = _as_it_begins(text, start, instead)
                text = f"{text[:start]}{said}{text[end:]}"
                plain = f"{plain[:start]}{said}{plain[end:]}"
        return text

    def _without(self, pattern: re.Pattern[str], instead: str, text: str) -> str:
        def take(found: re.Match[str]) -> str:
            self._count(found[0])
            return _as_it_begins(text, found.start(), instead)

        return pattern.sub(take, text)

    def _count(self, taken: str) -> None:
        self.taken[" ".join(taken.split())] += 1


def _as_it_begins(text: str, place: int, instead: str) -> str:
    """Give words with a capital where they begin a sentence."""
    before = text[max(place - READ_BEFORE, 0) : place]
    if place > READ_BEFORE:
        before = f"-{before}"  # the text begins further up
    if not BEGINS.search(before) or ABBREVIATED.search(before):
        return instead
    return f"{instead[:1].upper()}{instead[1:]}"
