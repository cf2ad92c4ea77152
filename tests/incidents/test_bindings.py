"""Codes of a playbook, and the contacts a team has behind them."""

from __future__ import annotations

import pytest

from incidents.bindings import codes_of, playbook_of, resolve, unbound
from incidents.models import Binding, Contact, Playbook
from incidents.playbooks.schema import PlaybookDocument

CONTENT = {
    "name": "Ours",
    "severities": [
        {
            "code": "P1",
            "name": "Critical",
            "definition": "Bad.",
            "badge": "red",
            "updates": [{"audience": "customers", "every": "30 min"}],
        }
    ],
    "roles": [
        {"code": "lead", "name": "Lead", "leads": True},
        {"code": "on_call", "name": "On call", "on_incident": False},
        {"code": "lawyer", "name": "Lawyer", "on_incident": False},
    ],
    "ladder": [
        {
            "code": "page",
            "label": "Whoever is on call is paged",
            "severities": ["P1"],
            "tells": ["on_call"],
        }
    ],
    "messages": [
        {
            "code": "declared",
            "name": "Declared",
            "moment": "declared",
            "audience": "team",
            "body": "It broke.",
        }
    ],
    "vendors": [{"code": "cards", "name": "Card processor"}],
    "contacts": [{"code": "desk", "name": "Service desk", "kind": "list"}],
}
CODES = [
    ("role", "lead", "Lead"),
    ("role", "on_call", "On call"),
    ("audience", "team", "the team"),
    ("audience", "customers", "customers"),
    ("vendor", "cards", "Card processor"),
    ("contact", "desk", "Service desk"),
]


@pytest.fixture
def document() -> PlaybookDocument:
    return PlaybookDocument.model_validate(CONTENT)


def bind(team, kind, code):
    contact = Contact.objects.create(name=f"Our {code}", kind="list")
    Binding.objects.create(team=team, kind=kind, code=code, contact=contact)
    return contact


def told(codes):
    return [(each.kind, each.code, each.name) for each in codes]


def test_what_is_told_taken_informed_or_called_can_be_bound(document):
    assert told(codes_of(document)) == CODES


def test_a_role_that_nobody_takes_and_no_rung_tells_needs_no_contact(document):
    assert "lawyer" not in {each.code for each in codes_of(document)}


def test_everything_is_unbound_without_a_team(document, db):
    assert told(unbound(document, None)) == CODES


def test_what_a_team_has_bound_is_no_longer_unbound(document, team, other_team):
    bind(team, "role", "on_call")
    bind(team, "contact", "desk")

    left = [each for each in CODES if each[1] not in {"on_call", "desk"}]
    assert told(unbound(document, team)) == left
    assert told(unbound(document, other_team)) == CODES


def test_a_code_bound_as_another_kind_stays_unbound(document, team):
    bind(team, "role", "cards")

    assert ("vendor", "cards", "Card processor") in told(unbound(document, team))


def test_what_is_unbound_costs_one_query(document, team, django_assert_num_queries):
    for code in ("lead", "on_call"):
        bind(team, "role", code)

    with django_assert_num_queries(1):
        unbound(document, team)


def test_a_code_leads_to_its_contact(team, other_team, django_assert_num_queries):
    contact = bind(team, "role", "on_call")

    with django_assert_num_queries(1):
        assert resolve(team, "role", "on_call") == contact
    assert resolve(team, "vendor", "on_call") is None
    assert resolve(other_team, "role", "on_call") is None
    assert resolve(None, "role", "on_call") is None


def test_a_team_without_a_playbook_has_the_starting_one(team):
    assert playbook_of(team) == Playbook.objects.get(slug="default")
    assert playbook_of(None) == Playbook.objects.get(slug="default")


def test_a_team_has_the_playbook_it_chose(team):
    team.playbook = Playbook.objects.create(slug="ours", name="Ours")

    assert playbook_of(team) == team.playbook


def test_a_team_whose_playbook_is_retired_goes_by_the_starting_one(team, noon):
    team.playbook = Playbook.objects.create(slug="o", name="Ours", retired_at=noon)

    assert playbook_of(team) == Playbook.objects.get(slug="default")


def test_without_a_starting_playbook_the_oldest_in_use_counts(team, document, noon):
    Playbook.objects.update(retired_at=noon)
    Playbook.objects.create(slug="empty", name="Empty")
    ours = Playbook.objects.create(slug="ours", name="Ours")
    ours.publish(document, by=None, at=noon)

    assert playbook_of(team) == ours
