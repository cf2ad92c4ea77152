"""Shows where a text says what was looked for: a piece of it, the words marked.

The database finds words by their stems; here an ending more or less is tried, which
marks nearly the same. Where nothing is marked, a text is shown from its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from postmortems.search import Term, folded

AROUND, LONGEST, MOST_SPANS = 60, 220, 300
ENDINGS = (
    *("ations", "ation", "ingly", "ments", "ment", "ings", "ions", "ing", "ion", "ies"),
    *("ied", "ers", "ed", "er", "es", "ly", "al", "s", "y", "e"),
)
# What every text has: marked, it would hide what was looked for.
COMMON = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in"),
        *("into", "is", "it", "no", "not", "of", "on", "or", "such", "that", "the"),
        *("their", "then", "there", "these", "they", "this", "to", "was", "were"),
        *("will", "with"),
    )
)
SHORTEST_ROOT = 3


@dataclass(frozen=True)
class Span:
    start: int
    end: int
    term: int


def marked(text: str, terms: Sequence[Term]) -> SafeString:
    """Give the whole text with the words marked."""
    return _drawn(text, 0, len(text), spans_in(text, terms))


def snippet(text: str, terms: Sequence[Term], otherwise: str = "") -> SafeString:
    """Give up to two pieces of the text that say most of what was looked for."""
    spans = spans_in(text, terms)
    if not spans:
        return format_html("{}", otherwise or _cut(text, 0)[0])
    first = _best(spans, len(text))
    missing = [
        span
        for span in spans
        if span.term not in {each.term for each in spans if _is_in(each, first)}
        and not first[0] - LONGEST < span.start < first[1]
    ]
    places = sorted([first, *([_best(missing, len(text))] if missing else [])])
    pieces = [_drawn(text, *_at_words(text, place), spans) for place in places]
    opening = "" if places[0][0] == 0 else "… "
    closing = "" if places[-1][1] >= len(text) else " …"
    joined = format_html_join(" … ", "{}", ((piece,) for piece in pieces))
    return format_html("{}{}{}", opening, joined, closing)


def spans_in(text: str, terms: Sequence[Term]) -> list[Span]:
    """Find where the words stand, none of them twice."""
    searched, found = folded(text), list[Span]()
    for number, term in enumerate(terms):
        pattern = _pattern(term)
        if pattern is None:
            continue
        for match in pattern.finditer(searched):
            found.append(Span(match.start(), match.end(), number))
            if len(found) > MOST_SPANS:
                break
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _pattern(term: Term) -> re.Pattern[str] | None:
    if len(term.words) == 1 and term.words[0] in COMMON and not term.is_open:
        return None
    if term.is_unspaced:
        return re.compile("|".join(map(re.escape, term.words)))
    *before, last = term.words
    parts = [_inflected(word) for word in before]
    parts.append(
        rf"(?:{re.escape(last)}[^ ]*|{_inflected(last)})"
        if term.is_open
        else _inflected(last)
    )
    return re.compile(rf"(?<![^ ]){' +'.join(parts)}(?![^ ])")


def _inflected(word: str) -> str:
    """Build what finds a word with another ending: “retry”, “retries”, “retried”."""
    root = root_of(word)
    if len(root) < SHORTEST_ROOT or any(figure.isdigit() for figure in word):
        return re.escape(word)
    last = "[iy]" if root[-1] in "iy" else f"{re.escape(root[-1])}{{1,2}}"
    endings = "|".join(ENDINGS)
    return rf"(?:{re.escape(word)}|{re.escape(root[:-1])}{last}(?:{endings})?)"


def root_of(word: str) -> str:
    """Take the longest known ending off a word, if a root is left."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_ROOT:
            word = word.removesuffix(ending)
            break
    doubled = len(word) > SHORTEST_ROOT and word[-1] == word[-2]
    return word[:-1] if doubled else word


def _best(spans: Sequence[Span], length: int) -> tuple[int, int]:
    """Choose the place where most of the words stand close together."""

    def said(first: Span) -> tuple[int, int]:
        near = [s for s in spans if first.start <= s.start < first.start + LONGEST // 2]
        return len({span.term for span in near}), -first.start

    start = max(max(spans, key=said).start - AROUND, 0)
    return start, min(start + LONGEST, length)


def _is_in(span: Span, place: tuple[int, int]) -> bool:
    return place[0] <= span.start and span.end <= place[1]


def _at_words(text: str, place: tuple[int, int]) -> tuple[int, int]:
    """Begin and end a piece between words."""
    start, end = place
    if start:
        blank = text.find(" ", start, start + AROUND // 2)
        start = blank + 1 if blank >= 0 else start
    return start, _cut(text, start, end)[1]


def _cut(text: str, start: int, end: int | None = None) -> tuple[str, int]:
    end = start + LONGEST if end is None else end
    if end < len(text):
        blank = text.rfind(" ", start + LONGEST // 2, end)
        end = blank if blank >= 0 else end
    return text[start:end], end


def _drawn(text: str, start: int, end: int, spans: Iterable[Span]) -> SafeString:
    pieces: list[tuple[str, SafeString]] = []
    reached = start
    for span in spans:
        if reached <= span.start and span.end <= end:
            mark = format_html("<mark>{}</mark>", text[span.start : span.end])
            pieces.append((text[reached : span.start], mark))
            reached = span.end
    return format_html("{}{}", format_html_join("", "{}{}", pieces), text[reached:end])
