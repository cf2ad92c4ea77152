"""What calendars read of a meeting: an invitation, its update, or its cancellation.

Pure: what is said comes in, the text of one calendar object (RFC 5545) goes out. An
update has the UID of what it updates and a higher SEQUENCE; so has a cancellation.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from incidents.choices import CalendarMethod

if TYPE_CHECKING:
    from icalendar import Event, vCalAddress

PRODUCT = "-//Debrief//Post-mortem meetings//EN"


class Attendee(NamedTuple):
    """Somebody whom a calendar knows by address and shows by name."""

    name: str
    address: str


def invitation(
    *,
    uid: str,
    sequence: int,
    method: str,
    starts_at: datetime,
    minutes: int,
    summary: str,
    description: str,
    place: str,
    organizer: Attendee,
    attendees: Iterable[Attendee],
    now: datetime,
) -> str:
    """Write what asks calendars to take a meeting down, or to take it out again.

    Its times are in UTC: one meeting that does not repeat needs no rules of a zone,
    each calendar shows it in its owner's, and no hour of a night occurs twice.
    """
    from icalendar import Calendar  # a quarter of a second that few processes need

    # In UTC first: in a zone, adding minutes counts those that clocks skip.
    begins = starts_at.astimezone(UTC)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", CalendarMethod(method).value)
    event = _event(uid, sequence, now)
    event.add("dtstart", begins)
    event.add("dtend", begins + timedelta(minutes=minutes))
    is_cancelled = method == CalendarMethod.CANCEL
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    for name, words in (
        ("summary", _line(summary)),
        ("description", _printable(description)),
        ("location", _line(place)),
    ):
        if words:
            event.add(name, words)
    event.add("organizer", _address(organizer))
    for each in attendees:
        event.add("attendee", _invited(each, is_cancelled=is_cancelled))
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()


def _event(uid: str, sequence: int, now: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("transp", "OPAQUE")
    return event


def _invited(each: Attendee, *, is_cancelled: bool) -> vCalAddress:
    address = _address(each)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "REQ-PARTICIPANT"
    if not is_cancelled:
        address.params["PARTSTAT"] = "NEEDS-ACTION"
        address.params["RSVP"] = "TRUE"
    return address


def _address(each: Attendee) -> vCalAddress:
    from icalendar import vCalAddress

    address = vCalAddress(f"mailto:{quote(_line(each.address), safe='@+.-_')}")
    # A parameter has no way to say a double quote.
    if name := _line(each.name).replace('"', "\u201d"):
        address.params["CN"] = name
    return address


def _line(words: str) -> str:
    return " ".join(_printable(words).split())


def _printable(words: str) -> str:
    """Leave out what no text of a calendar may hold; lines end in one way."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(each for each in lines if each in "\n\t" or each.isprintable())
