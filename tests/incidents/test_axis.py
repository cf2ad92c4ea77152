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


def begun(story, code) -> Incident:
    document = preset(code)
    story.begin(document, document.severities[0].code)
    return story.incident


def axis_of(incident, now):
    fresh = Incident.objects.get(pk=incident.pk)
    return IncidentPage(fresh, incident.lead, now).axis


def drawn(incident, now, *, reminders=False):
    axis = axis_of(incident, now)
    coming = [*axis.near[::-1], *axis.far[::-1]]
    return [each for each in coming if reminders or each.label != "Reminder"]


def done_by_sweep(incident) -> set[str]:
    events = incident.timeline.filter(verb__in=("miss_deadline", "reach_rung"))
    return {event.facts["deadline"] for event in events}


@pytest.mark.parametrize("code", PRESETS)
def test_what_is_drawn_is_what_the_sweep_will_do(story, noon, time_machine, code):
    incident = begun(story, code)
    coming = drawn(incident, noon)
    assert coming

    for each in coming:
        # What is due at once is missed a full minute later.
        time_machine.move_to(each.at + timedelta(seconds=61), tick=False)
        mark_passed(timezone.now())
        assert each.key in done_by_sweep(incident)
    time_machine.move_to(noon + timedelta(days=400), tick=False)
    mark_passed(timezone.now())

    assert done_by_sweep(incident) == {each.key for each in coming}
    assert drawn(incident, timezone.now(), reminders=True) == []


def test_the_nearest_stands_just_above_now(story):
    rungs = [
        {
            "code": f"r{number}",
            "label": f"Rung {number}",
            "severities": ["S1"],
            "after": f"{number} h",
            "tells": ["lead"],
        }
        for number in range(1, 3)
    ]
    story.begin(playbook(level(respond="15 min", resolve="2 days"), ladder=rungs))

    axis = axis_of(story.incident, story.began)

    rungs_drawn = [each.text for each in axis.near if each.label == "Escalation"]
    assert rungs_drawn == ["Rung 2", "Rung 1"]
    assert axis.near[0].at > axis.near[-1].at
    assert [day for day, _lines in axis.near_days] == ["Monday, 23 November 2026", ""]


def test_a_long_future_folds(story, noon):
    axis = axis_of(begun(story, "command"), noon)

    assert len(axis.near) == NEAREST
    assert axis.far
    assert min(each.at for each in axis.far) >= axis.near[0].at


def test_what_is_met_or_stopped_is_no_longer_drawn(story, noon, lead):
    incident = begun(story, "command")
    before = {each.key for each in drawn(incident, noon)}

    incident.acknowledge(by=lead, at=noon)
    incident.resolve(by=lead, at=noon)

    after = {each.key for each in drawn(incident, noon)}
    assert after
    assert before.isdisjoint(after)
