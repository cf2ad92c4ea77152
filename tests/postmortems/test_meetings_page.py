"""The page of the review meeting: called, moved and worked through on one page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from incidents.models import Notification
from postmortems.meetings import Plan, arrange, decide
from postmortems.models import Finding, Meeting
from postmortems.reviewing import ask

DAY = timedelta(days=1)


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def posted(**changed):
    given = {
        "day": "2026-11-24",
        "time": "14:00",
        "minutes": "50",
        "place": "Room 2",
        "guests": "Ann <ann@vendor.example>",
        "seen": "0",
    }
    return given | changed


@pytest.fixture
def meeting(written, lead, responder, at_noon):
    plan = Plan(at_noon + 3 * DAY + timedelta(hours=1), 50, "Room 2", (lead, responder))
    return arrange(written, plan, by=lead, at=at_noon)


def test_it_proposes_a_working_day_the_agendas_minutes_and_who_had_a_part(
    client_of, written, lead, viewer, responder, at_noon
):
    ask(written, [viewer], by=lead, at=at_noon)

    page = client_of(lead).get(url("meeting", written.pk))

    text = page.content.decode()
    checked = page.context["form"]["attendees"].value()
    assert 'value="2026-11-23"' in text  # Monday
    assert "In Europe/Berlin." in text
    assert 'value="50"' in text
    assert {str(lead.pk), str(viewer.pk)} <= set(checked)
    assert str(responder.pk) not in checked


def test_it_is_called_in_the_zone_of_the_team(client_of, written, lead, responder):
    people = {"attendees": [lead.pk, responder.pk]}

    answer = client_of(lead).post(url("meeting", written.pk), posted(**people))

    meeting = Meeting.objects.get()
    assert answer["Location"] == url("meeting", written.pk)
    assert meeting.starts_at == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    assert Notification.objects.filter(kind="meeting").count() == 3
    page = client_of(responder).get(url("meeting", written.pk)).content.decode()
    for words in ("Tuesday, 24 November 2026, 14:00–14:50 CET", "14:25</time>"):
        assert words in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": "2026-11-01"}, "Choose a time that lies ahead."),
        ({"day": "9999-12-31"}, "Choose a day"),
        ({"day": "soon"}, "Enter a valid date."),
        ({"minutes": "2"}, "greater than or equal to 5"),
        ({"attendees": ["99"]}, "not one of the available choices"),
        ({"place": "\0"}, "Null characters"),
        ({"seen": "3"}, "changed the meeting meanwhile"),
    ],
)
def test_a_refusal_keeps_what_was_typed(client_of, written, lead, change, sentence):
    answer = client_of(lead).post(url("meeting", written.pk), posted(**change))

    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert "Ann &lt;ann@vendor.example&gt;</textarea>" in text
    assert not Meeting.objects.exists()


def test_it_is_moved_called_off_and_held_by_buttons(
    client_of, written, meeting, lead, time_machine
):
    client, page = client_of(lead), url("meeting", written.pk)
    client.post(page, posted(time="15:00", attendees=[lead.pk]))
    meeting.refresh_from_db()
    assert (meeting.sequence, meeting.starts_at.hour) == (1, 14)

    early = client.post(url("meeting_step", written.pk, "held"))
    time_machine.move_to(meeting.starts_at + timedelta(minutes=50), tick=False)
    held = client.post(url("meeting_step", written.pk, "held"))
    off = client.post(url("meeting_step", written.pk, "cancel"))
    client.post(
        url("meeting_step", written.pk, "follow_up"), {"follow_up_on": "2026-12-24"}
    )

    assert "has not begun" in said(early)
    assert "The meeting was held." in said(held)
    assert "It was held: what was, stays." in said(off)
    meeting.refresh_from_db()
    assert f"{meeting.follow_up_on}" == "2026-12-24"
    assert "Change it" not in client.get(page).content.decode()


def test_decisions_and_items_are_taken_down(client_of, written, meeting, lead, at_noon):
    decide(written, ["Alert on depth", "Drop the cache"], by=lead, at=at_noon)
    first, _second = Finding.objects.filter(section__block="meeting")
    page = client_of(lead).get(url("meeting", written.pk)).content.decode()
    assert "Drop the cache</textarea>" in page

    client_of(lead).post(
        url("meeting_step", written.pk, "raise_item"),
        {
            "line": first.pk,
            f"line-{first.pk}": "Alert on queue depth",
            f"seen-line-{first.pk}": "Alert on depth",
            "new-decisions": "- Ask the vendor\r\n- Meet again",
        },
    )

    first.refresh_from_db()
    assert first.item.title == "Alert on queue depth"
    texts = Finding.objects.filter(section__block="meeting").values_list("text")
    assert [text for (text,) in texts][1:] == [
        "Drop the cache",
        "Ask the vendor",
        "Meet again",
    ]


def test_an_item_is_added_with_owner_and_date(client_of, written, lead, responder):
    step = url("meeting_step", written.pk, "add_item")
    item = {"item-title": "Tune it", "item-owner": responder.pk}

    for _press in range(2):
        client_of(lead).post(step, item | {"item-due_on": "2026-12-01"})
    refused = client_of(lead).post(step, {"item-title": ""})

    made = written.incident.items.get(title="Tune it")
    assert (made.owner, f"{made.due_on}") == (responder, "2026-12-01")
    assert "This field is required" in said(refused)


def test_the_file_for_calendars_is_the_meeting(client_of, written, meeting, viewer):
    answer = client_of(viewer).get(url("meeting_ics", written.pk))

    [event] = Calendar.from_ical(answer.content.decode()).walk("VEVENT")
    assert str(event["uid"]) == meeting.uid
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]


def test_a_viewer_reads_it_and_changes_nothing(
    client_of, written, meeting, viewer, other_postmortem
):
    client = client_of(viewer)

    page = client.get(url("meeting", written.pk)).content.decode()
    for step in ("cancel", "held", "decide", "add_item", "raise_item", "follow_up"):
        client.post(url("meeting_step", written.pk, step), {"new-decisions": "No"})
    client.post(url("meeting", written.pk), posted(time="18:00"))

    assert "Room 2" in page
    assert "<textarea" not in page
    assert Meeting.objects.get().sequence == 0
    assert not Finding.objects.filter(text="No").exists()
    assert client.get(url("meeting_ics", other_postmortem.pk)).status_code == 404
    assert client.post(url("meeting_step", written.pk, "explode")).status_code == 404


def test_the_page_costs_the_same_however_many_come(
    client_of, written, meeting, lead, manager, viewer, outsider, at_noon
):
    client, page = client_of(lead), url("meeting", written.pk)
    decide(written, ["One"], by=lead, at=at_noon)
    client.get(page)
    with CaptureQueriesContext(connection) as before:
        client.get(page)
    plan = Plan(meeting.starts_at, 50, "", (lead, manager, viewer, outsider))
    arrange(written, plan, by=lead, at=at_noon)
    decide(written, ["Two", "Three"], by=lead, at=at_noon)
    for title in ("A", "B"):
        written.incident.add_item(title=title, by=lead, at=at_noon, owner=manager)

    with CaptureQueriesContext(connection) as after:
        client.get(page)

    assert len(after) <= len(before)


def test_what_was_decided_is_edited_where_the_rest_is_written(
    client_of, written, meeting, lead, at_noon
):
    decide(written, ["Alert on depth"], by=lead, at=at_noon)
    line = Finding.objects.get(section__block="meeting")
    client, page = client_of(lead), written.get_absolute_url()
    assert "Alert on depth</textarea>" in client.get(page).content.decode()
    changed = {f"line-{line.pk}": "Alert on age", f"seen-line-{line.pk}": line.text}

    client.post(page, changed | {f"new-{line.section.key}": "Meet again"})

    texts = line.section.findings.values_list("text", flat=True)
    assert list(texts) == ["Alert on age", "Meet again"]


def test_what_was_decided_stays_with_a_meeting_that_was_called_off(
    client_of, written, meeting, lead, at_noon
):
    client, page = client_of(lead), url("meeting", written.pk)
    decide(written, ["Alert on depth"], by=lead, at=at_noon)

    client.post(url("meeting_step", written.pk, "cancel"))

    text = client.get(page).content.decode()
    assert "Called off" in text
    assert "Alert on depth</textarea>" in text
