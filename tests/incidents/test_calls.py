"""Escalating by hand, and who is to be called until somebody says how it went."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.changes import Refused
from incidents.models import Notification

TRIED = {"tried": "Rolled back", "needed": "Somebody who knows the cache"}


@pytest.fixture
def address(incident):
    def address(verb):
        return reverse("admin:incidents_incident_do", args=[incident.pk, verb])

    return address


@pytest.fixture
def call(incident, responder, lead, at_noon):
    responder.profile.phone = "+49 30 1234567"
    responder.profile.save()
    incident.escalate(responder, **TRIED, by=lead, at=at_noon, call=True)
    return incident.calls.get()


def test_escalating_tells_the_person_what_was_tried_and_is_needed(
    incident, responder, lead, at_noon
):
    incident.escalate(responder, **TRIED, by=lead, at=at_noon)

    mail = Notification.objects.get(user=responder)
    for said in ("Lead asks for your help", *TRIED.values(), "/acknowledge/"):
        assert said in mail.text
    event = incident.timeline.get(verb="escalate")
    assert event.text.startswith(
        "Escalated by hand: told Responder (asked by Lead).\nTried: Rolled back"
    )
    assert not incident.calls.exists()


def test_pressed_twice_it_wakes_them_once(incident, responder, lead, at_noon):
    for _press in range(2):
        incident.escalate(responder, **TRIED, by=lead, at=at_noon)
    assert Notification.objects.filter(user=responder).count() == 1

    incident.undo(by=lead, at=at_noon)
    incident.escalate(responder, **TRIED, by=lead, at=at_noon)

    assert incident.timeline.filter(verb="escalate").count() == 2


def test_it_asks_what_was_tried_what_is_needed_and_for_somebody(
    incident, lead, at_noon
):
    with pytest.raises(Refused) as refusal:
        incident.escalate("manager", tried=" ", needed="", by=lead, at=at_noon)

    assert [each.field for each in refusal.value.blockers] == ["tried", "needed", "to"]


def test_the_page_shows_the_advice_and_keeps_what_was_typed(
    client_of, lead, incident, address
):
    browser = client_of(lead)
    assert "By itself the ladder goes on" in browser.get(address("escalate")).text

    answer = browser.post(address("escalate"), {"to": "user:999999", **TRIED})

    assert answer.status_code == 422
    assert "Choose whose help you ask for." in answer.text
    assert "Somebody who knows the cache" in answer.text


def test_a_role_is_asked_for_by_its_code(client_of, lead, responder, incident, address):
    incident.team.lead = responder
    incident.team.save()

    answer = client_of(lead).post(address("escalate"), {"to": "role:manager", **TRIED})

    assert answer.status_code == 302
    assert Notification.objects.get().user == responder


def test_a_call_stands_on_the_page_until_its_outcome(
    client_of, lead, incident, call, address
):
    browser, page = client_of(lead), incident.get_absolute_url()
    assert 'href="tel:+49301234567"' in browser.get(page).text

    browser.post(address("end_call"), {"call": call.pk, "outcome": "no_answer"})

    assert 'href="tel:' not in browser.get(page).text
    call.refresh_from_db()
    assert (call.outcome, call.ended_by) == ("no_answer", lead)
    event = incident.timeline.get(verb="end_call")
    assert event.text == "Called Responder, +49 30 1234567: no answer"


def test_an_outcome_ticked_by_mistake_is_taken_back(incident, call, lead, at_noon):
    incident.end_call(call, "reached", by=lead, at=at_noon)

    incident.undo(by=lead, at=at_noon)

    assert incident.calls.waiting().get() == call


def test_an_escalation_taken_back_asks_nobody_any_more(incident, call, lead, at_noon):
    incident.undo(by=lead, at=at_noon)

    assert not incident.calls.exists()
    said = incident.timeline.get(verb="undo").text
    assert said.endswith("1 message that still waited is not sent")


def test_the_first_who_says_how_it_went_is_right(
    incident, call, lead, responder, at_noon
):
    incident.end_call(call, "reached", by=lead, at=at_noon)

    with pytest.raises(Refused, match="Lead has noted it already: reached"):
        incident.end_call(call, "no_answer", by=responder, at=at_noon)

    call.refresh_from_db()
    assert call.outcome == "reached"


def test_an_outcome_is_one_of_two_and_not_before_the_call(
    incident, call, lead, at_noon
):
    before = at_noon - timedelta(minutes=1)

    with pytest.raises(Refused) as refusal:
        incident.end_call(call, "maybe", by=lead, at=before)

    assert {each.field for each in refusal.value.blockers} == {"outcome", "at"}


def test_calls_of_another_incident_are_out_of_reach(
    client_of, lead, incident, call, severity, team, at_noon, address
):
    made = {"severity": severity, "team": team, "by": lead, "at": at_noon}
    other = type(incident).declare(title="Another", **made)
    elsewhere = address("end_call").replace(str(incident.pk), str(other.pk))

    answer = client_of(lead).post(elsewhere, {"call": call.pk, "outcome": "reached"})

    assert answer.status_code == 422
    call.refresh_from_db()
    assert call.outcome == ""


def test_several_calls_to_one_person_are_one_line_and_one_answer(
    client_of, lead, manager, responder, incident, call, address, time_machine
):
    later = call.created_at + timedelta(minutes=10)
    time_machine.move_to(later, tick=False)
    again = {"tried": "All of it", "needed": "A decision", "call": True}
    incident.escalate(responder, **again, by=lead, at=later)
    incident.escalate(manager, **again, by=lead, at=later)
    browser, page = client_of(lead), incident.get_absolute_url()

    text = browser.get(page).text
    assert text.count('href="tel:+49301234567"') == 1
    assert "12:10 UTC · asked for 2 times since 12:00 UTC" in text
    latest = incident.calls.filter(person=responder).latest("pk")
    browser.post(address("end_call"), {"call": latest.pk, "outcome": "reached"})

    assert incident.calls.waiting().get().person == manager
    assert incident.timeline.filter(verb="end_call").count() == 1
    incident.undo(by=lead, at=later)
    assert incident.calls.waiting().count() == 3


def test_a_call_asked_for_later_is_not_answered_by_an_earlier_one(
    incident, responder, lead, call, at_noon
):
    later = at_noon + timedelta(minutes=10)
    again = {"tried": "All of it", "needed": "A decision", "call": True}
    incident.escalate(responder, **again, by=lead, at=at_noon)
    incident.calls.filter(pk__gt=call.pk).update(created_at=later)

    incident.end_call(call, "reached", by=lead, at=at_noon)

    assert incident.calls.waiting().get().created_at == later


def test_a_call_made_by_hand_says_who_asked_and_for_what(
    client_of, responder, incident, call, lead, at_noon
):
    page = client_of(responder).get(incident.get_absolute_url()).text
    assert "asked by Lead: Somebody who knows the cache, since 12:00 UTC" in page

    incident.end_call(call, "no_answer", by=lead, at=at_noon)
    markup = {"tried": "x", "needed": "<b>help</b>", "call": True}
    incident.escalate(responder, **markup, by=lead, at=at_noon)

    page = client_of(responder).get(incident.get_absolute_url()).text
    assert "asked by Lead: &lt;b&gt;help&lt;/b&gt;" in page
