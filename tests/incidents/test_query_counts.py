"""How much a step asks of the database, whatever is stored already."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.deadlines import mark_passed
from incidents.models import (
    Condition,
    Deadline,
    Incident,
    RoleAssignment,
    Team,
    TimelineEvent,
)
from incidents.playbooks.presets import PRESETS, preset
from incidents.targets import Target
from tests.clockwork import Story

MANY = 1_000
MOST = 25


def queries(step) -> int:
    with CaptureQueriesContext(connection) as asked:
        step()
    return len(asked)


def declared(story: Story, service) -> int:
    """Count what declaring asks, by somebody who knows only the keys."""
    severity = story.version.playbook.severities.order_by("rank").first()
    team = Team.objects.get(pk=story.team.pk)
    return queries(
        lambda: Incident.declare(
            title="Checkout fails",
            severity=severity,
            team=team,
            by=story.person,
            at=story.began,
            services=[service],
        )
    )


@pytest.mark.parametrize("code", PRESETS)
def test_declaring_asks_as_little_with_a_thousand_incidents(story, service, code):
    document = preset(code)
    story.begin(document, document.severities[0].code)
    first = declared(story, service)

    fill(story.incident)

    assert first <= MOST
    assert declared(story, service) == first


def fill(incident: Incident) -> None:
    """Add many incidents like this one."""
    names = [f.attname for f in Incident._meta.concrete_fields if not f.primary_key]
    values = {name: getattr(incident, name) for name in names}
    values |= {"channel": "", "has_own_channel": False}
    Incident.objects.bulk_create(
        Incident(**values | {"reference": f"OLD-{number}"}) for number in range(MANY)
    )


STEPS = {
    "acknowledge": {},
    "mitigate": {},
    "resolve": {},
    "change_status": {"to": "mitigating"},
    "close": {"reason": "false_alarm"},
    "post_update": {
        "audience": "team",
        "text": "On it.",
        "next_in": Target.parse("20 min"),
    },
    "set_flag": {"code": "breach"},
    "record_milestone": {"name": "triaged"},
    "note": {"text": "Seen"},
    "amend": {"changes": {"summary": ("", "Slow")}},
}


@pytest.mark.parametrize("verb", STEPS)
def test_a_step_asks_no_more_of_a_long_incident(story, service, verb):
    def step():
        named = {"when": story.began} if verb == "record_milestone" else {}
        copy = Incident.objects.get(pk=story.incident.pk)
        given = STEPS[verb] | named
        return queries(
            lambda: getattr(copy, verb)(by=story.person, at=story.began, **given)
        )

    story.begin(preset("cadence"), "P0", services=[service])
    short = step()
    story.begin(preset("cadence"), "P0", services=[service])
    lengthen(story)

    assert step() == short


def lengthen(story: Story) -> None:
    """Let it have been worked on for days."""
    incident, began = story.incident, story.began
    ended = {"state": "met", "met_at": began, "ended_at": began}
    latest = incident.deadlines.get(key="update:team:1")
    latest.key = "update:team:301"
    latest.save()
    Deadline.objects.bulk_create(
        Deadline(incident=incident, key=f"update:team:{n}", kind="update", **ended)
        for n in range(1, 301)
    )
    Deadline.objects.filter(kind="update", audience="").update(audience="team")
    TimelineEvent.objects.bulk_create(
        TimelineEvent(incident=incident, at=began, kind="note", text="Seen")
        for _number in range(300)
    )
    Condition.objects.bulk_create(
        Condition(incident=incident, code="compliance", since_at=began, until_at=began)
        for _number in range(50)
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            incident=incident,
            role="lead",
            person=story.person,
            held_at=began,
            left_at=began,
        )
        for _number in range(50)
    )


def test_the_sweep_asks_twice_where_nothing_passed(story):
    for _number in range(5):
        story.begin(preset("command"), "SEV-3")

    # For what has passed, and for whom to remind before it does.
    assert queries(lambda: mark_passed(story.began)) == 2
    assert mark_passed(story.began + timedelta(days=3)) == 15
