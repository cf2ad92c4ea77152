"""What no page of ours posts, but somebody may: an answer, never an error of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from incidents.changes import Refused

THIRTY_DIGITS = "9" * 30
YEAR_ONE = datetime(1, 1, 2, tzinfo=UTC)


@pytest.fixture
def browser(client_of, lead):
    lead.profile.zone = "America/Los_Angeles"
    lead.profile.save()
    return client_of(lead)


def verb(incident, name):
    return reverse("admin:incidents_incident_do", args=[incident.pk, name])


@pytest.mark.parametrize(
    ("field", "seen"),
    [
        ("team", "nobody"),
        ("team", THIRTY_DIGITS),
        ("services", "x"),
        ("services", THIRTY_DIGITS),
        ("users_affected", "many"),
        ("users_percent", "NaN"),
        ("users_percent", "sNaN"),
    ],
)
def test_a_forged_seen_value_is_stale(browser, incident, field, seen):
    address = reverse("admin:incidents_incident_edit", args=[incident.pk])
    values = {"title": incident.title, "team": incident.team_id, "users_percent": "3"}

    response = browser.post(address, {**values, f"initial-{field}": seen})

    assert response.status_code in {302, 422}


def test_services_are_keys_of_services(browser, incident, severity, team):
    values = {"title": "x", "severity": severity.pk, "team": team.pk}
    response = browser.post(
        reverse("admin:incidents_incident_add"), {**values, "services": THIRTY_DIGITS}
    )

    assert response.status_code == 422
    assert "not a valid value" in response.text


@pytest.mark.parametrize("page", ["image/1/", "messages/1/", "pulse/", "timeline/"])
def test_no_incident_has_a_number_of_thirty_digits(browser, page):
    address = f"/admin/incidents/incident/{THIRTY_DIGITS}/{page}"

    assert browser.get(address).status_code == 404


@pytest.mark.parametrize("seen", ["", "high", "9" * 5_000])
def test_a_forged_priority_or_owner_is_stale(browser, item, seen):
    address = item.get_absolute_url()
    values = {"title": item.title, "kind": item.kind, "priority": 0}

    page = browser.post(address, {**values, "initial-priority": seen})
    step = browser.post(
        reverse("admin:incidents_actionitem_do", args=[item.pk, "assign"]),
        {"person": "", f"seen-{item.pk}": seen},
    )

    assert (page.status_code, step.status_code) == (422, 422)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("name", ["since", "until"])
def test_lists_take_any_day_of_the_calendar(browser, incident, name, day):
    address = reverse("admin:incidents_incident_changelist")

    assert browser.get(address, {name: day}).status_code == 200


@pytest.mark.parametrize("before", ["9" * 18 + ".1", "9" * 38 + ".1", "1." + "9" * 38])
def test_older_entries_before_any_moment(browser, incident, before):
    address = reverse("admin:incidents_incident_timeline", args=[incident.pk])

    assert browser.get(address, {"before": before}).status_code == 200


def test_an_entry_stays_within_what_clocks_can_show(browser, incident, lead, at_noon):
    entry = incident.note("Seen", by=lead, at=at_noon)
    address = reverse("admin:incidents_timelineevent_change", args=[entry.pk])
    said = {"text": "Seen", "kind": "note", "in_postmortem": "True"}
    seen = {f"initial-{name}": value for name, value in said.items()}
    seen["initial-at"] = "2026-11-21T04:00:00"

    response = browser.post(address, {**said, **seen, "at": "0001-01-01T00:00:00"})

    assert response.status_code == 422
    assert "before 1970" in response.text


def test_a_mistyped_year_is_refused_everywhere(browser, incident, lead, at_noon):
    typed = {"name": "started", "when": "0206-11-21 10:00"}

    page = browser.post(verb(incident, "record_milestone"), typed)
    with pytest.raises(Refused, match="before 1970"):
        incident.add_item(title="Test", by=lead, at=YEAR_ONE)

    assert "before 1970" in page.text


def test_the_address_of_a_page_is_a_key(browser, incident):
    for name in ("incidents_incident", "postmortems_postmortem"):
        address = reverse(f"admin:{name}_change", args=["9" * 5_000])
        assert browser.get(address).status_code == 404


def test_nul_reaches_no_search(browser, incident):
    asked = {"app_label": "incidents", "model_name": "incident", "field_name": "team"}
    found = browser.get(reverse("admin:autocomplete"), {**asked, "term": "Plat\0form"})

    assert [each["text"] for each in found.json()["results"]] == ["Platform"]


def test_it_comes_back_after_it_was_over(incident, lead, at_noon):
    incident.resolve(by=lead, at=at_noon)

    with pytest.raises(Refused, match="say when it came back after that"):
        incident.reopen(by=lead, at=at_noon - timedelta(minutes=1), reason="Back")

    assert incident.impact_intervals.count() == 1


def test_impacts_stay_apart_and_end_when_it_is_over(incident, lead, at_noon):
    earlier = at_noon - timedelta(hours=1)
    incident.record_milestone("started", when=earlier, by=lead, at=at_noon)
    incident.mitigate(by=lead, at=at_noon)
    interval = incident.impact_intervals.get()
    told = {"by": lead, "at": at_noon, "reason": "Logs"}

    with pytest.raises(Refused, match="say until when"):
        incident.correct_impact(interval, started_at=earlier, ended_at=None, **told)
    later = at_noon + timedelta(hours=1)
    with pytest.raises(Refused, match="cannot lie in the future"):
        incident.correct_impact(interval, started_at=earlier, ended_at=later, **told)
    incident.resolve(by=lead, at=at_noon)
    incident.reopen(by=lead, at=at_noon, reason="Back")
    second = incident.impact_intervals.last()
    with pytest.raises(Refused, match="overlaps"):
        incident.correct_impact(second, started_at=earlier, ended_at=None, **told)


def test_what_is_known_after_all_is_no_longer_not_known(incident, lead, at_noon):
    told = {"by": lead, "at": at_noon}
    for name in ("acknowledged", "impact", "cause_category"):
        incident.record_milestone(name, unknown_because="Not logged", **told)

    incident.acknowledge(**told)
    incident.amend({"users_affected": (None, 5)}, **told)

    incident.refresh_from_db()
    assert incident.unknown == {"cause_category": "Not logged"}
