"""The signs of our Markdown: how what people wrote is told from what holds it.

`docs/markdown.md` describes the format. What is written here is read back by the
functions beside it, whatever the text says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

FORMAT = 1
FENCE = "---"
# A line that opens or closes a piece, or looks as if it did but for backslashes.
MARKER = re.compile(
    r"^(?P<indent>[ \t]*)(?P<bullet>- )?<!-- (?P<shield>\\*)(?P<end>/?)debrief:"
    r"(?P<name>[a-z]+)(?: (?P<facts>\{.*\}))? -->$"
)
LOOKALIKE = re.compile(r"^([ \t]*(?:[-*+][ \t]+)?<!--[ \t]*)(\\*/?debrief:)", re.M)
SHIELDED = re.compile(r"^([ \t]*(?:[-*+][ \t]+)?<!--[ \t]*)\\(\\*/?debrief:)", re.M)
SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&])")
ESCAPED = re.compile(r"<br>|\\([!-/:-@\[-`{-~])")
# A backslash takes the sign behind it along, so that this one ends no cell.
BAR = re.compile(r"\\.|\|")
BLANK = "&#32;"
CODE_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")


def marker(name: str, facts: dict[str, Any] | None = None, *, indent: str = "") -> str:
    """Write the line that opens a piece; nothing in it can end the comment."""
    told = json.dumps(facts, ensure_ascii=False) if facts else ""
    for sign, code in (("--", "-\\u002d"), ("<", "\\u003c"), (">", "\\u003e")):
        told = told.replace(sign, code)
    return f"{indent}<!-- debrief:{name}{' ' if told else ''}{told} -->"


def end_marker(name: str, *, indent: str = "") -> str:
    return f"{indent}<!-- /debrief:{name} -->"


def held(
    name: str, text: str, facts: dict[str, Any] | None = None, *, indent: str = ""
) -> Iterator[str]:
    """Give the lines of a piece that holds a text as it was written."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    yield marker(name, facts, indent=indent)
    for line in shielded(text).split("\n"):
        yield f"{indent}{line}" if line else ""
    yield end_marker(name, indent=indent)
    if fence := open_fence(text):
        # Else the rest of the document would be shown as code.
        yield f"{indent}{fence}"


def shielded(text: str) -> str:
    """Put a backslash into lines that look like ours."""
    return LOOKALIKE.sub(r"\1\\\2", text)


def unshielded(text: str) -> str:
    return SHIELDED.sub(r"\1\2", text)


def plain(text: str) -> str:
    """Write words into a heading or a cell, where Markdown shall find no signs."""
    escaped = SPECIAL.sub(r"\\\1", text.replace("\r\n", "\n").replace("\r", "\n"))
    return escaped.replace("\n", "<br>")


def unplain(cell: str) -> str:
    return ESCAPED.sub(lambda found: found[1] or "\n", cell)


def edged(words: str) -> str:
    """Write words where blanks at the edges would not come back."""
    inner = plain(words).strip(" ")
    before = len(words) - len(words.lstrip(" "))
    after = len(words) - len(words.rstrip(" ")) if inner else 0
    return f"{BLANK * before}{inner}{BLANK * after}"


def unedged(cell: str) -> str:
    return unplain(cell.strip(" ").replace(BLANK, " "))


def row(cells: Iterable[str]) -> str:
    """Write a row of a table."""
    return f"| {' | '.join(map(edged, cells))} |"


def cells_of(line: str) -> list[str]:
    """Read a row of a table."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    cells, start = [], 0
    for bar in BAR.finditer(inner):
        if bar[0] == "|":
            cells.append(unedged(inner[start : bar.start()]))
            start = bar.end()
    return [*cells, unedged(inner[start:])]


def open_fence(text: str) -> str:
    """Give what closes the code block that a text leaves open, if it does."""
    fence = ""
    for line in text.split("\n"):
        found = CODE_FENCE.match(line)
        if not found:
            continue
        if not fence:
            fence = "" if found[1][0] == "`" and "`" in found[2] else found[1]
        elif found[1].startswith(fence) and not found[2].strip():
            fence = ""
    return fence


def place_of(names: Iterable[str | int]) -> str:
    """Name a place in a document: keys as it has them, rows by their number."""
    rows = {
        "parts": _("section"),
        "timeline": _("entry"),
        "items": _("action item"),
        "lines": _("line"),
        "messages": _("message"),
        "id": _("number"),
    }
    said: list[str] = []
    for name in names:
        if isinstance(name, int) and said:
            said[-1] = f"{said[-1]} {name + 1}"
        else:
            said.append(rows.get(str(name), str(name)))
    return ", ".join(said)


class NotOurs(ValueError):
    """A text that is no document of ours, or was damaged since."""


@dataclass(frozen=True)
class Piece:
    """What stood between two markers, and what the first of them says of it."""

    name: str
    facts: dict[str, Any]
    text: str = ""


def front_and_body(text: str) -> tuple[list[str], list[str]]:
    """Part the lines of the front matter from those below; a text may have none."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() == FENCE:
        for number, line in enumerate(lines[1:], start=1):
            if line.rstrip() == FENCE:
                return lines[1:number], lines[number + 1 :]
    return [], lines


def pieces_in(body: Iterable[str]) -> Iterator[Piece]:
    """Give the pieces in the lines of a body; what stands between is passed over.

    A section's text is the heading below its marker. Raises NotOurs for a marker
    that says nothing sensible, or a piece that is never closed.
    """
    lines = iter(body)
    for line in lines:
        found = MARKER.match(line)
        if found is None or found["end"] or found["shield"]:
            continue
        facts = _facts(found)
        if found["name"] == "section":
            yield Piece("section", facts, _heading(lines))
            continue
        indent = found["indent"] + ("  " if found["bullet"] else "")
        held = "\n".join(_held(lines, found["name"], indent))
        yield Piece(found["name"], facts, unshielded(held))


def _facts(found: re.Match[str]) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(found["facts"] or "{}")
    except (ValueError, RecursionError) as error:
        sentence = _("What a mark “debrief:%s” says in braces is no JSON.")
        raise NotOurs(sentence % found["name"]) from error
    return facts


def _heading(lines: Iterator[str]) -> str:
    line = next((line for line in lines if line.strip()), "")
    if not line.startswith("#"):
        raise NotOurs(_("Below a mark “debrief:section” stands no heading."))
    return unedged(line.lstrip("#"))


def _held(lines: Iterator[str], name: str, indent: str) -> Iterator[str]:
    end = end_marker(name)
    for line in lines:
        if line.strip(" \t") == end:  # what `shielded` takes for blanks, and no more
            return
        yield line.removeprefix(indent)
    raise NotOurs(_("The piece “%s” is never closed.") % name)
