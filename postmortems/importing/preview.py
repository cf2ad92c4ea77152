"""What the page shows of a story before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from incidents.choices import ITEM_STATUS_BADGES, ItemStatus, Kind, Milestone
from incidents.names import name_of
from incidents.ticket_links import ticket_at
from postmortems.choices import Origin
from postmortems.importing.reading import Source
from postmortems.importing.sharing import share_outside
from postmortems.importing.story import Story, ToldPart
from postmortems.importing.texts import shortened
from postmortems.markdown_in import words_of
from postmortems.markdown_in.inline import plain_text
from postmortems.meanings import Meaning

MOST_SHOWN, MOST_NOTES, LONGEST_EXCERPT = 200, 60, 240
BULLET = re.compile(r"^[ \t]*[-*+] ", re.M)
QUOTED = re.compile("“([^“”]+)”")


@dataclass(frozen=True)
class Note:
    """A warning, with the line it is about where one can be found."""

    sentence: str
    line: int | None = None


@dataclass(frozen=True)
class EntryLine:
    at: datetime
    label: str
    text: str
    author: str


@dataclass(frozen=True)
class ItemLine:
    title: str
    owner: str
    due_on: Any
    priority: str
    status: str
    badge: str
    ticket: Any
    details: str


@dataclass(frozen=True)
class PartLine:
    title: str
    meaning: str
    excerpt: str
    points: int
    words: int
    is_known: bool
    is_empty: bool


@dataclass(frozen=True)
class Preview:
    """A story with the text it comes from; without its day, times say the hour."""

    story: Story
    source: Source
    is_dated: bool = True

    @property
    def zone(self) -> ZoneInfo:
        return self.story.team.zone

    @cached_property
    def outside(self) -> int:
        """Give per cent of the words in sections that nobody knows."""
        return round(share_outside(self.source, self.story) * 100)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """List what the record will say."""
        return [(str(label), value) for label, value in self._facts() if value]

    def _facts(self) -> Iterator[tuple[Any, str]]:
        story = self.story
        there = story.incident
        yield _("Incident"), there.reference if there else _("a new record")
        yield _("Severity"), str(story.severity)
        yield _("Team"), str(story.team)
        if there is None and not self.is_dated:
            yield _("Date"), _("none was found in it: give it under “Date”")
        if there is None:
            for name in Milestone if self.is_dated else ():
                yield name.label, self._moment(story.known.get(f"{name}_at"))
            yield _("Services"), ", ".join(each.name for each in story.services)
            yield _("Users affected"), self._users()
        yield _("Lead"), name_of(story.lead)
        yield _("Author"), name_of(story.author)

    def _moment(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M %Z}" if at else ""

    def _users(self) -> str:
        share = self.story.known.get("users_percent")
        count = self.story.known.get("users_affected")
        if share is not None:
            return f"{share} %"
        return "" if count is None else f"{count:,}"

    @property
    def entries(self) -> list[EntryLine]:
        shown = sorted(self.story.entries, key=lambda each: (each.at, each.number))
        return [
            EntryLine(
                each.at.astimezone(self.zone),
                str(Kind(each.kind).label),
                each.text,
                name_of(each.author),
            )
            for each in shown[:MOST_SHOWN]
        ]

    @property
    def more_entries(self) -> int:
        return max(len(self.story.entries) - MOST_SHOWN, 0)

    @property
    def items(self) -> list[ItemLine]:
        return [
            ItemLine(
                title=each.title,
                owner=name_of(each.owner),
                due_on=each.due_on,
                priority=f"P{each.priority}",
                status=str(ItemStatus(each.status).label),
                badge=ITEM_STATUS_BADGES[ItemStatus(each.status)],
                ticket=ticket_at(each.ticket),
                details=each.details,
            )
            for each in self.story.items[:MOST_SHOWN]
        ]

    @property
    def more_items(self) -> int:
        return max(len(self.story.items) - MOST_SHOWN, 0)

    @property
    def parts(self) -> list[PartLine]:
        return [_part(each) for each in self.story.parts if each.plan.is_shown]

    @property
    def notes(self) -> list[Note]:
        lines = self.source.text.split("\n")
        shown = self.story.notes[:MOST_NOTES]
        return [Note(each, line_of(each, lines)) for each in shown]

    @property
    def more_notes(self) -> int:
        return max(len(self.story.notes) - MOST_NOTES, 0)


def _part(part: ToldPart) -> PartLine:
    text = part.body or " · ".join(line.text for line in part.lines)
    plain = plain_text(BULLET.sub("", text[: 4 * LONGEST_EXCERPT]))
    known = part.meaning in Meaning.values
    return PartLine(
        title=part.plan.title,
        meaning=str(Meaning(part.meaning).label) if known else "",
        excerpt=shortened(" ".join(plain.split()), LONGEST_EXCERPT),
        points=len(part.lines),
        words=words_of(part.body).total(),
        is_known=known or part.plan.origin != Origin.IMPORTED,
        is_empty=not (text or part.plan.block),
    )


def line_of(sentence: str, lines: Iterable[str]) -> int | None:
    """Find the line that a sentence quotes."""
    quoted = [each.rstrip("…") for each in QUOTED.findall(sentence)]
    wanted = next(iter(quoted), "").split(": ")[-1].strip()
    if not wanted:
        return None
    return next((n for n, line in enumerate(lines, start=1) if wanted in line), None)
