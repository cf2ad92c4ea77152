"""A post-mortem for who may not write in it now: what it says, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from incidents.choices import PRIORITY_BADGES
from postmortems.choices import Block
from postmortems.drafting import snapshot_of
from postmortems.editions import NEVER_PUBLIC
from postmortems.figures import moment
from postmortems.models import Finding
from postmortems.record_changes import overtaken_blocks
from postmortems.rendering.chronicle import zone_name
from postmortems.rendering.drawing import READ, draw_durations
from postmortems.rendering.measured import durations_of
from postmortems.screen import ScreenProse

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from incidents.querysets import Person
    from postmortems.models import PostMortem
    from postmortems.snapshot import Image, Item, Line, Part, Snapshot, StillOpen

# As many as somebody still looks through.
MOST_IMAGES = 40
MOST_OPEN = 5
BLOCKS = "admin/postmortems/postmortem/blocks/_{}.html"


@dataclass(frozen=True)
class StillOpenShown:
    """The first of them, and how many more there are."""

    shown: tuple[StillOpen, ...]
    more: int


class Told:
    """What the record says now, as the blocks of a page show it.

    `digest` is the fingerprint of the text, where it is known by now.
    """

    def __init__(self, postmortem: PostMortem, now: datetime, digest: str = "") -> None:
        self.postmortem = postmortem
        self.now = now
        self.digest = digest

    @cached_property
    def snapshot(self) -> Snapshot:
        return snapshot_of(self.postmortem, now=self.now, digest=self.digest)

    @property
    def moments(self) -> list[tuple[str, datetime | None, str]]:
        """Give the milestones known, or why not; several for one reason at once."""
        told: dict[object, tuple[str, datetime | None, str]] = {}
        for each in self.snapshot.moments:
            if each.at or each.unknown:
                key = each.unknown if not each.at else each.name
                before = f"{told[key][0]}, " if key in told else ""
                told[key] = (f"{before}{each.label}", each.at, each.unknown)
        return list(told.values())

    @property
    def unrecorded(self) -> list[str]:
        """Name the milestones of which nobody wrote when they were, or why not."""
        moments = self.snapshot.moments
        return [each.label for each in moments if not (each.at or each.unknown)]

    @property
    def images(self) -> list[Image]:
        """Give the images of the timeline, for a text to show."""
        shown = [each for entry in self.snapshot.timeline for each in entry.images]
        return shown[:MOST_IMAGES]

    @property
    def still_open(self) -> StillOpenShown:
        """Name what earlier incidents left open, as the document says it."""
        found = self.snapshot.still_open
        return StillOpenShown(found[:MOST_OPEN], max(len(found) - MOST_OPEN, 0))

    @property
    def bars(self) -> SafeString:
        """Draw how long each step took against its target."""
        return draw_durations(durations_of(self.snapshot), READ)


@dataclass(frozen=True)
class Marks:
    """What customers may read by now, by the keys of sections and of lines."""

    sections: frozenset[str]
    lines: frozenset[int]

    @classmethod
    def of(cls, postmortem: PostMortem) -> Marks:
        lines = Finding.objects.filter(section__postmortem=postmortem, is_public=True)
        sections = postmortem.sections.filter(is_public=True)
        return cls(
            frozenset(sections.values_list("key", flat=True)),
            frozenset(lines.values_list("pk", flat=True)),
        )


@dataclass(frozen=True)
class WrittenLine:
    """A line with what is known of it; `mark` is None where nobody may set it."""

    line: Line
    number: int
    shown_at: str = ""
    came_of: int | None = None
    item: Item | None = None
    mark: bool | None = None

    @property
    def priority_badge(self) -> str:
        return PRIORITY_BADGES.get(self.line.priority or 0, "grey")

    @property
    def has_facts(self) -> bool:
        line = self.line
        is_weighed = line.priority is not None or bool(line.category_label)
        return is_weighed or bool(self.shown_at or self.came_of or self.item)


@dataclass(frozen=True)
class WrittenPart:
    part: Part
    html: SafeString
    zone: str
    lines: tuple[WrittenLine, ...] = ()
    mark: bool | None = None
    # Whether the next part stands below it.
    is_heading: bool = False

    @property
    def is_unwritten(self) -> bool:
        return self.part.is_empty and not self.is_heading

    @property
    def template(self) -> str:
        """Name what shows its block."""
        return BLOCKS.format(self.part.block)


class WrittenPage(Told):
    """The draft as it is, or the version that was published last."""

    def __init__(
        self,
        postmortem: PostMortem,
        user: Person,
        now: datetime,
        *,
        may_write: bool = False,
        digest: str = "",
    ) -> None:
        super().__init__(postmortem, now, digest)
        self.user = user
        # Of a draft they are set where it is written.
        self.may_mark = may_write and not postmortem.is_draft

    @cached_property
    def marks(self) -> Marks | None:
        return Marks.of(self.postmortem) if self.may_mark else None

    @cached_property
    def snapshot(self) -> Snapshot:
        published = None if self.postmortem.is_draft else self.postmortem.latest()
        if published:
            return published.snapshot
        return snapshot_of(self.postmortem, now=self.now, digest=self.digest)

    @cached_property
    def overtaken(self) -> frozenset[str]:
        """Name the blocks of what is published that the record differs from."""
        if self.postmortem.is_draft:
            return frozenset()
        return overtaken_blocks(self.postmortem, self.snapshot)

    @cached_property
    def parts(self) -> list[WrittenPart]:
        parts = [part for part in self.snapshot.parts if not self._is_idle(part)]
        texts = [part.body for part in parts]
        screen = ScreenProse(self.user, self.postmortem.incident, texts)
        depths = [part.depth for part in parts[1:]] + [0]
        return [
            WrittenPart(
                part,
                screen.html(part.body),
                part.zone or self.snapshot.zone,
                lines=tuple(self._lines(part)),
                mark=self._mark(part),
                is_heading=next_depth > part.depth,
            )
            for part, next_depth in zip(parts, depths, strict=True)
        ]

    def _mark(self, part: Part) -> bool | None:
        if self.marks is None or part.block in NEVER_PUBLIC:
            return None
        return part.key in self.marks.sections

    def _lines(self, part: Part) -> Iterator[WrittenLine]:
        items = {item.id: item for item in self.snapshot.items}
        numbers = {line.id: n for n, line in enumerate(part.lines, start=1)}
        marks = None if part.block in NEVER_PUBLIC else self.marks
        for line in part.lines:
            yield WrittenLine(
                line,
                numbers[line.id],
                shown_at=self._said(line.evidence_at) if line.evidence_at else "",
                came_of=numbers.get(line.earlier or 0),
                item=items.get(line.item or 0),
                mark=None if marks is None else line.id in marks.lines,
            )

    def _said(self, at: datetime) -> str:
        zone = self.snapshot.tz
        return f"{moment(at, zone)} {zone_name(at, zone)}"

    def _is_idle(self, part: Part) -> bool:
        """Whether it is about a meeting that was called off, and says nothing else."""
        meeting = self.snapshot.meeting
        is_off = meeting is not None and meeting.is_cancelled
        is_about_it = part.block == Block.MEETING
        return is_off and is_about_it and not (part.lines or part.body.strip())
