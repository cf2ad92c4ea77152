"""The page of one edition: what it says now, what is marked for it, its versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from itertools import takewhile
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postmortems.choices import Edition
from postmortems.editions import Withheld
from postmortems.freezing import edited, says_the_same
from postmortems.reading import read_by
from postmortems.recurrence import discreet
from postmortems.review_page import VersionLine, version_lines
from postmortems.versions import Versions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.changes import Blocker
    from postmortems.models import PostMortem, Publication
    from postmortems.reading import Reading
    from postmortems.snapshot import Part, Snapshot


@dataclass(frozen=True)
class Mark:
    """How much of one kind is marked for customers, and where that is done."""

    words: str
    url: str


def _silent(parts: Sequence[Part]) -> Iterator[Part]:
    """Give what is marked but not printed: neither it nor what is below says a word."""
    for place, part in enumerate(parts):
        deeper = partial(_is_below, part)
        below = takewhile(deeper, parts[place + 1 :])
        if part.is_empty and all(each.is_empty for each in below):
            yield part


def _is_below(part: Part, other: Part) -> bool:
    return other.depth > part.depth


class EditionPage:
    """An edition of one post-mortem, as one person sees it."""

    def __init__(
        self, postmortem: PostMortem, edition: Edition, person: User, now: datetime
    ) -> None:
        self.postmortem = postmortem
        self.edition = edition
        self.person = person
        self.now = now

    @cached_property
    def _made(self) -> tuple[Snapshot, list[Withheld]]:
        return edited(self.postmortem, self.edition)

    @cached_property
    def snapshot(self) -> Snapshot:
        """Give the version that is out; if it is overtaken, what would be next."""
        shown = self.current.snapshot if self.current else self._made[0]
        return discreet(shown, self.person)

    @cached_property
    def current(self) -> Publication | None:
        """Give the version published last, while nothing changed since."""
        latest = self.published[0] if self.published else None
        if latest and says_the_same(latest.snapshot, self._made[0]):
            return latest
        return None

    @property
    def withheld(self) -> list[Withheld]:
        """List what was taken out of the words for customers, and how often."""
        return self._made[1]

    @cached_property
    def reading(self) -> Reading:
        return read_by(self.snapshot, self.postmortem.incident, self.person)

    @cached_property
    def published(self) -> list[Publication]:
        rows = self.postmortem.publications.filter(edition=self.edition)
        return list(
            rows.select_related("published_by").defer("frozen").order_by("-number")
        )

    @cached_property
    def lines(self) -> list[VersionLine]:
        return version_lines(self.postmortem, self.published, self.current)

    @cached_property
    def internal(self) -> Publication | None:
        rows = self.postmortem.publications.filter(edition=Edition.INTERNAL)
        return rows.defer("frozen").order_by("-number").first()

    @cached_property
    def blockers(self) -> list[Blocker]:
        return self.postmortem.blockers_of_edition(self.edition)

    @property
    def is_old(self) -> bool:
        """Whether what is out says something else than the next version would."""
        return bool(self.published) and self.current is None

    @cached_property
    def versions(self) -> Versions:
        return Versions(self.postmortem, self.now, self.edition)

    @property
    def is_for_customers(self) -> bool:
        return self.edition == Edition.CUSTOMER

    @cached_property
    def marks(self) -> list[Mark]:
        """Say what is marked for customers; only that stands in their edition."""
        said = self.snapshot
        page = self.postmortem.get_absolute_url()
        timeline = reverse(
            "admin:postmortems_postmortem_timeline", args=[self.postmortem.pk]
        )
        items = f"{self.postmortem.incident.get_absolute_url()}#items"
        lines = sum(len(part.lines) for part in said.parts)
        silent = list(_silent(said.parts))
        sections = len(said.parts) - len(silent)
        entries, items_told = len(said.timeline), len(said.items)
        words = (
            ngettext("%d section", "%d sections", sections) % sections
            if sections
            else _("no section"),
            ngettext("%d line of a list", "%d lines of lists", lines) % lines
            if lines
            else _("no line of a list"),
            ngettext("%d entry of the timeline", "%d entries of the timeline", entries)
            % entries
            if entries
            else _("no entry of the timeline"),
            ngettext("%d action item", "%d action items", items_told) % items_told
            if items_told
            else _("no action item"),
        )
        places = (page, page, timeline, items)
        sentence = _("“%s” is marked, but has nothing to show: mark lines of it")
        return [
            *(Mark(*pair) for pair in zip(words, places, strict=True)),
            *(Mark(sentence % e.title, f"{page}#section-{e.key}") for e in silent),
        ]

    @property
    def about(self) -> str:
        if self.is_for_customers:
            return _(
                "Only what is marked for customers, without names, links and images."
            )
        return _("What happened, how bad, why and what is done, on one page.")
