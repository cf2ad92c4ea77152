"""Reads the originals of the presets: what in them must have a place in the preset."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ITEM = re.compile(r"\s*(?:[-*]|\d+\.)\s+\S")
RULE = re.compile(r"\s*\|?[\s:|-]+\|?\s*")


class Fact(NamedTuple):
    """A line of an original that says something: where it begins, and its kind."""

    line: int
    kind: str
    text: str


def facts(text: str) -> Iterator[Fact]:
    """Give every table row, list item and code block, in order."""
    lines = text.splitlines()
    block: int | None = None
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("```"):
            if block is None:
                block = number
            else:
                yield Fact(block, "block", "\n".join(lines[block : number - 1]))
                block = None
        elif block is not None:
            continue
        elif line.lstrip().startswith("|"):
            following = lines[number] if number < len(lines) else ""
            is_head = bool(RULE.fullmatch(following)) and "-" in following
            if not is_head and not RULE.fullmatch(line):
                yield Fact(number, "row", line.strip())
        elif ITEM.match(line):
            yield Fact(number, "item", line.strip())


def digest_lines(text: str) -> Iterator[Fact]:
    """Give every line of a digest but headings and the heads of tables."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        following = lines[number] if number < len(lines) else ""
        is_head = line.startswith("|") and bool(RULE.fullmatch(following))
        says = line.strip() and not line.startswith("#") and not RULE.fullmatch(line)
        if says and not is_head:
            yield Fact(number, "line", line.strip())


if __name__ == "__main__":
    for fact in facts(Path(sys.argv[1]).read_text()):
        sys.stdout.write(f"{fact.line}\t{fact.kind}\t{fact.text!r}\n")
