"""What a post-mortem says at one moment: every page, file and edition is made of this.

A draft is assembled anew whenever somebody looks; publishing keeps the JSON for good.
So a key may be added here with a default, and never taken away or given another sense.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from postmortems.choices import Edition

PARAGRAPHS = re.compile(r"\r?\n[ \t]*\r?\n")
# Headings, tables, code, rules, images and what footnotes say.
NO_WORDS = re.compile(r"#|\||```|~~~|---|\*\*\*|!\[|\[\^|    ")
NOTE = re.compile(r"\[\^[^\]\s]+\]")


def first_paragraph(text: str) -> str:
    """Give the first paragraph that is neither heading, table, code nor image."""
    paragraphs = (each.strip() for each in PARAGRAPHS.split(text))
    words = (each for each in paragraphs if each and not NO_WORDS.match(each))
    return NOTE.sub("", next(words, ""))


class Frozen(BaseModel):
    """A part of a snapshot; what a later version adds to its keys is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Badge(Frozen):
    text: str
    colour: str = "grey"


class Moment(Frozen):
    """A milestone: when it was, or why that is not known."""

    name: str
    label: str
    at: datetime | None = None
    unknown: str = ""


class Span(Frozen):
    """A stretch of impact; without an end it goes on."""

    start: datetime
    end: datetime | None = None


class Figure(Frozen):
    """A number of the cover, in words: “47 min”, and what it counts."""

    label: str
    value: str
    note: str = ""
    colour: str = ""


class Promise(Frozen):
    """A target of the playbook beside what became of it; times are in seconds.

    `state` is met, missed, open or cancelled; `rule` is the target as printed.
    """

    key: str
    label: str
    rule: str = ""
    target: float | None = None
    took: float | None = None
    state: str = ""


class Fact(Frozen):
    """What is known of cost or cause; of what is not known, the value tells why."""

    key: str
    label: str
    value: str
    unknown: str = ""


class Role(Frozen):
    """Who held a role, and until when if it was handed on."""

    role: str
    person: str
    since: datetime | None = None
    until: datetime | None = None


class Image(Frozen):
    id: int
    words: str = ""
    width: int = 0
    height: int = 0


class Entry(Frozen):
    """A marked entry of the timeline, in the words the document has for it."""

    id: int
    at: datetime
    kind: str
    label: str
    text: str
    author: str = ""
    images: tuple[Image, ...] = ()
    is_public: bool = False


class Item(Frozen):
    """An action item in the state it had then, in words and as it is stored."""

    id: int
    title: str
    details: str = ""
    kind: str = ""
    kind_code: str = ""
    status_code: str = ""
    horizon: str = ""
    horizon_label: str = ""
    priority: int = 2
    owner: str = ""
    due_on: date | None = None
    status: Badge = Badge(text="")
    finished_at: datetime | None = None
    dropped_because: str = ""
    evidence: str = ""
    ticket: str = ""
    is_public: bool = False


class Sent(Frozen):
    """A message that went out while the incident ran."""

    at: datetime
    audience: str
    subject: str = ""
    body: str
    by: str = ""


class Line(Frozen):
    """A line of a list; of a factor also what it is, shows and came of."""

    id: int
    text: str
    category: str = ""
    category_label: str = ""
    priority: int | None = None
    evidence: int | None = None
    evidence_at: datetime | None = None
    evidence_text: str = ""
    earlier: int | None = None
    item: int | None = None
    is_public: bool = False


class Part(Frozen):
    """A section that is shown: its text, its lines, or a block with a note under it.

    `id` is the row it was made of; 0 where that was not kept.
    """

    id: int = 0
    key: str
    title: str
    meaning: str = ""
    kind: str = "text"
    block: str = ""
    depth: int = 0
    body: str = ""
    fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    zone: str = ""
    origin: str = "playbook"
    is_public: bool = False
    lines: tuple[Line, ...] = ()
    more_lines: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.block or self.body.strip() or self.lines)


class Reference(Frozen):
    """A channel, an address or another incident; `url` may be empty."""

    label: str
    url: str = ""


class Gathering(Frozen):
    """The review meeting: when, who, and when it is followed up."""

    starts_at: datetime
    minutes: int = 60
    place: str = ""
    attendees: tuple[str, ...] = ()
    follow_up_on: date | None = None
    is_cancelled: bool = False


class Approval(Frozen):
    """Somebody who agreed; `is_stale` where the text was changed afterwards."""

    person: str
    at: datetime
    is_stale: bool = False


class Past(Frozen):
    """An earlier version, or this one: what the history of versions lists."""

    number: int
    at: datetime
    by: str
    reason: str = ""


class StillOpen(Frozen):
    """An item of an earlier incident that was not done when this one happened."""

    item: str
    reference: str
    title: str = ""
    due_on: date | None = None


class Snapshot(Frozen):
    """A whole post-mortem; times are UTC, to be shown in `zone`."""

    layout: int = 1
    edition: Edition = Edition.INTERNAL
    language: str = "en"
    reference: str
    title: str
    is_draft: bool = True
    number: int = 1
    reason: str = ""
    taken_at: datetime
    published_at: datetime | None = None
    published_by: str = ""
    author: str = ""
    team: str = ""
    lead: str = ""
    zone: str = "UTC"
    severity: Badge = Badge(text="")
    status: Badge = Badge(text="")
    is_drill: bool = False
    is_restricted: bool = False
    services: tuple[str, ...] = ()
    service_ids: tuple[int, ...] = ()
    cause: str = ""
    summary: str = ""
    moments: tuple[Moment, ...] = ()
    impact: tuple[Span, ...] = ()
    figures: tuple[Figure, ...] = ()
    promises: tuple[Promise, ...] = ()
    facts: tuple[Fact, ...] = ()
    people: tuple[Role, ...] = ()
    parts: tuple[Part, ...] = ()
    timeline: tuple[Entry, ...] = ()
    left_out: int = 0
    items: tuple[Item, ...] = ()
    more_items: int = 0
    messages: tuple[Sent, ...] = ()
    references: tuple[Reference, ...] = ()
    meeting: Gathering | None = None
    approvals: tuple[Approval, ...] = ()
    versions: tuple[Past, ...] = ()
    still_open: tuple[StillOpen, ...] = ()

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def tz_of(self, part: Part | None) -> ZoneInfo:
        """Give the zone that a part tells its times in: its own, or the team's."""
        return ZoneInfo(part.zone) if part and part.zone else self.tz

    def part(self, meaning: str) -> Part | None:
        """Give the first section of this meaning, such as `summary`."""
        return next((part for part in self.parts if part.meaning == meaning), None)

    @property
    def lead_paragraph(self) -> str:
        """Give what happened in a paragraph: the first of the summary's text.

        Where the template has none, what the record says of it.
        """
        part = self.part("summary")
        return first_paragraph(part.body if part else self.summary)

    def known(self) -> Iterator[tuple[str, datetime]]:
        """Give the milestones that have a time, as label and time, in order."""
        known = [(each.label, each.at) for each in self.moments if each.at]
        yield from sorted(known, key=lambda each: each[1])

    @property
    def affected(self) -> timedelta:
        """Add up the time users were affected; where spans overlap, once."""
        total, reached = timedelta(0), None
        for span in sorted(self.impact, key=lambda each: each.start):
            end = span.end or self.taken_at
            start = max(span.start, reached or span.start)
            total += max(end - start, timedelta(0))
            reached = max(end, reached or end)
        return total
