"""The letter as it goes over the line."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from incidents.choices import NotificationKind
from incidents.delivery import deliver_due
from incidents.letters import letter_of
from incidents.outbox import message_id


def read(mail):
    return message_from_bytes(letter_of(mail), policy=policy.default)


def test_letters_of_one_thread_refer_to_the_same(send):
    first = read(send("one", thread="digest:1"))
    second = read(send("two", thread="digest:1"))
    other = read(send("three", thread="digest:2"))

    assert first["References"] == first["In-Reply-To"] == message_id("digest:1")
    assert second["References"] == first["References"] != other["References"]
    assert len({letter["Message-ID"] for letter in (first, second, other)}) == 3


def test_a_letter_does_not_refer_to_itself(send):
    assert read(send("digest:1", thread="digest:1"))["References"] is None


def test_a_letter_without_a_thread_answers_none(send):
    letter = read(send())

    assert letter["In-Reply-To"] is None
    assert letter["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("address", ["zoë@debrief.example", "lead@zürich.example"])
def test_addresses_beyond_ascii_are_written_in_ascii(send, address, responder):
    responder.email = address

    letter = letter_of(send(kind=NotificationKind.MOVED))

    assert b"\nTo: " in letter
    assert letter.partition(b"\r\n\r\n")[0].isascii()


CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Über alles\r\nEND:VCALENDAR\r\n"
)


def test_an_invitation_is_an_alternative_and_a_file(send, inbox, noon):
    send(
        kind=NotificationKind.MEETING,
        html="<p>Please come</p>",
        calendar=CALENDAR,
        calendar_method="REQUEST",
    )

    deliver_due(now=noon)

    [letter] = inbox.letters
    alternatives, file = letter.iter_parts()
    kinds = [part.get_content_type() for part in alternatives.iter_parts()]
    part = list(alternatives.iter_parts())[-1]
    assert letter.get_content_type() == "multipart/mixed"
    assert alternatives.get_content_type() == "multipart/alternative"
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    assert part["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"}
    assert part.get_content().splitlines() == CALENDAR.splitlines()
    assert (file.get_content_type(), file.get_filename()) == (
        "application/ics",
        "invite.ics",
    )
    assert file.get_content() == CALENDAR.encode()


def test_a_cancellation_without_html_says_so_in_its_type(send):
    letter = read(send(calendar=CALENDAR, calendar_method="CANCEL"))

    alternatives, _file = letter.iter_parts()
    kinds = [part["Content-Type"] for part in alternatives.iter_parts()]
    assert [kind.content_type for kind in kinds] == ["text/plain", "text/calendar"]
    assert kinds[1].params["method"] == "CANCEL"
