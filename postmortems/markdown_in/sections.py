"""Cuts the blocks of a write-up into its title and its sections, in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from postmortems.markdown_in.blocks import SAID_PLAINLY, Block, Shape
from postmortems.markdown_in.heads import pairs_of
from postmortems.markdown_in.inline import clean_heading
from postmortems.markdown_in.tables import points_of
from postmortems.markdown_in.times import heading_stamp, leading
from postmortems.meanings import Meaning, exactly, meaning_of, plain

# What a title begins or ends with, to say what kind of a document it is.
DOCUMENT = (
    r"(?:(?:incident|outage|service)\s+)?(?:post[- ]?mortems?|post[- ]incident review|"
    r"incident|report|review|pir|rca|root cause analysis|retrospective|"
    r"(?:outage|incident) summary)(?:\s+(?:report|review|document))?"
)
TITLE_AFTER = re.compile(
    rf"\W*{DOCUMENT}\s*(?:[:–—|]|-\s|\s-)+\s*(?P<title>\S.*)$", re.I
)
TITLE_BEFORE = re.compile(rf"(?P<title>\S.*?)\s*[-–—:|(]+\s*{DOCUMENT}\s*\)?$", re.I)
POINT = re.compile(r"^\s*(?:[-*+]\s+)?")
LONGEST_TITLE = 120
# Parts of a timeline that are named after a stage, and groups of action items.
STAGES = frozenset(
    {
        Meaning.SUMMARY, Meaning.DETECTION, Meaning.RESOLUTION, Meaning.VERIFICATION,
        Meaning.TRIGGER, Meaning.MONITORING, Meaning.IMPACT, Meaning.ROOT_CAUSE,
        Meaning.MESSAGES, Meaning.TIMELINE,
    }
)  # fmt: skip
GROUPS = frozenset(
    {
        Meaning.PREVENTION, Meaning.DETECTION, Meaning.MONITORING, Meaning.SHORT_TERM,
        Meaning.LONG_TERM, Meaning.RESOLUTION, Meaning.MESSAGES, Meaning.ITEMS,
    }
)  # fmt: skip


@dataclass
class Draft:
    """A section with its blocks, before they are read."""

    heading: str
    level: int
    meaning: Meaning | None
    blocks: list[Block] = field(default_factory=list)
    # Begun by a label with its value beside it, not by a heading.
    is_label: bool = False


@dataclass
class Outline:
    title: str = ""
    heading: str = ""
    drafts: list[Draft] = field(default_factory=lambda: [Draft("", 0, None)])
    # The last section and those it stands in, the outermost first.
    around: list[Draft] = field(default_factory=list)
    # No section has begun but such as belong to the head.
    is_head: bool = True
    has_label: bool = False
    # Nothing has been said yet but headings.
    is_bare: bool = True

    @property
    def last(self) -> Draft:
        return self.drafts[-1]

    def begin(self, draft: Draft) -> None:
        """Begin a section; those that it does not stand in are over."""
        self.drafts.append(draft)
        while self.around and self.around[-1].level >= draft.level:
            self.around.pop()
        self.around.append(draft)
        self.has_label = self.has_label or draft.is_label
        in_head = draft.is_label or draft.meaning == Meaning.IDENTITY
        self.is_head = self.is_head and in_head

    def above(self, level: int) -> Draft | None:
        """Give the section that a heading of this level stands in."""
        around = (draft for draft in reversed(self.around) if draft.level < level)
        return next(around, None)


def outline_of(blocks: list[Block]) -> Outline:
    """Find title and sections."""
    outline = Outline()
    drawn = any(each.shape == Shape.HEADING and each.drawn for each in blocks)
    for at, block in enumerate(blocks):
        below = blocks[at + 1] if at + 1 < len(blocks) else None
        if block.shape != Shape.HEADING:
            outline.last.blocks.append(block)
            outline.is_bare = False
        elif _is_title(block, outline):
            outline.heading = block.heading
            outline.title = title_of(block.heading)
        elif block.value is not None:
            _label(outline, block, drawn)
        else:
            _heading(outline, block, below)
    if not outline.heading and len(outline.drafts) > 1:
        _title_of_first_line(outline)
    return outline


def _title_of_first_line(outline: Outline) -> None:
    """Take a short first line for the title where no heading is one."""
    first = outline.drafts[0].blocks[0] if outline.drafts[0].blocks else None
    if first is None or first.shape != Shape.TEXT or len(first.lines) > 1:
        return
    line = clean_heading(first.lines[0])
    if len(line) > LONGEST_TITLE or line.endswith((".", "!", "?")) or pairs_of(line):
        return
    del outline.drafts[0].blocks[0]
    outline.heading, outline.title = line, title_of(line)


def title_of(heading: str) -> str:
    """Take off a heading what only says that it is a post-mortem."""
    title = heading
    for pattern in (TITLE_AFTER, TITLE_BEFORE):
        if found := pattern.match(heading):
            title = found["title"].strip()
            break
    stamp = leading(title)
    return stamp.rest if stamp and stamp.is_day and stamp.rest else title


def _is_title(block: Block, outline: Outline) -> bool:
    if outline.heading or not block.heading or block.value is not None:
        return False
    if not outline.is_head or outline.has_label:
        return False
    if title_of(block.heading) != block.heading:
        return True
    if block.level == 1:
        return exactly(plain(block.heading)) is None
    return outline.is_bare and meaning_of(block.heading) is None


def _label(outline: Outline, block: Block, drawn: bool) -> None:
    """Begin a section at a label, unless it only is a line of the one around it."""
    meaning = meaning_of(block.heading)
    last = outline.last
    text = Block(Shape.TEXT, block.lines)
    inside = last.meaning == meaning or last.meaning == Meaning.MEETING
    apart = (
        outline.is_head
        or last.is_label
        or not drawn
        or meaning in {*SAID_PLAINLY, Meaning.MEETING}
    )
    if (inside and last.level) or not (apart or last.meaning is None):
        last.blocks.append(text)
        return
    value = Block(Shape.TEXT, (block.value or "",))
    draft = Draft(block.heading, block.level, meaning, [value], is_label=True)
    outline.begin(draft)


def _heading(outline: Outline, block: Block, below: Block | None) -> None:
    meaning = meaning_of(block.heading)
    if outline.last.meaning == Meaning.TIMELINE and heading_stamp(block.heading):
        outline.last.blocks.append(block)
        return
    above = outline.above(block.level)
    if above and above is outline.last:
        if _is_part(above, meaning, below):
            above.blocks.append(block)
            return
        known = above.meaning not in {None, Meaning.IDENTITY}
        if meaning is None and known and not above.is_label:
            above.blocks.append(block)
            return
    outline.begin(Draft(block.heading, block.level, meaning))


def _is_part(above: Draft, meaning: Meaning | None, below: Block | None) -> bool:
    """Say whether a heading only groups the entries or items of the one above it."""
    if above.meaning == Meaning.ITEMS:
        listed = below is not None and below.shape in {Shape.LIST, Shape.TABLE}
        return meaning is None or (meaning in GROUPS and listed)
    if above.meaning == Meaning.TIMELINE:
        return meaning is None or (meaning in STAGES and _is_timed(below))
    return False


def _is_timed(block: Block | None) -> bool:
    if block is None or block.shape not in {Shape.LIST, Shape.TEXT, Shape.TABLE}:
        return False
    if block.shape == Shape.LIST:
        lines = [point.text for point in points_of(block)[:3]]
    else:
        lines = [line.strip().lstrip("| ") for line in block.lines[:3]]
    return any((read := leading(line)) and read.says_when for line in lines)


def split_head(draft: Draft, *, has_summary: bool) -> tuple[list[Block], list[Block]]:
    """Part what is left of a head: lines with labels, and text."""
    about: list[Block] = []
    prose: list[Block] = []
    for block in draft.blocks:
        lines = [line for line in block.lines if line.strip()]
        marked = [line for line in lines if pairs_of(POINT.sub("", line))]
        is_record = block.shape == Shape.TABLE or 2 * len(marked) > len(lines)
        # Quoted beside a summary stands what the template asks for.
        is_record = is_record or (block.shape == Shape.QUOTE and has_summary)
        (about if is_record else prose).append(block)
    return about, prose
