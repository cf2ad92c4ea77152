"""The way through the statuses, and what stands in it, as the page says it."""

from __future__ import annotations

import pytest

from incidents.changes import Blocker
from incidents.incident_page import IncidentPage
from incidents.models import Incident


@pytest.fixture
def path_of(lead, noon):
    def path_of(incident):
        return IncidentPage(incident, lead, noon).path

    return path_of


def test_what_blocks_the_next_status_is_said_before_anyone_presses(
    incident, path_of, monkeypatch
):
    window = [Blocker("window", "Errors are watched for 12 more minutes.", "resolve")]
    monkeypatch.setattr(incident, "blockers_of_resolve", lambda: window)

    label, remedies = path_of(incident).ahead

    assert label == "Resolved"
    assert [(each.sentence, each.verb) for each in remedies] == [
        ("Errors are watched for 12 more minutes.", "resolve")
    ]


def test_what_closing_will_ask_for_is_mended_where_it_is_said(
    incident, client_of, lead, path_of
):
    page = client_of(lead).get(incident.get_absolute_url()).text

    label, remedies = path_of(incident).ahead

    assert label == ""
    assert len(remedies) == 6
    assert "6 things are missing to close it later" in page
    ahead = page.partition('id="ahead"')[2].partition("</details>")[0]
    assert ahead.count('name="unknown_because"') == 6


def test_one_button_is_the_main_one_at_each_stage(incident, client_of, lead, noon):
    main = []

    for verb in ("acknowledge", "mitigate", "resolve", None):
        page = client_of(lead).get(incident.get_absolute_url()).text
        steps = page.partition('class="steps"')[2].partition("</section>")[0]
        assert steps.count("button-primary") == 1
        main.append(steps.partition("button-primary")[2].partition("</")[0])
        if verb:
            getattr(Incident.objects.get(), verb)(by=lead, at=noon)

    words = [text.rpartition(">")[2] for text in main]
    stages = ["Acknowledge", "Mitigated now", "Resolved now", "Write post-mortem"]
    assert words == stages


def test_once_it_is_over_the_report_is_what_is_due(incident, client_of, lead, noon):
    incident.resolve(by=lead, at=noon)

    page = client_of(lead).get(incident.get_absolute_url())

    due = [line.kind for line in page.context["page"].board.due]
    assert "draft" in due
    assert "update" not in due
    assert 'href="#missing"' in page.text
