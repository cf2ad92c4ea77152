"""An alert that broke us is worked off after later ones: theirs is the newer word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.alerts.working import work_again, work_off
from incidents.models import Alert, Incident
from tests.incidents.alerts.conftest import alert, send
from tests.incidents.alerts.test_working import entries

pytestmark = pytest.mark.usefixtures("at_noon", "source")


@pytest.fixture
def sent(source, time_machine, noon):
    """Send it at that minute; where it breaks us, it waits for the next sweep."""

    def sent(minute, *, breaks=False, **said) -> Alert:
        time_machine.move_to(noon + timedelta(minutes=minute), tick=False)
        source.mapping = {"severities": "not what was checked"} if breaks else {}
        source.save()
        send(alert(**said))
        source.mapping = {}
        source.save()
        return Alert.objects.order_by("pk").last()

    return sent


def test_what_recovered_meanwhile_declares_nothing(sent):
    late = sent(0, breaks=True)
    sent(1, status="resolved")

    work_off(again=True)

    late.refresh_from_db()
    assert not Incident.objects.exists()
    assert (late.state, late.incident, late.attempts) == ("worked", None, 2)
    assert "“Checkout fails” was over before this could be worked off" in late.error


def test_what_only_others_recovered_from_is_declared(sent):
    late = sent(0, breaks=True)
    sent(1, key="b", status="resolved")
    sent(2, status="pending")

    work_off(again=True)

    late.refresh_from_db()
    assert late.incident == Incident.objects.get()
    assert late.error == ""


def test_late_words_are_no_news_where_newer_were_heard(sent):
    sent(0)
    late = sent(1, breaks=True, title="It gets worse")
    sent(2, status="resolved")

    work_off(again=True)

    incident = Incident.objects.get()
    assert entries(incident) == ["Monitoring: recovered: Checkout fails"]
    late.refresh_from_db()
    assert late.incident == incident


def test_a_late_recovery_resolves_nothing_that_fires_again(source, sent):
    source.recovery = "resolve"
    source.save()
    sent(0)
    late = sent(1, breaks=True, status="resolved")
    sent(2)

    work_off(again=True)

    incident = Incident.objects.get()
    assert incident.is_running
    assert entries(incident) == []
    late.refresh_from_db()
    assert (late.state, late.incident) == ("worked", incident)


def test_what_fires_again_after_it_recovered_has_the_one_incident(sent):
    late = sent(0, breaks=True)
    sent(1, status="resolved")
    sent(2, title="Nobody can pay")

    work_off(again=True)

    incident = Incident.objects.get()
    late.refresh_from_db()
    assert (late.incident, entries(incident)) == (incident, [])


def test_a_mended_failure_is_over_too_if_it_recovered(source, sent):
    source.severity = "SEV9"
    source.save()
    failed = sent(0)
    assert failed.state == "failed"
    source.severity = "P2"
    source.save()
    sent(1, status="resolved")

    work_again(failed)
    work_off()

    assert not Incident.objects.exists()


def test_failures_worked_off_again_one_by_one_each_have_their_effect(source, sent):
    source.severity = "SEV9"
    source.save()
    first, second = sent(0), sent(1)
    source.severity = "P2"
    source.save()

    work_again(first)
    work_off()
    work_again(second)
    work_off()

    incident = Incident.objects.get()
    assert set(incident.alerts.all()) == {first, second}
