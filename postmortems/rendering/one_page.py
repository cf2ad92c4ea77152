"""Fits the summary on one page: measured beforehand, and cut where people can tell.

Texts end after a sentence, lists and items say how many more there are. The measures
are those of `summary.css`, in points, rather too large than too small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from postmortems.choices import Block, Paper
from postmortems.meanings import Meaning
from postmortems.rendering.answers import answers
from postmortems.rendering.blocks import Setting, item_columns
from postmortems.rendering.cover import PLAIN_FACTS, lead_of
from postmortems.rendering.drawing.lettering import fitted, width_of
from postmortems.snapshot import Item, Line, Part, Snapshot

# Between the margins, less the distances of the last part: WeasyPrint counts them twice
# when it looks whether there is room.
ROOM = {Paper.A4: 731.0, Paper.LETTER: 681.0}
WIDTH = {Paper.A4: 482.0, Paper.LETTER: 497.0}
# Beside the titles of parts; of what a word at the end of a line may leave free.
# What a heading in a text takes beyond a line.
LOUD = 16
GUTTER, SNUG = 97.0, 0.98
# Of the table of items; the others share what is left.
COLUMNS = {"owner": 76.5, "due": 62.4, "priority": 36.9, "state": 56.7}
COLUMNS |= {"ticket": 102.0, "horizon": 68.0}
HEIGHT = re.compile(r'<svg[^>]* height="([\d.]+)pt"')
SENTENCE = re.compile(r"(?<=[.!?。])\s+")
# What is given up, one after the other, until the rest fits.
STEPS = (
    *(("items", 6), ("lines", 4), ("text", 450), ("line", 160), ("items", 5)),
    *(("lead", 600), ("lines", 3), ("text", 320), ("items", 4), ("line", 120)),
    *(("lead", 440), ("text", 240), ("lines", 2), ("items", 3), ("line", 90)),
    *(("lead", 300), ("text", 170), ("items", 2), ("lead", 220), ("text", 110)),
    *(("lines", 1), ("line", 60), ("items", 1), ("text", 80), ("lead", 140)),
)
LONGEST_TITLE, LONGEST_FACT = 120, 110


@dataclass(frozen=True)
class Cut:
    """How much is left: texts and lines in letters, lists in lines, and items."""

    lead: int = 900
    text: int = 600
    line: int = 220
    lines: int = 5
    items: int = 8


def on_one_page(snapshot: Snapshot, paper: str, drawing: SafeString) -> Snapshot:
    """Leave as much of a summary as one page has room for."""
    found = HEIGHT.search(drawing)
    drawn = float(found[1]) + 9 if found else 0.0
    cut = Cut()
    shorter = _cut(snapshot, cut)
    for name, left in STEPS:
        if drawn + sum(_heights(shorter, paper)) <= ROOM[Paper(paper)]:
            break
        cut = replace(cut, **{name: left})
        shorter = _cut(snapshot, cut)
    return shorter


def _cut(snapshot: Snapshot, cut: Cut) -> Snapshot:
    """Shorten everything; the summary's own text stands in the head already."""
    parts = [_part(part, cut) for part in snapshot.parts if not _is_in_head(part)]
    lead = Part(
        key="summary",
        title="",
        meaning=Meaning.SUMMARY,
        body=shortened(lead_of(snapshot), cut.lead),
    )
    more = max(len(snapshot.items) - cut.items, 0)
    facts = [
        fact.model_copy(update={"value": _in_short(fact.value, LONGEST_FACT)})
        for fact in snapshot.facts
    ]
    return snapshot.model_copy(
        update={
            "title": _in_short(snapshot.title, LONGEST_TITLE),
            "parts": (lead, *parts, *_left_open(snapshot, cut)),
            "items": tuple(_item(item, cut) for item in snapshot.items[: cut.items]),
            "more_items": snapshot.more_items + more,
            "facts": tuple(facts),
            "still_open": (),
            "services": tuple(_in_short(each, 30) for each in snapshot.services[:4]),
        }
    )


def _left_open(snapshot: Snapshot, cut: Cut) -> Iterator[Part]:
    """Tell what earlier incidents left open as a list of its own."""
    if not snapshot.still_open:
        return
    told = [f"{each.reference}: {each.item}" for each in snapshot.still_open]
    lines = tuple(Line(id=n, text=text) for n, text in enumerate(told))
    title = _("Still open when this happened")
    yield _part(Part(key="still_open", title=title, kind="list", lines=lines), cut)


def _is_in_head(part: Part) -> bool:
    return part.meaning == Meaning.SUMMARY and not part.lines


def _part(part: Part, cut: Cut) -> Part:
    more = max(len(part.lines) - cut.lines, 0)
    return part.model_copy(
        update={
            "title": _in_short(part.title, 40),
            "body": shortened(part.body, cut.text),
            "lines": tuple(_line(line, cut) for line in part.lines[: cut.lines]),
            "more_lines": part.more_lines + more,
            "fields": tuple(field[:60] for field in part.fields[:8]),
            "depth": 0,
        }
    )


def _line(line: Line, cut: Cut) -> Line:
    """Keep what a line says; what it rests on stands in the whole document."""
    return Line(id=line.id, text=shortened(line.text, cut.line), priority=line.priority)


def _item(item: Item, cut: Cut) -> Item:
    return item.model_copy(
        update={
            "title": _in_short(item.title, cut.line),
            "owner": _in_short(item.owner, 40),
            "ticket": "",
            "dropped_because": "",
        }
    )


def _in_short(text: str, letters: int) -> str:
    """Cut a line to about so many letters, broad ones counted as two."""
    return fitted(text, letters / 2)


def shortened(text: str, letters: int) -> str:
    """Keep whole sentences of a text; of lines, whole lines; an ellipsis tells it."""
    text = text.strip()
    if width_of(text) <= letters / 2:
        return text
    is_in_lines = text.count("\n") > 2 and not SENTENCE.search(text)
    kept: list[str] = []
    for piece in text.split("\n") if is_in_lines else SENTENCE.split(text):
        if width_of(" ".join([*kept, piece])) > letters / 2:
            break
        kept.append(piece)
    if not kept:
        return fitted(text, letters / 2)
    is_code_open = sum(each.startswith("```") for each in kept) % 2
    kept += ["```", "…"] if is_code_open else ["…"]
    return ("\n" if is_in_lines else " ").join(kept)


def _heights(snapshot: Snapshot, paper: str) -> Iterator[float]:
    """Measure the head, then part by part."""
    width = WIDTH[Paper(paper)]
    # Letters of headlines are narrower than those that were measured.
    yield 64 + _lines_of(snapshot.title, 16, width, bold=True) * 20.5
    if snapshot.figures:
        column = width / len(snapshot.figures) - 8
        notes = [_lines_of(each.note, 7.5, column) for each in snapshot.figures]
        yield 52 + 10.2 * max(notes)
    yield 8 + 14.9 * 2
    for fact in snapshot.facts:
        if fact.key in PLAIN_FACTS:
            yield 3.5 + 11.5 * _lines_of(fact.value, 8.5, width - GUTTER)
    for part in snapshot.parts:
        is_lead = part.meaning == Meaning.SUMMARY and not part.title
        size = 10 if is_lead else 9
        beside = width if is_lead else width - GUTTER
        title = 14 * _lines_of(part.title, 10, GUTTER - 10, bold=True)
        yield 12 + max(title, _body(part, snapshot, size, beside))


def _body(part: Part, snapshot: Snapshot, size: float, width: float) -> float:
    total = 0.0
    for line in part.body.split("\n") if part.body else ():
        total += size * 1.45 * _lines_of(line, size, width) + LOUD * line.startswith(
            "#"
        )
    total += 3 * bool(part.body)
    for each in part.lines:
        total += size * 1.45 * _lines_of(each.text, size, width - 14) + 3
    total += 14 * bool(part.more_lines)
    if part.block == Block.ITEMS:
        total += 28 + 14 * bool(snapshot.more_items)
        room = _title_room(part, snapshot, width)
        for item in snapshot.items:
            lines = _lines_of(item.title, 8.5, room, bold=True)
            total += 5 + 12 * max(lines, _lines_of(item.owner, 8.5, 68))
    elif part.block:
        told = answers(part.fields, snapshot, snapshot.tz_of(part))
        values = [each.value for each in told if each.is_known]
        values = values or [fact.value for fact in snapshot.facts]
        total += sum(3.5 + 11.5 * _lines_of(each, 8.5, width - 105) for each in values)
    return total


def _title_room(part: Part, snapshot: Snapshot, width: float) -> float:
    """Give how broad the titles of items may be beside the playbook's columns."""
    keys = [each.key for each in item_columns(part.columns, Setting(snapshot))]
    broad = [COLUMNS[key] for key in keys if key in COLUMNS]
    return (width - sum(broad)) / max(len(keys) - len(broad), 1) - 8.5


def _lines_of(text: str, size: float, width: float, *, bold: bool = False) -> int:
    """Fill lines with words, as the typesetter does; what is broader is broken."""
    room, blank = width * SNUG / size, width_of(" ")
    lines, reached = 1, 0.0
    for word in text.split(" "):
        broad = width_of(word, bold=bold)
        if reached and reached + blank + broad > room:
            lines, reached = lines + 1, broad
        else:
            reached += broad + blank * bool(reached)
        if reached > room:
            lines, reached = lines + ceil(reached / room) - 1, reached % room
    return lines
