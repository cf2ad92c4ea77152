"""An incident that no person declared, on the pages people meet it on first."""

from __future__ import annotations

import pytest
from django.urls import reverse

from incidents.alerts import working
from incidents.alerts.working import work_off
from incidents.models import Alert, Incident
from tests.incidents.alerts.conftest import alert, post, send, signed

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
