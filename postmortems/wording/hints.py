"""Finds words that blame in a text, and says why they get in the way; only hints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from postmortems.wording.own_words import own_words, sentences
from postmortems.wording.phrases import Role, Word, compared
from postmortems.wording.rules import Rules, rules

WORD = re.compile(r"(?:(?<![^\W_])@)?[^\W_]+(?:['’-][^\W_]+)*")
SHORTEST_NAME = 2
# How much of the sentence is shown on either side.
CONTEXT = 90
# What a line of a list or a heading begins with.
MARKS = " \t\n-*+#>|"
NO_DEED = frozenset(
    {"need", "speed", "feed", "seed", "exceed", "proceed", "shed", "red", "bed"}
)


@dataclass(frozen=True)
class Hint:
    """Words that blame, in their sentence, with the reason and another way to say it.

    `named` is who stands in the same sentence, if anybody does.
    """

    code: str
    before: str
    words: str
    after: str
    why: str
    instead: str
    named: str = ""


class Names:
    """Who may be named: people of the record by any name, others by their full one."""

    def __init__(self, record: Iterable[str], others: Iterable[str] = ()) -> None:
        record = list(record)
        self.single = {
            word
            for name in record
            for word in _words(name)
            if len(word) > SHORTEST_NAME
        }
        self.full: dict[str, set[tuple[str, ...]]] = {}
        for name in (*record, *others):
            words = tuple(_words(name))
            if len(words) > 1:
                self.full.setdefault(words[0], set()).add(words)

    def is_one(self, raw: str, base: str) -> bool:
        """Say whether a word by itself names somebody."""
        return raw[0] == "@" or (base in self.single and raw[0].isupper())

    def runs(self, raw: Sequence[str], bases: Sequence[str]) -> set[int]:
        """Say which of the words are parts of names that are given in full."""
        if not self.full.keys() & set(bases):
            return set()
        return {
            place
            for n, base in enumerate(bases)
            for name in self.full.get(base, ())
            if raw[n][0].isupper() and tuple(bases[n : n + len(name)]) == name
            for place in range(n, n + len(name))
        }


NOBODY = Names(())


def hints_in(text: str, names: Names = NOBODY) -> Iterator[Hint]:
    """Find what blames somebody in a Markdown text, from top to bottom."""
    known, own = rules(), own_words(text)
    if known.finder.has_none_of(map(compared, set(WORD.findall(own)))):
        return
    reader = Reader(names, known)
    for start, end in sentences(own):
        found = list(WORD.finditer(own, start, end))
        if not known.finder.has_none_of(
            reader.read(each[0])[1].plain for each in found
        ):
            yield from _in_sentence(text, start, end, found, reader)


class Reader:
    """Says what a word is; each is looked up once, however often it stands there."""

    def __init__(self, names: Names, known: Rules) -> None:
        self.names, self.known = names, known
        self._read: dict[str, tuple[str, Word, bool]] = {}

    def read(self, raw: str) -> tuple[str, Word, bool]:
        """Give the word without an ending of possession, itself, and if it names."""
        found = self._read.get(raw)
        if found is None:
            found = self._read[raw] = self._looked_up(raw)
        return found

    def _looked_up(self, raw: str) -> tuple[str, Word, bool]:
        plain = compared(raw)
        base = plain.removesuffix("'s")
        is_name = self.names.is_one(raw, base)
        roles = set()
        if is_name or base in self.known.roles:
            roles.add(Role.PERSON if base == plain else Role.OWNER)
        if plain in self.known.owning:
            roles.add(Role.OWNER)
        if plain in self.known.done or (plain.endswith("ed") and plain not in NO_DEED):
            roles.add(Role.DONE)
        return base, Word(plain, frozenset(roles)), is_name


def _in_sentence(
    text: str, start: int, end: int, found: Sequence[re.Match[str]], reader: Reader
) -> Iterator[Hint]:
    raw = [each[0] for each in found]
    read = [reader.read(each) for each in raw]
    words = [word for _base, word, _is_name in read]
    runs = reader.names.runs(raw, [base for base, _word, _is_name in read])
    for n in runs:
        role = Role.OWNER if words[n].plain.endswith("'s") else Role.PERSON
        words[n] = Word(words[n].plain, words[n].roles | {role})
    named = runs | {n for n, (_base, _word, is_name) in enumerate(read) if is_name}
    who = " ".join(raw[n] for n in _first_run(named))
    for number, first, behind in reader.known.finder.find(words):
        rule = reader.known.rule(number)
        while first > 0 and {first - 1, first} <= named:
            first -= 1
        while behind < len(found) and {behind - 1, behind} <= named:
            behind += 1
        begins, ends = found[first].start(), found[behind - 1].end()
        yield Hint(
            code=rule.code,
            before=_shortened(text[start:begins].lstrip(MARKS), at_start=True),
            words=" ".join(text[begins:ends].split()),
            after=_shortened(text[ends:end], at_start=False),
            why=rule.why,
            instead=rule.instead,
            named=_shown(who),
        )


def _first_run(places: set[int]) -> list[int]:
    """Give the places of the first name: those that follow each other."""
    run: list[int] = []
    for place in sorted(places):
        if run and place != run[-1] + 1:
            break
        run.append(place)
    return run


def _shown(name: str) -> str:
    for ending in ("'s", "’s"):
        name = name.removesuffix(ending)
    return name


def _words(name: str) -> list[str]:
    return [compared(each[0]) for each in WORD.finditer(name.split("@")[0])]


def _shortened(text: str, *, at_start: bool) -> str:
    """Cut the sentence beside the words to what one takes in at a glance."""
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() else ""
    kept = " ".join((text[-4 * CONTEXT :] if at_start else text[: 4 * CONTEXT]).split())
    if len(kept) > CONTEXT:
        kept = f"… {kept[-CONTEXT:]}" if at_start else f"{kept[:CONTEXT]} …"
    return f"{lead * (not at_start)}{kept}{trail * at_start}" if kept else ""
