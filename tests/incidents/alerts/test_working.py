"""What becomes of an alert: an incident, an entry, a resolution, or a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.alerts.working import work_again, work_off
from incidents.changes import Refused
from incidents.models import Alert, Incident
from tests.incidents.alerts.conftest import alert, post, send, signed

pytestmark = pytest.mark.usefixtures("at_noon", "source")


def entries(incident) -> list[str]:
    told = incident.timeline.filter(kind="detection").chronological()
    return [each.text for each in told]


def test_an_alert_declares_an_incident_that_nobody_leads_yet(source, team, noon):
    began = noon - timedelta(minutes=4)

    send(alert(severity="p1", started=began.isoformat(), summary="7 % fail"))

    incident = Incident.objects.get()
    assert (incident.title, incident.summary) == ("Checkout fails", "7 % fail")
    assert (incident.team, incident.severity.code) == (team, "P1")
    assert (incident.lead, incident.roles.count()) == (None, 0)
    assert (incident.started_at, incident.detected_at) == (began, noon)
    assert incident.detection_source == "alert"
    assert incident.responded_at is None
    [event] = incident.timeline.all()
    assert (event.verb, event.author) == ("declare", None)
    assert event.facts["source"] == "Monitoring"


def test_an_alert_that_fires_for_days_is_no_record(noon):
    send(alert(started=(noon - timedelta(days=3)).isoformat()))

    incident = Incident.objects.get()
    assert not incident.is_record
    assert incident.deadlines.exists()


def test_a_link_and_a_known_service_come_along(source, service):
    send(alert(service="checkout", link="https://grafana.example.com/d/1"))

    incident = Incident.objects.get()
    assert list(incident.services.all()) == [service]
    assert incident.links.get().url == "https://grafana.example.com/d/1"


def test_a_link_into_a_private_network_costs_no_incident():
    send(alert(link="http://prometheus:9090/graph?g0.expr=errors"))

    incident = Incident.objects.get()
    assert not incident.links.exists()
    assert entries(incident) == [
        "Monitoring: more at http://prometheus:9090/graph?g0.expr=errors"
    ]


def test_what_goes_on_firing_says_nothing_new(time_machine, noon):
    for minute in range(3):
        time_machine.move_to(noon + timedelta(minutes=minute), tick=False)
        send(alert(title=f"{minute}0 % of payments fail"))

    incident = Incident.objects.get()
    assert entries(incident) == []
    assert Alert.objects.filter(incident=incident).count() == 3


def test_other_words_and_a_worse_severity_are_written_once(time_machine, noon):
    send(alert(severity="P2"))
    for minute in (1, 2):
        time_machine.move_to(noon + timedelta(minutes=minute), tick=False)
        send(alert(severity="P1", title="Nobody can pay"))

    incident = Incident.objects.get()
    assert entries(incident) == [
        "Monitoring now says: Nobody can pay Monitoring now calls it P1."
    ]
    assert incident.severity.code == "P2"


def test_recovery_is_written_once_and_firing_again_too(time_machine, noon):
    told = ["firing", "resolved", "resolved", "firing"]
    for minute, status in enumerate(told):
        time_machine.move_to(noon + timedelta(minutes=minute), tick=False)
        send(alert(status=status))

    incident = Incident.objects.get()
    assert entries(incident) == [
        "Monitoring: recovered: Checkout fails",
        "Monitoring: it fires again: Checkout fails",
    ]
    assert incident.is_running


def test_recovery_resolves_where_the_source_says_so(source, time_machine, noon):
    source.recovery = "resolve"
    source.save()
    send(alert())
    time_machine.move_to(noon + timedelta(minutes=9), tick=False)

    send(alert(status="ok"))

    incident = Incident.objects.get()
    assert incident.resolved_at == noon + timedelta(minutes=9)
    assert incident.responded_at is None
    assert incident.timeline.get(verb="resolve").author is None
    time_machine.move_to(noon + timedelta(minutes=10), tick=False)
    send(alert())
    assert Incident.objects.running().count() == 1
    assert Incident.objects.count() == 2


def test_recovery_that_cannot_resolve_says_so_once(source, lead, noon):
    source.recovery = "resolve"
    source.save()
    send(alert())
    incident = Incident.objects.get()
    later = noon + timedelta(hours=1)
    Incident.objects.update(mitigated_at=later, started_at=noon, detected_at=noon)

    send(alert(status="ok", summary="1"))
    send(alert(status="ok", summary="2"))

    [entry] = entries(incident)
    assert "It was not resolved by itself" in entry


def test_recovery_of_what_never_was_does_nothing():
    send(alert(status="resolved"))

    assert not Incident.objects.exists()
    assert Alert.objects.get().state == "worked"


def test_a_late_worker_opens_nothing_that_was_worked_meanwhile(
    lead, time_machine, noon
):
    send(alert())
    time_machine.move_to(noon + timedelta(minutes=1), tick=False)
    content = alert(title="It still fails")
    post(content, headers=signed(content))
    incident = Incident.objects.get()
    time_machine.move_to(noon + timedelta(minutes=2), tick=False)
    incident.resolve(by=lead, at=noon + timedelta(minutes=2))

    work_off()

    assert Incident.objects.count() == 1
    assert Alert.objects.order_by("pk").last().incident == incident


def test_a_severity_that_is_gone_fails_with_a_sentence(source, team):
    source.severity = "SEV9"
    source.save()
    send(alert(severity="nonsense"))

    failed = Alert.objects.get()
    assert failed.state == "failed"
    assert "no severity “SEV9”" in failed.error
    source.severity = "P2"
    source.save()
    work_again(failed)
    work_off()
    failed.refresh_from_db()
    assert (failed.state, failed.error) == ("worked", "")
    assert failed.incident == Incident.objects.get()
    with pytest.raises(Refused, match="Only an alert that failed"):
        work_again(failed)


def test_one_bad_alert_of_three_keeps_no_other_from_its_incident(source):
    source.mapping = {"each": "alerts[*]"}
    source.save()

    send({"alerts": [alert(), {"status": "firing"}, alert(key="b", title="B")]})

    failed = Alert.objects.get()
    assert Incident.objects.count() == 2
    assert failed.state == "failed"
    assert failed.error.startswith("Alert 2 of 3: ")


def test_what_breaks_us_is_tried_by_each_sweep_and_then_given_up(source):
    source.mapping = {"severities": "not what was checked"}
    source.save()
    send(alert())

    for sweep in range(1, 5):
        assert Alert.objects.get().attempts == sweep
        assert Alert.objects.get().state == "stored"
        work_off()  # a hint tries nothing twice
        work_off(again=True)

    assert Alert.objects.get().state == "failed"
    assert "its log says why" in Alert.objects.get().error
