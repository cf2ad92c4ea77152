"""Action items: their list, their page, and steps on one or on several."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.choices import ItemStatus
from tests.conftest import person

LIST = reverse("admin:incidents_actionitem_changelist")
CANARY = "Xylophone"


def titles(response):
    return [line.title for line in response.context["cl"].lines]


def said(response):
    return [str(each) for each in get_messages(response.wsgi_request)]


def step(item, verb):
    return reverse("admin:incidents_actionitem_do", args=[item.pk, verb])


def test_overdue_longest_comes_first(client_of, lead, add_item):
    add_item("Soon", 25)
    add_item("Late", 18)
    add_item("Latest", 3)
    done = add_item("Done", 1)
    done.complete(by=lead, at=done.created_at)

    page = client_of(lead).get(LIST)

    assert titles(page) == ["Latest", "Late", "Soon"]
    assert "3 days late" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("mine=1", {"Mine"}),
        ("overdue=1", {"Late"}),
        ("this_week=1", {"Mine"}),
        ("unowned=1", {"Late", "Other"}),
        ("priority=0", {"Late"}),
        ("status=done", {"Done"}),
        ("status=all", {"Late", "Mine", "Other", "Done"}),
        ("q=INC-20261121", {"Late", "Mine", "Other"}),
        ("q=late", {"Late"}),
    ],
)
def test_filters(query, found, client_of, lead, responder, add_item):
    add_item("Late", 18, priority=0)
    add_item("Mine", 22, owner=responder)
    add_item("Other", 30)
    done = add_item("Done", 3, owner=lead)
    done.complete(by=lead, at=done.created_at)

    assert set(titles(client_of(responder).get(f"{LIST}?{query}"))) == found


def test_items_of_a_team(client_of, lead, team, other_team, item):
    browser = client_of(lead)

    assert titles(browser.get(f"{LIST}?team={team.pk}")) == [item.title]
    assert titles(browser.get(f"{LIST}?team={other_team.pk}")) == []


def test_the_owner_of_an_item_learns_only_the_reference(
    client_of, lead, outsider, administrator, incident, add_item, at_noon
):
    incident.amend({"title": (incident.title, CANARY)}, by=lead, at=at_noon)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    theirs = add_item("Rotate the key", owner=outsider)
    hidden = add_item("Tell the press")
    browser = client_of(outsider)

    listed, page = browser.get(LIST), browser.get(theirs.get_absolute_url())

    assert titles(listed) == ["Rotate the key"]
    for answer in (listed, page, browser.get(f"{LIST}?q={CANARY[:5]}&status=all")):
        assert CANARY not in answer.text
    assert incident.reference in page.text
    assert browser.get(hidden.get_absolute_url()).status_code == 404


def test_a_list_costs_the_same_whatever_its_length(client_of, lead, add_item):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        return len(queries)

    browser = client_of(lead)
    add_item("One", owner=lead)
    few = cost()
    for number in range(20):
        add_item(f"Item {number}", owner=lead)

    assert cost() == few <= 8


@pytest.mark.parametrize(
    ("verb", "given", "field", "value"),
    [
        ("start", {}, "status", ItemStatus.IN_PROGRESS),
        ("complete", {}, "status", ItemStatus.DONE),
        ("drop", {"reason": "Not needed"}, "status", ItemStatus.DROPPED),
        (
            "move_due_date",
            {"to": "2026-12-24", "reason": "Supplier"},
            "due_on",
            date(2026, 12, 24),
        ),
    ],
)
def test_a_step_is_a_verb_with_one_event(
    verb, given, field, value, client_of, responder, item
):
    answer = client_of(responder).post(step(item, verb), given)

    assert answer.url == item.get_absolute_url()
    item.refresh_from_db()
    assert getattr(item, field) == value
    assert item.events.filter(verb=f"item_{verb}").count() == 1


def test_a_finished_item_is_reopened_with_a_reason(client_of, lead, item, at_noon):
    item.complete(by=lead, at=at_noon)

    client_of(lead).post(step(item, "reopen"), {"reason": "It came back"})

    item.refresh_from_db()
    assert item.is_pending


def test_a_step_without_its_reason_asks_for_it(client_of, lead, item):
    answer = client_of(lead).post(step(item, "drop"), {})

    assert answer.status_code == 422
    assert "This field is required" in answer.text


def test_an_item_that_somebody_took_is_not_taken_away(
    client_of, lead, responder, item, at_noon
):
    page = client_of(lead).get(step(item, "assign"))
    seen = dict(page.context["form"].witnesses())
    item.assign(None, by=responder, at=at_noon, instead_of=responder)

    answer = client_of(lead).post(step(item, "assign"), seen | {"person": lead.pk})

    assert "It already belongs to nobody." in answer.text
    item.refresh_from_db()
    assert item.owner is None


def test_assigning_with_what_was_seen(client_of, lead, responder, item):
    seen = {f"seen-{item.pk}": responder.pk}

    client_of(lead).post(step(item, "assign"), seen | {"person": lead.pk})

    item.refresh_from_db()
    assert item.owner == lead


def test_viewers_read_and_take_no_step(client_of, viewer, item):
    browser = client_of(viewer)

    page = browser.get(item.get_absolute_url())
    answer = browser.post(step(item, "complete"))

    assert page.context["form"] is None
    assert said(answer) == ["Your group does not allow you to do this."]
    item.refresh_from_db()
    assert item.is_pending


def test_a_get_takes_no_step(client_of, lead, item):
    client_of(lead).get(step(item, "complete"))

    item.refresh_from_db()
    assert item.is_pending


def record(item, **written):
    """What a browser posts from an item's page: seen values beside written ones."""
    values = {
        "title": item.title,
        "details": item.details,
        "kind": item.kind,
        "horizon": item.horizon,
        "priority": item.priority,
        "ticket": item.ticket,
    }
    seen = {f"initial-{name}": value for name, value in values.items()}
    return seen | values | written


def test_a_form_saves_only_what_was_changed_in_it(client_of, lead, item, at_noon):
    posted = record(item, details="Use the copy of March", priority=0)
    item.amend({"title": (item.title, "Test every restore")}, by=lead, at=at_noon)

    answer = client_of(lead).post(item.get_absolute_url(), posted)

    assert answer.status_code == 302
    item.refresh_from_db()
    assert item.title == "Test every restore"
    assert (item.details, item.priority) == ("Use the copy of March", 0)
    assert item.events.filter(verb="item_amend").count() == 2


def test_two_texts_for_one_field_are_both_shown(client_of, lead, item, at_noon):
    posted = record(item, title="My title")
    item.amend({"title": (item.title, "Their title")}, by=lead, at=at_noon)
    browser = client_of(lead)

    answer = browser.post(item.get_absolute_url(), posted)

    assert answer.status_code == 422
    assert "My title" in answer.text
    assert "changed meanwhile and now is: Their title" in answer.text
    item.refresh_from_db()
    assert item.title == "Their title"


def test_saving_once_more_overwrites_knowingly(client_of, lead, item, at_noon):
    posted = record(item, title="My title")
    item.amend({"title": (item.title, "Their title")}, by=lead, at=at_noon)
    browser = client_of(lead)

    shown = browser.post(item.get_absolute_url(), posted).context["form"].data
    browser.post(item.get_absolute_url(), shown)

    item.refresh_from_db()
    assert item.title == "My title"


def test_nothing_changed_writes_nothing(client_of, lead, item):
    client_of(lead).post(item.get_absolute_url(), record(item))

    assert not item.events.filter(verb="item_amend").exists()


def test_adding_begins_with_the_incident(client_of, lead, incident):
    answer = client_of(lead).post(
        reverse("admin:incidents_actionitem_add"),
        {"reference": incident.reference.lower()},
    )

    assert answer.url == reverse(
        "admin:incidents_incident_do", args=[incident.pk, "add_item"]
    )


def test_adding_knows_no_hidden_incident(
    client_of, outsider, administrator, incident, at_noon
):
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    address = reverse("admin:incidents_actionitem_add")
    browser = client_of(outsider)

    answer = browser.post(address, {"reference": incident.reference})

    assert "There is no incident" in answer.text
    assert incident.title not in browser.get(address).text


def test_history_shows_what_changed(client_of, lead, item):
    client_of(lead).post(item.get_absolute_url(), record(item, title="Test it"))

    address = reverse("admin:incidents_actionitem_history", args=[item.pk])
    page = client_of(person("Reader", "Viewers")).get(address)

    assert "Test the restore" in page.text
    assert "Test it" in page.text
