"""Teams, services, calendars, and entries that are corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.models import Calendar, Playbook, Service, Team


def address(row, name="change"):
    model = type(row)._meta.model_name
    return reverse(f"admin:incidents_{model}_{name}", args=[row.pk])


def test_a_manager_keeps_their_own_team_alone(
    client_of, manager, team, other_team, lead
):
    browser = client_of(manager)
    written = {"name": "Core", "lead": lead.pk, "initial-name": team.name}

    own = browser.post(address(team), written)
    other = browser.post(address(other_team), written)

    team.refresh_from_db()
    other_team.refresh_from_db()
    assert (own.status_code, other.status_code) == (302, 403)
    assert (team.name, team.lead, team.manager) == ("Core", lead, manager)
    assert other_team.name == "Payments"


def test_two_editors_of_a_team_keep_both_changes(client_of, administrator, team, lead):
    shown = {"initial-name": team.name, "initial-lead": "", "initial-calendar": ""}
    Team.objects.filter(pk=team.pk).update(name="Core", calendar=None)

    client_of(administrator).post(
        address(team), shown | {"name": team.name, "lead": lead.pk}
    )

    team.refresh_from_db()
    assert (team.name, team.lead) == ("Core", lead)


def test_a_field_changed_by_both_is_refused(client_of, administrator, team):
    written = {"name": "Mine", "initial-name": team.name}
    Team.objects.filter(pk=team.pk).update(name="Theirs")

    answer = client_of(administrator).post(address(team), written)

    assert "It was changed meanwhile and now is: Theirs" in answer.text
    assert 'value="Mine"' in answer.text


def test_a_manager_adds_services_to_their_team_only(
    client_of, manager, team, other_team
):
    browser = client_of(manager)
    add = reverse("admin:incidents_service_add")

    browser.post(add, {"name": "Ours", "team": team.pk, "tier": 2})
    browser.post(add, {"name": "Theirs", "team": other_team.pk, "tier": 2})

    assert [service.name for service in Service.objects.all()] == ["Ours"]


def test_what_a_manager_is_offered_narrows_nobody_elses_choice(
    client_of, manager, administrator, team, other_team
):
    client_of(manager).get(reverse("admin:incidents_service_add"))
    page = client_of(administrator).get(reverse("admin:incidents_service_add"))

    assert "Payments" in page.text


@pytest.mark.parametrize("name", ["team", "service", "calendar", "playbook"])
def test_everybody_reads_what_is_set_up(name, client_of, viewer, service):
    browser = client_of(viewer)
    rows = {"team": Team, "service": Service, "calendar": Calendar}
    row = rows.get(name, Playbook).objects.first()

    listed = browser.get(reverse(f"admin:incidents_{name}_changelist"))
    page = browser.get(address(row))

    assert (listed.status_code, page.status_code) == (200, 200)
    assert 'type="submit" name="_save"' not in page.text


def test_working_days_are_boxes(client_of, administrator, team):
    calendar = team.calendar
    written = {
        "name": "Berlin",
        "zone": "Europe/Berlin",
        "opens_at": "08:00",
        "closes_at": "16:00",
        "weekdays": ["0", "6"],
        "sprint_weeks": "2",
        "sprint_anchor": "2026-01-05",
        "initial-sprint_weeks": "2",
        "initial-sprint_anchor": "2026-01-05",
        "initial-opens_at": "09:00:00",
        "initial-closes_at": "17:00:00",
        "initial-weekdays": ["0", "1", "2", "3", "4"],
        "initial-name": "Berlin",
        "initial-zone": "Europe/Berlin",
    }

    client_of(administrator).post(address(calendar), written)

    calendar.refresh_from_db()
    assert calendar.weekdays == [0, 6]
    assert f"{calendar.opens_at:%H:%M}" == "08:00"


def entry_form(event, **written):
    at = f"{event.at:%Y-%m-%dT%H:%M:%S}"
    shown = {"at": at, "kind": event.kind, "text": event.text, "in_postmortem": "on"}
    seen = {f"initial-{name}": value for name, value in shown.items()}
    return seen | {"initial-in_postmortem": "True"} | shown | written


@pytest.fixture
def entry(incident, lead, at_noon):
    return incident.note("Checked the logs", by=lead, at=at_noon)


def test_an_entry_is_corrected(client_of, responder, entry):
    client_of(responder).post(
        address(entry), entry_form(entry, text="Checked the logs of web-2")
    )

    entry.refresh_from_db()
    assert entry.text == "Checked the logs of web-2"
    assert entry.history.count() == 2


def test_an_entry_corrected_meanwhile_is_not_overwritten(
    client_of, responder, lead, entry
):
    posted = entry_form(entry, text="Mine")
    entry.correct(by=lead, was={"text": entry.text}, text="Theirs")

    answer = client_of(responder).post(address(entry), posted)

    assert "it now says: Theirs" in answer.text
    entry.refresh_from_db()
    assert entry.text == "Theirs"


def test_what_the_system_wrote_cannot_be_rewritten(client_of, lead, incident):
    event = incident.timeline.get()

    answer = client_of(lead).post(address(event), entry_form(event, text="Never"))

    event.refresh_from_db()
    assert event.text == "Declared: Checkout fails"
    assert answer.status_code == 302


def test_an_entry_of_a_hidden_incident_is_not_there(
    client_of, outsider, administrator, incident, entry, at_noon
):
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    browser = client_of(outsider)

    listed = browser.get(reverse("admin:incidents_timelineevent_changelist"))

    assert browser.get(address(entry)).status_code == 404
    assert entry.text not in listed.text


def test_the_timeline_filters(client_of, viewer, incident, entry, at_noon, lead):
    incident.note(
        "Rolled back", by=lead, at=at_noon - timedelta(hours=1), kind="action"
    )
    home = reverse("admin:incidents_timelineevent_changelist")

    def texts(query):
        page = client_of(viewer).get(f"{home}?{query}")
        return [line.text for line in page.context["cl"].lines]

    assert texts("by_people=1") == ["Checked the logs", "Rolled back"]
    assert texts("kind=action") == ["Rolled back"]
    assert len(texts(f"incident={incident.reference.lower()}")) == 3
    assert texts("incident=INC-1") == []
