from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from incidents.choices import BoundKind, ContactKind
from incidents.models import Binding, Contact, Incident, Playbook, Severity
from incidents.playbooks.presets import PRESETS, preset

FRIDAY = "2026-03-06T16:30:00Z"
pytestmark = pytest.mark.django_db


def told(*arguments):
    return call_command("explain_playbook", *arguments)


def explained(*arguments):
    return json.loads(told(*arguments, "--json"))


def due(found, kind):
    rows = found["computed"]["deadlines"]
    return next(row["due_at"] for row in rows if row["kind"] == kind)


def test_business_hours_and_elapsed_time_are_told_apart():
    found = explained("command", "--severity", "SEV-3", "--at", FRIDAY)

    assert due(found, "respond") == "2026-03-09T09:30:00Z"
    assert due(found, "resolve") == "2026-03-07T16:30:00Z"


def test_the_next_sprint_ends_with_its_first_working_day():
    found = explained("phases", "--severity", "P3", "--at", FRIDAY)

    assert due(found, "respond") == "2026-03-16T17:00:00Z"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_explained_at_every_severity(name):
    for level in preset(name).severities:
        found = explained(name, "--severity", level.code)

        assert found["computed"]["severity"] == level.code
        assert told(name, "--severity", level.code).startswith(preset(name).name)


def test_a_preset_that_is_not_loaded_has_no_version():
    assert explained("oncall")["version"] is None


def test_the_stored_version_counts_before_the_preset(administrator):
    playbook = Playbook.objects.get(slug="default")
    renamed = preset("default").model_copy(update={"name": "Our own way"})
    playbook.publish(renamed, by=administrator, at=timezone.now())

    found = explained("default")

    assert (found["version"], found["playbook"]["name"]) == (2, "Our own way")
    assert told("default").startswith("Our own way, version 2")


def test_nothing_is_written(team):
    before = Playbook.objects.count(), Severity.objects.count()

    told("cadence", "--team", team.name)

    assert (Playbook.objects.count(), Severity.objects.count()) == before
    assert not Incident.objects.exists()


def test_a_time_without_an_offset_is_utc():
    found = explained("oncall", "--at", "2026-03-06T16:30")

    assert found["computed"]["declared_at"] == FRIDAY


def test_without_a_time_it_is_now(at_noon):
    assert explained("oncall")["computed"]["declared_at"] == "2026-11-21T12:00:00Z"


def test_the_story_is_a_line_of_time():
    lines = told("oncall", "--at", "2026-03-06T15:30:00Z").splitlines()

    assert lines[0] == "On-call shift, a preset that is not loaded"
    assert lines[1] == "P1 Critical, declared Friday 2026-03-06 15:30 UTC"
    assert (
        "  at once  15:30 UTC  Primary on call by pager, unless acknowledged" in lines
    )
    assert "  +30 min  16:00 UTC  CTO by phone, unless acknowledged" in lines
    assert "  +15 min  15:45 UTC  Update to the team, then every 15 min" in lines


def test_the_story_says_what_waits_and_for_what():
    lines = told("oncall").splitlines()

    place = lines.index(
        "  Full outage for more than 5 minutes: Engineering lead and CTO "
        "by pager, by phone or in chat, unless resolved"
    )
    assert lines[place + 1] == (
        "      once “Full outage” is set, but not before 5 min after it is declared"
    )


def test_the_story_goes_on_with_items_post_mortem_and_calendar():
    found = told("command", "--at", FRIDAY)

    assert "P0  due Sun 8 Mar 16:30 UTC" in found
    assert "Required: yes. Every declared incident needs one." in found
    assert "built-in calendar: Mon–Fri 09:00–17:00, UTC; sprints of 2 weeks" in found


def test_a_ticket_is_entered_and_its_phases_wait():
    found = told("phases", "--severity", "P3", "--at", FRIDAY)

    assert "P3 Low, entered Friday" in found
    assert "Detection      0 min – 5 min after it is declared" in found


def test_a_team_is_told_in_its_zone_and_who_is_missing(team):
    contact = Contact.objects.create(name="Pager", kind=ContactKind.ROTA)
    Binding.objects.create(
        team=team, kind=BoundKind.ROLE, code="primary", contact=contact
    )

    found = told("oncall", "--at", FRIDAY, "--team", "platform")

    assert "declared Friday 2026-03-06 17:30 CET" in found
    assert "  role      secondary" in found
    assert "  role      primary " not in found


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["oncal"], "There is no playbook “oncal”. Did you mean “oncall”?"),
        (
            ["oncall", "--severity", "p1"],
            "There is no severity “p1”. Did you mean “P1”?",
        ),
        (
            ["oncall", "--team", "Platfrom"],
            "no team “Platfrom”. Did you mean “Platform”?",
        ),
        (["oncall", "--at", "soon"], "--at soon is no time: write one like 2026"),
        (["oncall", "--at", "2026-02-30T10:00"], "2026-02-30T10:00 is no time"),
        (["on\ncall"], "Did you mean “oncall”?"),
        (["phases", "--at", "9999-12-31T23:59"], "9999-12-31 is too far away"),
        (["command", "--at", "0001-01-01T00:00+14:00"], "too far away"),
    ],
)
def test_a_wrong_name_or_time_is_answered_in_a_sentence(team, arguments, sentence):
    with pytest.raises(CommandError) as error:
        told(*arguments)

    assert sentence in str(error.value)
    assert len(str(error.value).splitlines()) == 1
