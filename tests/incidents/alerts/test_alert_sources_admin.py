"""Alert sources in the admin: whose they are, secrets shown once, mappings tried."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from incidents.alerts.starts import STARTS
from incidents.alerts.working import work_off
from incidents.models import Alert, AlertSource, Incident, Service
from tests.incidents.alerts.conftest import alert, post, send, signed

pytestmark = pytest.mark.usefixtures("at_noon", "severity")


def address(name, *keys):
    return reverse(f"admin:incidents_alertsource_{name}", args=keys)


def added(browser, team, **other):
    written = {"name": "Prometheus", "team": team.pk, "kind": "alertmanager"}
    written |= {"severity": "p2", "recovery": "note", **other}
    return browser.post(address("add"), written)


def shown(answer, name) -> str:
    found = re.search(f'id="{name}"[^>]* value="([^"]+)"', answer.text)
    return found[1] if found else ""


def mapping_page(answer) -> dict[str, str]:
    form = answer.context["form"]
    return {field.name: field.value() or "" for field in form}


def test_a_manager_adds_a_source_and_sees_its_address_once(client_of, manager, team):
    browser = client_of(manager)

    answer = added(browser, team)

    source, url = AlertSource.objects.get(), shown(answer, "address")
    assert (source.severity, source.is_signed, source.secret) == ("P2", False, "")
    token = url.rstrip("/").rpartition("/")[2]
    assert f"credentials: '{token}'" in answer.text
    assert token not in browser.get(address("change", source.pk)).text
    sample = STARTS["alertmanager"].sample
    assert post(sample, token=token).status_code == 202
    work_off()
    assert Incident.objects.get().title == "Checkout fails for EU cards"


def test_a_secret_is_changed_without_a_gap(client_of, manager, team):
    browser = client_of(manager)
    answer = added(browser, team, kind="generic", is_signed="on")
    source, old = AlertSource.objects.get(), shown(answer, "secret")
    token = shown(answer, "address").rstrip("/").rpartition("/")[2]

    new = shown(browser.post(address("step", source.pk, "new-secret")), "secret")

    def statuses():
        tries = ((each, alert(key=each)) for each in (old, new))
        return [
            post(body, token=token, headers=signed(body, secret=each)).status_code
            for each, body in tries
        ]

    assert old != new
    assert statuses() == [202, 202]
    third = browser.post(address("step", source.pk, "new-secret"), follow=True)
    assert "end the old one first" in third.text
    browser.post(address("step", source.pk, "end-secret"))
    assert statuses() == [401, 200]
    assert old not in str(list(source.history.values()))


def test_a_new_address_ends_the_old_one(client_of, manager, source):
    answer = client_of(manager).post(address("step", source.pk, "new-address"))

    token = shown(answer, "address").rstrip("/").rpartition("/")[2]
    assert post(alert(), headers=signed(alert())).status_code == 401
    assert post(alert(), token=token, headers=signed(alert())).status_code == 202


def test_managers_keep_the_sources_of_their_own_teams(
    client_of, manager, lead, administrator, team, other_team, source
):
    source.team = other_team
    source.save()
    stranger, keeper = client_of(manager), client_of(administrator)

    for name in ("change", "mapping"):
        assert stranger.get(address(name, source.pk)).status_code == 404
        assert keeper.get(address(name, source.pk)).status_code == 200
    assert added(stranger, other_team).status_code == 200
    assert AlertSource.objects.count() == 1
    assert client_of(lead).get(address("changelist")).status_code == 403


def test_a_severity_the_playbook_lacks_is_refused(client_of, manager, team):
    answer = added(client_of(manager), team, severity="SEV9")

    assert "has no “SEV9”. It has: P1, P2, P3, P4." in answer.text
    assert not AlertSource.objects.exists()


def test_a_mapping_is_tried_on_a_sample_and_writes_nothing(
    client_of, manager, source, service
):
    browser = client_of(manager)
    page = mapping_page(browser.get(address("mapping", source.pk)))
    body = {"what": {"no": 7}, "says": "Disk full", "is": "OK", "app": "checkout"}
    told = {"key": "what.no", "title": "says", "status": "is", "service": "app"}
    told |= {"severities": "bad = p1", "severity": "level"}
    written = page | told | {"try": "1"}

    well = browser.post(
        address("mapping", source.pk), written | {"sample": json.dumps(body)}
    )
    bad = body | {"is": "bad", "level": "BAD"}
    firing = browser.post(
        address("mapping", source.pk), written | {"sample": json.dumps(bad)}
    )

    assert "nothing is open: does nothing" in well.text
    [outcome] = firing.context["tried"]
    assert outcome.verdict == "Declares an incident."
    assert (outcome.signal.key, outcome.service) == ("7", "Checkout")
    assert outcome.severity.startswith("P1")
    source.refresh_from_db()
    assert source.mapping == {}
    assert not Incident.objects.exists()
    assert not Alert.objects.exists()


def test_a_saved_mapping_is_what_alerts_are_read_by(client_of, manager, source):
    browser = client_of(manager)
    page = mapping_page(browser.get(address("mapping", source.pk)))
    written = page | {"title": "says", "severities": "bad = P1", "save": "1"}

    browser.post(address("mapping", source.pk), written)
    again = browser.post(address("mapping", source.pk), written | {"title": "t"})

    source.refresh_from_db()
    assert source.mapping == {"title": "says", "severities": {"bad": "P1"}}
    assert "changed meanwhile" in again.text
    send({"key": "7", "says": "Disk full", "severity": "bad"})
    incident = Incident.objects.get()
    assert (incident.title, incident.severity.code) == ("Disk full", "P1")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": "a..b"}, "cannot be read from “..b” on"),
        ({"each": "alerts[x]"}, "cannot be read from “[x]” on"),
        ({"severities": "bad: P1"}, "Line 1: write a word, an equals sign"),
        ({"sample": "{", "try": "1"}, "not JSON at character 1"),
        ({"each": "nowhere[*]", "try": "1"}, "There are no alerts at nowhere[*]."),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(client_of, manager, source, wrong, told):
    browser = client_of(manager)
    page = mapping_page(browser.get(address("mapping", source.pk)))

    answer = browser.post(address("mapping", source.pk), page | wrong)

    assert told in answer.text
    assert answer.status_code == 422


@pytest.mark.parametrize("start", STARTS)
def test_every_start_reads_its_own_sample(client_of, manager, source, start):
    Service.objects.create(name="Checkout")
    browser = client_of(manager)
    page = browser.get(address("mapping", source.pk), {"start": start})

    answer = browser.post(
        address("mapping", source.pk), mapping_page(page) | {"try": "1"}
    )

    [outcome] = answer.context["tried"]
    assert outcome.verdict == "Declares an incident."
    assert "Checkout" in outcome.signal.title


def test_failed_alerts_are_listed_and_worked_off_again(client_of, manager, source):
    send({"status": "firing"})
    failed, browser = Alert.objects.get(), client_of(manager)
    source.mapping = {"title": "status"}
    source.save()

    page = browser.get(address("change", source.pk))
    one = browser.get(address("alert", source.pk, failed.pk))
    browser.post(address("again", source.pk, failed.pk))
    work_off()

    assert "neither what it is called nor what it is about" in page.text
    assert "&quot;status&quot;: &quot;firing&quot;" in one.text
    failed.refresh_from_db()
    assert failed.state == "worked"
    assert "1 alert failed" not in browser.get(address("changelist")).text


def test_alerts_of_a_hidden_incident_are_shown_to_nobody_else(
    client_of, manager, lead, source, other_team, noon
):
    send(alert(title="quetzalcoatlus"))
    incident = Incident.objects.get()
    incident.amend({"team": (incident.team, other_team)}, by=lead, at=noon)
    incident.restrict(True, by=lead, at=noon, reason="A person is named")
    browser, row = client_of(manager), Alert.objects.get()

    page = browser.get(address("change", source.pk))
    tried = browser.get(address("mapping", source.pk), {"alert": row.pk})

    assert incident.reference not in page.text
    assert "quetzalcoatlus" not in page.text + tried.text
    assert browser.get(address("alert", source.pk, row.pk)).status_code == 404


def test_the_list_asks_the_same_few_questions_however_long(
    client_of, manager, source, django_assert_max_num_queries
):
    for number in range(3):
        source.pk, source.name = None, f"Another {number}"
        source.token_hash = f"{number}"
        source.save()
    browser = client_of(manager)
    browser.get(address("changelist"))

    with django_assert_max_num_queries(12):
        browser.get(address("changelist"))
