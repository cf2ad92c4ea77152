"""Puts what was published into the library: in the transaction that publishes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from django.utils.text import Truncator

from postmortems.choices import Edition
from postmortems.models import Publication, SearchEntry
from postmortems.search import folded

if TYPE_CHECKING:
    from postmortems.snapshot import Snapshot

# PostgreSQL takes a mebibyte of index a row, which is some hundred thousand words.
# Beyond the first of these a word counts once, beyond the second not at all.
MOST_READ, MOST_BYTES = 200_000, 400_000
LONGEST_LEAD = 400
LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
# Lines of signs alone: fences of code, what stands between the rows of a table, rules.
RULES = re.compile(r"^(?:[ \t>]*(?:`{3}|~{3})[^`\n]*|[-=:|*_> \t]+)$", re.M)
LEADS = re.compile(
    r"^[ \t]*(?:(?:#{1,6}|[-*+]|\d+[.)])[ \t]+|>[ \t]?)*(?:\[[ xX]\](?=\s|$))?", re.M
)
NOTE = re.compile(r"\[\^[^\[\]\s]+\]:?")
CELLS = re.compile(r"(?<!\\)\|")
# A star between blanks, or between figures, is one that people multiply by.
STARS = r"(?<!\\)(?<!\d(?=\*\d))\*+"
MARKS = re.compile(rf"`+|~~|(?<!\s){STARS}|{STARS}(?!\s)")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
ENDS = ".!?…:"
BLANKS = re.compile(r"\s+")


def index(publication: Publication) -> None:
    """Let the library find this version instead of the one before it."""
    if publication.edition != Edition.INTERNAL:
        return
    snapshot = publication.snapshot
    heads = " ".join((snapshot.title, snapshot.reference, *snapshot.services))
    texts = [unicodedata.normalize("NFC", text) for text in texts_of(snapshot)]
    SearchEntry.objects.update_or_create(
        postmortem=publication.postmortem,
        defaults={
            "publication": publication,
            "title": snapshot.title,
            "lead": Truncator(plain(snapshot.lead_paragraph)).chars(LONGEST_LEAD),
            "body": joined(map(plain, texts))[:MOST_READ],
            "heads": folded(unicodedata.normalize("NFC", heads)),
            "words": words_of(texts),
        },
    )


def index_missing() -> int:
    """Index what was published before there was a library; say how many those were."""
    lacking = Publication.objects.current().filter(postmortem__search_entry=None)
    for publication in lacking:
        index(publication)
    return len(lacking)


def texts_of(snapshot: Snapshot) -> Iterator[str]:
    """Give everything people may look for, what they wrote themselves first."""
    for part in snapshot.parts:
        yield part.body
        yield from (line.text for line in part.lines)
    for item in snapshot.items:
        yield from (item.title, item.details, item.ticket)
    yield from (fact.value for fact in snapshot.facts)
    yield from (entry.text for entry in snapshot.timeline)
    yield from chain.from_iterable((m.subject, m.body) for m in snapshot.messages)
    yield from (reference.label for reference in snapshot.references)
    yield from (role.person for role in snapshot.people)
    yield from (snapshot.team, snapshot.lead, snapshot.author)


def plain(text: str) -> str:
    """Take the signs of Markdown out of a text, to show a piece of it in one line."""
    text = LEADS.sub("", RULES.sub("", LINK.sub(r"\1", text)))
    text = MARKS.sub("", CELLS.sub(" ", NOTE.sub("", text)))
    return BLANKS.sub(" ", ESCAPED.sub(r"\1", text)).strip()


def joined(texts: Iterable[str]) -> str:
    """Put texts behind each other so that none runs into the next."""
    told = (text for text in texts if text)
    return " ".join(text if text[-1] in ENDS else f"{text} ·" for text in told)


def words_of(texts: Iterable[str]) -> str:
    """Fold texts to their words, in their order as far as the index takes them."""
    words = BLANKS.sub(" ", folded("\n".join(texts))).strip()
    first = words
    if len(words) > MOST_READ:
        first = words[:MOST_READ].rpartition(" ")[0] or words[:MOST_READ]
        rest = words[len(first) :].strip()
        known = set(first.split(" "))
        new = dict.fromkeys(word for word in rest.split(" ") if word not in known)
        first = f"{first} {' '.join(new)}"
    return first.encode()[:MOST_BYTES].decode(errors="ignore")
