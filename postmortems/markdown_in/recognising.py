"""Recognises a write-up: its head, its sections, its timeline and its action items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from postmortems.markdown_in.blocks import Block, Shape, blocks_of
from postmortems.markdown_in.chronology import Notes
from postmortems.markdown_in.decoding import fitting
from postmortems.markdown_in.front import Labelled, front_of
from postmortems.markdown_in.heads import known_in, labelled, zone_lines
from postmortems.markdown_in.items import holds_items, read_items
from postmortems.markdown_in.limits import require_few
from postmortems.markdown_in.preparing import prepare
from postmortems.markdown_in.sections import Draft, Outline, outline_of, split_head
from postmortems.markdown_in.tables import grouped, points_of, whole
from postmortems.markdown_in.timeline import read_timeline
from postmortems.markdown_in.values import Head, head_of, one_zone, said_zone
from postmortems.markdown_in.writeup import WriteUp, WrittenSection
from postmortems.markdown_in.zones import zone_names
from postmortems.meanings import LISTED, Meaning

REFERENCE = re.compile(r"(?<![\w-])(?:INC|IR|PM|SEV|IM|OUT)-?\d{3,}[\w-]*")
DAY = re.compile(r"(?<![\w.-])(?:\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})(?![\w-])")
# Values that are also read out of the text of these sections, where they stay.
READ_INSIDE: dict[Meaning, frozenset[str]] = {
    Meaning.IMPACT: frozenset(
        {"users", "revenue", "data_loss", "services", "downtime", "duration",
         "reputation", "started_at", "resolved_at"}
    ),
    Meaning.DURATIONS: frozenset(
        {"duration", "downtime", "started_at", "detected_at", "acknowledged_at",
         "mitigated_at", "resolved_at"}
    ),
    Meaning.DETECTION: frozenset({"detected_at", "detection_source"}),
    Meaning.ROLES: frozenset({"lead", "responders", "authors"}),
    Meaning.SUMMARY: frozenset({"services", "users", "duration", "severity"}),
}  # fmt: skip
# What has a box or an owner in these sections is an action item.
PLANS = frozenset(
    {Meaning.PREVENTION, Meaning.SHORT_TERM, Meaning.LONG_TERM, Meaning.MONITORING}
)
TEXTS = {Shape.TEXT, Shape.QUOTE}


def recognise(
    text: str, *, name: str = "", zone: str = "UTC", day: date | None = None
) -> WriteUp:
    """Recognise a write-up; times without a zone of their own are read in `zone`.

    A `day` is that of the incident, whatever the text says.
    Raises Unreadable for what is too long or too much, and nothing else.
    """
    plain = prepare(fitting(text))
    require_few("lines", plain.count("\n"))
    front, body = front_of(plain)
    blocks = blocks_of(body)
    require_few("headings", sum(each.shape == Shape.HEADING for each in blocks))
    outline = outline_of(blocks)
    return _Recogniser(name, zone, outline, front, day).writeup()


@dataclass
class _Recogniser:
    name: str
    zone: str
    outline: Outline
    front: list[Labelled]
    day: date | None

    def __post_init__(self) -> None:
        self.notes = Notes()

    def writeup(self) -> WriteUp:
        found = [*self.front, *self._labels()]
        said = [*(each.value for each in found), *self._said()]
        head = head_of(found, said, self.zone, self.notes, self.day)
        sections = [self._section(draft, head) for draft in self._drafts()]
        kept = [each for each in sections if each is not None]
        title = self.outline.title
        if not title:
            words = (each.words for each in head.fields if each.name == "title")
            title = next((each for each in words if each), "")
        self._unknown(kept)
        return WriteUp(
            name=self.name,
            title=title,
            heading=self.outline.heading,
            fields=tuple(head.fields),
            sections=tuple(kept),
            notes=self.notes.all(),
        )

    def _labels(self) -> Iterator[Labelled]:
        """Take labels out of the head, and read others where they stay."""
        for draft in self.outline.drafts:
            if draft.level == 0 or draft.meaning == Meaning.IDENTITY:
                found, draft.blocks = labelled(draft.blocks)
                yield from found
                zones, draft.blocks = zone_lines(draft.blocks)
                yield from zones
            elif draft.is_label:
                found, rest = labelled(draft.blocks[1:])
                draft.blocks[1:] = rest
                yield from found
            elif draft.meaning in READ_INSIDE:
                yield from known_in(draft.blocks, READ_INSIDE[draft.meaning])
        if named := REFERENCE.search(self.outline.heading):
            yield Labelled("reference", named[0], named[0], stays=True)
        day = DAY.search(self.outline.heading)
        if day:
            yield Labelled("date", day[0], day[0], stays=True)

    def _said(self) -> Iterator[str]:
        """Give the lines that may say in which zone all times are."""
        for draft in self.outline.drafts:
            if draft.level == 0 or draft.meaning in {
                Meaning.TIMELINE, Meaning.IDENTITY, Meaning.SUMMARY
            }:  # fmt: skip
                for block in draft.blocks:
                    if block.shape in TEXTS:
                        yield from block.lines

    def _drafts(self) -> list[Draft]:
        """Give the sections, what is left of the head as one or two of them."""
        first, *rest = self.outline.drafts
        has_summary = any(draft.meaning == Meaning.SUMMARY for draft in rest)
        about, prose = split_head(first, has_summary=has_summary)
        head = Draft("", 1, Meaning.IDENTITY, about)
        text = Draft("", 1, None if has_summary else Meaning.SUMMARY, prose)
        return [each for each in (head, text) if each.blocks] + rest

    def _section(self, draft: Draft, head: Head) -> WrittenSection | None:
        if draft.meaning == Meaning.TIMELINE:
            return self._timeline(draft, head)
        if draft.meaning == Meaning.ITEMS:
            return self._items(draft, head, "")
        if draft.meaning in PLANS and holds_items(draft.blocks):
            return self._items(draft, head, draft.heading)
        lists = [each for each in draft.blocks if each.shape == Shape.LIST]
        others = [each for each in draft.blocks if each.shape != Shape.LIST]
        entries = tuple(
            whole(group) for each in lists for group in grouped(points_of(each))
        )
        listed = bool(entries) and (draft.meaning in LISTED or not others)
        return WrittenSection(
            draft.meaning, draft.heading, draft.level, source_of(draft.blocks),
            kind="list" if listed else "text",
            entries=entries if listed else (),
            note=source_of(others) if listed else "",
        )  # fmt: skip

    def _items(self, draft: Draft, head: Head, heading: str) -> WrittenSection:
        read = read_items(draft.blocks, head.day, self.notes, heading=heading)
        return WrittenSection(
            draft.meaning,
            draft.heading,
            draft.level,
            source_of(read.left),
            groups=tuple(read.groups),
            columns=tuple(read.columns),
            items=tuple(read.items),
        )

    def _timeline(self, draft: Draft, head: Head) -> WrittenSection:
        """Read the entries; the heading or a sentence may name their zone."""
        zone, is_assumed = head.zone, head.is_assumed
        names = zone_names(draft.heading)
        if names:
            zone = one_zone(names, self.notes)
        else:
            lines = (
                line
                for each in draft.blocks
                if each.shape in TEXTS
                for line in each.lines
            )
            names, found = said_zone(lines, self.notes)
            zone = found if names else zone
        chronology = head.chronology(zone)
        read = read_timeline(draft.blocks, chronology)
        if is_assumed and not names and read.is_bare:
            sentence = _("No zone is named: times without one were read in %s.")
            self.notes.add(sentence % self.zone)
        return WrittenSection(
            draft.meaning, draft.heading, draft.level, source_of(read.left),
            groups=tuple(read.groups), columns=tuple(read.columns),
            moments=read.moments(chronology),
        )  # fmt: skip

    def _unknown(self, sections: list[WrittenSection]) -> None:
        """Say which sections were not understood."""
        for section in sections:
            if section.meaning is None and (section.heading or section.body.strip()):
                self.notes.add(unknown_note(section))


def unknown_note(section: WrittenSection) -> str:
    """Say that a section was not understood, by its heading or its first words."""
    sentence = _("“%s” is not known: it stays a section of its own.")
    return sentence % (section.heading or " ".join(section.body[:60].split()))


def source_of(blocks: list[Block]) -> str:
    return "\n\n".join(each.source for each in blocks).strip("\n")
