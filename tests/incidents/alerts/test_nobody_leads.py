"""An incident that no person declared, on the pages people meet it on first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from incidents.alerts import working
from incidents.alerts.working import work_off
from incidents.choices import BoundKind, ContactKind
from incidents.models import Alert, Contact, Incident, Notification
from incidents.playbooks.presets import preset
from incidents.playbooks.storing import store
from tests.incidents.alerts.conftest import alert, post, send, signed

WAYS = ("email", "pager")

pytestmark = pytest.mark.usefixtures("at_noon", "source")


def test_its_pages_open_and_somebody_can_take_it_up(client_of, lead, noon):
    send(alert(summary="7 % fail", link="https://grafana.example.com/d/1"))
    incident, browser = Incident.objects.get(), client_of(lead)

    home = browser.get(reverse("admin:index"))
    listed = browser.get(reverse("admin:incidents_incident_changelist"))
    page = browser.get(incident.get_absolute_url())

    for answer in (home, listed, page):
        assert answer.status_code == 200
        assert "Checkout fails" in answer.text
    assert "Declared: Checkout fails" in page.text
    incident.acknowledge(by=lead, at=noon)
    role = incident.playbook.leading_role.code
    incident.assign_role(role, lead, by=lead, at=noon)
    incident.refresh_from_db()
    assert incident.lead == lead


class Killed(BaseException):
    """What no part of ours catches, as a kill is caught by none."""


def test_what_a_killed_worker_left_is_worked_off_by_the_next(monkeypatch):
    post(alert(), headers=signed(alert()))
    write_down = working.Alert.save

    def struck(row, **how):
        raise Killed

    monkeypatch.setattr(working.Alert, "save", struck)
    with pytest.raises(Killed):
        work_off()

    assert not Incident.objects.exists()
    assert (Alert.objects.get().state, Alert.objects.get().attempts) == ("stored", 0)
    monkeypatch.setattr(working.Alert, "save", write_down)
    work_off()
    assert Alert.objects.get().incident == Incident.objects.get()


@pytest.fixture
def on_call(team) -> Callable[[], list[str]]:
    """Let a contact stand for who leads; give the addresses that have got a letter."""
    routes = [{"medium": each, "address": f"{each}@example.com"} for each in WAYS]
    contact = Contact.objects.create(
        name="On call", kind=ContactKind.ROTA, routes=routes
    )
    for code in ("on-call", "on_call", "commander"):
        team.bindings.create(kind=BoundKind.ROLE, code=code, contact=contact)
    return lambda: [row.address for row in Notification.objects.order_by("pk")]


def send_under(code, severity, *, team, at) -> Incident:
    stored = store(code, preset(code), by=None, at=at)
    team.playbook = stored.playbook
    team.save()
    send(alert(severity=severity))
    return Incident.objects.get()


@pytest.mark.parametrize(
    ("code", "severity", "told"),
    [
        ("command", "SEV-1", ["email@example.com", "pager@example.com"]),
        ("matrix", "P1", ["email@example.com", "pager@example.com"]),
        # There is an hour to respond: nobody is woken.
        ("matrix", "P2", ["email@example.com"]),
        # A ticket waits until somebody looks.
        ("matrix", "P4", []),
    ],
)
def test_where_no_rung_tells_anybody_at_once_who_is_to_lead_is_told(
    on_call, team, noon, code, severity, told
):
    incident = send_under(code, severity, team=team, at=noon)

    role = incident.playbook.leading_role.name
    said = [f"Nobody leads it yet: told On call (bound to {role})."] if told else []
    events = incident.timeline.filter(verb="call_lead")
    assert on_call() == told
    assert [event.text for event in events] == said
    assert incident.calls.count() == len(told) // 2


def test_where_the_ladder_begins_at_once_it_alone_tells(on_call, team, noon):
    incident = send_under("default", "P1", team=team, at=noon)

    incident.pass_deadlines(at=noon)

    assert on_call() == ["email@example.com", "pager@example.com"]
    assert not incident.timeline.filter(verb="call_lead").exists()


def test_who_declares_it_in_person_needs_no_call(on_call, team, lead, noon):
    incident = send_under("matrix", "P4", team=team, at=noon)
    severity = incident.severity.playbook.severities.get(code="P1")

    Incident.declare(title="-", severity=severity, team=team, by=lead, at=noon)

    assert on_call() == []
