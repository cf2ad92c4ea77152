"""What one person has to do, on one page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import ActionItem, Incident

PAGE = reverse("admin:my_work")


@pytest.fixture
def add_item(incident, lead, responder, at_noon):
    def add_item(title, days=None, owner=responder, **known):
        due_on = at_noon.date() + timedelta(days=days) if days is not None else None
        made = {"by": lead, "at": at_noon, "owner": owner}
        return incident.add_item(title=title, due_on=due_on, **made, **known)

    return add_item


def parts(page):
    return {
        part.code: [each.title for each in part.lines]
        for part in page.context["page"].own
    }


def test_ones_items_stand_by_when_they_fall_due(
    client_of, add_item, lead, responder, at_noon
):
    add_item("Late", -3)
    add_item("Later too", -1)
    add_item("Today", 0)
    add_item("Next month", 30)
    undated = add_item("Undated", 1)
    ActionItem.objects.filter(pk=undated.pk).update(due_on=None, due_priority=None)
    add_item("Not mine", -9, owner=lead)
    add_item("Done", -5).complete(by=lead, at=at_noon)

    page = client_of(responder).get(PAGE)

    assert parts(page) == {
        "overdue": ["Late", "Later too"],
        "week": ["Today"],
        "later": ["Next month"],
        "undated": ["Undated"],
    }
    assert "Not mine" not in page.text


def test_a_snoozed_item_says_so(client_of, add_item, lead, responder, at_noon):
    item = add_item("Sleeps", 5)
    item.snooze(date(2026, 11, 30), by=lead, at=at_noon, reason="Vendor")

    assert "snoozed until 30 Nov" in client_of(responder).get(PAGE).text


@pytest.mark.parametrize(("days", "stands_in"), [(0, True), (-1, False)])
def test_who_stands_in_has_the_items_of_who_is_away(
    client_of, add_item, lead, responder, at_noon, days, stands_in
):
    add_item("Theirs", -2)
    profile = responder.profile
    profile.away_until = at_noon.date() + timedelta(days=days)
    profile.stand_in = lead
    profile.save()

    page = client_of(lead).get(PAGE)

    shown = [(e.title, e.owner) for e in page.context["page"].stood_in_for]
    assert shown == ([("Theirs", "Responder")] if stands_in else [])
    away = client_of(responder).get(PAGE).text
    assert ("Lead stands in for you" in away) == stands_in


def test_a_stand_in_learns_nothing_of_what_is_hidden_from_them(
    client_of, add_item, incident, responder, outsider, administrator, at_noon
):
    add_item("Xylophone", -2)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    profile = responder.profile
    profile.away_until, profile.stand_in = at_noon.date(), outsider
    profile.save()

    assert "Xylophone" not in client_of(outsider).get(PAGE).text


def test_incidents_with_a_role_say_what_is_due_next(client_of, lead, viewer, incident):
    page = client_of(lead).get(PAGE)

    own = page.context["page"].incidents
    assert [(each.line.title, each.roles) for each in own] == [
        ("Checkout fails", "Lead")
    ]
    assert own[0].line.due
    assert incident.reference not in client_of(viewer).get(PAGE).text


def test_the_lead_owes_the_post_mortem(client_of, lead, responder, incident, at_noon):
    incident.assign_role("scribe", responder, by=lead, at=at_noon)
    incident.resolve(by=lead, at=at_noon)

    owed = client_of(lead).get(PAGE).context["page"].drafts

    assert owed
    assert {each.incident.pk for each in owed} == {incident.pk}
    assert not client_of(responder).get(PAGE).context["page"].drafts


def test_a_new_person_is_told_that_nothing_is_theirs(client_of, viewer):
    page = client_of(viewer).get(PAGE)

    assert "Nothing is yours to do." in page.text
    assert "You hold no role" in page.text


def test_the_page_costs_the_same_however_much_there_is(
    client_of, add_item, lead, responder, severity, team, at_noon
):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE)
        return len(queries)

    def declare(title):
        made = {"severity": severity, "team": team, "by": lead, "at": at_noon}
        Incident.declare(title=title, **made).resolve(by=lead, at=at_noon)

    browser = client_of(lead)
    add_item("Mine", -1, owner=lead)
    declare("Another")
    few = cost()
    for number in range(3):
        add_item(f"Mine {number}", 3 * number, owner=lead)
        declare(f"More {number}")

    assert cost() == few


def test_more_than_a_page_goes_on_in_the_list(client_of, add_item, responder):
    item = add_item("One", 1)
    copies = [
        ActionItem(
            incident_id=item.incident_id,
            title=f"Item {number}",
            owner=responder,
            due_on=item.due_on,
            due_source=item.due_source,
            created_at=item.created_at,
        )
        for number in range(50)
    ]
    ActionItem.objects.bulk_create(copies)

    page = client_of(responder).get(PAGE)

    assert len(parts(page)["week"]) == 50
    assert "All of your items" in page.text
