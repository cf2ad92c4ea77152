"""Which published post-mortems say the words somebody typed, on either database.

Texts and what is typed are folded alike: lower case, without accents, a blank for
whatever is no letter and no figure. So nothing typed is ever read as syntax.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, FloatField, Func, Q
from django.db.models.expressions import Col

MOST_TYPED, MOST_TERMS = 500, 16
TERM = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]?|([^\s\"“”„«»]+)")
# Written without blanks between words, which no index takes apart.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
# C++ and C# would be C, if their signs were not asked for as well.
SIGNED = re.compile(r"[A-Za-z0-9]+[+#]+")
INDIVISIBLE = {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h"}
LAST_ACCENTED = 0x052F  # of the Latin, Greek and Cyrillic letters


class _Folding(dict[int, str]):
    """One character for one, so that a place in the folded text is one in the text."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        parts = unicodedata.normalize("NFD", letter)
        is_accented = len(parts) > 1 and ord(parts[0]) <= LAST_ACCENTED
        plain = parts[0] if is_accented else letter
        lower = plain.lower() if len(plain.lower()) == 1 else plain
        lower = INDIVISIBLE.get(lower, lower)
        is_kept = lower.isalnum() or unicodedata.category(lower).startswith("M")
        self[code] = lower if is_kept else " "
        return self[code]


_FOLDING = _Folding()


def folded(text: str) -> str:
    """Fold a text to what is looked for; it stays as long as it is."""
    return text.translate(_FOLDING)


@dataclass(frozen=True)
class Term:
    """Words that stand one after the other; `is_open` where the last may go on."""

    words: tuple[str, ...]
    is_open: bool = False
    signed: tuple[str, ...] = ()

    @property
    def is_unspaced(self) -> bool:
        return any(UNSPACED.search(word) for word in self.words)


def terms_of(typed: str) -> list[Term]:
    """Read what was typed: words, phrases in quotes, the last word as a beginning."""
    typed = unicodedata.normalize("NFC", typed.replace("\0", " "))[:MOST_TYPED]
    found = list(_terms(typed))
    return found[:MOST_TERMS]


def _terms(typed: str) -> Iterator[Term]:
    for match in TERM.finditer(typed):
        text = match[1] if match[2] is None else match[2]
        words = tuple(folded(text).split())
        if words:
            is_last = match.end() == len(typed.rstrip())
            is_open = is_last and match[2] is not None and text[-1:].isalnum()
            yield Term(words, is_open, tuple(SIGNED.findall(text)))


class Wanted:
    """What was typed, as conditions on search entries; nothing typed asks nothing."""

    def __init__(self, typed: str) -> None:
        self.is_blank = not typed.replace("\0", " ").strip()
        self.terms = terms_of(typed)
        self._indexed = [term for term in self.terms if not term.is_unspaced]

    def condition(self) -> Q:
        """Build what a search entry must meet; words of signs alone find nothing."""
        if not self.terms:
            return Q() if self.is_blank else Q(pk__in=[])
        condition = Q()
        if self._indexed:
            condition &= Q(Found("pk", terms=self._indexed))
        for term in self.terms:
            for sign in term.signed:
                condition &= Q(body__icontains=sign) | Q(title__icontains=sign)
            if term.is_unspaced:
                for word in term.words:
                    condition &= Q(words__contains=word) | Q(heads__contains=word)
        return condition

    def rank(self) -> Rank | None:
        """Give how well an entry fits, the best highest; None if all fit alike."""
        return Rank("pk", terms=self._indexed) if self._indexed else None


class _Indexed(Func):
    """An expression on the index that each database keeps of search entries.

    On SQLite that is a table of its own, on PostgreSQL a column Django does not know.
    """

    sqlite = postgresql = ""

    def __init__(self, *expressions: Any, terms: list[Term], **extra: Any) -> None:
        super().__init__(*expressions, **extra)
        self.terms = terms

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        key, params = compiler.compile(self.get_source_expressions()[0])
        asked = " ".join(map(_for_fts5, self.terms))
        return self.sqlite % {"key": key}, (*params, asked)

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        (column,) = self.get_source_expressions()
        if not isinstance(column, Col):
            raise TypeError("Only a search entry's own key leads to its index.")
        table = compiler.quote_name_unless_alias(column.alias)
        asked, params = _for_postgresql(self.terms)
        return self.postgresql % {"table": table, "asked": asked}, params


class Found(_Indexed):
    output_field = BooleanField()
    sqlite = (
        "%(key)s IN (SELECT rowid FROM postmortems_words"
        " WHERE postmortems_words MATCH %%s)"
    )
    postgresql = "%(table)s.vector @@ (%(asked)s)"


class Rank(_Indexed):
    """How well an entry fits: its title counts ten times what its text counts."""

    output_field = FloatField()
    # The limit makes SQLite rank once for all rows, not once for each.
    sqlite = (
        "(SELECT hit.fit FROM (SELECT rowid AS key,"
        " -bm25(postmortems_words, 10.0, 1.0) AS fit FROM postmortems_words"
        " WHERE postmortems_words MATCH %%s LIMIT -1) hit WHERE hit.key = %(key)s)"
    )
    postgresql = "ts_rank('{0, 0, 0.1, 1}', %(table)s.vector, %(asked)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, (*params, asked) = super().as_sqlite(compiler, connection, **extra)
        return sql, (asked, *params)


def _for_fts5(term: Term) -> str:
    # Between quotes FTS5 knows no syntax, and folded words have no quotes.
    return f'"{" ".join(term.words)}"' + ("*" if term.is_open else "")


def _for_postgresql(terms: list[Term]) -> tuple[str, tuple[str, ...]]:
    """Join the terms; common words such as “the” are left out by the database."""
    parts: list[str] = []
    params: list[str] = []
    for term in terms:
        phrase = " <-> ".join(f"'{word}'" for word in term.words)
        if not term.is_open:
            parts.append("to_tsquery('english', %s)")
            params.append(phrase)
            continue
        # What begins like a common word, as “in” of “incident”, is looked for too.
        parts.append("(to_tsquery('english', %s) || to_tsquery('simple', %s))")
        params += [f"{phrase}:*", f"{phrase}:*"]
    return " && ".join(parts), tuple(params)
