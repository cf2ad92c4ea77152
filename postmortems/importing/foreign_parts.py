"""Puts the sections of a write-up into those of a playbook, each in its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.text import slugify
from django.utils.translation import gettext as _

from incidents.playbooks.schema import PlaybookDocument
from postmortems.choices import Origin, SectionKind
from postmortems.importing.reading import Source
from postmortems.importing.story import ToldLine, ToldPart
from postmortems.importing.texts import sections_of, shortened, words_beyond
from postmortems.laying_out import (
    ALWAYS_LISTS,
    LONGEST_KEY,
    SectionPlan,
    free_key,
    plans_of,
)
from postmortems.markdown_in import (
    WriteUp,
    WrittenField,
    WrittenMoment,
    WrittenSection,
)
from postmortems.markdown_in.inline import tokens
from postmortems.markdown_in.recognising import unknown_note
from postmortems.meanings import Meaning
from postmortems.models.finding import LONGEST_FINDING
from postmortems.models.postmortem_writing import MOST_FINDINGS, MOST_SECTIONS

LONGEST_TITLE = 400
DEEPEST = 3


@dataclass
class Layout:
    """The sections of a playbook, filled; `left` is what only held the file together.

    What is not known is put behind the section that it followed in the file.
    """

    parts: list[ToldPart]
    taken: set[str]
    hides_empty: bool = False
    left: list[str] = field(default_factory=list)
    place: int = -1
    above: list[tuple[int, int]] = field(default_factory=list)
    free: dict[str, list[ToldPart]] = field(default_factory=lambda: defaultdict(list))
    joined: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, document: PlaybookDocument, *, hides_empty: bool) -> Layout:
        plans = plans_of(document)
        taken = {plan.key for plan in plans}
        layout = cls([ToldPart(plan) for plan in plans], taken, hides_empty)
        for part in layout.parts:
            layout.free[part.meaning].append(part)
        return layout

    def take(self, writeup: WriteUp, unread: Iterable[WrittenMoment]) -> None:
        """Place the head, the sections, and the entries that have no time."""
        without_time = set(map(id, unread))
        self._head(writeup.fields)
        for section in writeup.sections:
            lost = [each.raw for each in section.moments if id(each) in without_time]
            self._section(section, lost)
        self._end_joining()
        if self.hides_empty:
            self._hide_empty()

    def _head(self, fields: Iterable[WrittenField]) -> None:
        """Keep the head under the block that repeats the record."""
        lines = [_line(each) for each in fields if not each.stays and each.source]
        if lines:
            target = self._target(Meaning.IDENTITY)
            if target is None:
                target = self._insert(_("Head of the file"), SectionKind.TEXT, 0)
            self._fill(target, "\n".join(lines))
            self.place = -1

    def _section(self, section: WrittenSection, lost: list[str]) -> None:
        body = "\n\n".join(filter(None, [section.body, _listed(lost)]))
        self.left += [*section.groups, *section.columns]
        target = self._target(section.meaning) if section.meaning else None
        if target is None and self._must_join():
            self.joined += [f"### {section.heading}", body]
            return
        self._end_joining()
        if target is None:
            kind = SectionKind.LIST if _is_list(section) else SectionKind.TEXT
            depth = self._depth(section)
            key = section.meaning.value if section.meaning else ""
            target = self._insert(section.heading, kind, depth, key)
        else:
            self._retitle(target, section.heading)
            self.place = self.parts.index(target)
        if target.plan.kind == SectionKind.LIST and (lines := _lines(section)):
            target.lines = lines
            body = "\n\n".join(filter(None, [section.note, _listed(lost)]))
        self._fill(target, body)
        self.above.append((section.level, target.plan.depth))

    def _target(self, meaning: Meaning | None) -> ToldPart | None:
        """Give the first section of the playbook for it in which nothing stands."""
        free = self.free.get(meaning or "")
        return free.pop(0) if free else None

    def _depth(self, section: WrittenSection) -> int:
        """Give how deep it stands: below the one in the file that it is a part of."""
        while self.above and self.above[-1][0] >= section.level:
            self.above.pop()
        return min(self.above[-1][1] + 1, DEEPEST) if self.above else 0

    def _insert(self, heading: str, kind: str, depth: int, key: str = "") -> ToldPart:
        heading = heading.strip() or _("Without a heading")
        title = shortened(heading, LONGEST_TITLE)
        self.left.append(words_beyond(title, heading))
        key = key or slugify(title)[:LONGEST_KEY].strip("-") or "section"
        key = free_key(key, self.taken)
        plan = SectionPlan(key, title, kind, depth=depth, origin=Origin.IMPORTED)
        self.place += 1
        self.parts.insert(self.place, ToldPart(plan))
        return self.parts[self.place]

    def _retitle(self, part: ToldPart, heading: str) -> None:
        """Keep the words that the team has for it."""
        if heading and words_beyond(part.plan.title, heading):
            title = shortened(heading, LONGEST_TITLE)
            self.left.append(words_beyond(title, heading))
            part.plan = replace(part.plan, title=title)

    def _fill(self, part: ToldPart, body: str) -> None:
        """Write it, what is too long for one section into others behind it."""
        first, *rest = sections_of(body) or [""]
        part.body, part.is_filled = first, True
        part.plan = replace(part.plan, is_shown=True)
        if rest:
            self.place = self.parts.index(part)
        for number, piece in enumerate(rest, start=2):
            facts = {"title": part.plan.title[:300], "number": number}
            title = _("%(title)s (part %(number)d)") % facts
            more = self._insert(title, SectionKind.TEXT, part.plan.depth)
            more.body, more.is_filled = piece, True

    def _must_join(self) -> bool:
        """Say whether there are too many sections for one more."""
        return self.place >= 0 and len(self.parts) >= MOST_SECTIONS

    def _end_joining(self) -> None:
        """Let what is too much for sections go on in the one before."""
        if self.joined:
            part = self.parts[self.place]
            self._fill(part, "\n\n".join(filter(None, [part.body, *self.joined])))
            self.joined = []

    def _hide_empty(self) -> None:
        for part in self.parts:
            if not (part.is_filled or part.plan.block):
                part.plan = replace(part.plan, is_shown=False)


def with_meanings(
    writeup: WriteUp, meanings: Mapping[int, str], zone: str, day: date | None
) -> WriteUp:
    """Give sections that were not recognised the meaning that somebody chose."""
    sections = [
        meant(section, Meaning(meanings[number]), zone, day)
        if section.meaning is None and meanings.get(number) in Meaning.values
        else section
        for number, section in enumerate(writeup.sections)
    ]
    pairs = zip(writeup.sections, sections, strict=True)
    settled = {unknown_note(before) for before, after in pairs if after != before}
    notes = tuple(note for note in writeup.notes if note not in settled)
    return replace(writeup, sections=tuple(sections), notes=notes)


def meant(
    section: WrittenSection, meaning: Meaning, zone: str, day: date | None
) -> WrittenSection:
    """Read a section anew as one of that meaning, under its own heading."""
    text = f"# -\n\n## {meaning.value.replace('_', ' ')}\n\n{section.body}\n"
    read = Source("", text).writeup(zone, day).sections
    again = read[0] if len(read) == 1 and read[0].meaning == meaning else section
    return replace(again, meaning=meaning, heading=section.heading, level=section.level)


def _line(each: WrittenField) -> str:
    """Write a value of the head as a line, unless that would lose a word of it."""
    line = f"- **{each.label}:** {each.words}" if each.label and each.words else ""
    if line and "\n" not in line and not words_beyond(line, each.source):
        return line
    return each.source.strip()


def _listed(lost: list[str]) -> str:
    """Keep entries without a time under a sentence that says what they are."""
    if not lost:
        return ""
    lines = [f"- {' '.join(raw.split()).lstrip('-*+ ')}" for raw in lost]
    return "\n".join([_("Entries whose time is not known:"), "", *lines])


def _is_list(section: WrittenSection) -> bool:
    return section.meaning in ALWAYS_LISTS and bool(_lines(section))


def _lines(section: WrittenSection) -> tuple[ToldLine, ...]:
    """Give the points of a list, if they fit and no word is lost with the rest."""
    entries = [each.strip() for each in section.entries if each.strip()]
    too_long = any(len(each) > LONGEST_FINDING for each in entries)
    if too_long or len(entries) > MOST_FINDINGS or section.kind != "list":
        return ()
    if tokens(section.body) - tokens("\n".join([*entries, section.note])):
        return ()
    return tuple(ToldLine(n, text) for n, text in enumerate(entries, start=1))


def unknown_of(writeup: WriteUp) -> Iterator[tuple[int, WrittenSection]]:
    """Give the sections that nobody knows, with the numbers to choose by."""
    for number, section in enumerate(writeup.sections):
        if section.meaning is None:
            yield number, section
