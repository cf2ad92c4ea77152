"""An incident speaks in the words of the playbook version it is worked by."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident
from incidents.models.playbook import _READ

LIST = reverse("admin:incidents_incident_changelist")


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


def address_of(incident, verb):
    return reverse("admin:incidents_incident_do", args=[incident.pk, verb])


def with_levels(document, **words):
    """Change the words of the worst level."""
    worst, *others = document.severities
    return document.model_copy(
        update={"severities": (worst.model_copy(update=words), *others)}
    )


@pytest.fixture
def renamed(incident, at_noon):
    """A newer version that calls the worst level something else."""
    document = with_levels(incident.playbook, name="Catastrophe", badge="grey")
    return incident.playbook_version.playbook.publish(document, by=None, at=at_noon)


def shown(browser, address):
    return browser.get(address).text


def test_renaming_a_severity_leaves_what_runs_alone(browser, incident, renamed):
    deadlines = reverse("admin:incidents_incident_deadlines", args=[incident.pk])
    seen = (
        incident.get_absolute_url(),
        deadlines,
        address_of(incident, "resolve"),
        address_of(incident, "apply_playbook"),
        reverse("admin:index"),
    )

    for page in (shown(browser, address) for address in seen):
        assert ">P1 Critical</" in page
        assert "Catastrophe" not in page
        assert "badge-red" in page


def test_the_list_names_it_as_its_version_does(browser, incident, renamed):
    line = browser.get(LIST).context["cl"].lines[0]

    assert (line.severity, line.severity_badge) == ("P1 Critical", "red")


def test_under_the_newer_version_it_speaks_anew(browser, incident, renamed, lead):
    incident.apply_playbook(renamed, by=lead, at=incident.declared_at)

    assert ">P1 Catastrophe</" in shown(browser, incident.get_absolute_url())


def test_a_status_of_the_playbook_is_listed_in_its_words(browser, incident, at_noon):
    document = incident.playbook
    first, *others = document.statuses
    words = first.model_copy(update={"label": "Somebody shouted"})
    changed = document.model_copy(update={"statuses": (words, *others)})
    newer = incident.playbook_version.playbook.publish(changed, by=None, at=at_noon)
    incident.apply_playbook(newer, by=incident.lead, at=at_noon)

    assert browser.get(LIST).context["cl"].lines[0].status == "Somebody shouted"


def test_many_versions_cost_a_list_no_more(
    browser, incident, severity, team, lead, at_noon
):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        return len(queries)

    cost()
    one = cost()
    for number in range(5):
        document = with_levels(incident.playbook, name=f"Name {number}")
        severity.playbook.publish(document, by=None, at=at_noon)
        made = {"severity": severity, "team": team, "by": lead, "at": at_noon}
        Incident.declare(title=f"Number {number}", **made)

    assert cost() == one
    _READ.clear()
    assert cost() == one + 1


def test_another_severity_is_offered_as_its_version_has_it(browser, incident, renamed):
    page = browser.get(address_of(incident, "change_severity"))

    cards = page.context["form"].cards
    assert [card.label for card in cards][:2] == ["P1 Critical", "P2 High"]
    assert "Catastrophe" not in page.text
    assert "Most users cannot do what they came for" in page.text
    assert "Clocks it starts" in page.text
    assert page.text.count(" checked") == 1


def test_a_refused_change_of_severity_keeps_what_was_picked(browser, incident):
    playbook = incident.playbook_version.playbook
    lower = playbook.severities.get(code="P2")
    typed = {"to": lower.pk, "because": "It recovers", "at": "half past"}

    page = browser.post(address_of(incident, "change_severity"), typed)

    assert page.status_code == 422
    assert page.context["form"].picked == "P2"
    assert 'value="It recovers"' in page.text


def test_a_change_without_a_severity_asks_for_one(browser, incident):
    page = browser.post(address_of(incident, "change_severity"), {"to": "9" * 40})

    assert page.status_code == 422
