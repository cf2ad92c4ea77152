"""The list of playbooks: which there are, who uses them, and what is overdue."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from incidents.models import Incident, Playbook, Team
from incidents.playbooks.presets import preset

LIST = reverse("admin:incidents_playbook_changelist")


@pytest.fixture
def matrix(severity, noon) -> Playbook:
    """A second playbook, which nobody uses yet; its review is past."""
    made = Playbook.objects.create(slug="matrix", name="Matrix")
    document = preset("matrix")
    about = document.about.model_copy(update={"next_review": date(2025, 3, 1)})
    document = document.model_copy(update={"about": about})
    made.publish(document, by=None, at=noon)
    return made


def states(page):
    return {line.slug: line.state for line in page.context["cl"].lines}


def test_each_is_told_by_its_short_name(client_of, viewer, matrix):
    Playbook.objects.update(name="Our playbook")

    page = client_of(viewer).get(LIST)

    assert list(states(page)) == ["default", "matrix"]
    for slug in ("default", "matrix"):
        assert f'Our playbook</a> <span class="line-slug">{slug}</span>' in page.text


def test_what_no_team_and_no_incident_uses_is_ready(client_of, viewer, matrix):
    page = client_of(viewer).get(LIST)

    assert states(page) == {"default": "In use", "matrix": "Ready"}


def test_what_a_team_chose_is_in_use(client_of, viewer, matrix, team, other_team):
    Team.objects.update(playbook=matrix)

    page = client_of(viewer).get(LIST)

    assert states(page) == {"default": "Ready", "matrix": "In use"}


def test_what_a_running_incident_keeps_to_is_in_use(
    client_of, viewer, matrix, incident
):
    Team.objects.update(playbook=matrix)

    page = client_of(viewer).get(LIST)

    assert states(page) == {"default": "In use", "matrix": "In use"}


def test_a_hidden_incident_does_not_show_in_the_state(
    client_of, outsider, administrator, matrix, other_team, lead, at_noon
):
    level = matrix.severities.order_by("rank").first()
    hidden = Incident.declare(
        title="Payroll", severity=level, team=other_team, by=lead, at=at_noon
    )
    hidden.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    read = client_of(outsider).get(LIST)
    overseen = client_of(administrator).get(LIST)

    assert states(read)["matrix"] == "Ready"
    assert states(overseen)["matrix"] == "In use"


@pytest.mark.parametrize(
    ("state", "slugs"), [("used", ["default"]), ("ready", ["matrix"]), ("retired", [])]
)
def test_they_are_kept_by_their_state(client_of, viewer, matrix, state, slugs):
    page = client_of(viewer).get(LIST, {"state": state})

    assert list(states(page)) == slugs


def test_a_retired_one_says_so(client_of, viewer, matrix, noon):
    matrix.retire(at=noon)

    page = client_of(viewer).get(LIST, {"state": "retired"})

    assert states(page) == {"matrix": "Retired"}
    assert "overdue" not in page.text


def test_an_overdue_review_is_said_by_a_word(client_of, viewer, matrix):
    page = client_of(viewer).get(LIST)

    assert "1 Mar 2025</time>, overdue" in page.text


def test_each_cell_names_itself_on_a_telephone(client_of, viewer, matrix):
    page = client_of(viewer).get(LIST).text

    assert '<table id="result_list" class="lines">' in page
    for label in ("Severities", "Version", "Owner", "Next review"):
        assert f'data-label="{label}"' in page


def test_the_list_costs_the_same_however_many(
    client_of, viewer, matrix, noon, django_assert_num_queries
):
    browser = client_of(viewer)
    browser.get(LIST)
    with django_assert_num_queries(11) as few:
        browser.get(LIST)
    for code in ("phases", "oncall"):
        made = Playbook.objects.create(slug=code, name=code)
        made.publish(preset(code), by=None, at=noon)

    with django_assert_num_queries(len(few)):
        browser.get(LIST)
