"""Targets: what starts, meets, moves and ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.changes import Refused
from incidents.playbooks.presets import preset
from tests.clockwork import level, playbook, publish

TARGETS = level(acknowledge="5 min", respond="15 min", resolve="4 h")
TWO_LEVELS = playbook(
    level("S1", acknowledge="5 min", respond="15 min", resolve="1 h"),
    level("S2", respond="2 h", resolve="24 h"),
    level("S3"),
)


def test_targets_run_from_the_declaration(story):
    story.begin(playbook(TARGETS))

    assert {key: story.due(key) for key in story.states()} == {
        "acknowledge": 5,
        "respond": 15,
        "resolve": 240,
    }
    assert set(story.states().values()) == {"open"}


def test_a_row_says_which_rule_and_calendar_made_its_date(story):
    story.begin(playbook(level(respond="1 h in business hours", resolve="24 h")))

    respond, resolve = story.row("respond"), story.row("resolve")
    assert (respond.rule, respond.calendar) == ("1 h in business hours", "Berlin")
    assert (resolve.rule, resolve.calendar) == ("24 h", "")
    assert respond.counts_from == "declared"


@pytest.mark.parametrize(
    ("verb", "named"),
    [
        ("acknowledge", {}),
        ("change_status", {"to": "mitigating"}),
        ("mitigate", {}),
        ("resolve", {}),
        ("post_update", {"audience": "team", "text": "We look into it."}),
    ],
)
def test_the_first_step_of_a_person_is_the_response(story, verb, named):
    story.begin(playbook(TARGETS))

    story.do(verb, after=3, **named)

    assert story.state("respond") == "met"
    assert story.row("respond").met_at == story.began + timedelta(minutes=3)


def test_taking_a_role_is_a_response_and_being_named_is_not(story, responder):
    story.begin(playbook(TARGETS), lead=responder)
    assert story.state("respond") == "open"

    story.do("assign_role", "scribe", responder, after=4)

    assert story.state("respond") == "met"


def test_an_entry_on_the_timeline_is_no_response(story):
    story.begin(playbook(TARGETS))

    story.do("note", "Somebody wrote to support", after=1)

    assert story.state("respond") == "open"


def test_what_is_done_late_stays_missed(story):
    story.begin(playbook(TARGETS))
    story.at(6)
    assert story.state("acknowledge") == "late"

    story.do("acknowledge", after=9)

    row = story.row("acknowledge")
    assert (row.state, row.is_late) == ("missed", False)
    assert row.met_at == row.ended_at == story.began + timedelta(minutes=9)


def test_what_is_done_late_before_the_sweep_is_missed_too(story):
    story.begin(playbook(TARGETS))
    late = story.began + timedelta(minutes=20)
    story.clock.move_to(late, tick=False)

    story.incident.acknowledge(by=story.person, at=late)

    assert story.states("acknowledge", "respond") == {
        "acknowledge": "missed",
        "respond": "missed",
    }


def test_a_milestone_written_down_counts_like_the_step(story):
    story.begin(playbook(TARGETS))
    told = {"when": story.began + timedelta(minutes=2)}

    story.do("record_milestone", "acknowledged", after=4, **told)

    assert story.states("acknowledge", "respond") == {
        "acknowledge": "met",
        "respond": "met",
    }
    assert story.row("respond").met_at == told["when"]


def test_what_was_known_when_it_was_declared_counts(story):
    known = story.began - timedelta(minutes=1)

    story.begin(playbook(TARGETS), acknowledged_at=known)

    assert story.states("acknowledge", "respond") == {
        "acknowledge": "met",
        "respond": "met",
    }


def test_at_once_without_a_bound_is_missed_only_a_full_minute_later(story):
    story.begin(preset("cadence"), "P0")
    assert story.due("respond") == 0

    story.at(1)
    assert story.state("respond") == "open"

    story.at(1.1)
    assert story.state("respond") == "late"


def test_mitigating_ends_waiting_for_an_acknowledgement(story):
    story.begin(playbook(TARGETS))

    story.do("mitigate", after=2)

    assert story.states() == {
        "acknowledge": "cancelled",
        "respond": "met",
        "resolve": "open",
    }


def test_resolving_ends_what_was_missed_without_forgetting_it(story):
    story.begin(playbook(TARGETS))

    story.do("resolve", after=30)

    assert story.states() == {
        "acknowledge": "missed",
        "respond": "missed",
        "resolve": "met",
    }
    assert not story.incident.deadlines.filter(ended_at=None).exists()


def test_a_miss_no_sweep_has_seen_is_not_hidden_by_what_ends_it(story):
    story.begin(playbook(level(acknowledge="5 min")))
    late = story.began + timedelta(minutes=9)
    story.clock.move_to(late, tick=False)

    story.incident.mitigate(by=story.person, at=late)

    assert story.row("acknowledge").state == "missed"
    assert story.row("acknowledge").met_at is None


@pytest.mark.parametrize("reason", ["false_alarm", "duplicate"])
def test_what_was_no_incident_owes_nothing(story, incident, reason):
    follow_up = {"code": "review", "label": "Look back", "due": "1 week"}
    rule = {"required": {"every_declared": True}, "draft": "48 h"}
    story.begin(playbook(TARGETS, follow_ups=[follow_up], postmortem=rule))
    other = incident if reason == "duplicate" else None

    story.do("close", after=7, reason=reason, duplicate_of=other)

    assert set(story.states().values()) == {"cancelled", "missed"}
    assert not story.incident.deadlines.filter(ended_at=None).exists()


def test_raising_the_severity_counts_from_the_declaration(story):
    story.begin(TWO_LEVELS, "S2")

    story.do("change_severity", story.severity("S1"), after=10)

    assert [story.due(key) for key in ("acknowledge", "respond", "resolve")] == [
        5,
        15,
        60,
    ]
    assert story.states() == {
        "respond": "open",
        "resolve": "open",
        "acknowledge": "late",
    }


def test_raising_the_severity_marks_what_is_late_at_once(story):
    story.begin(TWO_LEVELS, "S2")

    story.do("change_severity", story.severity("S1"), after=90)

    assert (story.state("respond"), story.state("resolve")) == ("late", "late")


def test_raising_the_severity_keeps_what_was_met(story):
    story.begin(TWO_LEVELS, "S2")
    story.do("change_status", "identified", after=20)

    story.do("change_severity", story.severity("S1"), after=30)

    assert story.row("respond").rule == "2 h"
    assert story.state("respond") == "met"


def test_an_acknowledgement_too_late_for_the_raised_severity_was_missed(story):
    story.begin(TWO_LEVELS, "S2")
    story.do("acknowledge", after=20)

    story.do("change_severity", story.severity("S1"), after=30)

    row = story.row("acknowledge")
    assert (row.state, row.is_late) == ("missed", False)
    assert row.met_at == story.began + timedelta(minutes=20)


def test_lowering_the_severity_keeps_the_record_of_what_was_missed(story):
    story.begin(TWO_LEVELS, "S1")
    story.at(70)

    story.do("change_severity", story.severity("S2"), after=71)
    assert story.states() == {
        "acknowledge": "missed",
        "respond": "late",
        "resolve": "late",
    }

    story.do("change_severity", story.severity("S3"), after=72)
    assert set(story.states().values()) == {"missed"}
    assert not story.incident.deadlines.filter(ended_at=None).exists()


def test_what_a_lower_severity_does_not_ask_comes_back_with_the_higher(story):
    story.begin(TWO_LEVELS, "S1")
    story.do("change_severity", story.severity("S3"), after=1)
    assert set(story.states().values()) == {"cancelled"}

    story.do("change_severity", story.severity("S1"), after=2)

    assert set(story.states().values()) == {"open"}
    assert story.due("resolve") == 60


def test_nothing_that_runs_moves_when_playbook_and_calendar_are_edited(story):
    story.begin(playbook(level(respond="1 h in business hours", resolve="24 h")))
    before = [(row.key, row.due_at) for row in story.incident.deadlines.all()]

    publish(playbook(level(respond="1 min", resolve="1 min")), story.began)
    story.team.calendar.weekdays = [5, 6]
    story.team.calendar.save()
    story.do("note", "Still at it", after=1)
    story.do("amend", {"summary": ("", "Slow")}, after=2)
    story.do("change_status", "mitigating", after=3)

    after = [(row.key, row.due_at) for row in story.incident.deadlines.all()]
    assert after == before


def test_a_newer_version_moves_what_is_open_once_it_is_applied(story):
    story.begin(playbook(level(respond="15 min", resolve="4 h")))
    story.do("acknowledge", after=1)
    newer = publish(
        playbook(level(respond="1 min", resolve="8 h", acknowledge="5 min")),
        story.began,
    )

    story.do("apply_playbook", newer, after=2)

    assert story.states() == {
        "respond": "met",
        "resolve": "open",
        "acknowledge": "met",
    }
    assert (story.due("respond"), story.due("resolve")) == (15, 480)
    assert story.events("apply_playbook") == ["Playbook: version 2 instead of 1"]


def test_only_another_version_of_the_same_playbook_with_the_severity_fits(story):
    story.begin(playbook(level("S1")))
    foreign = publish(preset("oncall"), story.began)
    smaller = publish(playbook(level("S9")), story.began)

    for version, sentence in (
        (foreign, "another playbook"),
        (story.version, "this version already"),
        (smaller, "no severity S1"),
    ):
        with pytest.raises(Refused, match=sentence):
            story.do("apply_playbook", version, after=1)
