"""Finds labelled values: in lines, lists and tables at the head of a write-up."""

from __future__ import annotations

import re

from postmortems.markdown_in.blocks import Block, Shape
from postmortems.markdown_in.front import Labelled
from postmortems.markdown_in.inline import plain_text, squeezed
from postmortems.markdown_in.labels import field_of
from postmortems.markdown_in.tables import (
    Point,
    Row,
    grouped,
    plain_cell,
    points_of,
    table_of,
    whole,
)
from postmortems.markdown_in.zones import zone_names

# "**Label:** value" and "**Label**: value", also several on a line.
BOLD = re.compile(
    r"(?:(?:\*\*|__)(?P<label>[^*_\n:]{1,80}):?(?:\*\*|__)[ \t]*:?"
    r"|[*_](?P<soft>[^*_\n:]{1,80})(?::[*_]|[*_]:))[ \t]*"
)
PLAIN = re.compile(r"[ \t]*(?P<label>[^\W\d_][\w #'’/&().-]{0,60}?)[ \t]*:[ \t]+(?=\S)")
BARE = re.compile(r"[ \t]*(?P<label>[^\W\d_][\w #'’/&().-]{0,60}?)[ \t]*:[ \t]*$")
# A picture before a label.
DRAWN = re.compile(r"^[ \t]*[^\x00-\x7f\w]{1,4}[ \t]+")
ENDS = " \t|·•,;"
VALUE_WORDS = frozenset({"value", "detail", "details", "answer", "information", ""})
MOST_COLUMNS, LONGEST_SAYING = 12, 200
ONLY_ZONE = re.compile(
    r"[\s*_(]*(?:all\s+|the\s+)*(?:times?|timestamps?)(?:\s+of\s+day|\s+below|\s+here)?"
    r"(?:\s+(?:are|is|were|given|shown|listed|stated))*\s+(?:in\s+)?(?P<zone>\S.*)",
    re.IGNORECASE,
)


def labelled(blocks: list[Block]) -> tuple[list[Labelled], list[Block]]:
    """Take the known labels out of some blocks; give them, and what is left."""
    found: list[Labelled] = []
    left: list[Block] = []
    skip = False
    for at, block in enumerate(blocks):
        if skip:
            skip = False
            continue
        below = blocks[at + 1] if at + 1 < len(blocks) else None
        if block.shape == Shape.TEXT:
            these, rest, skip = _of_text(block, below)
        elif block.shape == Shape.LIST:
            these, rest = _of_list(block)
        elif block.shape == Shape.TABLE:
            these, rest = _of_table(block)
        else:
            these, rest = [], block
        found += these
        left += [rest] if rest else []
    return found, left


def known_in(blocks: list[Block], names: frozenset[str]) -> list[Labelled]:
    """Read labels out of a text that keeps its lines."""
    return [
        Labelled(each.label, each.value, each.source, stays=True)
        for each in labelled(blocks)[0]
        if field_of(each.label, each.value) in names
    ]


def zone_lines(blocks: list[Block]) -> tuple[list[Labelled], list[Block]]:
    """Take out lines such as "All times in UTC", which only say the zone."""
    found: list[Labelled] = []
    left: list[Block] = []
    for block in blocks:
        lines = block.lines if block.shape == Shape.TEXT else ()
        these = [line for line in lines if _is_zone_line(line)]
        # Without a label: what it says is read as a sentence of the head.
        found += [Labelled("", line.strip(), line.strip()) for line in these]
        if not these:
            left.append(block)
        elif rest := _text([line for line in lines if line not in these]):
            left.append(rest)
    return found, left


def _is_zone_line(line: str) -> bool:
    said = ONLY_ZONE.fullmatch(line) if len(line) <= LONGEST_SAYING else None
    if not said:
        return False
    names = zone_names(said["zone"])
    return any(said["zone"].strip(" *_.()").lower() == n.lower() for n in names)


def is_labelled(line: str) -> bool:
    """Say whether a line is a label with a value, known or not."""
    return bool(BOLD.match(line.strip()) or PLAIN.match(line))


def pairs_of(line: str) -> list[Labelled]:
    """Read the labels of a line with their values, if it is nothing else."""
    text = line.strip()
    line = DRAWN.sub("", line)
    marks = list(BOLD.finditer(text))
    if marks and not DRAWN.sub("", text[: marks[0].start()]).strip(ENDS + "-*"):
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        starts = [0, *ends[:-1]]
        return [
            Labelled(
                mark["label"] or mark["soft"],
                _clean(text[mark.end() : end]),
                text[start:end],
            )
            for mark, start, end in zip(marks, starts, ends, strict=True)
        ]
    if found := PLAIN.match(line) or BARE.match(line):
        return [Labelled(found["label"], _clean(line[found.end() :]), text)]
    return []


def _clean(value: str) -> str:
    return squeezed(plain_text(value)).strip(ENDS)


def _of_text(
    block: Block, below: Block | None
) -> tuple[list[Labelled], Block | None, bool]:
    """Read a paragraph line by line; a list below its last label is its value."""
    found: list[Labelled] = []
    left: list[str] = []
    for line in block.lines:
        pairs = pairs_of(line)
        if pairs and all(field_of(each.label, each.value) for each in pairs):
            found += pairs
        else:
            left.append(line)
    last = found[-1] if found and block.lines[-1] not in left[-1:] else None
    if last and not last.value and below and below.shape == Shape.LIST:
        values = [_clean(whole(group)) for group in grouped(points_of(below))]
        source = f"{last.source}\n{below.source}"
        found[-1] = Labelled(last.label, ", ".join(values), source)
        return found, _text(left), True
    return found, _text(left), False


def _text(lines: list[str]) -> Block | None:
    return Block(Shape.TEXT, tuple(lines)) if lines else None


def _of_list(block: Block) -> tuple[list[Labelled], Block | None]:
    found: list[Labelled] = []
    left: list[list[Point]] = []
    for group in grouped(points_of(block)):
        top = group[0]
        pairs = pairs_of(top.text)
        below = ", ".join(_clean(each.text) for each in group[1:])
        if len(pairs) == 1 and field_of(pairs[0].label, pairs[0].value or below):
            value = ", ".join(filter(None, [pairs[0].value, below]))
            found.append(Labelled(pairs[0].label, value, whole(group)))
        else:
            left.append(group)
    if not found:
        return [], block
    lines = "\n".join(_as_point(group) for group in left).split("\n")
    return found, Block(Shape.LIST, tuple(lines)) if left else None


def _as_point(group: list[Point]) -> str:
    return "- " + whole(group).replace("\n", "\n  ")


def _of_table(block: Block) -> tuple[list[Labelled], Block | None]:
    """Read labels beside their values, or above them."""
    table = table_of(block)
    head = [plain_cell(cell) for cell in table.head.cells]
    if not 2 <= len(head) <= MOST_COLUMNS:
        return [], block
    if (len(table.rows) == 1 and len(head) > 2) or _is_above(head, table.rows):
        return _above(block, head, table.rows)
    rows = table.rows if _says_nothing(head) else (table.head, *table.rows)
    found = [_beside(row) for row in rows if len(row.cells) >= 2]
    known = [each for each in found if field_of(each.label, each.value)]
    if 2 * len(known) < len(found) or not known:
        return [], block
    if _says_nothing(head) and table.head.source:
        found.append(Labelled("", "", table.head.source))
    short = [Labelled("", "", row.source) for row in rows if len(row.cells) < 2]
    return found + short, None


def _says_nothing(head: list[str]) -> bool:
    low = [cell.casefold() for cell in head]
    return not any(low) or (
        low[1] in VALUE_WORDS and field_of(head[0], "x") in {None, "title"}
    )


def _is_above(head: list[str], rows: tuple[Row, ...]) -> bool:
    known = [cell for cell in head if field_of(cell, "x")]
    return len(rows) == 1 and len(known) == len(head)


def _above(
    block: Block, head: list[str], rows: tuple[Row, ...]
) -> tuple[list[Labelled], Block | None]:
    cells = [plain_cell(cell) for cell in rows[0].cells]
    pairs = list(zip(head, cells, strict=False))
    known = [each for each in pairs if field_of(*each)]
    if 2 * len(known) < len(head) or not known:
        return [], block
    found = [Labelled(label, value, "") for label, value in pairs]
    return [*found, Labelled("", "", block.source)], None


def _beside(row: Row) -> Labelled:
    label, *values = (plain_cell(cell) for cell in row.cells)
    value = ", ".join(filter(None, values))
    return Labelled(label.rstrip(":"), value, row.source)
