"""Mail that waits while its incident becomes restricted leaves without its title."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents import outbox
from incidents.chat_delivery import post_due
from incidents.choices import BoundKind, ContactKind
from incidents.delivery import deliver_due
from incidents.models import Contact, Notification, Profile
from tests.clockwork import level, playbook

TITLE, EXPERT = "Checkout fails", "expert@debrief.example"
ROLES = [
    {"code": "lead", "name": "Lead", "leads": True},
    {"code": "cto", "name": "CTO"},
]
RUNG = {
    "code": "boss",
    "label": "The boss",
    "severities": ["S1"],
    "after": "10 min",
    "tells": ["lead", "cto"],
    "media": ["pager", "chat"],
}


@pytest.fixture
def bound(story):
    """Let a contact stand for the CTO, and begin an incident by a ladder."""

    def bound(**known):
        contact = Contact.objects.create(name="CTO", kind=ContactKind.PERSON, **known)
        story.team.bindings.create(kind=BoundKind.ROLE, code="cto", contact=contact)
        story.begin(playbook(level(), roles=ROLES, ladder=[RUNG]))

    return bound


@pytest.fixture
def restricted(story, manager, inbox):
    """Restrict the incident some minutes in, and then let what waited leave."""

    def restricted(minutes):
        later = story.at(minutes)
        story.incident.restrict(True, by=manager, at=later, reason="Law")
        deliver_due(now=later)
        return {str(each["To"]): each for each in inbox.letters}

    return restricted


def read(letter) -> str:
    parts = [letter.get_body((kind,)) for kind in ("plain", "html")]
    return str(letter["Subject"]) + "".join(p.get_content() for p in parts if p)


def assert_hidden(letter, story):
    told = read(letter)
    assert TITLE not in told
    assert story.incident.reference in told
    assert ", who can let you in" in told
    rows = Notification.objects.filter(address=str(letter["To"]), state="sent")
    assert not any(TITLE in f"{row.subject}{row.text}{row.html}" for row in rows)


def test_a_rungs_letter_and_its_line_say_nothing_but_the_number(
    story, bound, outsider, restricted
):
    Profile.objects.filter(user=outsider).update(urgent_address="pager@debrief.example")
    bound(user=outsider)
    story.at(10)

    letters = restricted(32)

    assert_hidden(letters[outsider.email], story)
    line = read(letters["pager@debrief.example"])
    reference = story.incident.reference
    assert line.startswith(f"A restricted incident, {reference}, S1, needs you")
    assert TITLE not in line
    assert TITLE in read(letters[story.person.email])


def test_who_cannot_log_in_reads_nothing_but_the_number(story, bound, restricted):
    bound(routes=[{"medium": "email", "address": EXPERT}])
    story.at(10)

    assert_hidden(restricted(11)[EXPERT], story)


def test_a_chat_reads_nothing_but_the_number(story, bound, restricted, chat_server):
    address = f"{chat_server.base}/in"
    bound(hook_kind="json", hook_address=address)
    story.at(10)
    restricted(11)

    post_due(now=story.at(12))

    [row] = Notification.objects.filter(medium="chat")
    assert (row.state, TITLE in row.text, len(chat_server.posts)) == ("sent", False, 1)


def test_a_reminder_of_an_update_says_nothing_but_the_number(
    story, outsider, restricted
):
    away = {"away_until": story.began.date(), "stand_in": outsider}
    Profile.objects.filter(user=story.person).update(**away)
    story.begin(playbook(level(updates=[{"audience": "team", "every": "30 min"}])))
    story.at(31)

    letters = restricted(32)

    assert_hidden(letters[outsider.email], story)
    assert TITLE in read(letters[story.person.email])


def test_news_of_a_role_says_nothing_but_the_number(story, responder, restricted):
    story.begin(playbook(level(), roles=ROLES))
    story.do("offer_role", "lead", responder)
    story.incident.accept_role("lead", by=responder, at=story.at(1))

    assert_hidden(restricted(2)[story.person.email], story)


def test_who_watched_gets_no_mail_and_finds_no_title_in_the_row(
    story, viewer, restricted
):
    story.begin(playbook(level()))
    story.incident.watch(by=viewer, at=story.began)
    story.do("change_status", "mitigating", after=1)

    letters = restricted(32)

    assert viewer.email not in letters
    row = Notification.objects.get(user=viewer)
    assert row.suppressed_because == "The incident was restricted before it was sent."
    assert TITLE not in f"{row.subject}{row.text}{row.html}"


def test_what_failed_before_and_is_sent_again_keeps_to_it(
    story, bound, outsider, restricted, manager, inbox
):
    bound(user=outsider)
    story.at(10)
    mine = Notification.objects.filter(user=outsider)
    mine.update(state="failed", error="550 No")
    assert outsider.email not in restricted(11)

    for row in mine:
        outbox.retry(row, by=manager, at=story.at(12))
    deliver_due(now=story.at(12))

    assert_hidden(inbox.letters[-1], story)


def test_what_was_written_after_the_restriction_goes_as_it_is(
    story, bound, outsider, restricted, inbox
):
    bound(user=outsider)
    restricted(5)
    story.at(10)

    deliver_due(now=story.at(10))

    letter = next(each for each in inbox.letters if each["To"] == outsider.email)
    assert "bound to CTO" in read(letter)
    assert TITLE not in read(letter)


def test_what_is_restricted_no_more_leaves_as_it_was_written(
    story, bound, outsider, manager, inbox
):
    bound(user=outsider)
    later = story.at(10) + timedelta(minutes=1)
    for restricted in (True, False):
        story.incident.restrict(restricted, by=manager, at=later, reason="Law")

    deliver_due(now=later)

    letter = next(each for each in inbox.letters if each["To"] == outsider.email)
    assert TITLE in read(letter)


def test_a_meeting_about_it_keeps_its_time_and_nothing_else(
    story, outsider, restricted
):
    story.begin(playbook())
    words = [f"SUMMARY:About {TITLE}", f"DESCRIPTION:{TITLE}", "UID:meeting-1"]
    event = ["BEGIN:VEVENT", *words, "DTSTART:20261123T130000Z", "END:VEVENT"]
    lines = ["BEGIN:VCALENDAR", "METHOD:REQUEST", *event, "END:VCALENDAR", ""]
    outbox.queue(
        key="meeting:1",
        kind="meeting",
        subject=f"About {TITLE}",
        text=TITLE,
        user=outsider,
        incident=story.incident,
        calendar="\r\n".join(lines),
        calendar_method="REQUEST",
        now=story.began,
    )

    letter = restricted(11)[outsider.email]

    assert_hidden(letter, story)
    told = Notification.objects.get(key="meeting:1").calendar
    assert TITLE not in told
    assert f"SUMMARY:Post-mortem meeting: {story.incident.reference}" in told
    assert "DTSTART:20261123T130000Z" in told
