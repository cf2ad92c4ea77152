"""Roles as the incident's page shows them: offers, duties, what is wanted, the past."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest

from incidents.models import Incident
from incidents.playbooks.presets import preset
from tests.clockwork import level, playbook

BASE = "/admin/incidents/incident"


def text_of(client, path) -> str:
    content = client.get(path).content.decode()
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", content)).split())


def do(client, incident, verb, **given):
    return client.post(f"{BASE}/{incident.pk}/do/{verb}/", given, follow=True)


@pytest.fixture
def commanded(story, responder, manager):
    story.begin(preset("command"), "SEV-1")
    return story.incident


def test_who_takes_a_role_is_told_what_they_are(client_of, incident, responder, viewer):
    browser = client_of(responder)

    taken = do(
        browser, incident, "assign_role", role="communications", person=responder.pk
    )
    given = do(
        browser,
        incident,
        "assign_role",
        role="communications",
        person=viewer.pk,
        instead_of=responder.pk,
    )

    assert "You are Communications now." in taken.text
    assert "The role is given." in given.text


def test_an_offer_is_answered_on_the_page(client_of, incident, lead, responder):
    theirs, mine = client_of(lead), client_of(responder)
    do(theirs, incident, "offer_role", to=responder.pk)

    page = text_of(mine, incident.get_absolute_url())
    assert "Lead offers you Lead ." in page
    assert "offers you" not in text_of(theirs, incident.get_absolute_url())
    answer = do(mine, incident, "accept_role", role="lead")

    assert "You are Lead now." in answer.content.decode()
    assert Incident.objects.get().lead == responder


def test_of_two_answers_one_counts_and_the_other_gets_a_sentence(
    client_of, incident, lead, responder
):
    do(client_of(lead), incident, "offer_role", to=responder.pk)
    do(client_of(lead), incident, "withdraw_role", role="lead")

    answer = do(client_of(responder), incident, "accept_role", role="lead")

    assert answer.status_code == 422
    assert "not offered to you any more: Lead holds it." in answer.content.decode()


def test_what_a_playbook_wants_filled_is_marked(client_of, story, lead):
    role = {"code": "ic", "name": "Commander", "leads": True}
    comms = {"code": "comms", "name": "Communications", "required": ["S1"]}
    scribe = {"code": "scribe", "name": "Scribe"}
    book = playbook(level("S1"), level("S2"), roles=(role, comms, scribe))
    story.begin(book)

    page = text_of(client_of(lead), story.incident.get_absolute_url())
    assert page.count("nobody required") == 1
    assert "Communications nobody required Take Communications give" in page

    story.begin(book, "S2")
    page = text_of(client_of(lead), story.incident.get_absolute_url())
    assert "nobody required" not in page


def test_whoever_takes_a_role_reads_what_it_asks(client_of, commanded, lead):
    client, role = client_of(lead), commanded.playbook.leading_role
    page = client.get(commanded.get_absolute_url()).content.decode()

    assert f"<strong>You are {role.name}</strong>" in page
    assert html.escape(role.duties[0]) in page
    assert f'<details open id="duties-{role.code}">' in page


def test_the_duties_are_folded_later(client_of, commanded, lead, story):
    story.at(20)

    page = client_of(lead).get(commanded.get_absolute_url()).content.decode()

    assert f'<details id="duties-{commanded.playbook.leading_role.code}">' in page


def test_where_a_role_is_given_its_duties_are_read(client_of, commanded, lead):
    role = next(role for role in commanded.playbook.incident_roles if not role.leads)
    path = f"{BASE}/{commanded.pk}/do/assign_role/?role={role.code}"

    page = text_of(client_of(lead), path)

    assert "What the role asks" in page
    assert " ".join(role.duties[0].split()) in page


def test_who_held_what_can_be_read(client_of, incident, lead, responder, at_noon):
    incident.offer_role("lead", responder, by=lead, at=at_noon)
    incident.accept_role("lead", by=responder, at=at_noon)

    page = text_of(client_of(lead), incident.get_absolute_url())

    past = page.split("Roles: who held what, when")[1]
    assert re.search(
        r"Lead Lead 2026-\S+ \S+ UTC 2026-\S+ \S+ UTC "
        r"Lead Responder 2026-\S+ \S+ UTC now",
        past,
    )


def test_taking_over_is_offered_to_leads_alone(client_of, incident, responder, manager):
    take_over = "take over"

    assert take_over in text_of(client_of(manager), incident.get_absolute_url())
    assert take_over not in text_of(client_of(responder), incident.get_absolute_url())


def test_roles_cost_one_query_however_often_they_changed(
    django_assert_max_num_queries, incident, lead, responder, at_noon, client_of
):
    client = client_of(lead)
    client.get(incident.get_absolute_url())
    for person in [responder, lead] * 5:
        incident.assign_role("scribe", person, by=lead, at=at_noon)
        incident.assign_role("scribe", None, by=lead, at=at_noon, instead_of=person)

    with django_assert_max_num_queries(25):
        client.get(incident.get_absolute_url())


def test_an_open_offer_says_since_when_who_keeps_it_and_what_to_do(
    client_of, incident, lead, responder, viewer, at_noon
):
    incident.offer_role("lead", responder, by=lead, at=at_noon)

    mine, theirs = (
        text_of(client_of(each), incident.get_absolute_url()) for each in (lead, viewer)
    )

    told = (
        "offered to Responder at 12:00 UTC by Lead, who holds it until it is accepted"
    )
    assert told in mine
    assert told in theirs
    assert "No answer? Take it back, then offer it to somebody else." in mine
    assert "No answer?" not in theirs
    assert "stands in" not in mine


def test_an_offer_by_somebody_else_names_who_keeps_it(
    client_of, incident, manager, responder, at_noon
):
    incident.offer_role("lead", responder, by=manager, at=at_noon)

    page = text_of(client_of(responder), incident.get_absolute_url())

    assert "by Manager; Lead holds it until it is accepted." in page


def test_an_open_offer_names_the_stand_in_of_who_is_away(
    client_of, incident, lead, responder, manager, at_noon
):
    responder.profile.away_until = date(2026, 11, 24)
    responder.profile.stand_in = manager
    responder.profile.save()
    incident.assign_role("lead", None, by=lead, at=at_noon, instead_of=lead)
    incident.offer_role("lead", responder, by=lead, at=at_noon)

    page = text_of(client_of(lead), incident.get_absolute_url())

    assert "by Lead; nobody holds it until it is accepted." in page
    assert "Responder is away until 24 Nov; Manager stands in." in page


def test_the_lead_is_offered_only_to_who_may_hold_it(
    client_of, incident, lead, responder, viewer, at_noon
):
    browser, name = client_of(lead), f'<option value="{viewer.pk}"'
    offering = f"{BASE}/{incident.pk}/do/offer_role/"
    giving = f"{BASE}/{incident.pk}/do/assign_role/?role="

    page = browser.get(offering).text
    assert f'<option value="{responder.pk}"' in page
    assert name not in page
    assert f'<option value="{lead.pk}"' not in page
    assert name not in browser.get(f"{giving}lead").text
    assert name in browser.get(f"{giving}communications").text
    refused = browser.post(offering, {"to": viewer.pk})

    assert refused.status_code == 422
    assert "They cannot hold this role: choose somebody from the list." in refused.text
