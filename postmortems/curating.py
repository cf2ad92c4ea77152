"""Choosing what of the timeline the document tells, some hundred entries at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction

from incidents.forms.rows import is_key
from incidents.names import name_of
from postmortems.choices import Block

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import QueryDict

    from incidents.models import Incident, TimelineEvent
    from postmortems.models import PostMortem

# Two marks each: a form may have a thousand fields.
PAGE_OF_ENTRIES = 300
LONGEST_PAGE_NUMBER = 6


@dataclass(frozen=True)
class Row:
    """An entry as the page lists it."""

    event: TimelineEvent
    local: datetime
    day: str
    words: str
    was: str
    is_edited: bool
    error: str = ""

    @property
    def clock(self) -> str:
        return f"{self.local:%H:%M}"

    @property
    def author(self) -> str:
        return name_of(self.event.author)


class CuratingPage:
    """One page of all that stands on the timeline, oldest first.

    Of what is published only its entries are listed, to be marked for customers.
    """

    def __init__(
        self,
        postmortem: PostMortem,
        asked: Mapping[str, str],
        typed: Mapping[int, tuple[str, str]] | None = None,
        errors: Mapping[int, str] | None = None,
    ) -> None:
        self.incident = postmortem.incident
        self.zone = zone_of_entries(postmortem)
        self.is_published = not postmortem.is_draft
        self.entries = self.incident.timeline.standing()
        if self.is_published:
            published = postmortem.latest()
            told = published.snapshot.timeline if published else ()
            self.entries = self.entries.filter(pk__in=[entry.id for entry in told])
        self.typed = typed or {}
        self.errors = errors or {}
        reword = asked.get("reword", "")
        self.reworded = int(reword) if is_key(reword) else 0
        self.count = self.entries.count()
        self.pages = max(1, -(-self.count // PAGE_OF_ENTRIES))
        number = asked.get("page", "")
        is_number = is_key(number) and len(number) <= LONGEST_PAGE_NUMBER
        self.number = min(max(int(number), 1), self.pages) if is_number else 1

    @cached_property
    def rows(self) -> list[Row]:
        start = (self.number - 1) * PAGE_OF_ENTRIES
        events = self.entries.select_related("author")
        found = events.chronological()[start : start + PAGE_OF_ENTRIES]
        return [self._row(event, event.at.astimezone(self.zone)) for event in found]

    @cached_property
    def marked(self) -> int:
        name = "is_public" if self.is_published else "in_postmortem"
        return self.entries.filter(**{name: True}).count()

    @property
    def numbers(self) -> range:
        return range(1, self.pages + 1)

    @property
    def shown(self) -> str:
        """Say what was shown and how it was marked, for the post to bring back."""
        return " ".join(
            f"{row.event.pk}{'i' * row.event.in_postmortem}{'p' * row.event.is_public}"
            for row in self.rows
        )

    def _row(self, event: TimelineEvent, local: datetime) -> Row:
        was, words = self.typed.get(event.pk, ("", ""))
        is_typed = event.pk in self.typed
        return Row(
            event=event,
            local=local,
            day=f"{local:%A, %-d %B %Y}",
            words=words if is_typed else event.document_says,
            was=event.document_says if event.pk in self.errors or not was else was,
            is_edited=is_typed or event.pk == self.reworded,
            error=self.errors.get(event.pk, ""),
        )


@dataclass(frozen=True)
class Marks:
    """What somebody marked on a page, compared with what the page showed them."""

    put_in: set[int]
    taken_out: set[int]
    told: set[int]
    kept: set[int]

    @classmethod
    def posted(cls, posted: QueryDict) -> Marks:
        shown: dict[int, str] = {}
        for each in posted.get("shown", "")[: 40 * PAGE_OF_ENTRIES].split():
            key = each.rstrip("ip")
            if is_key(key):
                shown[int(key)] = each[len(key) :]
        inside = _keys(posted.getlist("in")) & shown.keys()
        public = _keys(posted.getlist("public")) & shown.keys()
        was_in = {key for key, marks in shown.items() if "i" in marks}
        was_public = {key for key, marks in shown.items() if "p" in marks}
        return cls(
            inside - was_in, was_in - inside, public - was_public, was_public - public
        )

    @transaction.atomic
    def put_down(
        self, incident: Incident, *, by: User, only_public: bool = False
    ) -> int:
        """Mark what was changed, and nothing else; say how many entries that were."""
        steps: tuple[tuple[Collection[int], dict[str, Any]], ...] = (
            (self.put_in, {"in_postmortem": True}),
            (self.taken_out, {"in_postmortem": False}),
            (self.told, {"is_public": True}),
            (self.kept, {"is_public": False}),
        )
        return sum(
            incident.mark_entries(keys, **marks, by=by)
            for keys, marks in (steps[2:] if only_public else steps)
            if keys
        )


def zone_of_entries(postmortem: PostMortem) -> ZoneInfo:
    """Give the zone in which the document tells its timeline."""
    section = postmortem.sections.filter(block=Block.TIMELINE).first()
    if section and section.zone:
        return ZoneInfo(section.zone)
    return postmortem.incident.team.zone


def words_posted(posted: QueryDict) -> dict[int, tuple[str, str]]:
    """Give {entry: (what the document said, what it shall say)} of what is edited."""
    found = {}
    for name in posted:
        key = name.removeprefix("words-")
        if name.startswith("words-") and is_key(key):
            was, now = posted.get(f"was-{key}", ""), str(posted[name])
            found[int(key)] = _tidied(was), _tidied(now)
    return found


def _tidied(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _keys(values: list[str]) -> set[int]:
    return {int(value) for value in values if is_key(value)}
