"""A person's items in their calendar program: a secret address, and what it says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from incidents import people
from incidents.item_feed import feed_of, make_feed, revoke_feed
from incidents.models import Profile

HERE = "http://localhost:8000"


@pytest.fixture
def address(item, responder, at_noon) -> str:
    return make_feed(responder, at=at_noon).removeprefix(HERE)


def events(answer):
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_an_item_is_a_whole_day_under_its_own_name(address, item):
    answer = Client().get(address)

    (event,) = events(answer)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert event["SUMMARY"] == "P2: Test the restore"
    assert event.decoded("DTSTART") == item.due_on
    assert event.decoded("DTEND") == item.due_on + timedelta(days=1)
    assert event["UID"] == f"item-{item.pk}@localhost"
    assert event["URL"] == HERE + item.get_absolute_url()
    assert "Checkout fails" in event["DESCRIPTION"]


def test_a_change_keeps_the_name_and_raises_the_sequence(
    address, item, lead, at_noon, time_machine
):
    (before,) = events(Client().get(address))
    time_machine.shift(60)
    item.move_due_date(date(2026, 12, 24), by=lead, at=at_noon, reason="Vendor")

    (after,) = events(Client().get(address))

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after.decoded("DTSTART") == date(2026, 12, 24)
    assert after.decoded("LAST-MODIFIED") > before.decoded("LAST-MODIFIED")


def test_only_ones_own_pending_items_with_a_date_are_in_it(
    address, incident, lead, responder, item, at_noon
):
    incident.add_item(title="Not mine", by=lead, at=at_noon, owner=lead)
    done = incident.add_item(title="Done", by=lead, at=at_noon, owner=responder)
    done.complete(by=lead, at=at_noon)

    assert [e["SUMMARY"] for e in events(Client().get(address))] == [
        "P2: Test the restore"
    ]


def test_a_restricted_item_keeps_its_text_to_itself(
    address, incident, lead, item, administrator, at_noon
):
    incident.amend({"title": (incident.title, "Xylophone")}, by=lead, at=at_noon)
    item.amend({"title": (item.title, "Zither")}, by=lead, at=at_noon)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    answer = Client().get(address)

    (event,) = events(answer)
    assert event["SUMMARY"] == "Restricted action item"
    for word in (b"Xylophone", b"Zither", incident.reference.encode()):
        assert word not in answer.content


def test_text_cannot_write_lines_of_its_own(address, item, lead, at_noon):
    evil = "A\r\nBEGIN:VALARM\r\nSUMMARY:B; C, D\\n"
    item.amend({"title": (item.title, evil)}, by=lead, at=at_noon)

    calendar = Calendar.from_ical(Client().get(address).content)

    assert calendar.walk("VALARM") == []
    assert len(calendar.walk("VEVENT")) == 1


def test_the_token_is_not_stored(address, responder):
    token = address.removeprefix("/feed/").removesuffix(".ics")

    profile = Profile.objects.get(user=responder)

    assert len(token) == 43
    assert len(profile.feed_hash) == 64
    assert token not in str(Profile.objects.filter(user=responder).values())


@pytest.mark.parametrize("end", ["anew", "revoke", "deactivate"])
def test_an_address_that_ended_is_no_page(
    address, responder, administrator, at_noon, end
):
    if end == "anew":
        fresh = make_feed(responder, at=at_noon).removeprefix(HERE)
        assert Client().get(fresh).status_code == 200
    elif end == "revoke":
        revoke_feed(responder)
    else:
        people.deactivate(responder, by=administrator)

    assert Client().get(address).status_code == 404


def test_who_was_deactivated_does_not_get_the_old_address_back(
    address, responder, administrator, at_noon
):
    people.deactivate(responder, by=administrator)
    people.reactivate(responder, by=administrator, at=at_noon)

    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 43, "é" * 43, "None", "a" * 4000])
def test_a_guess_is_no_page_and_costs_what_an_address_costs(address, token):
    guessed = reverse("feed", args=[token])
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get(guessed)

    assert answer.status_code == 404
    assert len([q for q in queries if "feed_hash" in q["sql"]]) == 1


def test_it_sets_no_cookie_and_answers_304_to_who_has_it(address):
    browser = Client()
    answer = browser.get(address)

    again = browser.get(address, headers={"If-None-Match": answer["ETag"]})

    assert again.status_code == 304
    assert not browser.cookies
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert browser.post(address).status_code == 405


def test_a_feed_costs_the_same_however_long_it_is(
    address, incident, lead, responder, at_noon
):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            feed_of(responder)
        return len(queries)

    feed_of(responder)  # which also reads, once, what they may do
    few = cost()
    for number in range(5):
        incident.add_item(title=f"{number}", by=lead, at=at_noon, owner=responder)

    assert cost() == few


def test_the_settings_show_an_address_once(client_of, responder, item):
    browser = client_of(responder)
    settings, feed = reverse("admin:auth_user_me"), reverse("admin:auth_user_feed")
    assert "Make an address" in browser.get(settings).text

    made = browser.post(feed, {"make": "1"})

    address = made.context["address"]
    assert "no-store" in made["Cache-Control"]
    assert address in made.text
    assert address not in browser.get(settings).text
    assert Client().get(address.removeprefix(HERE)).status_code == 200
    browser.post(feed, {"revoke": "1"})
    assert Client().get(address.removeprefix(HERE)).status_code == 404
