"""Whom a rung tells: the roles of the playbook, and who the team has bound to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.choices import BoundKind, ContactKind
from incidents.models import Contact, Incident


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


@pytest.fixture
def deadlines(incident):
    return reverse("admin:incidents_incident_deadlines", args=[incident.pk])


@pytest.fixture
def bind(incident):
    """Let a contact stand for a role, in a team."""

    def bind(name, code, team=incident.team):
        contact = Contact.objects.create(name=name, kind=ContactKind.PERSON)
        team.bindings.create(kind=BoundKind.ROLE, code=code, contact=contact)

    return bind


def told(browser, incident):
    board = browser.get(incident.get_absolute_url()).context["page"].board
    return [line.tells for line in board.then]


def test_a_rung_names_who_is_bound_and_who_is_not(
    browser, incident, deadlines, bind, other_team
):
    bind("Ada Admin", "team_lead")
    bind("Somebody else", "manager", team=other_team)

    assert told(browser, incident) == [
        "On call (nobody bound)",
        "Team lead (Ada Admin)",
        "Manager (nobody bound)",
    ]
    assert "tells Team lead (Ada Admin)" in browser.get(deadlines).text
    assert "· Team lead (Ada Admin)" in browser.get(incident.get_absolute_url()).text


def test_the_deadlines_say_that_rungs_tell_their_people(browser, deadlines):
    assert "Debrief tells its people, once each" in browser.get(deadlines).text


def test_bindings_cost_one_query_however_many(browser, incident, deadlines, bind):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(deadlines)
        return len(queries)

    cost()
    none = cost()
    for code in ("on_call", "team_lead", "manager"):
        bind(f"Holder of {code}", code)

    assert cost() == none


@pytest.fixture
def ticket(severity, team, lead, at_noon):
    """The worst level, tracked as a ticket only."""
    document = severity.playbook.current.content
    worst, *others = document.severities
    kept = worst.model_copy(update={"tracking": "ticket"})
    changed = document.model_copy(update={"severities": (kept, *others)})
    severity.playbook.publish(changed, by=None, at=at_noon)
    made = {"severity": severity, "team": team, "by": lead, "at": at_noon}
    return Incident.declare(title="A crooked icon", **made)


def test_declaring_a_ticket_says_first_which_clocks_it_starts(
    browser, ticket, time_machine, at_noon
):
    address = reverse("admin:incidents_incident_do", args=[ticket.pk, "promote"])
    time_machine.move_to(at_noon + timedelta(minutes=10), tick=False)

    page = browser.get(address)
    moves = page.context["form"].moves
    ticket.refresh_from_db()
    assert ticket.tracking == "ticket"
    browser.post(address)

    said = {(move.change, move.label) for move in moves}
    rows = {row.label: row.due_at for row in ticket.deadlines.all()}
    assert {("moved", "Respond"), ("new", "The team lead is called")} <= said
    assert {label: rows[label] for label in (move.label for move in moves)} == {
        move.label: move.due_after for move in moves
    }


def test_what_is_declared_already_starts_nothing(browser, incident):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "promote"])

    page = browser.get(address)

    assert "It is declared already." in page.text
    assert "button-primary" not in page.text.split("sheet-wide")[1]
