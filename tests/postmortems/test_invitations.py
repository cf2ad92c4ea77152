"""What calendars read of a meeting, read back by the same rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from postmortems.invitations import Attendee, invitation

MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
LEAD = Attendee("Lea Lead", "lead@debrief.example")
PLAIN = {
    "uid": "meeting-7@debrief.example",
    "sequence": 0,
    "method": "REQUEST",
    "starts_at": MONDAY,
    "minutes": 60,
    "summary": "Post-mortem of INC-20261121-001",
    "description": "Agenda:\n1. What happened; 10 min",
    "place": "Room 2, or https://meet.example/x",
    "organizer": LEAD,
    "attendees": [LEAD, Attendee("Ann, from sales", "ann@debrief.example")],
    "now": MONDAY - 24 * HOUR,
}


def written(**changed):
    return invitation(**(PLAIN | changed))


def read(text):
    calendar = Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")
    return calendar, event


def test_a_request_says_when_where_and_who():
    calendar, event = read(written())

    first, second = event["attendee"]
    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    assert event.decoded("dtstart") == MONDAY
    assert event.decoded("dtend") - event.decoded("dtstart") == HOUR
    assert event.decoded("dtstamp") == MONDAY - 24 * HOUR
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 0)
    assert str(event["organizer"]) == "mailto:lead@debrief.example"
    assert second.params["CN"] == "Ann, from sales"
    assert (first.params["RSVP"], first.params["PARTSTAT"]) == ("TRUE", "NEEDS-ACTION")


def test_an_update_and_a_cancellation_are_of_the_same_meeting():
    texts = [
        written(),
        written(sequence=1, starts_at=MONDAY + HOUR),
        written(sequence=2, method="CANCEL"),
    ]

    events = [read(text)[1] for text in texts]

    assert len({str(event["uid"]) for event in events}) == 1
    assert [event["sequence"] for event in events] == [0, 1, 2]
    assert events[2]["status"] == "CANCELLED"
    assert "RSVP" not in events[2]["attendee"][0].params
    assert read(texts[2])[0]["method"] == "CANCEL"


def test_another_method_is_none_of_ours():
    with pytest.raises(ValueError, match="PUBLISH"):
        written(method="PUBLISH")


@pytest.mark.parametrize("minutes", range(0, 300, 30))
@pytest.mark.parametrize("night", [date(2026, 10, 24), date(2027, 3, 27)])
def test_the_night_in_which_clocks_change_moves_nothing(night, minutes):
    starts_at = datetime.combine(night, time(22), UTC) + timedelta(minutes=minutes)

    calendar, event = read(written(starts_at=starts_at.astimezone(BERLIN), minutes=90))

    assert event.decoded("dtstart") == starts_at
    assert event.decoded("dtend") == starts_at + timedelta(minutes=90)
    assert f"DTSTART:{starts_at:%Y%m%dT%H%M%SZ}" in event.to_ical().decode()
    assert calendar.walk("VTIMEZONE") == []


def test_lines_are_folded_and_end_as_calendars_want_it():
    text = written(description="Größenwahn, überall; " * 40, summary="é" * 200)

    lines = text.encode().split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines).replace(b"\\n", b"")
    for line in lines:
        line.decode()


def test_an_address_says_nothing_but_an_address():
    evil = Attendee('Eve"\r\nMETHOD:CANCEL', "eve@debrief.example\r\nSTATUS:X")

    calendar, event = read(written(attendees=[evil]))

    assert calendar["method"] == "REQUEST"
    assert event["status"] == "CONFIRMED"
    assert event["attendee"].params["CN"] == "Eve” METHOD:CANCEL"


@settings(max_examples=30, deadline=None)
@given(words=st.text(max_size=200), place=st.text(max_size=80))
def test_whatever_people_write_is_read_again_and_nothing_else(words, place):
    text = written(description=words, summary=place, place=place)

    _calendar, event = read(text)

    kept = "".join(c for c in place if c.isprintable() or c in "\r\n\t")
    assert str(event.get("location", "")).split() == kept.split()
    names = {"UID", "SEQUENCE", "DTSTAMP", "TRANSP", "DTSTART", "DTEND", "STATUS"}
    names |= {"SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "ATTENDEE"}
    assert set(event) <= names
