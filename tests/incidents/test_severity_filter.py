"""The list's choice of severities: by playbook, without what nothing ever wore."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident, Playbook
from incidents.playbooks.presets import preset

LIST = reverse("admin:incidents_incident_changelist")


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


@pytest.fixture
def matrix(at_noon):
    playbook = Playbook.objects.create(slug="matrix", name="Matrix")
    playbook.publish(preset("matrix"), by=None, at=at_noon)
    return playbook


def offered(browser):
    """Give the headings with what is offered under each."""
    bar = browser.get(LIST).context["cl"].filter_bar
    control = next(each for each in bar.controls if each.name == "severity")
    pieces = re.split(r'<optgroup label="(.*?)">|</optgroup>', control.options)
    # Outside of any group there is no heading; what is empty there says nothing.
    return {
        unescape(label or ""): re.findall(r">(\w+)[^<]*</option>", options)
        for label, options in zip([None, *pieces[1::2]], pieces[::2], strict=True)
        if options
    }


def test_severities_stand_under_their_playbook(browser, severity, matrix):
    page = browser.get(f"{LIST}?severity={severity.pk}").text

    groups = offered(browser)
    assert groups[""] == ["Any"]
    assert groups[matrix.name] == ["P1", "P2", "P3", "P4"]
    assert groups[severity.playbook.name] == ["P1", "P2", "P3", "P4"]
    assert page.count("<optgroup") == page.count("</optgroup>") == 2
    assert f'<option value="{severity.pk}" selected>P1 Critical' in page


def test_what_was_dropped_stays_while_an_incident_wears_it(
    browser, severity, team, lead, at_noon
):
    playbook = severity.playbook
    lowest, low = playbook.severities.get(code="P4"), playbook.severities.get(code="P3")
    made = {"team": team, "by": lead, "at": at_noon}
    Incident.declare(title="A crooked icon", severity=lowest, **made)
    document = playbook.current.content
    fewer = document.model_copy(
        update={"severities": document.severities[:2], "triage": None, "ladder": ()}
    )
    playbook.publish(fewer, by=None, at=at_noon)

    assert offered(browser)[playbook.name] == ["P1", "P2", "P4"]
    assert "was not applied" not in browser.get(f"{LIST}?severity={lowest.pk}").text
    assert "was not applied" in browser.get(f"{LIST}?severity={low.pk}").text


def test_a_retired_playbook_offers_only_what_incidents_wear(
    browser, incident, matrix, at_noon
):
    worn = incident.playbook_version.playbook
    worn.retire(at=at_noon)

    groups = offered(browser)

    assert list(groups)[1:] == [matrix.name, f"{worn.name}, retired"]
    assert groups[f"{worn.name}, retired"] == ["P1"]


def test_more_playbooks_cost_no_more(browser, matrix, at_noon):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        return len(queries)

    cost()
    few = cost()
    for slug in ("oncall", "cadence"):
        playbook = Playbook.objects.create(slug=slug, name=slug)
        playbook.publish(preset(slug), by=None, at=at_noon)

    assert cost() == few
