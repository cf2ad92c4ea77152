"""What a team works by, and the tags of its services."""

from __future__ import annotations

import pytest
from django.urls import reverse

from incidents.models import Incident, Playbook, Service


def change(row):
    model = type(row)._meta.model_name
    return reverse(f"admin:incidents_{model}_change", args=[row.pk])


@pytest.fixture
def other_playbook(severity, noon) -> Playbook:
    """A second playbook, which says the same."""
    document = severity.playbook.current.content
    playbook = Playbook.objects.create(slug="other", name="Other")
    playbook.publish(document.model_copy(update={"name": "Other"}), by=None, at=noon)
    return playbook


def test_a_manager_chooses_the_playbook_of_their_team(
    client_of, manager, team, other_playbook
):
    shown = {"initial-name": team.name, "initial-calendar": team.calendar_id}
    posted = {"name": team.name, "calendar": team.calendar_id}

    client_of(manager).post(
        change(team), shown | posted | {"playbook": other_playbook.pk}
    )

    team.refresh_from_db()
    assert team.playbook == other_playbook


def test_a_manager_is_not_asked_who_manages_the_team(client_of, manager, team, lead):
    browser = client_of(manager)

    page = browser.get(change(team)).text
    posted = {"name": team.name, "initial-name": team.name, "manager": lead.pk}
    shown = {"calendar": team.calendar_id, "initial-calendar": team.calendar_id}
    answer = browser.post(change(team), posted | shown, follow=True)

    team.refresh_from_db()
    assert 'name="manager"' not in page
    assert team.manager == manager
    assert "changed successfully" not in answer.text
    assert "Nothing was changed in Platform." in answer.text


def test_who_keeps_all_teams_says_who_manages_one(
    client_of, administrator, manager, team, lead
):
    browser = client_of(administrator)
    shown = {"initial-name": team.name, "initial-manager": manager.pk}

    client_of(manager).get(change(team))
    page = browser.get(change(team)).text
    browser.post(change(team), shown | {"name": team.name, "manager": lead.pk})

    team.refresh_from_db()
    assert 'name="manager"' in page
    assert team.manager == lead


def test_two_playbooks_of_one_name_are_told_apart(
    client_of, manager, team, other_playbook
):
    Playbook.objects.filter(pk=other_playbook.pk).update(name="Our default")
    Playbook.objects.filter(slug="default").update(name="Our default")

    page = client_of(manager).get(change(team)).text

    assert "Our default (default)</option>" in page
    assert "Our default (other)</option>" in page


def test_what_runs_keeps_the_playbook_it_began_with(
    client_of, manager, team, other_playbook, incident, lead, at_noon
):
    before = list(incident.deadlines.values())
    posted = {"name": team.name, "playbook": other_playbook.pk}

    client_of(manager).post(change(team), posted | {"initial-name": team.name})

    incident.refresh_from_db()
    assert incident.playbook_version.playbook.slug == "default"
    assert list(incident.deadlines.values()) == before


def test_a_retired_or_empty_playbook_is_not_offered(
    client_of, manager, team, other_playbook, noon
):
    other_playbook.retired_at = noon
    other_playbook.save()
    empty = Playbook.objects.create(slug="empty", name="Empty")
    browser = client_of(manager)

    page = browser.get(change(team))
    answer = browser.post(change(team), {"name": team.name, "playbook": empty.pk})

    offered = page.context["adminform"].form.fields["playbook"].queryset
    assert [playbook.slug for playbook in offered] == ["default"]
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.text


def test_a_team_keeps_its_playbook_after_it_was_retired(
    client_of, manager, team, other_playbook, noon
):
    other_playbook.retired_at = noon
    other_playbook.save()
    team.playbook = other_playbook
    team.save()

    page = client_of(manager).get(change(team)).text

    assert f'<option value="{other_playbook.pk}" selected>' in page


def test_the_page_of_a_team_shows_what_it_works_by(
    client_of, viewer, team, other_playbook
):
    team.playbook = other_playbook
    team.save()

    page = client_of(viewer).get(change(team)).text

    shown = page.partition("What it works by")[2]
    assert reverse("admin:incidents_playbook_change", args=[other_playbook.pk]) in shown
    assert "version 1" in shown
    assert "Berlin" in shown


def test_a_service_carries_tags(client_of, manager, team, service):
    shown = {"initial-name": service.name, "initial-team": team.pk}
    shown |= {"initial-tier": 2, "initial-tags": ""}
    posted = {"name": service.name, "team": team.pk, "tier": 2}
    tags = " payments,internal, ,payments "

    client_of(manager).post(change(service), shown | posted | {"tags": tags})

    service.refresh_from_db()
    assert service.tags == ["payments", "internal"]


def test_tags_are_shown_as_they_are_written(client_of, manager, team):
    service = Service.objects.create(name="Ledger", team=team, tags=["a", "b"])

    page = client_of(manager).get(change(service)).text

    assert 'name="tags" value="a, b"' in page


@pytest.mark.parametrize("tags", ["x" * 41, "a\0b", ",".join(map(str, range(21)))])
def test_tags_that_cannot_be_stored_are_refused(client_of, manager, service, tags):
    answer = client_of(manager).post(change(service), {"name": "A", "tags": tags})

    service.refresh_from_db()
    assert service.tags == []
    assert "errorlist" in answer.text


def test_tags_of_somebody_else_are_not_overwritten(client_of, manager, team, service):
    Service.objects.filter(pk=service.pk).update(tags=["theirs"])
    posted = {"name": service.name, "tier": 2, "team": team.pk}

    answer = client_of(manager).post(
        change(service), posted | {"initial-tags": "", "tags": "mine"}
    )

    assert "It was changed meanwhile and now is: theirs" in answer.text


def test_a_tag_that_a_playbook_looks_for_asks_for_a_post_mortem(
    team, lead, at_noon, service
):
    service.tags = ["payments"]
    service.save()
    level = Playbook.objects.get(slug="default").severities.get(code="P3")

    incident = Incident.declare(
        title="Slow refunds",
        severity=level,
        team=team,
        by=lead,
        at=at_noon,
        services=[service],
    )

    assert incident.postmortem_required
