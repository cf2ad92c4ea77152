"""Entries of the timeline and action items of a write-up, as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from incidents.changes import EARLIEST
from incidents.choices import ENTRY_KINDS, Horizon, ItemKind, ItemStatus, Kind, Priority
from incidents.item_dates import FIRST_YEAR, LAST_YEAR
from incidents.models.timeline import LONGEST_ENTRY
from postmortems.importing.choosing import Choices, Known
from postmortems.importing.own import dropped_here, dropped_there
from postmortems.importing.story import ToldEntry, ToldItem
from postmortems.importing.texts import pieces, shortened
from postmortems.markdown_in import WriteUp, WrittenItem, WrittenMoment

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_TITLE, LONGEST_DETAILS, LONGEST_TICKET = 200, 10_000, 500
# "Watch the queue (Leo)": what may be an owner, at the end.
BRACKETED = re.compile(
    r"(?P<what>\S.*?)[\s–—:,-]*[(\[](?P<name>[^()\[\]]{1,100})[)\]]\.?", re.DOTALL
)
is_url = URLValidator(schemes=["http", "https"])


def entries_of(
    writeup: WriteUp, now: datetime
) -> tuple[list[ToldEntry], list[WrittenMoment]]:
    """Give the entries whose time is known and past, and those that stay text."""
    entries: list[ToldEntry] = []
    unread: list[WrittenMoment] = []
    for moment in writeup.moments:
        if moment.at is None or not EARLIEST <= moment.at <= now:
            unread.append(moment)
            continue
        text, raw = _said(moment), moment.raw
        for piece in pieces(text, LONGEST_ENTRY):
            number = len(entries) + 1
            kind = moment.kind if moment.kind in ENTRY_KINDS else Kind.NOTE
            entries.append(ToldEntry(number, moment.at, piece, kind, raw=raw))
            raw = ""
    return entries, unread


def _said(moment: WrittenMoment) -> str:
    text = moment.text.strip() or moment.raw.strip() or _("No text.")
    if moment.until is None:
        return text
    until = moment.until.astimezone(UTC)
    return _("%(text)s (until %(when)s)") % {
        "text": text,
        "when": f"{until:%Y-%m-%d %H:%M} UTC",
    }


def items_of(
    writeup: WriteUp, over_at: datetime, choices: Choices, known: Known, now: datetime
) -> Iterator[ToldItem]:
    """Give the action items; what no column takes stands in their details."""
    for number, item in enumerate(writeup.items, start=1):
        yield _item(number, item, over_at, choices, known, now)


def _item(
    number: int,
    item: WrittenItem,
    over_at: datetime,
    choices: Choices,
    known: Known,
    now: datetime,
) -> ToldItem:
    written = item.title.strip() or item.raw.strip() or _("No title")
    title = shortened(" ".join(written.split()), LONGEST_TITLE)
    owner = known.person(item.owner)
    if not item.owner:
        written, title, owner = _owned(written, title, known)
    due = item.due if item.due and FIRST_YEAR <= item.due.year <= LAST_YEAR else None
    ticket = _ticket(item)
    details = _details(item, owner, has_due=due is not None, ticket=ticket)
    if title != written:
        details.insert(0, written)
    text = "\n\n".join(details)
    status, finished, because = _state(item, over_at, choices, now)
    return ToldItem(
        number=number,
        title=title,
        details=shortened(text, LONGEST_DETAILS),
        kind=item.kind if item.kind in ItemKind.values else ItemKind.PREVENT,
        horizon=item.horizon if item.horizon in Horizon.values else Horizon.SHORT,
        priority=item.priority
        if item.priority in Priority.values
        else Priority.P2.value,
        owner=owner,
        due_on=due,
        status=status,
        finished_at=finished,
        dropped_because=because,
        ticket=ticket,
        raw=item.raw,
    )


def _owned(written: str, title: str, known: Known) -> tuple[str, str, User | None]:
    """Take an owner in brackets off the end, if somebody here is called so."""
    found = BRACKETED.fullmatch(written)
    owner = known.person(found["name"]) if found else None
    if not found or owner is None:
        return written, title, None
    left = found["what"]
    return left, shortened(" ".join(left.split()), LONGEST_TITLE), owner


def _details(
    item: WrittenItem, owner: User | None, *, has_due: bool, ticket: str
) -> list[str]:
    due = item.due_words or (item.due.isoformat() if item.due else "")
    said = (
        (_("Owner: %s"), "" if owner else item.owner),
        (_("Due: %s"), "" if has_due else due),
        (_("Ticket: %s"), "" if item.ticket == ticket else item.ticket),
        (_("Address: %s"), "" if item.ticket_url == ticket else item.ticket_url),
        (_("Under “%s”"), item.group),
    )
    lines = [form % words for form, words in said if words]
    return [each for each in (item.details.strip(), "\n".join(lines)) if each]


def _ticket(item: WrittenItem) -> str:
    for address in (item.ticket_url, item.ticket):
        if address.startswith(("https://", "http://")):
            try:
                is_url(address)
            except ValidationError:
                continue
            if len(address) <= LONGEST_TICKET:
                return address
    return ""


def _state(
    item: WrittenItem, over_at: datetime, choices: Choices, now: datetime
) -> tuple[str, datetime | None, str]:
    """Give status, when it was finished, and why it was dropped."""
    if item.state == ItemStatus.DONE:
        return ItemStatus.DONE, _finished(item, over_at, now), ""
    if item.state == ItemStatus.DROPPED:
        return ItemStatus.DROPPED, _finished(item, over_at, now), dropped_there()
    if choices.drops_open:
        return ItemStatus.DROPPED, now, dropped_here()
    known = item.state if item.state in ItemStatus.values else ItemStatus.OPEN
    return known, None, ""


def _finished(item: WrittenItem, over_at: datetime, now: datetime) -> datetime:
    """Say when it was done at the latest: by its date, as nobody says otherwise."""
    if item.due is None or not FIRST_YEAR <= item.due.year <= LAST_YEAR:
        return over_at
    due = datetime.combine(item.due, time(12), tzinfo=UTC)
    return min(max(due, over_at), now)
