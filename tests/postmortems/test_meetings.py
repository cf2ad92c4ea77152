"""The review meeting: what is called, moved, called off, held and decided."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from incidents.changes import Refused
from incidents.models import Notification
from postmortems.agenda import minutes_of, running_order
from postmortems.meetings import Plan, arrange, cancel, decide, follow_up, hold
from postmortems.models import Finding, PostMortem
from tests.clockwork import playbook

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def plan(at_noon, lead, responder) -> Plan:
    """Monday at 14:00 in Berlin, for the author and a colleague."""
    return Plan(at_noon + 2 * DAY + HOUR, 50, "Room 2", (lead, responder))


@pytest.fixture
def meeting(written, plan, lead, at_noon):
    return arrange(written, plan, by=lead, at=at_noon)


def mails(method=None):
    rows = Notification.objects.filter(kind="meeting").order_by("pk")
    return [row for row in rows if method in (None, row.calendar_method)]


def told(rows):
    return sorted(row.address.split("@")[0] for row in rows)


def event_of(mail):
    return Calendar.from_ical(mail.calendar).walk("VEVENT")[0]


def changed(plan, **changes):
    return Plan(**(vars(plan) | changes))


def test_calling_it_invites_everybody_by_a_mail_their_calendar_reads(
    meeting, plan, written
):
    rows = mails()

    event = event_of(rows[0])
    assert told(rows) == ["lead", "responder"]
    assert {row.calendar_method for row in rows} == {"REQUEST"}
    assert event.decoded("dtstart") == plan.starts_at
    assert str(event["uid"]) == meeting.uid
    assert [str(each) for each in event["attendee"]] == [
        "mailto:lead@debrief.example",
        "mailto:responder@debrief.example",
    ]
    assert "2026-11-23 14:00 CET" in rows[0].text
    assert "14:00 Read the timeline together, and mend it (10 min)" in rows[0].text
    assert written.get_absolute_url() in rows[1].html


def test_moving_it_keeps_the_uid_and_counts_up(written, meeting, plan, lead, at_noon):
    later = changed(plan, starts_at=plan.starts_at + DAY)

    arrange(written, later, by=lead, at=at_noon, seen=0)

    rows = mails()[2:]
    assert told(rows) == ["lead", "responder"]
    assert rows[0].subject.startswith("Meeting moved: ")
    assert event_of(rows[0])["sequence"] == 1
    assert str(event_of(rows[0])["uid"]) == meeting.uid
    assert "Review meeting moved to 2026-11-24 14:00 CET" in {
        each.text for each in written.incident.timeline.all()
    }


def test_who_is_taken_off_hears_so_and_who_is_added_is_invited(
    written, meeting, plan, lead, responder, manager, at_noon
):
    arrange(written, changed(plan, attendees=(lead, manager)), by=lead, at=at_noon)

    off, invited = mails()[2:]
    assert (off.user, off.calendar_method) == (responder, "CANCEL")
    assert "took you off the list" in off.text
    assert (invited.user, invited.calendar_method) == (manager, "REQUEST")
    assert event_of(off)["sequence"] == event_of(invited)["sequence"] == 1


def test_saving_it_unchanged_tells_nobody(written, meeting, plan, lead, at_noon):
    on = (plan.starts_at + 7 * DAY).date()

    arrange(written, changed(plan, follow_up_on=on), by=lead, at=at_noon)

    meeting.refresh_from_db()
    assert (len(mails()), meeting.sequence, meeting.follow_up_on) == (2, 0, on)


def test_called_off_it_leaves_calendars_and_can_be_called_again(
    written, meeting, plan, lead, at_noon
):
    cancel(written, by=lead, at=at_noon)
    with pytest.raises(Refused, match="No meeting is called"):
        cancel(written, by=lead, at=at_noon)

    again = arrange(written, plan, by=lead, at=at_noon)

    off, on = mails()[2:4], mails()[4:]
    assert {each.calendar_method for each in off} == {"CANCEL"}
    assert told(off) == told(on) == ["lead", "responder"]
    assert [event_of(each[0])["sequence"] for each in (off, on)] == [1, 2]
    assert (again.uid, again.is_on) == (meeting.uid, True)


def test_guests_with_an_address_are_invited_once(written, plan, lead, at_noon):
    guests = "Vera Vendor <vera@vendor.example>\nAn auditor\nLEAD@debrief.example"

    arrange(written, changed(plan, guests=guests), by=lead, at=at_noon)

    assert told(mails()) == ["lead", "responder", "vera"]
    assert "Vera Vendor" in mails()[-1].text
    assert "/admin/" not in mails()[-1].text


def test_of_a_restricted_incident_guests_read_no_title(
    written, plan, lead, manager, at_noon
):
    written.incident.restrict(True, by=manager, at=at_noon, reason="Legal")
    people = changed(plan, attendees=(lead,), guests="vera@vendor.example")

    arrange(written, people, by=lead, at=at_noon)

    [hers, guests] = mails()
    assert written.incident.title in hers.text + hers.calendar
    assert written.incident.title not in guests.text + guests.html + guests.calendar
    assert written.incident.reference in guests.subject


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts_at": -HOUR}, "lies ahead"),
        ({"starts_at": 400 * DAY}, "within a year"),
        ({"minutes": 481}, "less than or equal to 480"),
        ({"place": "x" * 301}, "at most 300"),
        ({"guests": "x\n" * 1_100}, "too long"),
        ({"follow_up_on": date(2026, 11, 1)}, "choose a later day"),
    ],
)
def test_what_makes_no_meeting_is_refused(
    written, plan, lead, at_noon, change, sentence
):
    if "starts_at" in change:
        change = {"starts_at": at_noon + change["starts_at"]}

    with pytest.raises(Refused, match=sentence):
        arrange(written, changed(plan, **change), by=lead, at=at_noon)

    assert mails() == []


def test_only_who_sees_the_incident_is_asked_to_come(
    written, plan, lead, manager, outsider, at_noon
):
    written.incident.restrict(True, by=manager, at=at_noon, reason="Legal")

    with pytest.raises(Refused, match="Outsider may not see this incident"):
        arrange(written, changed(plan, attendees=(outsider,)), by=lead, at=at_noon)


def test_of_two_who_change_it_the_later_is_refused(
    written, meeting, plan, lead, at_noon
):
    arrange(written, changed(plan, minutes=30), by=lead, at=at_noon, seen=0)

    with pytest.raises(Refused, match="changed the meeting meanwhile"):
        arrange(written, changed(plan, minutes=40), by=lead, at=at_noon, seen=0)


def test_it_is_held_once_it_has_begun(written, meeting, plan, lead, time_machine):
    with pytest.raises(Refused, match="has not begun"):
        hold(written, by=lead, at=plan.starts_at - 3 * HOUR)
    time_machine.move_to(plan.starts_at + HOUR)

    hold(written, by=lead, at=plan.starts_at + HOUR)

    for step in (hold, cancel):
        with pytest.raises(Refused, match=r"said so already|It was held"):
            step(written, by=lead, at=plan.starts_at + HOUR)
    with pytest.raises(Refused, match="Only its follow-up"):
        arrange(written, plan, by=lead, at=plan.starts_at + HOUR)
    follow_up(written, date(2026, 12, 21), by=lead, at=plan.starts_at + HOUR)
    meeting.refresh_from_db()
    assert (meeting.held_at, meeting.follow_up_on.day) == (plan.starts_at + HOUR, 21)


@pytest.mark.parametrize(("means", "step"), [("scheduled", "called"), ("held", "held")])
def test_what_the_playbook_means_meets_the_date_of_the_review(
    story, plan, lead, means, step
):
    rule = {"required": {"severities": ["S1"]}, "review": "5 days"}
    story.begin(playbook(postmortem=rule | {"review_means": means}))
    story.do("resolve")
    paper = PostMortem.open(story.incident, by=lead, at=story.at(1))
    due = story.incident.deadlines.get(kind="review")

    called = story.at(10)
    arrange(paper, changed(plan, starts_at=called + HOUR), by=lead, at=called)
    due.refresh_from_db()
    met = [due.met_at]
    held = story.at(130)
    hold(paper, by=lead, at=held)

    due.refresh_from_db()
    expected = {"called": [called, called], "held": [None, held]}[step]
    assert [*met, due.met_at] == expected


@pytest.mark.parametrize("is_late", [False, True])
def test_called_off_the_review_that_calling_it_had_met_is_due_again(
    story, plan, lead, is_late
):
    rule = {"required": {"severities": ["S1"]}, "review": "1 h"}
    story.begin(playbook(postmortem=rule | {"review_means": "scheduled"}))
    story.do("resolve")
    paper = PostMortem.open(story.incident, by=lead, at=story.at(1))
    called = story.at(70 if is_late else 10)
    arrange(paper, changed(plan, starts_at=called + HOUR), by=lead, at=called)
    assert story.row("review").met_at == called

    cancel(paper, by=lead, at=story.at(71))

    due = story.row("review")
    assert (due.met_at, due.ended_at) == (None, None)
    assert due.is_late == is_late
    again = story.at(72)
    arrange(paper, changed(plan, starts_at=again + HOUR), by=lead, at=again)
    assert story.row("review").met_at == again


def test_called_off_what_somebody_said_is_done_stays_so(story, plan, lead):
    rule = {"required": {"severities": ["S1"]}, "review": "1 h"}
    story.begin(playbook(postmortem=rule | {"review_means": "scheduled"}))
    story.do("resolve")
    paper = PostMortem.open(story.incident, by=lead, at=story.at(1))
    said = story.at(2)
    story.incident.meet_deadline(story.row("review"), by=lead, at=said)
    arrange(paper, changed(plan, starts_at=said + HOUR), by=lead, at=said)

    cancel(paper, by=lead, at=story.at(3))

    assert story.row("review").met_at == said


def test_decisions_are_lines_and_become_items(written, lead, at_noon):
    draft = written.drafts.create(person=lead, texts={"a": ["", "b"]}, saved_at=at_noon)

    decide(written, ["Alert on queue depth", " "], by=lead, at=at_noon)

    section = written.sections.get(block="meeting")
    [line] = Finding.objects.filter(section=section)
    assert (line.text, section.is_shown) == ("Alert on queue depth", True)
    item = written.raise_item(line, by=lead, at=at_noon)
    assert item.title == "Alert on queue depth"
    assert written.drafts.get() == draft
    with pytest.raises(Refused, match="Write the decision"):
        decide(written, [" "], by=lead, at=at_noon)


def test_the_agenda_runs_by_the_clock_of_the_team(written, at_noon):
    agenda = written.incident.playbook.postmortem.agenda

    points = running_order(agenda, at_noon + HOUR, written.incident.team.zone)

    assert minutes_of(agenda) == 50
    assert minutes_of(()) == 60
    assert [f"{each.at:%H:%M}" for each in points] == [
        "14:00",
        "14:10",
        "14:25",
        "14:35",
    ]
