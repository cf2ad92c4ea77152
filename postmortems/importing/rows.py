"""Writes the rows of an incident that a story tells of, in few statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from django.db import IntegrityError, models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from incidents.changes import Blocker, Refused, invalid, save_as, unfit
from incidents.choices import ENTRY_KINDS, DueSource, Kind, MessageRoute
from incidents.clocks import AUDIENCES
from incidents.item_import.known import plain
from incidents.models import ActionItem, Incident, Link, Message, TimelineEvent
from postmortems.importing.choosing import Known
from postmortems.importing.texts import one_line
from postmortems.models import Meeting

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.importing.story import ToldEntry, ToldItem, ToldLink
    from postmortems.models import PostMortem
    from postmortems.snapshot import Gathering, Sent

Row = TypeVar("Row", bound=models.Model)
BATCH = 500
MOST_NAMED = 20
# The verb of entries that the system wrote elsewhere: nobody edits those.
IMPORTED = "imported"


@dataclass
class Rows:
    """The rows of one incident; entries and items are found by their numbers."""

    incident: Incident
    by: User
    at: datetime
    is_new: bool
    entries: dict[int, TimelineEvent] = field(default_factory=dict)
    items: dict[int, ActionItem] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def write_entries(self, told: Sequence[ToldEntry]) -> None:
        """Write what is not there yet; what is there is found again."""
        events = () if self.is_new else self.incident.timeline.standing()
        there = {(event.at, event.document_says): event for event in events}
        new: dict[int, TimelineEvent] = {}
        for each in told:
            event = there.pop((each.at, each.text), None)
            self.entries[each.number] = event or self._event(each)
            if event is None:
                new[each.number] = self.entries[each.number]
        write(new.values(), TimelineEvent, self.by)

    def _event(self, each: ToldEntry) -> TimelineEvent:
        return TimelineEvent(
            incident=self.incident,
            at=each.at,
            kind=each.kind,
            verb="" if each.kind in ENTRY_KINDS else IMPORTED,
            text=each.text,
            author=each.author,
            is_public=each.is_public,
            in_postmortem=True,
            facts=_facts(imported=each.raw, written_by=each.written_by),
        )

    def write_items(self, told: Sequence[ToldItem], raised_at: datetime) -> None:
        there = {plain(item.title): item for item in self.incident.items.all()}
        new: dict[int, ActionItem] = {}
        raw: dict[int, str] = {}
        for each in told:
            item = there.get(plain(each.title))
            self.items[each.number] = item or self._item(each, raised_at)
            if item is None:
                new[each.number], raw[each.number] = self.items[each.number], each.raw
        write(new.values(), ActionItem, self.by)
        events = [self._item_event(item, raw[number]) for number, item in new.items()]
        write(events, TimelineEvent, self.by)

    def _item(self, each: ToldItem, raised_at: datetime) -> ActionItem:
        return ActionItem(
            incident=self.incident,
            title=each.title,
            details=each.details,
            kind=each.kind,
            horizon=each.horizon,
            priority=each.priority,
            owner=each.owner,
            due_on=each.due_on,
            # No rule dates what was agreed to elsewhere.
            due_source=DueSource.HAND,
            status=each.status,
            finished_at=each.finished_at,
            dropped_because=each.dropped_because,
            evidence=each.evidence,
            ticket=each.ticket,
            is_public=each.is_public,
            created_at=min(raised_at, each.finished_at or raised_at),
            created_by=self.by,
        )

    def _item_event(self, item: ActionItem, raw: str) -> TimelineEvent:
        return TimelineEvent(
            incident=self.incident,
            item=item,
            at=self.at,
            author=self.by,
            kind=Kind.ITEM,
            verb="add_item",
            text=_("Action item: %s") % item.title,
            facts=_facts(imported=raw),
            in_postmortem=False,
        )

    def write_messages(self, told: Iterable[Sent]) -> None:
        """Keep what went out; it went by other ways, so nothing leaves from here."""
        if not self.is_new:
            return
        codes = {str(label): code for code, label in AUDIENCES.items()}
        known = Known() if told else None
        for sent in told:
            author = known.person(sent.by) if known else None
            event = TimelineEvent(
                incident=self.incident, at=sent.at, author=author,
                kind=Kind.COMMUNICATION, verb=IMPORTED, in_postmortem=False,
                text=sent.subject or sent.body[:200] or _("Message"),
                facts=_facts(written_by="" if author else sent.by),
            )  # fmt: skip
            write([event], TimelineEvent, self.by)
            message = Message(
                incident=self.incident, event=event, subject=one_line(sent.subject),
                audience=codes.get(sent.audience, sent.audience)[:20],
                route=MessageRoute.COPIED, body=sent.body, sent_at=sent.at,
                sent_by=author,
            )  # fmt: skip
            require_fit([message])
            message.save()

    def write_links(self, told: Iterable[ToldLink]) -> None:
        there = set(self.incident.links.values_list("url", "other"))
        for each in told:
            if not each.url and each.other is None:
                self._channel(each.label)
            elif (each.url, each.other.pk if each.other else None) not in there:
                link = Link(
                    incident=self.incident, url=each.url, label=each.label,
                    other=each.other,
                )  # fmt: skip
                require_fit([link])
                with held_to_rules([link]):
                    save_as(link, self.by)

    def _channel(self, label: str) -> None:
        """Take what leads nowhere for the channel, if there is none."""
        if self.incident.channel or len(label) > 80:
            self.left.append(label)
            return
        self.incident.channel = label
        save_as(self.incident, self.by, fields=["channel"])

    def write_meeting(self, postmortem: PostMortem, told: Gathering | None) -> None:
        """Keep when it was reviewed, and by whom; nobody is invited."""
        if told is None or Meeting.objects.filter(postmortem=postmortem).exists():
            return
        known = Known()
        people = {one_line(each): known.person(each) for each in told.attendees}
        meeting = Meeting(
            postmortem=postmortem,
            starts_at=told.starts_at,
            minutes=told.minutes,
            place=one_line(told.place),
            guests="\n".join(name for name, person in people.items() if not person),
            follow_up_on=told.follow_up_on,
            uid=str(uuid4()),
            cancelled_at=min(told.starts_at, self.at) if told.is_cancelled else None,
            called_by=self.by,
        )
        require_fit([meeting])
        with held_to_rules([meeting]):
            save_as(meeting, self.by)
        meeting.attendees.set([person for person in people.values() if person])


def _facts(**said: str) -> dict[str, str]:
    return {name: words for name, words in said.items() if words}


def write(rows: Iterable[Row], table: type[Row], by: User) -> None:
    """Check and create rows, each with its history."""
    rows = list(rows)
    require_fit(rows)
    with held_to_rules(rows):
        bulk_create_with_history(rows, table, batch_size=BATCH, default_user=by)


@contextmanager
def held_to_rules(rows: Sequence[models.Model]) -> Iterator[None]:
    """Say of which row the database broke off, and why."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        require_fit(rows, invalid)
        raise


def require_fit(
    rows: Sequence[models.Model],
    look: Callable[[models.Model], list[Blocker]] = unfit,
) -> None:
    """Raise Refused with what no column takes, naming the row."""
    found = list(islice(_misfits(rows, look), MOST_NAMED))
    if found:
        raise Refused(found)


def _misfits(
    rows: Sequence[models.Model], look: Callable[[models.Model], list[Blocker]]
) -> Iterator[Blocker]:
    for row in rows:
        for problem in look(row):
            sentence = _("“%(row)s”: %(why)s")
            facts = {"row": str(row)[:80], "why": with_name(problem, row)}
            yield Blocker(problem.code, sentence % facts, "text")


def with_name(problem: Blocker, row: models.Model | type[models.Model]) -> str:
    """Say what is wrong with a field by its name."""
    names = {field.name: field.verbose_name for field in row._meta.concrete_fields}
    name = str(names.get(problem.field, ""))
    if not name or f"“{name}”" in str(problem.sentence):
        return str(problem.sentence)
    return f"{capfirst(name)}: {problem.sentence}"
