"""The list of action items as a place to work from: groups, filters, what lines say."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.item_groups import GROUPINGS
from incidents.models import ActionItem, Incident, Team
from incidents.playbooks.presets import preset
from tests.clockwork import publish

LIST = reverse("admin:incidents_actionitem_changelist")


def titles(page):
    return [line.title for line in page.context["cl"].lines]


def groups(page):
    return [
        (group.heading, group.count, [line.title for line in group.lines])
        for group in page.context["cl"].groups
    ]


def many(item, number):
    """Store copies of an item, until there are so many."""
    names = [f.attname for f in ActionItem._meta.concrete_fields if not f.primary_key]
    values = {name: getattr(item, name) for name in names}
    ActionItem.objects.bulk_create(ActionItem(**values) for _ in range(number - 1))


@pytest.fixture
def loose(other_team, lead, at_noon):
    """An item of a team and of no incident, dated by the rule for its priority."""
    return ActionItem.raise_for(
        other_team, title="Loose", by=lead, at=at_noon, kind="detect", horizon="long"
    )


def test_rows_of_an_owner_stand_together_worst_first(
    client_of, lead, responder, add_item
):
    add_item("Soon", 24, owner=lead)
    add_item("Late", 3, owner=lead)
    add_item("Theirs", 5, owner=responder)
    add_item("Free", 28)

    page = client_of(lead).get(f"{LIST}?group=owner")

    assert groups(page) == [
        ("Nobody", "1 action item", ["Free"]),
        ("Lead", "2 action items", ["Late", "Soon"]),
        ("Responder", "1 action item", ["Theirs"]),
    ]
    assert f"?owner={lead.pk}" in page.text


def test_rows_by_team_and_by_incident_with_those_of_none(
    client_of, lead, incident, other_team, add_item, loose
):
    add_item("Fix", 24)
    browser = client_of(lead)

    assert groups(browser.get(f"{LIST}?group=team")) == [
        ("Payments", "1 action item", ["Loose"]),
        ("Platform", "1 action item", ["Fix"]),
    ]
    assert groups(browser.get(f"{LIST}?group=incident")) == [
        (f"{incident.reference} Checkout fails", "1 action item", ["Fix"]),
        ("No incident", "1 action item", ["Loose"]),
    ]


def test_rows_by_week_name_the_weeks_around_today(client_of, lead, add_item):
    for day in (9, 15, 21, 22, 23, 30):
        add_item(f"Due {day}", day)
    undated = add_item("Undated")
    ActionItem.objects.filter(pk=undated.pk).update(due_on=None)

    found = groups(client_of(lead).get(f"{LIST}?group=week"))

    assert [(heading, rows) for heading, _count, rows in found] == [
        ("Last week, 9 Nov – 15 Nov 2026", ["Due 9", "Due 15"]),
        ("This week, 16 Nov – 22 Nov 2026", ["Due 21", "Due 22"]),
        ("Next week, 23 Nov – 29 Nov 2026", ["Due 23"]),
        ("30 Nov – 6 Dec 2026", ["Due 30"]),
        ("No date", ["Undated"]),
    ]


def test_a_group_longer_than_a_page_hides_no_row(client_of, lead, responder, add_item):
    many(add_item("Mine", owner=lead), 30)
    many(add_item("Theirs", owner=responder), 30)
    browser = client_of(lead)

    pages = [browser.get(f"{LIST}?group=owner&p={number}") for number in (1, 2)]

    heads = [[(h, c, len(rows)) for h, c, rows in groups(page)] for page in pages]
    assert heads == [
        [("Lead", "30 action items", 30), ("Responder", "30 action items", 20)],
        [("Responder", "30 action items", 10)],
    ]
    assert len({each.pk for page in pages for each in page.context["cl"].lines}) == 60


def test_grouping_stays_in_the_addresses_of_the_page(client_of, lead, add_item):
    add_item("Fix", 24, owner=lead)

    page = client_of(lead).get(f"{LIST}?group=week&priority=2&o=-title")

    assert "?group=week&amp;o=title&amp;priority=2" in page.text
    assert 'value="week" selected' in page.text
    assert "row/?back=group%3Dweek%26o%3D-title%26priority%3D2" in page.text
    assert "csv/?group=week&amp;o=-title&amp;priority=2" in page.text


def test_an_unknown_grouping_is_said_and_shows_every_row(client_of, lead, add_item):
    add_item("Fix", 24)

    page = client_of(lead).get(f"{LIST}?group=title__startswith")

    assert "“Group by” was not applied" in page.text
    assert titles(page) == ["Fix"]


def test_grouping_by_incident_names_no_hidden_one(
    client_of, administrator, outsider, incident, add_item, at_noon
):
    add_item("Rotate the key", owner=outsider)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    page = client_of(outsider).get(f"{LIST}?group=incident")

    assert groups(page) == [
        (incident.reference, "1 action item", ["Rotate the key"]),
    ]
    assert incident.title not in page.text


def test_who_may_not_work_reads_the_list_and_changes_nothing(client_of, viewer, item):
    page = client_of(viewer).get(f"{LIST}?group=owner")

    assert titles(page) == [item.title]
    assert "row-change" not in page.text
    assert "_selected_action" not in page.text
    assert "Download CSV" in page.text


def test_filters_of_follow_through(
    client_of, lead, responder, add_item, loose, other_team, at_noon
):
    moved = add_item("Moved", 24, owner=responder)
    for day in (26, 30):
        to = date(2026, 11, day)
        moved.move_due_date(to, by=lead, at=at_noon, reason="Supplier")
    snoozed = add_item("Snoozed", 25)
    snoozed.snooze(date(2026, 12, 1), by=lead, at=at_noon, reason="Release")
    browser = client_of(lead)

    found = {
        query: titles(browser.get(f"{LIST}?{query}"))
        for query in (
            *("moved=1", "snoozed=1", "loose=1", "kind=detect", "horizon=long"),
            *(f"owner={responder.pk}", f"team={other_team.pk}", "owner=nobody"),
        )
    }

    assert found == {
        "moved=1": ["Moved"],
        "snoozed=1": ["Snoozed"],
        "loose=1": ["Loose"],
        "kind=detect": ["Loose"],
        "horizon=long": ["Loose"],
        f"owner={responder.pk}": ["Moved"],
        f"team={other_team.pk}": ["Loose"],
        "owner=nobody": ["Snoozed", "Loose"],
    }


def test_a_line_says_what_became_of_the_date(client_of, lead, add_item, at_noon):
    moved = add_item("Moved", 10)
    for day in (14, 12, 18):
        to = date(2026, 11, day)
        moved.move_due_date(to, by=lead, at=at_noon, reason="Supplier")
    moved.snooze(date(2026, 12, 1), by=lead, at=at_noon, reason="Release")
    add_item("By rule", priority=1)

    page = client_of(lead).get(LIST)

    first, second = page.context["cl"].lines
    assert (first.days_late, first.moved, first.rule) == (3, "moved 3×, +8 days", "")
    assert (second.moved, second.rule) == ("", "rule for P1 High: 1 week")
    assert "snoozed until 1 Dec" in page.text


def test_a_list_costs_the_same_however_long_and_grouped(
    client_of, lead, responder, severity, at_noon
):
    def costs():
        for group in ("", *GROUPINGS):
            with CaptureQueriesContext(connection) as queries:
                browser.get(f"{LIST}?group={group}")
            yield len(queries)

    def fill(number):
        book = version.playbook if number % 2 else None
        own = Team.objects.create(name=f"Team {number}", playbook=book)
        other = Incident.declare(
            title=f"{number}", severity=severity, team=own, by=lead, at=at_noon
        )
        for owner in (lead, responder, None):
            item = other.add_item(title="A", by=lead, at=at_noon, owner=owner)
            item.amend({"priority": (2, 0)}, by=lead, at=at_noon)
        ActionItem.raise_for(own, title="B", by=lead, at=at_noon, owner=lead)

    version = publish(preset("oncall"), at_noon)
    browser = client_of(lead)
    fill(0)
    fill(1)
    browser.get(LIST)  # the documents of playbooks are read once in a process
    few = list(costs())
    fill(2)
    fill(3)

    assert list(costs()) == few
    assert max(few) <= 14
