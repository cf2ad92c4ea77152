"""Holds a document of ours to the rules that its rows were written by.

Anybody can change a file: what no page would have taken is refused before anything is
made of it, each fault in a sentence that says where it stands and what to write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import Choices
from django.utils.translation import gettext as _
from pydantic import BaseModel

from incidents.changes import CLOCK_SKEW, EARLIEST, Blocker, Refused
from incidents.choices import (
    CauseCategory,
    Horizon,
    ItemKind,
    ItemStatus,
    Kind,
    Priority,
)
from incidents.item_dates import require_likely
from incidents.models.team import known_zones
from incidents.patterns import REFERENCE
from postmortems.choices import Block, FactorCategory, Origin, SectionKind
from postmortems.importing.own_words import LONGEST_WHY, code_in, is_pending
from postmortems.markdown_format import place_of
from postmortems.meetings import FURTHEST, blockers_of_follow_up
from postmortems.models.finding import misplaced
from postmortems.models.postmortem_writing import MOST_FINDINGS, MOST_SECTIONS
from postmortems.models.section import is_too_long
from postmortems.snapshot import Item, Part, Snapshot

MOST_SAID, LARGEST = 10, 2**31
MOST_HEADS, LONGEST_HEAD, DEEPEST = 100, 400, 9
# What no row is made of, so that its times harm nothing.
UNREAD = {"taken_at", "published_at", "approvals", "versions", "still_open"}
Place = tuple[str | int, ...]
Faults = Iterator[tuple[Place, str]]


def require_sound(snapshot: Snapshot, now: datetime) -> None:
    """Raise Refused with what is wrong in a document, the first faults of it."""
    # Times without a zone cannot be compared, so values come before the rest.
    for look in (_of_values, _of_rows):
        faults = islice(look(snapshot, now), MOST_SAID)
        sentence = _("“%(place)s”: %(why)s")
        blockers = [
            Blocker("unsound", sentence % {"place": place_of(at), "why": why}, "text")
            for at, why in faults
        ]
        if blockers:
            raise Refused(blockers)


def _of_values(snapshot: Snapshot, now: datetime) -> Faults:
    for place, said in _values(snapshot, ()):
        if isinstance(said, datetime) and place[0] not in UNREAD:
            latest = now + (FURTHEST if place[-1] == "starts_at" else CLOCK_SKEW)
            if why := _wrong_time(said, latest):
                yield place, why
        elif isinstance(said, date) and not isinstance(said, datetime):
            yield from ((place, each) for each in _wrong_day(said))
        elif isinstance(said, int) and not 0 <= said < LARGEST:
            yield place, _("write a number from 0 to %d.") % (LARGEST - 1)


def _values(part: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Give each value of a document with its place."""
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _values(getattr(part, name), (*place, name))
    elif isinstance(part, tuple):
        for number, each in enumerate(part):
            yield from _values(each, (*place, number))
    else:
        yield place, part


def _wrong_time(at: datetime, latest: datetime) -> str:
    if at.tzinfo is None:
        sentence = _("%s is in no time zone: put Z behind it if it is UTC.")
    elif at > latest:
        sentence = _("%s lies too far ahead: check the date.")
    elif at < EARLIEST:
        sentence = _("%s lies before 1970: check the date.")
    else:
        return ""
    return sentence % at.isoformat()


def _wrong_day(day: date) -> Iterator[str]:
    try:
        require_likely(day)
    except Refused as refused:
        yield str(refused)


def _of_rows(snapshot: Snapshot, _now: datetime) -> Faults:
    yield from _of_record(snapshot)
    if len(snapshot.parts) > MOST_SECTIONS:
        sentence = _("there are %(has)d of them, and at most %(most)d: join some.")
        facts = {"has": len(snapshot.parts), "most": MOST_SECTIONS}
        yield (_("sections"),), sentence % facts
    yield from _twice("timeline", snapshot.timeline)
    yield from _twice("items", snapshot.items)
    for number, entry in enumerate(snapshot.timeline):
        yield from _unknown(("timeline", number, "kind"), entry.kind, Kind)
    for number, item in enumerate(snapshot.items):
        yield from _of_item(("items", number), item)
    entries = {entry.id for entry in snapshot.timeline}
    items = {item.id for item in snapshot.items}
    for number, part in enumerate(snapshot.parts):
        yield from _of_part(("parts", number), part)
        yield from _of_lines(("parts", number), part, entries, items)


def _of_record(snapshot: Snapshot) -> Faults:
    if snapshot.reference and not REFERENCE.fullmatch(snapshot.reference):
        sentence = _(
            "write letters, figures and signs such as “-”, at most 40, or leave it "
            "empty for a new one."
        )
        yield ("reference",), sentence
    if not snapshot.title.strip():
        yield ("title",), _("it is empty: say what happened.")
    yield from _unknown(("cause",), snapshot.cause, CauseCategory, blank=True)
    for number, moment in enumerate(snapshot.moments):
        if len(moment.unknown) > LONGEST_WHY:
            sentence = _("say why in at most %d characters.")
            yield ("moments", number, "unknown"), sentence % LONGEST_WHY
    for number, span in enumerate(snapshot.impact):
        if span.end and span.end < span.start:
            yield ("impact", number, "end"), _("it lies before its start: correct one.")
    for number, role in enumerate(snapshot.people):
        if role.since and role.until and role.until < role.since:
            sentence = _("it lies before “since”: correct one.")
            yield ("people", number, "until"), sentence
    if meeting := snapshot.meeting:
        blockers = blockers_of_follow_up(meeting.starts_at, meeting.follow_up_on)
        yield from ((("meeting", each.field), each.sentence) for each in blockers)


def _of_item(place: Place, item: Item) -> Faults:
    if not item.title.strip():
        yield (*place, "title"), _("it is empty: say what is to be done.")
    status = item.status_code
    yield from _unknown((*place, _("status")), status, ItemStatus, blank=True)
    yield from _unknown((*place, _("kind")), item.kind_code, ItemKind, blank=True)
    yield from _unknown((*place, _("horizon")), item.horizon, Horizon, blank=True)
    if item.priority not in Priority.values:
        yield (*place, _("priority")), _("write one of P0, P1, P2, P3.")
    if item.finished_at and is_pending(item):
        sentence = _("it is still to be done: take the time away, or write “done”.")
        yield (*place, _("finished")), sentence
    if item.dropped_because and code_in(status, ItemStatus) != ItemStatus.DROPPED:
        sentence = _("it was not dropped: take the reason away, or write “dropped”.")
        yield (*place, _("dropped because")), sentence


def _of_part(place: Place, part: Part) -> Faults:
    if not part.title.strip():
        yield (*place, "title"), _("it is empty: give the section a heading.")
    yield from _unknown((*place, "kind"), part.kind, SectionKind)
    yield from _unknown((*place, "origin"), part.origin, Origin)
    yield from _unknown((*place, "block"), part.block, Block, blank=True)
    if (part.kind == SectionKind.BLOCK) != bool(part.block):
        sentence = _("a section of the kind “block”, and no other, names one.")
        yield (*place, "block"), sentence
    if part.depth > DEEPEST:
        yield (*place, "depth"), _("write a number from 0 to %d.") % DEEPEST
    if part.zone and part.zone not in known_zones():
        sentence = _("“%s” is not a time zone: write one like Europe/Berlin.")
        yield (*place, "zone"), sentence % part.zone[:40]
    for name in ("fields", "columns"):
        heads = getattr(part, name)
        if len(heads) > MOST_HEADS or any(len(each) > LONGEST_HEAD for each in heads):
            sentence = _("write at most %(most)d, each of %(long)d characters.")
            facts = {"most": MOST_HEADS, "long": LONGEST_HEAD}
            yield (*place, name), sentence % facts
    if is_too_long(part.body):
        sentence = _("it is longer than 64 KiB: shorten it, or make two of it.")
        yield (*place, _("text")), sentence


def _of_lines(
    place: Place, part: Part, entries: Collection[int], items: Collection[int]
) -> Faults:
    if len(part.lines) > MOST_FINDINGS:
        sentence = _("it has more than %d lines: make two sections of it.")
        yield place, sentence % MOST_FINDINGS
        return
    yield from _twice("lines", part.lines, place)
    came_of = {line.id: line.earlier for line in part.lines}
    for number, line in enumerate(part.lines):
        at = (*place, "lines", number)
        yield from _unknown(
            (*at, "category"), line.category, FactorCategory, blank=True
        )
        if line.priority is not None and line.priority not in Priority.values:
            yield (*at, "priority"), _("write one of 0, 1, 2, 3.")
        for name, known in (("evidence", entries), ("item", items)):
            said = getattr(line, name)
            if said is not None and said not in known:
                sentence = _("nothing here has the number %d: take it away.")
                yield (*at, name), sentence % said
        if blocker := misplaced(came_of, line.id):
            yield (*at, "earlier"), str(blocker.sentence)


def _twice(name: str, rows: Iterable[Any], place: Place = ()) -> Faults:
    """Name rows whose number another one has: nobody could tell which is meant."""
    seen: set[int] = set()
    for number, row in enumerate(rows):
        if row.id in seen:
            sentence = _("another one has the number %d already: write a free one.")
            yield (*place, name, number), sentence % row.id
        seen.add(row.id)


def _unknown(
    place: Place, said: str, choices: type[Choices], *, blank: bool = False
) -> Faults:
    if not (blank and not said) and code_in(said, choices) is None:
        sentence = _("“%(said)s” is not known: write one of %(codes)s.")
        facts = {"said": said[:40], "codes": ", ".join(map(str, choices.values))}
        yield place, sentence % facts
