"""What a check is, and what all of them look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse

from postmortems.figures import moment
from postmortems.rendering.chronicle import zone_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident
    from postmortems.models import PostMortem
    from postmortems.snapshot import Entry, Part, Snapshot
    from postmortems.wording import Hint


class Level(StrEnum):
    """How much a check matters: it forbids publishing, weakens, or is worth a look."""

    BLOCKS = "blocks"
    WEAK = "weak"
    HINT = "hint"


@dataclass(frozen=True)
class Check:
    """One thing that is missing or weak, and the place that mends it.

    `field` is the key of the section or row it is about; `hint` is there where words
    of the text are in question.
    """

    code: str
    level: Level
    sentence: str
    url: str = ""
    field: str = ""
    hint: Hint | None = None


@dataclass(frozen=True)
class Passage:
    """A text that somebody wrote: of a section, a line or an entry."""

    title: str
    text: str
    url: str
    key: str


class Draft:
    """What the checks look at: the snapshot, and where each part of it is mended."""

    def __init__(
        self, postmortem: PostMortem, snapshot: Snapshot, user: User, now: datetime
    ) -> None:
        self.postmortem = postmortem
        self.snapshot = snapshot
        self.user = user
        self.now = now

    @property
    def incident(self) -> Incident:
        return self.postmortem.incident

    @cached_property
    def passages(self) -> list[Passage]:
        """List what people wrote in the document, section by section."""
        passages = []
        for part in self.snapshot.parts:
            if part.body.strip():
                url = self.section_url(part.key)
                passages.append(Passage(part.title, part.body, url, part.key))
            passages += [
                Passage(part.title, line.text, f"#line-{line.id}", part.key)
                for line in part.lines
            ]
        return passages

    def told(self, entry: Entry) -> Passage:
        """Give an entry of the log that the document repeats."""
        title = self.clock(entry.at)
        return Passage(title, entry.text, self.entries_url(entry.id), "timeline")

    def has_block(self, block: str) -> bool:
        return any(part.block == block for part in self.snapshot.parts)

    def lists(self, meaning: str) -> list[Part]:
        parts = self.snapshot.parts
        return [p for p in parts if p.kind == "list" and p.meaning == meaning]

    def section_url(self, key: str) -> str:
        return f"#section-{key}"

    def milestone_url(self, name: str) -> str:
        return f"{self._incident_url('do', 'record_milestone')}?name={name}"

    @property
    def impact_url(self) -> str:
        return self._incident_url("do", "correct_impact")

    @property
    def record_url(self) -> str:
        return self._incident_url("edit")

    def entries_url(self, entry: int | None = None) -> str:
        """Lead to where the entries of the document are chosen."""
        return f"{self._entries_url}#entry-{entry}" if entry else self._entries_url

    @cached_property
    def _entries_url(self) -> str:
        name = "admin:postmortems_postmortem_timeline"
        return reverse(name, args=[self.postmortem.pk])

    def _incident_url(self, name: str, *rest: str) -> str:
        name = f"admin:incidents_incident_{name}"
        return reverse(name, args=[self.postmortem.incident_id, *rest])

    def clock(self, at: datetime) -> str:
        """Say a time as the document does: “21 Nov 2026, 14:02 CET”."""
        zone = self.snapshot.tz
        return f"{moment(at, zone)} {zone_name(at, zone)}"
