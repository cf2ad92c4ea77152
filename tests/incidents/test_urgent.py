"""What the first page asks of somebody before all else: a call, a late update."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident
from tests.clockwork import level, playbook

INDEX = reverse("admin:index")
PAGES = (INDEX, reverse("admin:my_work"))
ASKED = {"tried": "Rolled back", "needed": "Somebody who knows the cache"}
WANTED = "You are wanted on the telephone"
LATE = "late by 5 min"


@pytest.fixture
def promised(story):
    """An incident whose update to the team has been late for five minutes."""
    updates = [{"audience": "team", "every": "30 min"}]
    story.begin(playbook(level(updates=updates)))
    story.at(35)
    return story.incident


def lines(client, page=INDEX) -> list[tuple[str, str]]:
    return [(line.what, line.when) for line in client.get(page).context["urgent"]]


@pytest.mark.parametrize("page", PAGES)
def test_a_call_waits_on_the_first_page_of_whom_it_is_for(
    client_of, incident, responder, lead, at_noon, page
):
    incident.escalate(responder, **ASKED, by=lead, at=at_noon, call=True)
    incident.escalate(
        responder, tried="x", needed="A decision", by=lead, at=at_noon, call=True
    )
    browser = client_of(responder)

    assert lines(browser, page) == [(WANTED, "since 12:00 UTC")]
    text = browser.get(page).text
    assert "asked by Lead: A decision" in text
    assert f'href="{incident.get_absolute_url()}#calls"' in text
    assert lines(client_of(lead), page) == []

    incident.end_call(incident.calls.last(), "reached", by=lead, at=at_noon)
    assert lines(browser, page) == []
    assert "Needs you first" not in browser.get(page).text


def test_nobody_is_wanted_any_more_once_it_is_over(
    client_of, incident, responder, lead, at_noon
):
    incident.escalate(responder, **ASKED, by=lead, at=at_noon, call=True)

    incident.resolve(by=lead, at=at_noon)

    assert lines(client_of(responder)) == []


def test_a_call_for_what_they_may_not_see_is_not_shown(
    client_of, incident, outsider, lead, administrator, at_noon
):
    incident.escalate(outsider, **ASKED, by=lead, at=at_noon, call=True)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    page = client_of(outsider).get(INDEX)

    assert page.context["urgent"] == []
    assert incident.title not in page.text


def test_a_late_update_waits_for_who_leads(client_of, promised, story, responder):
    browser = client_of(story.person)

    assert lines(browser) == [("Update to the team", LATE)]
    assert "do/post_update/?audience=team" in browser.get(INDEX).text
    assert lines(client_of(responder)) == []

    story.do("post_update", "team", "We know more.", after=36)
    assert lines(browser) == []


def test_who_keeps_the_communications_reads_of_it_too(
    client_of, promised, story, responder
):
    story.do("assign_role", "communications", responder, after=35)

    assert lines(client_of(responder)) == [("Update to the team", LATE)]


def test_all_at_once_costs_what_the_first_page_may(
    client_of, promised, story, responder
):
    def ask(number: int) -> None:
        asked = {**ASKED, "needed": f"Help {number}"}
        story.do("escalate", responder, **asked, call=True, after=35)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(INDEX)
        return len(queries)

    def another(title: str) -> None:
        given = {"severity": promised.severity, "team": promised.team}
        more = Incident.declare(title=title, **given, by=story.person, at=story.began)
        more.assign_role("communications", responder, by=story.person, at=story.began)
        more.add_item(
            title=title,
            by=story.person,
            at=story.began,
            owner=responder,
            due_on=story.began.date() - timedelta(days=3),
        )

    browser = client_of(responder)
    ask(0)
    another("One")
    story.do("offer_role", "lead", responder, after=35)
    promised.refresh_from_db()
    browser.get(INDEX)
    few = cost()
    for number in range(1, 6):
        ask(number)
        another(f"Another {number}")
    story.at(36)

    assert len(lines(browser)) > 5
    assert cost() == few <= 16
