"""What the axis draws above now is what the sweep will do, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.axis import NEAREST
from incidents.deadlines import mark_passed
from incidents.incident_page import IncidentPage
from incidents.models import Incident
from incidents.playbooks.presets import preset
from tests.clockwork import level, playbook

PRESETS = ("oncall", "phases", "matrix", "cadence", "command")


@pytest.fixture(params=PRESETS)
def running(request, story) -> Incident:
    document = preset(request.param)
    story.begin(document, document.severities[0].code)
    return story.incident


def axis_of(incident, now):
    fresh = Incident.objects.get(pk=incident.pk)
    return IncidentPage(fresh, incident.lead, now).axis


def drawn(incident, now, *, reminders=False):
    axis = axis_of(incident, now)
    coming = [*axis.near[::-1], *axis.far[::-1]]
    return [each for each in coming if reminders or each.label != "reminder"]


def done_by_sweep(incident) -> set[str]:
    events = incident.timeline.filter(verb__in=("miss_deadline", "reach_rung"))
    return {event.facts["deadline"] for event in events}


def test_what_is_drawn_is_what_the_sweep_will_do(running, noon, time_machine):
    promised = {each.key for each in drawn(running, noon)}

    time_machine.move_to(noon + timedelta(days=400), tick=False)
    mark_passed(timezone.now())

    assert promised
    assert done_by_sweep(running) == promised
    assert drawn(running, timezone.now(), reminders=True) == []


def test_each_is_done_when_it_was_drawn(running, noon, time_machine):
    for each in drawn(running, noon):
        # What is due at once is missed a full minute later.
        time_machine.move_to(each.at + timedelta(seconds=61), tick=False)
        mark_passed(timezone.now())
        assert each.key in done_by_sweep(running)


def test_the_nearest_stands_just_above_now(story):
    rungs = [
        {
            "code": f"r{number}",
            "label": f"Rung {number}",
            "severities": ["S1"],
            "after": f"{number} h",
            "tells": ["lead"],
        }
        for number in range(1, 4)
    ]
    story.begin(playbook(level(respond="15 min", resolve="2 days"), ladder=rungs))

    axis = axis_of(story.incident, story.began)

    rungs_drawn = [each.text for each in axis.near if each.label == "escalation"]
    assert rungs_drawn == ["Rung 3", "Rung 2", "Rung 1"]
    assert axis.near[0].at > axis.near[-1].at
    assert [day for day, _lines in axis.near_days] == ["Monday, 23 November 2026", ""]


def test_a_long_future_folds(running, noon):
    axis = axis_of(running, noon)

    count = len(axis.near) + len(axis.far)
    assert len(axis.near) == (NEAREST if count > NEAREST + 1 else count)


def test_what_is_met_or_stopped_is_no_longer_drawn(running, noon, lead):
    before = {each.key for each in drawn(running, noon)}

    running.acknowledge(by=lead, at=noon)
    running.resolve(by=lead, at=noon)

    after = {each.key for each in drawn(running, noon)}
    assert before.isdisjoint(after)
