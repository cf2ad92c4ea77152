"""Documents that nobody writes in good faith: told, or read in reasonable time."""

from __future__ import annotations

import pytest

from incidents.forms.setup import CalendarForm
from incidents.models import Incident
from incidents.playbooks.compare import differences
from incidents.playbooks.load import BrokenPlaybook, dump_playbook, read_playbook
from incidents.playbooks.schema import plain
from tests.clockwork import level, playbook, publish

PLAIN = "name: X\nseverities: [{code: S1, name: S1, badge: red, definition: D}]\n"


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("'09:00Z'", "'17:00'"),
        ("'09:00+01:00'", "'17:00+01:00'"),
        ("'09:00:00.000001'", "'09:00:00.000002'"),
        ("'09:00:30'", "'09:00:31'"),
    ],
)
def test_working_hours_are_hours_and_minutes_on_the_wall(opens, closes):
    with pytest.raises(BrokenPlaybook) as refusal:
        read_playbook(f"{PLAIN}calendar: {{opens: {opens}, closes: {closes}}}")

    assert "Line 3, calendar › opens: Write hours and minutes" in str(refusal.value)


@pytest.mark.django_db
def test_a_calendar_of_split_seconds_is_refused():
    form = CalendarForm({"opens_at": "09:00:00.000001", "closes_at": "09:00:30"})

    assert form.errors["opens_at"] == ["Write hours and minutes, like 09:00."]
    assert form.errors["closes_at"] == ["Write hours and minutes, like 09:00."]


@pytest.mark.timeout(10)
def test_ten_thousand_unknown_keys_are_told_in_seconds():
    keys = "\n".join(f"k{number}: 1" for number in range(20_000))

    with pytest.raises(BrokenPlaybook) as refusal:
        read_playbook(PLAIN + keys)

    assert refusal.value.problems[-1].sentence == "There are 19800 more."


@pytest.mark.timeout(20)
def test_long_lists_that_repeat_themselves_are_compared_in_seconds():
    before, after = (
        playbook(level(examples=["ab"[number % turn % 2] for number in range(12_000)]))
        for turn in (2, 3)
    )

    found = differences(before, after)

    assert found[0].path == "severities › S1 › examples › 4"


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\u2029", "\r", "\ufeff"])
def test_an_odd_line_break_survives_the_file(odd):
    document = playbook(level(definition=f"a{odd}b"), summary=f"x{odd}y")

    again = read_playbook(dump_playbook(document))

    assert plain(again) == plain(document)


def test_a_rule_with_many_tags_leaves_room_for_its_reason(at_noon, team, lead, service):
    tags = [f"tag number {number}" for number in range(60)]
    version = publish(playbook(postmortem={"required": {"tags": tags}}), at_noon)
    severity = version.playbook.severities.get()
    incident = Incident.declare(
        title="Slow", severity=severity, team=team, by=lead, at=at_noon
    )
    service.tags = tags
    service.save()

    incident.amend({"services": (set(), {service})}, by=lead, at=at_noon)

    incident.refresh_from_db()
    assert incident.postmortem_required
    assert len(incident.postmortem_reason) == 200
