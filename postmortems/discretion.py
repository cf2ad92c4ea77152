"""Takes out of a text what customers must not read: people, links, the inside.

It cannot know everything, so it keeps what it took out, for somebody to look at before
the text goes out. A name of one word is taken only as it is written: nobody's name is
worth making “the lead time” unreadable because somebody is called Lead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from unicodedata import normalize

from django.utils.translation import gettext as _

HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
REST = r"[^\s<>)\]|]*"
LINK = re.compile(
    r"!?\[([^\]\n]*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s[^)]*)?\)"
)
DEFINED = re.compile(r"^ {0,3}\[[^\]^\n][^\]\n]*\]:\s*\S.*$", re.MULTILINE)
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
MENTION = re.compile(r"(?<![\w/])@[\w.-]*\w")
OF_OURS = re.compile(r"\b(?:item|image):\d+\b")
PLAIN = re.compile(r"[^\W\d_]+")
# What Markdown and typesetters put between letters that are read as one word.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
MARKS = r"[*_`~]*"


@dataclass(frozen=True)
class Names:
    """Whom a text must not name, and which incidents are nobody's business."""

    people: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()

    @cached_property
    def patterns(self) -> list[re.Pattern[str]]:
        """Find them, longest first; blanks may be line breaks, cases differ."""
        tidy = {" ".join(normalize("NFC", name).split()) for name in self.people}
        names = sorted(tidy, key=len)
        return [_pattern(name) for name in reversed(names) if len(name) > 1]

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
        # What is spelt by numbers on the page is a name all the same.
        text = unescape(text) if "&" in text else text
        text = INVISIBLE.sub("", normalize("NFC", text))
        text = self._without(DEFINED, "", text)
        text = LINK.sub(r"\1", text)
        for pattern in ADDRESSES:
            text = self._without(pattern, _("(link left out)"), text)
        text = self._without(MAIL, _("somebody"), text)
        text = self._without(MENTION, _("somebody"), text)
        text = self._without(OF_OURS, _("(reference left out)"), text)
        if self.names.incidents:
            text = self._without(self.names.incidents, _("another incident"), text)
        for name in self.names.patterns:
            text = self._without(name, _("somebody"), text)
        return text

    def _without(self, pattern: re.Pattern[str], instead: str, text: str) -> str:
        def take(found: re.Match[str]) -> str:
            self.taken[" ".join(found[0].split())] += 1
            return instead

        return pattern.sub(take, text)


def _pattern(name: str) -> re.Pattern[str]:
    """Find a name as it is read: marks of Markdown may stand between its letters."""
    words = [MARKS.join(map(re.escape, word)) for word in name.split()]
    flags = 0 if PLAIN.fullmatch(name) else re.I
    between = rf"{MARKS}\s*{MARKS}".join(words)
    return re.compile(rf"(?<![^\W_]){between}(?![^\W_])", flags)


def called(first: str, last: str, *others: str) -> Iterable[str]:
    """Give whatever somebody may be called; log-ins of plain letters are words."""
    yield from (each for each in (f"{first} {last}".strip(), first, last) if each)
    yield from (each for each in others if each and not PLAIN.fullmatch(each))
