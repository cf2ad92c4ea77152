"""A post-mortem as Markdown: to be read by people, and by us again without a loss.

The record stands in the front matter, sections under their headings. Comments say
what each piece is; `docs/markdown.md` describes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

import yaml
from django.utils.translation import gettext as _

from incidents.durations import say
from postmortems.choices import Block
from postmortems.markdown_format import (
    FENCE,
    FORMAT,
    edged,
    end_marker,
    held,
    marker,
    plain,
    row,
)
from postmortems.rendering.measured import durations_of
from postmortems.snapshot import Entry, Frozen, Item, Line, Part, Sent, Snapshot

IN_THE_BODY = {"parts", "timeline", "items", "messages"}
ITEM_HEADS = (
    *("No", "Action item", "Owner", "Due", "Priority", "Status", "Kind", "Horizon"),
    *("Ticket", "Finished", "Dropped because", "For customers"),
)
TOP_LEVEL, DEEPEST_LEVEL = 2, 6
INSIDE = "  "
FOLDING = set("\x85\u2028\u2029")
Lines = Iterator[str]


def markdown_of(snapshot: Snapshot) -> str:
    """Write a snapshot as Markdown."""
    out = _Writer(snapshot)
    lines = chain(_front_matter(snapshot), out.body())
    return "\n".join(lines).rstrip("\n") + "\n"


def _front_matter(snapshot: Snapshot) -> Lines:
    record = {"debrief": FORMAT, **told_of(snapshot, IN_THE_BODY)}
    dumped = yaml.dump(
        record, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100_000
    )
    yield FENCE
    yield from dumped.rstrip("\n").split("\n")
    yield FENCE
    yield ""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Write breaks of lines that Unicode has by their numbers, lest they fold."""
        quotes = '"' if FOLDING & set(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=quotes)


_Dumper.add_representer(str, _Dumper.represent_str)


def told_of(part: Frozen, besides: set[str]) -> dict[str, Any]:
    """Give what differs from the usual, times as ISO 8601."""
    return part.model_dump(mode="json", exclude=besides, exclude_defaults=True)


class _Writer:
    """Writes the body; rows are named by their number within the document."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.entries = _numbers(snapshot.timeline)
        self.items = _numbers(snapshot.items)
        self.zone = snapshot.tz
        self.unwritten = {
            Block.TIMELINE: self._timeline,
            Block.ITEMS: self._items,
            Block.MESSAGES: self._messages,
        }

    def body(self) -> Lines:
        yield f"# {plain(self.snapshot.title)}"
        yield ""
        for part in self.snapshot.parts:
            yield from self._part(part)
        self.zone = self.snapshot.tz
        for block, write in tuple(self.unwritten.items()):
            if rows := list(write()):
                yield f"## {plain(str(block.label))}"
                yield ""
                yield from rows

    def _part(self, part: Part) -> Lines:
        level = min(TOP_LEVEL + part.depth, DEEPEST_LEVEL)
        self.zone = self.snapshot.tz_of(part)
        yield marker("section", told_of(part, {"id", "title", "body", "lines"}))
        yield ""
        yield f"{'#' * level} {edged(part.title)}"
        yield ""
        if part.block:
            yield from self._block(part)
        if part.body:
            yield from held("text", part.body)
            yield ""
        if part.lines:
            numbers = _numbers(part.lines)
            for line in part.lines:
                yield from self._line(line, numbers)
            yield ""

    def _line(self, line: Line, numbers: dict[int, int]) -> Lines:
        facts = told_of(line, {"id", "text", "category_label"})
        facts["number"] = numbers[line.id]
        self._refer(facts, "evidence", self.entries)
        self._refer(facts, "earlier", numbers)
        self._refer(facts, "item", self.items)
        if "evidence" in facts:
            facts.pop("evidence_at", None)
            facts.pop("evidence_text", None)
        first, *rest = held("line", line.text, facts, indent=INSIDE)
        yield f"- {first.removeprefix(INSIDE)}"
        yield from rest
        if about := " · ".join(self._about(line, facts)):
            yield f"{INSIDE}*{about}*"

    def _refer(self, facts: dict[str, Any], name: str, to: dict[int, int]) -> None:
        """Name another row by its number; one that is not here is not named."""
        if facts.get(name) in to:
            facts[name] = to[facts[name]]
        else:
            facts.pop(name, None)

    def _about(self, line: Line, facts: dict[str, Any]) -> Lines:
        if line.category_label:
            yield plain(line.category_label)
        if line.priority is not None:
            yield f"P{line.priority}"
        if line.evidence_at:
            yield _("shown at %s") % self._said(line.evidence_at)
        if "earlier" in facts:
            yield _("came of number %d") % facts["earlier"]
        if "item" in facts:
            yield _("action item %d") % facts["item"]

    def _block(self, part: Part) -> Lines:
        write = self.unwritten.pop(Block(part.block), None)
        shown = {
            Block.IDENTITY: self._identity,
            Block.IMPACT: self._impact,
            Block.DURATIONS: self._durations,
            Block.ROLES: self._roles,
            Block.REFERENCES: self._references,
            Block.MEETING: self._meeting,
        }
        write = write or shown.get(Block(part.block))
        if write:
            yield from write()

    def _timeline(self) -> Lines:
        for entry in self.snapshot.timeline:
            yield from self._entry(entry)
        if self.snapshot.left_out:
            yield ""
            yield _("%d later entries are left out.") % self.snapshot.left_out
        if self.snapshot.timeline:
            yield ""

    def _entry(self, entry: Entry) -> Lines:
        facts = {"number": self.entries[entry.id], **told_of(entry, {"id", "text"})}
        head = [f"**{self._said(entry.at, seconds=True)}**", plain(entry.label)]
        yield f"- {' · '.join([*head, *filter(None, [plain(entry.author)])])}"
        yield from held("entry", entry.text, facts, indent=INSIDE)

    def _items(self) -> Lines:
        if not self.snapshot.items:
            return
        yield marker("items")
        yield ""
        yield row(ITEM_HEADS)
        yield row("---" for _head in ITEM_HEADS)
        for item in self.snapshot.items:
            yield row(self._cells(item))
        yield ""
        yield end_marker("items")
        yield ""
        for item in self.snapshot.items:
            if item.details:
                facts = {"number": self.items[item.id]}
                yield from held("details", item.details, facts)
                yield ""
            if item.evidence:
                facts = {"number": self.items[item.id]}
                yield from held("evidence", item.evidence, facts)
                yield ""

    def _cells(self, item: Item) -> Iterable[str]:
        return (
            str(self.items[item.id]),
            item.title,
            item.owner,
            item.due_on.isoformat() if item.due_on else "",
            f"P{item.priority}",
            item.status_code or item.status.text,
            item.kind_code or item.kind,
            item.horizon or item.horizon_label,
            item.ticket,
            item.finished_at.isoformat() if item.finished_at else "",
            item.dropped_because,
            "yes" if item.is_public else "",
        )

    def _messages(self) -> Lines:
        for message in self.snapshot.messages:
            yield from self._message(message)
        if self.snapshot.messages:
            yield ""

    def _message(self, message: Sent) -> Lines:
        head = (
            f"**{self._said(message.at, seconds=True)}**",
            plain(message.audience),
            plain(message.by),
            plain(message.subject),
        )
        yield f"- {' · '.join(filter(None, head))}"
        facts = told_of(message, {"body"})
        yield from held("message", message.body, facts, indent=INSIDE)

    # What follows only shows what the front matter says.

    def _identity(self) -> Lines:
        snapshot = self.snapshot
        yield from _listed(
            (_("Reference"), snapshot.reference),
            (_("Severity"), snapshot.severity.text),
            (_("Status"), snapshot.status.text),
            (_("Services"), ", ".join(snapshot.services)),
            (_("Team"), snapshot.team),
            (_("Lead"), snapshot.lead),
            *((each.label, self._moment(each)) for each in snapshot.moments),
        )

    def _moment(self, moment: Any) -> str:
        if moment.at:
            return self._said(moment.at)
        return _("not known: %s") % moment.unknown if moment.unknown else ""

    def _impact(self) -> Lines:
        spans = [
            " – ".join(self._said(at) for at in (span.start, span.end) if at)
            for span in self.snapshot.impact
        ]
        facts = [(fact.label, fact.value) for fact in self.snapshot.facts]
        yield from _listed((_("Impact lasted"), "; ".join(spans)), *facts)

    def _durations(self) -> Lines:
        for each in durations_of(self.snapshot):
            took = say(each.took) if each.took is not None else _("not known")
            target = f" ({plain(each.target_words)})" if each.target_words else ""
            yield f"- {plain(each.label)}: {took}{target}"
        yield ""

    def _roles(self) -> Lines:
        yield from _listed(*((each.role, each.person) for each in self.snapshot.people))

    def _references(self) -> Lines:
        for each in self.snapshot.references:
            address = f" <{each.url}>" if each.url else ""
            yield f"- {plain(each.label)}{address}"
        if self.snapshot.references:
            yield ""

    def _meeting(self) -> Lines:
        meeting = self.snapshot.meeting
        if meeting is None:
            return
        yield from _listed(
            (_("When"), self._said(meeting.starts_at)),
            (_("State"), _("called off") if meeting.is_cancelled else ""),
            (_("Place"), meeting.place),
            (_("Attendees"), ", ".join(meeting.attendees)),
            (_("Follow-up"), str(meeting.follow_up_on or "")),
        )

    def _said(self, at: datetime, *, seconds: bool = False) -> str:
        local = at.astimezone(self.zone)
        return (
            f"{local:%Y-%m-%d %H:%M:%S %Z}" if seconds else f"{local:%Y-%m-%d %H:%M %Z}"
        )


def _numbers(rows: Iterable[Entry | Item | Line]) -> dict[int, int]:
    return {each.id: number for number, each in enumerate(rows, start=1)}


def _listed(*facts: tuple[str, str]) -> Lines:
    known = [(label, value) for label, value in facts if value]
    yield from (f"- {plain(label)}: {plain(value)}" for label, value in known)
    if known:
        yield ""
