from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.changes import Refused
from incidents.choices import CloseReason, Kind, Milestone, Status
from incidents.models import Incident


def test_declaring_numbers_the_day_and_names_the_lead(incident, lead):
    assert incident.reference == "INC-20261121-001"
    assert incident.lead == lead
    assert incident.roles.get().person == lead
    assert [event.verb for event in incident.timeline.all()] == ["declare"]


def test_the_number_goes_on_within_a_day_and_starts_again_on_the_next(
    incident, severity, team, lead, at_noon
):
    second = Incident.declare(
        title="Again", severity=severity, team=team, by=lead, at=at_noon
    )
    # 23:30 UTC is already tomorrow for a team in Berlin.
    yesterday = at_noon - timedelta(hours=12, minutes=30)
    earlier = Incident.declare(
        title="Before", severity=severity, team=team, by=lead, at=yesterday
    )

    assert second.reference == "INC-20261121-002"
    assert earlier.reference == "INC-20261121-003"


def test_declaring_refuses_an_impossible_record_and_writes_nothing(
    severity, team, lead, at_noon
):
    with pytest.raises(Refused, match="detected before it started"):
        Incident.declare(
            title="Clock trouble",
            severity=severity,
            team=team,
            by=lead,
            at=at_noon,
            started_at=at_noon,
            detected_at=at_noon - timedelta(minutes=1),
        )

    assert not Incident.objects.exists()


def test_acknowledging_twice_is_refused(incident, lead, at_noon):
    incident.acknowledge(by=lead, at=at_noon)

    with pytest.raises(Refused, match="already acknowledged"):
        incident.acknowledge(by=lead, at=at_noon)

    assert incident.timeline.filter(verb="acknowledge").count() == 1


def test_a_status_sets_its_milestone_only_once(incident, lead, at_noon):
    later = at_noon + timedelta(seconds=30)

    incident.change_status(Status.MITIGATING, by=lead, at=at_noon)
    incident.change_status(Status.INVESTIGATING, by=lead, at=at_noon)
    incident.change_status(Status.MITIGATING, by=lead, at=later)

    assert incident.mitigation_started_at == at_noon


def test_a_status_somebody_else_moved_is_told(incident, lead, at_noon):
    incident.change_status(Status.IDENTIFIED, by=lead, at=at_noon)

    with pytest.raises(Refused, match="already Identified"):
        incident.change_status(Status.MITIGATING, by=lead, at=at_noon, seen=Status.OPEN)


def test_moving_to_resolved_is_resolving(incident, lead, at_noon):
    incident.change_status(Status.RESOLVED, by=lead, at=at_noon)

    assert incident.resolved_at == at_noon
    assert incident.timeline.filter(verb="resolve").count() == 1


def test_a_resolved_incident_is_reopened_not_moved(incident, lead, at_noon):
    incident.resolve(by=lead, at=at_noon)

    with pytest.raises(Refused, match="reopen it with a reason"):
        incident.change_status(Status.OPEN, by=lead, at=at_noon)


def test_resolving_names_every_reason_against_it(incident, lead, at_noon):
    incident.record_milestone("started", when=at_noon, by=lead, at=at_noon)

    with pytest.raises(Refused) as refusal:
        incident.resolve(by=lead, at=at_noon - timedelta(hours=1))

    sentences = [blocker.sentence for blocker in refusal.value.blockers]
    assert "It cannot have been resolved before it started." in sentences
    assert "The impact must not end before it starts." in sentences
    assert Incident.objects.get().status == Status.OPEN


def test_nothing_happens_in_the_future(incident, lead, at_noon):
    with pytest.raises(Refused, match="lies in the future"):
        incident.resolve(by=lead, at=at_noon + timedelta(hours=1))


def test_the_impact_runs_from_started_to_mitigated(incident, lead, at_noon):
    started, mitigated = at_noon - timedelta(hours=2), at_noon - timedelta(hours=1)

    incident.record_milestone("started", when=started, by=lead, at=at_noon)
    incident.mitigate(by=lead, at=mitigated)
    incident.resolve(by=lead, at=at_noon)

    interval = incident.impact_intervals.get()
    assert (interval.started_at, interval.ended_at) == (started, mitigated)


def test_without_mitigation_the_impact_ends_with_the_resolution(
    incident, lead, at_noon
):
    incident.resolve(by=lead, at=at_noon)

    assert incident.impact_intervals.get().ended_at == at_noon


def test_a_corrected_impact_is_no_longer_moved(incident, lead, at_noon):
    hour = timedelta(hours=1)
    incident.mitigate(by=lead, at=at_noon)
    interval = incident.impact_intervals.get()

    incident.correct_impact(
        interval,
        started_at=at_noon - 2 * hour,
        ended_at=at_noon - hour,
        reason="Logs say so",
        by=lead,
        at=at_noon,
    )
    incident.record_milestone("started", when=at_noon - 3 * hour, by=lead, at=at_noon)

    assert incident.impact_intervals.get().started_at == at_noon - 2 * hour


def test_reopening_keeps_the_earlier_impact_and_begins_another(incident, lead, at_noon):
    incident.resolve(by=lead, at=at_noon - timedelta(minutes=0))

    incident.reopen(by=lead, at=at_noon, reason="Errors are back")

    first, second = incident.impact_intervals.all()
    assert first.ended_at == at_noon
    assert (second.started_at, second.ended_at) == (at_noon, None)
    assert incident.status == Status.INVESTIGATING
    assert incident.resolved_at is None


def test_reopening_needs_a_reason_and_an_end(incident, lead, at_noon):
    with pytest.raises(Refused) as refusal:
        incident.reopen(by=lead, at=at_noon, reason=" ")

    codes = [blocker.code for blocker in refusal.value.blockers]
    assert codes == ["running", "reason"]


def test_closing_lists_what_is_missing_each_with_its_field(incident, lead, at_noon):
    with pytest.raises(Refused) as refusal:
        incident.close(by=lead, at=at_noon, reason=CloseReason.COMPLETED)

    assert {blocker.field for blocker in refusal.value.blockers} == {
        "resolve",
        Milestone.STARTED,
        Milestone.DETECTED,
        Milestone.ACKNOWLEDGED,
        Milestone.MITIGATED,
        "impact",
        "detection_source",
        "cause_category",
    }


def test_what_cannot_be_known_does_not_stand_against_closing(incident, lead, at_noon):
    incident.resolve(by=lead, at=at_noon)
    for blocker in incident.blockers_of_close():
        incident.record_milestone(
            blocker.field, unknown_because="Nobody wrote it down", by=lead, at=at_noon
        )

    incident.close(by=lead, at=at_noon, reason=CloseReason.COMPLETED)

    assert incident.closed_at == at_noon


@pytest.mark.parametrize("status", [Status.OPEN, Status.MONITORING, Status.RESOLVED])
def test_a_false_alarm_closes_from_any_status(incident, lead, at_noon, status):
    if status != Status.OPEN:
        incident.change_status(status, by=lead, at=at_noon)

    incident.close(
        by=lead, at=at_noon, reason=CloseReason.FALSE_ALARM, note="A test alert"
    )

    assert incident.closed_at == at_noon
    assert incident.timeline.first().text == "Closed as False alarm: A test alert"


def test_a_duplicate_names_the_other_incident(incident, severity, team, lead, at_noon):
    other = Incident.declare(
        title="The first", severity=severity, team=team, by=lead, at=at_noon
    )
    with pytest.raises(Refused, match="names the incident it repeats"):
        incident.close(by=lead, at=at_noon, reason=CloseReason.DUPLICATE)

    incident.close(
        by=lead, at=at_noon, reason=CloseReason.DUPLICATE, duplicate_of=other
    )

    assert incident.duplicate_of == other


def test_a_closed_incident_is_not_worked_on(incident, lead, at_noon):
    incident.close(by=lead, at=at_noon, reason=CloseReason.FALSE_ALARM)

    for step in (incident.acknowledge, incident.mitigate, incident.resolve):
        with pytest.raises(Refused, match="It is closed"):
            step(by=lead, at=at_noon)


def test_a_refused_step_leaves_no_trace(incident, lead, at_noon):
    incident.resolve(by=lead, at=at_noon)
    events, savings = incident.timeline.count(), incident.history.count()

    with pytest.raises(Refused):
        incident.resolve(by=lead, at=at_noon)

    assert incident.timeline.count() == events
    assert incident.history.count() == savings


def test_history_names_who_did_it(incident, responder, at_noon):
    incident.mitigate(by=responder, at=at_noon)

    newest = incident.history.first()
    assert newest.history_user == responder
    assert newest.mitigated_at == at_noon
    assert incident.timeline.first().kind == Kind.STATUS


def test_a_start_learnt_after_reopening_moves_the_first_impact(incident, lead, at_noon):
    incident.resolve(by=lead, at=at_noon)
    incident.reopen(by=lead, at=at_noon, reason="Errors are back")
    earlier = at_noon - timedelta(hours=1)

    incident.record_milestone("started", when=earlier, by=lead, at=at_noon)

    first, second = incident.impact_intervals.all()
    assert (first.started_at, first.ended_at) == (earlier, at_noon)
    assert (second.started_at, second.ended_at) == (at_noon, None)
