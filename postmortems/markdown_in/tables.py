"""Takes tables and lists apart into rows and points, each with its own lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from postmortems.markdown_in.blocks import DELIMITER, MARKER, Block
from postmortems.markdown_in.inline import plain_text, squeezed
from postmortems.markdown_in.preparing import fence_after

BAR = re.compile(r"(?<!\\)\|")
CHECKBOX = re.compile(r"\[(?P<mark>[ xX✓✔])\](?:\s+|$)")
TAB = 4


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Table:
    head: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Point:
    """A point of a list: its own text, whether it is ticked, and those below it."""

    text: str
    indent: int
    ticked: bool | None = None

    @property
    def first_line(self) -> str:
        return self.text.partition("\n")[0]


def table_of(block: Block) -> Table:
    """Read the rows of a table; without a line of dashes the first is its head."""
    rows = [
        Row(cells_of(line), line.strip())
        for number, line in enumerate(block.lines)
        if not (number == 1 and DELIMITER.match(line)) and _has_words(line)
    ]
    if not rows:
        return Table(Row((), ""), ())
    return Table(rows[0], tuple(rows[1:]))


def cells_of(line: str) -> tuple[str, ...]:
    text = line.strip()
    text = text[1:] if text.startswith("|") else text
    if text.endswith("|") and not text.endswith("\\|"):
        text = text[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in BAR.split(text))


def plain_cell(text: str) -> str:
    return squeezed(plain_text(text))


def points_of(block: Block) -> list[Point]:
    """List all points of a list, at every depth, each with the lines it runs on."""
    points: list[tuple[int, bool | None, list[str]]] = []
    fence = ""
    for line in block.lines:
        found = None if fence else MARKER.match(line)
        fence = fence_after(line, fence)
        if found:
            indent = len(found["indent"].replace("\t", " " * TAB))
            text = line[found.end() :].strip()
            box = CHECKBOX.match(text)
            ticked = None if box is None else box["mark"] != " "
            points.append((indent, ticked, [text[box.end() :] if box else text]))
        elif points:
            points[-1][2].append(line.rstrip())
    return [Point(joined(lines), indent, ticked) for indent, ticked, lines in points]


def grouped(points: list[Point]) -> list[list[Point]]:
    """Put points below the one that they are indented under."""
    groups: list[list[Point]] = []
    for point in points:
        if groups and point.indent >= groups[-1][0].indent + 2:
            groups[-1].append(point)
        else:
            groups.append([point])
    return groups


def whole(group: list[Point]) -> str:
    """Write a point and those below it as Markdown again, without its own mark."""
    top, *below = group
    lines = [top.text]
    for point in below:
        depth = max(0, point.indent - top.indent - 2)
        box = "" if point.ticked is None else "[x] " if point.ticked else "[ ] "
        text = point.text.replace("\n", "\n" + " " * (depth + 2))
        lines.append(f"{' ' * depth}- {box}{text}")
    return "\n".join(lines)


def joined(lines: list[str]) -> str:
    """Join a point's lines, those that run on without their indentation."""
    first, *rest = lines
    while rest and not rest[-1].strip():
        rest.pop()
    margins = [len(line) - len(line.lstrip()) for line in rest if line.strip()]
    margin = min(margins, default=0)
    return "\n".join([first, *(line[margin:] for line in rest)]).strip()


def _has_words(line: str) -> bool:
    return any(each.isalnum() for each in line)
