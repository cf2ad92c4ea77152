"""How long alerts are kept, and where it shows that one could not be worked off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.checkup import HealthState
from incidents.health import examine
from incidents.models import Alert, Incident
from incidents.pruning import prune
from tests.incidents.alerts.conftest import alert, post, send, signed

pytestmark = pytest.mark.usefixtures("at_noon", "source")
LATER = timedelta(days=91)


def said(now) -> tuple[str, str]:
    [check] = [each for each in examine(now) if each.code == "alerts"]
    return check.state, check.words


def test_alerts_go_with_the_outbox_unless_their_incident_is_open(noon, lead):
    send(alert())
    send(alert(key="b", status="ok"))

    prune(now=noon + LATER)
    assert Alert.objects.count() == 1
    incident = Incident.objects.get()
    incident.close(by=lead, at=noon, reason="false_alarm")
    prune(now=noon + LATER + LATER)
    assert not Alert.objects.exists()


def test_what_waits_to_be_worked_off_stays(noon):
    post(alert(), headers=signed(alert()))

    prune(now=noon + LATER)

    assert Alert.objects.exists()


def test_health_counts_what_could_not_be_worked_off(noon):
    assert said(noon) == (HealthState.OK.label, "All alerts were worked off.")

    send({"status": "firing"})

    assert "1 alert could not be worked off" in said(noon)[1]
    assert said(noon + timedelta(days=2))[0] == HealthState.OK.label


def test_health_tells_of_an_alert_that_waits(noon):
    post(alert(), headers=signed(alert()))

    assert said(noon + timedelta(minutes=2))[0] == HealthState.OK.label
    assert "has waited to be worked off" in said(noon + timedelta(minutes=4))[1]
