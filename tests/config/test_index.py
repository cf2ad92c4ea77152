"""The index: what needs somebody now, and nothing anybody may not see."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident
from tests.conftest import person

INDEX = reverse("admin:index")
CANARY = "Xylophone"


@pytest.fixture
def add_item(incident, lead, at_noon):
    def add_item(title, days, **known):
        due_on = date(2026, 11, 21) + timedelta(days=days)
        return incident.add_item(
            title=title, by=lead, at=at_noon, due_on=due_on, **known
        )

    return add_item


def titles(block):
    return [line.title for line in block.lines]


def test_every_block_shows_its_rows(client_of, lead, responder, incident, add_item):
    add_item("Late", -3, owner=responder)
    add_item("This week", 1)
    add_item("Later", 30)

    page = client_of(lead).get(INDEX)

    blocks = page.context["page"]
    assert titles(blocks.running) == ["Checkout fails"]
    assert titles(blocks.overdue) == ["Late"]
    assert titles(blocks.this_week) == ["This week"]
    assert titles(blocks.unpublished) == []
    assert "3 days late" in page.text


def test_what_is_mine_and_late_comes_first(client_of, responder, lead, add_item):
    add_item("Mine", -1, owner=responder)
    add_item("Not mine", -9, owner=lead)

    page = client_of(responder).get(INDEX)

    assert titles(page.context["page"].own) == ["Mine"]
    assert page.text.index("Needs you first") < page.text.index("Running incidents")


def test_what_is_snoozed_comes_behind_what_is_not(
    client_of, responder, lead, add_item, at_noon
):
    asleep = add_item("Asleep", -9, owner=responder)
    add_item("Awake", -1, owner=responder)
    until = at_noon.date() + timedelta(days=9)
    asleep.snooze(until, by=lead, at=at_noon, reason="The vendor is closed")

    page = client_of(responder).get(INDEX)

    assert titles(page.context["page"].own) == ["Awake", "Asleep"]
    assert f"snoozed until {until:%-d %b}" in page.text


def test_a_resolved_incident_owes_a_postmortem(client_of, lead, incident, at_noon):
    incident.resolve(by=lead, at=at_noon)

    blocks = client_of(lead).get(INDEX).context["page"]

    assert titles(blocks.unpublished) == ["Checkout fails"]
    assert titles(blocks.running) == []


def test_drills_and_published_ones_owe_none(client_of, lead, incident, at_noon):
    incident.amend({"is_drill": (False, True)}, by=lead, at=at_noon)
    incident.resolve(by=lead, at=at_noon)

    blocks = client_of(lead).get(INDEX).context["page"]

    assert blocks.unpublished.total == 0


def test_where_the_playbook_asks_for_none_none_is_owed(
    client_of, lead, incident, at_noon
):
    mild = incident.playbook_version.playbook.severities.get(code="P3")
    incident.change_severity(mild, by=lead, at=at_noon)
    incident.resolve(by=lead, at=at_noon)

    blocks = client_of(lead).get(INDEX).context["page"]

    assert not incident.postmortem_required
    assert blocks.unpublished.total == 0


def test_every_number_opens_its_rows(client_of, lead, incident, add_item, at_noon):
    for number in range(10):
        add_item(f"Late {number}", -3)
    add_item("Soon", 1)
    over = Incident.declare(
        title="Over",
        severity=incident.severity,
        team=incident.team,
        by=lead,
        at=at_noon,
    )
    over.resolve(by=lead, at=at_noon)
    browser = client_of(lead)

    for block in browser.get(INDEX).context["page"].figures:
        rows = browser.get(block.topic.url).context["cl"]
        assert rows.result_count == block.total > 0


def test_an_empty_block_says_what_to_do(client_of, lead):
    page = client_of(lead).get(INDEX)

    assert "Declare an incident when something breaks." in page.text
    assert "Every resolved incident has its post-mortem." in page.text


def test_nobody_sees_a_restricted_incident_here(
    client_of, outsider, lead, administrator, incident, add_item, at_noon
):
    incident.amend({"title": (incident.title, CANARY)}, by=lead, at=at_noon)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    add_item("Theirs", -3, owner=outsider)
    add_item("Hidden item", -3)

    page = client_of(outsider).get(INDEX)

    assert CANARY not in page.text
    assert "Hidden item" not in page.text
    assert titles(page.context["page"].own) == ["Theirs"]
    assert incident.reference in page.text


def test_the_index_costs_sixteen_queries_whatever_its_length(
    client_of, outsider, lead, administrator, incident, add_item, at_noon
):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(INDEX)
        return len(queries)

    def declare():
        running = Incident.declare(
            title="Another",
            severity=incident.severity,
            team=incident.team,
            by=lead,
            at=at_noon,
        )
        running.add_item(title="Fix it", by=lead, at=at_noon)

    add_item("Late", -3, owner=outsider)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    browser = client_of(outsider)
    declare()
    few = cost()
    for number in range(12):
        add_item(f"Late {number}", -3, owner=outsider)
        declare()

    assert cost() == few <= 16


def test_what_is_late_or_due_soon_is_counted_and_told(
    client_of, lead, incident, time_machine, at_noon
):
    time_machine.move_to(at_noon + timedelta(minutes=18), tick=False)

    page = client_of(lead).get(INDEX)

    due = page.context["page"].due
    assert (str(due.topic.title), due.total) == ("Late, or due in 30 min", 1)
    assert page.context["page"].running.lines[0].due_when == "late by 3 min"
    assert "Respond late by 3 min" in page.text


def test_what_is_hidden_is_not_counted_as_due(
    client_of, outsider, administrator, incident, at_noon
):
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    page = client_of(outsider).get(INDEX)

    assert page.context["page"].due.total == 0


def test_the_sidebar_groups_what_one_may_open(client_of, viewer):
    groups = client_of(viewer).get(INDEX).context["available_apps"]

    names = [str(group["name"]) for group in groups]
    assert names == ["Work", "Learn", "People", "Set up"]


def test_the_header_offers_to_declare_to_who_may(client_of, viewer, responder):
    address = reverse("admin:incidents_incident_add")

    assert address in client_of(responder).get(INDEX).text
    assert address not in client_of(viewer).get(INDEX).text


def test_an_app_is_no_page_of_its_own(client_of, administrator):
    answer = client_of(administrator).get("/admin/incidents/")

    assert answer.url == INDEX


def test_somebody_without_a_profile_sees_the_index(client_of, db):
    bare = person("Bare", "Viewers")
    bare.profile.delete()

    assert client_of(bare).get(INDEX).status_code == 200
