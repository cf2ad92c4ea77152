"""What is explained beforehand is what an incident then keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidents.explain import explain, iso
from incidents.models import Incident, Playbook
from incidents.playbooks.presets import PRESETS, preset

# Late in the evening for a team in Berlin, on a Friday before the clocks change.
AT = datetime(2026, 3, 27, 21, 14, tzinfo=UTC)
SAME = ("kind", "label", "rule", "until", "tells", "media")
LEVELS = [(name, level.code) for name in PRESETS for level in preset(name).severities]


def declared(name, code, team, lead):
    playbook, _ = Playbook.objects.get_or_create(slug=name, defaults={"name": name})
    playbook.publish(preset(name), by=None, at=AT)
    severity = playbook.severities.get(code=code)
    return Incident.declare(
        title="Brief description", severity=severity, team=team, by=lead, at=AT
    )


@pytest.mark.parametrize(("name", "code"), LEVELS)
def test_an_incident_keeps_what_was_explained(name, code, team, lead, time_machine):
    time_machine.move_to(AT, tick=False)
    computed = explain(preset(name), severity=code, at=AT, team=team)["computed"]

    incident = declared(name, code, team, lead)

    rows = {row.key.removesuffix(":1"): row for row in incident.deadlines.all()}
    assert list(rows.keys() ^ {each["key"] for each in computed["deadlines"]}) == []
    for each in computed["deadlines"]:
        row = rows[each["key"]]
        assert {n: getattr(row, n) or None for n in SAME} == {
            n: each[n] or None for n in SAME
        }
        assert (iso(row.due_at), iso(row.nudge_at)) == (
            each["due_at"],
            each["nudge_at"],
        )
        assert (row.counts_from, row.condition or None) == (
            each["from"],
            each["condition"],
        )
        assert (row.calendar or None) == each["calendar"]


@pytest.mark.parametrize(("name", "code"), LEVELS)
def test_an_incident_is_called_as_it_was_explained(
    name, code, team, lead, time_machine
):
    time_machine.move_to(AT, tick=False)
    computed = explain(preset(name), severity=code, at=AT, team=team)["computed"]

    incident = declared(name, code, team, lead)

    assert incident.reference == computed["reference"]
    assert (incident.channel or None) == computed["channel"]
    assert incident.tracking == computed["tracking"]
    verdict = incident.postmortem_required, incident.postmortem_reason
    found = computed["postmortem"]
    assert verdict == (found["required"], found["reason"])


def test_the_dates_of_items_are_those_explained(team, lead, time_machine):
    time_machine.move_to(AT, tick=False)
    computed = explain(preset("command"), severity="SEV-1", at=AT, team=team)[
        "computed"
    ]
    incident = declared("command", "SEV-1", team, lead)

    dates = {
        f"P{priority}": datetime.fromisoformat(
            computed["action_items"][f"P{priority}"]
        ).astimezone(team.zone)
        for priority in range(4)
    }

    for priority in range(4):
        assert incident.due_date_for(priority, AT) == dates[f"P{priority}"].date()
