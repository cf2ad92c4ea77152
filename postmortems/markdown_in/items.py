"""Reads action items: from lists, with or without boxes, and from tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from postmortems.markdown_in.blocks import Block, Shape
from postmortems.markdown_in.chronology import Notes
from postmortems.markdown_in.inline import clean_heading
from postmortems.markdown_in.item_parts import Parts, read_point
from postmortems.markdown_in.item_values import KEY, Days, horizon_in, kind_in
from postmortems.markdown_in.labels import ITEM_COLUMNS
from postmortems.markdown_in.limits import require_few
from postmortems.markdown_in.tables import (
    Point,
    Row,
    grouped,
    plain_cell,
    points_of,
    table_of,
    whole,
)
from postmortems.markdown_in.values import is_empty
from postmortems.markdown_in.writeup import WrittenItem
from postmortems.meanings import plain

# A line that only names the group of what is listed below it.
GROUP = re.compile(r"[ \t]*(?:\*\*|__)?(?P<name>[^*_\n]{2,80}?):?(?:\*\*|__)?:?[ \t]*$")
TELLING = frozenset({"owner", "due", "priority", "ticket", "state", "title"})
LOOKED_AT = 50


@dataclass
class Items:
    left: list[Block] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    items: list[WrittenItem] = field(default_factory=list)
    group: str = ""
    # The heading whose groups are named by lines above their lists.
    heading: str = ""

    def add(self, item: WrittenItem) -> None:
        """Take an item; what its group says counts where it does not say it."""
        require_few("items", len(self.items) + 1)
        self.items.append(
            replace(
                item,
                group=self.group,
                kind=item.kind or kind_in(self.group),
                horizon=item.horizon or horizon_in(self.group),
            )
        )


def holds_items(blocks: list[Block]) -> bool:
    """Say whether there is something to tick off, or somebody who owns it."""
    for block in blocks:
        if block.shape == Shape.LIST:
            if any(point.ticked is not None for point in points_of(block)):
                return True
        elif block.shape == Shape.TABLE:
            head = (plain(cell) for cell in table_of(block).head.cells)
            if {"owner", "due"} & {ITEM_COLUMNS.get(word) for word in head}:
                return True
    return False


def read_items(
    blocks: list[Block], day: date | None, notes: Notes, *, heading: str = ""
) -> Items:
    """Read all items of the blocks of a section; `heading` is their first group."""
    read = Items(group=heading, heading=heading)
    days = Days.of(_texts(blocks), day, notes)
    for at, block in enumerate(blocks):
        below = blocks[at + 1] if at + 1 < len(blocks) else None
        if block.shape == Shape.HEADING:
            read.group = read.heading = block.heading
            read.groups.append(block.heading)
        elif block.shape == Shape.LIST:
            _list(read, block, days)
            read.group = read.heading
        elif block.shape == Shape.TABLE:
            _table(read, block, days)
            read.group = read.heading
        elif name := _group_of(block, below):
            read.group = name
            read.groups.append(clean_heading(block.lines[0]))
        else:
            read.left.append(block)
    return read


def _texts(blocks: list[Block]) -> list[str]:
    shapes = {Shape.LIST, Shape.TABLE}
    return [line for each in blocks if each.shape in shapes for line in each.lines]


def _group_of(block: Block, below: Block | None) -> str:
    if block.shape != Shape.TEXT or len(block.lines) != 1 or below is None:
        return ""
    line = block.lines[0].strip()
    marked = line.endswith((":", "**", "__"))
    found = GROUP.match(line) if marked else None
    return found["name"] if found and below.shape in {Shape.LIST, Shape.TABLE} else ""


def _list(read: Items, block: Block, days: Days) -> None:
    nothing: list[str] = []
    for group in grouped(points_of(block)):
        if _names_group(group):
            read.group = clean_heading(group[0].text)
            read.groups.append(group[0].text)
            for inner in grouped(group[1:]):
                read.add(_item(inner, days))
            read.group = read.heading
        elif is_empty(group[0].text.strip(" .*_")):
            nothing.append(f"- {whole(group)}")
        else:
            read.add(_item(group, days))
    if nothing:
        read.left.append(Block(Shape.LIST, tuple("\n".join(nothing).split("\n"))))


def _names_group(group: list[Point]) -> bool:
    """Say whether a point only stands above the real ones."""
    top, *below = group
    if not below or top.ticked is not None:
        return False
    boxes = any(point.ticked is not None for point in below)
    return boxes or (top.text.rstrip("*_ ").endswith(":") and not _has_labels(below))


def _has_labels(points: list[Point]) -> bool:
    known = (plain(point.text.partition(":")[0]) for point in points)
    return any(ITEM_COLUMNS.get(word) in TELLING - {"title"} for word in known)


def _item(group: list[Point], days: Days) -> WrittenItem:
    top, *below = group
    parts = read_point(top.text, days, top.ticked)
    details: list[str] = []
    for inner in grouped(below):
        text = whole(inner)
        label, colon, value = text.partition(":")
        name = ITEM_COLUMNS.get(plain(label)) if colon else None
        if name is None or name == "title" or not parts.take(name, value, days):
            details.append(f"- {text}" if len(below) > 1 else text)
    return parts.item(whole(group), details)


def _table(read: Items, block: Block, days: Days) -> None:
    table = table_of(block)
    head = [clean_heading(cell) for cell in table.head.cells]
    names = [ITEM_COLUMNS.get(plain(cell), "") for cell in head]
    if not table.rows or not TELLING & set(names):
        read.left.append(block)
        return
    title = _title_of(names, table.rows)
    names = [
        name if at == title or (name != "title" and at == names.index(name)) else ""
        for at, name in enumerate(names)
    ]
    names[title] = "title"
    read.columns += [cell for cell in head if cell]
    for row in table.rows:
        item = _row(row, head, names, days)
        if item.title and not is_empty(item.title):
            read.add(item)
        else:
            line = Block(Shape.TEXT, (row.source,))
            read.left.append(line)


def _title_of(names: list[str], rows: tuple[Row, ...]) -> int:
    """Find the column of titles: the one called so, else the one with most to say."""

    def said(at: int) -> int:
        return sum(
            len(row.cells[at]) for row in rows[:LOOKED_AT] if at < len(row.cells)
        )

    called = [at for at, name in enumerate(names) if name == "title"]
    if called:
        return max(called, key=said)
    free = [at for at, name in enumerate(names) if not name]
    return max(free or range(len(names)), key=said)


def _row(row: Row, head: list[str], names: list[str], days: Days) -> WrittenItem:
    parts = Parts()
    details: list[str] = []
    for at, text in enumerate(row.cells):
        name = names[at] if at < len(names) else ""
        said = plain_cell(text)
        if name == "title":
            ticked = boxed(said)
            parts = parts.over(read_point(ticked[1], days, ticked[0], in_table=True))
        elif not name or not parts.take(name, text, days):
            label = head[at] if at < len(head) else ""
            numbered = name == "number" or label == "#"
            if numbered and not parts.ticket and KEY.fullmatch(said):
                parts.ticket = said
            if not (numbered or is_empty(said)):
                details.append(f"{label}: {said}" if label else said)
    return parts.item(row.source, details)


def boxed(text: str) -> tuple[bool | None, str]:
    """Split a box off a cell."""
    for box, ticked in (("[ ]", False), ("[x]", True), ("[X]", True)):
        if text.startswith(box):
            return ticked, text[len(box) :].strip()
    return None, text
