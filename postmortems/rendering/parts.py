"""The parts of a document in the playbook's order, ready to be put on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from incidents.choices import PRIORITY_BADGES
from postmortems.choices import Block, Edition, Origin
from postmortems.figures import moment
from postmortems.meanings import Meaning
from postmortems.rendering.blocks import (
    HORIZONS,
    ItemRow,
    Setting,
    block_of,
    item_of,
    item_row,
    items_of_horizon,
    repeats,
)
from postmortems.rendering.chronicle import zone_name
from postmortems.rendering.prose import prose
from postmortems.snapshot import Line, Part, Snapshot

# The title of the document is an h1.
TOP_LEVEL, DEEPEST_LEVEL = 2, 5


@dataclass(frozen=True)
class SetLine:
    """A line of a list; of a factor also its number and what it rests on."""

    number: int
    html: SafeString
    priority: str = ""
    badge: str = ""
    category: str = ""
    evidence: str = ""
    came_of: int | None = None
    item: str = ""
    # Whether the item is called by the very words of the line.
    is_repeated: bool = False
    # In a section on prevention: what is known of the item, which stands nowhere else.
    row: ItemRow | None = None

    @property
    def is_plain(self) -> bool:
        return not (self.category or self.evidence or self.came_of or self.item)


@dataclass(frozen=True)
class SetPart:
    """A part as it is printed: block, list, text or note, and items, in this order."""

    title: str
    level: int
    html: SafeString
    block: SafeString
    lines: list[SetLine]
    form: str
    evidence_zone: str = ""
    missing: str = ""
    lines_title: str = ""
    more: int = 0
    after: SafeString = field(default_factory=SafeString)

    @property
    def says_nothing(self) -> bool:
        said = self.html or self.block or self.lines or self.after
        return not (said or self.missing)


def parts_of(setting: Setting) -> list[SetPart]:
    """Set what is said; a part without a word is left out, with its heading."""
    # What has no title stands in the head alone.
    titled = [part for part in setting.snapshot.parts if part.title]
    parts = [*titled, *_marked_alone(setting)]
    levels = [min(TOP_LEVEL + part.depth, DEEPEST_LEVEL) for part in parts]
    made = [
        _part(part, level, setting) for part, level in zip(parts, levels, strict=True)
    ]
    return list(_kept(made))


def _kept(parts: list[SetPart]) -> Iterator[SetPart]:
    """Leave out what says nothing, unless it is the heading of parts that do."""
    for place, part in enumerate(parts):
        below = list(_below(part, parts[place + 1 :]))
        if below and part.missing:
            # A mere heading: its parts are what has to be written.
            part = replace(part, missing="")
        if not part.says_nothing or any(not each.says_nothing for each in below):
            yield part


def _below(part: SetPart, following: Iterable[SetPart]) -> Iterator[SetPart]:
    for each in following:
        if each.level <= part.level:
            return
        yield each


def _marked_alone(setting: Setting) -> Iterator[Part]:
    """Give a place to what is marked for customers while its section is not."""
    snapshot = setting.snapshot
    if snapshot.edition != Edition.CUSTOMER:
        return
    blocks = {part.block for part in snapshot.parts}
    for block, rows in (
        (Block.TIMELINE, snapshot.timeline),
        (Block.ITEMS, snapshot.items),
    ):
        if rows and block not in blocks:
            yield Part(key=block, title=str(block.label), kind="block", block=block)


def _part(part: Part, level: int, setting: Setting) -> SetPart:
    snapshot = setting.snapshot
    html = prose(
        part.body,
        links=setting.links,
        images=setting.pictures.shown,
        heading_base=level + 1,
    )
    lines = list(_lines(part, setting))
    zone = snapshot.tz
    times = [line.evidence_at for line in part.lines if line.evidence_at]
    is_owed = part.origin == Origin.PLAYBOOK and part.is_empty and snapshot.is_draft
    return SetPart(
        title=part.title,
        level=level,
        html=html,
        block=block_of(part, setting),
        lines_title=_("Decisions") if part.block == Block.MEETING and lines else "",
        more=part.more_lines,
        after=items_of_horizon(part, setting),
        lines=lines,
        form=_form(part, lines),
        evidence_zone=" / ".join(dict.fromkeys(zone_name(at, zone) for at in times)),
        missing=_("Not written yet.")
        if is_owed and not setting.is_for_customers
        else "",
    )


def _form(part: Part, lines: list[SetLine]) -> str:
    """Set factors as rows if more than their text is known, else as a list."""
    if part.meaning != Meaning.FACTORS:
        return "list"
    return "numbers" if all(line.is_plain for line in lines) else "rows"


def _lines(part: Part, setting: Setting) -> Iterator[SetLine]:
    numbers = {line.id: n for n, line in enumerate(part.lines, start=1)}
    is_on_prevention = part.meaning in HORIZONS
    for number, line in enumerate(part.lines, start=1):
        may_have = is_on_prevention or line.item is not None
        item = item_of(line, setting) if may_have else None
        row = item_row(item, setting) if item and is_on_prevention else None
        # The item tells its own.
        has_priority = line.priority is not None and row is None
        yield SetLine(
            number=number,
            html=_in_line(line, setting),
            priority=f"P{line.priority}" if has_priority else "",
            badge=PRIORITY_BADGES.get(line.priority or 0, "grey"),
            category=line.category_label,
            evidence=_evidence(line, setting.snapshot),
            came_of=None if line.earlier is None else numbers.get(line.earlier),
            item=item.title if item else "",
            is_repeated=item is not None and repeats(line, item),
            row=row,
        )


def _evidence(line: Line, snapshot: Snapshot) -> str:
    return moment(line.evidence_at, snapshot.tz) if line.evidence_at else ""


def _in_line(line: Line, setting: Setting) -> SafeString:
    """Set a line without the paragraph around it, if it is one."""
    html = prose(line.text, links=setting.links, images=setting.pictures.shown)
    text = html.strip()
    if text.startswith("<p>") and text.endswith("</p>") and text.count("<p>") == 1:
        return mark_safe(text[3:-4])  # noqa: S308 - what `prose` made is clean
    return html
