"""What comes back when an incident does, and what does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clockwork import level, playbook

UPDATES = {"audience": "team", "every": "30 min", "first": "10 min"}
RUNG = {
    "code": "boss",
    "label": "The boss",
    "severities": ["S1"],
    "after": "20 min",
    "tells": ["lead"],
}
FULL = playbook(
    level(
        "S1", acknowledge="5 min", respond="15 min", resolve="4 h", updates=[UPDATES]
    ),
    level("S2", resolve="8 h"),
    level("S3"),
    ladder=[RUNG],
    follow_ups=[{"code": "tidy", "label": "Tidy up", "due": "1 week"}],
    postmortem={
        "required": {"every_declared": True},
        "draft": "48 h",
        "review": "1 week",
    },
)
AFTERWARDS = ("follow_up:tidy", "draft", "review")
HOUR, DAY = 60, 24 * 60


@pytest.fixture
def resolved(story):
    story.begin(FULL)
    story.do("post_update", "team", "On it.", after=4)
    story.do("resolve", after=HOUR)
    return story


def test_resolution_and_updates_run_anew_from_the_reopening(resolved):
    resolved.do("reopen", reason="It is back", after=2 * HOUR)

    assert resolved.states("resolve", "update") == {
        "resolve": "met",
        "update:team:1": "met",
        "update:team:2": "missed",
        "resolve:2": "open",
        "update:team:3": "open",
    }
    assert (resolved.due("resolve:2"), resolved.due("update:team:3")) == (360, 130)
    rows = resolved.incident.deadlines.filter(key__in=["resolve:2", "update:team:3"])
    assert {row.counts_from for row in rows} == {"reopened"}


def test_there_is_no_second_ladder(resolved):
    before = resolved.states("acknowledge", "respond", "rung")

    resolved.do("reopen", reason="It is back", after=2 * HOUR)
    resolved.do("change_severity", resolved.severity("S2"), after=2 * HOUR)
    resolved.do("change_severity", resolved.severity("S1"), after=2 * HOUR)

    assert resolved.states("acknowledge", "respond", "rung") == before
    assert before == {
        "acknowledge": "missed",
        "respond": "met",
        "rung:boss": "reached",
    }


def test_a_resolution_missed_in_the_first_run_stays_missed(story):
    story.begin(FULL)
    story.do("resolve", after=5 * HOUR)

    story.do("reopen", reason="It is back", after=6 * HOUR)
    story.do("resolve", after=7 * HOUR)

    assert story.states("resolve") == {"resolve": "missed", "resolve:2": "met"}


def test_it_may_come_back_twice_even_within_the_same_minute(resolved):
    for _again in range(2):
        resolved.do("reopen", reason="It is back", after=2 * HOUR)
        resolved.do("resolve", after=2 * HOUR)

    assert list(resolved.states("resolve")) == ["resolve", "resolve:2", "resolve:3"]


def test_what_follows_the_resolution_waits_for_the_next_one(resolved):
    assert {key: resolved.state(key) for key in AFTERWARDS} == dict.fromkeys(
        AFTERWARDS, "open"
    )

    resolved.do("reopen", reason="It is back", after=2 * HOUR)
    assert {resolved.state(key) for key in AFTERWARDS} == {"waiting"}

    resolved.do("resolve", after=5 * HOUR)
    assert resolved.due("draft") == 5 * HOUR + 2 * DAY


def test_what_follows_comes_back_with_a_false_alarm_that_was_none(story):
    story.begin(FULL)
    story.do("close", reason="false_alarm", after=2)
    assert {story.state(key) for key in AFTERWARDS} == {"cancelled"}

    story.do("reopen", reason="It was real", after=3)
    assert {story.state(key) for key in AFTERWARDS} == {"waiting"}
    assert story.state("resolve:2") == "open"

    story.do("resolve", after=10)
    assert {story.state(key) for key in AFTERWARDS} == {"open"}


def test_a_changed_severity_counts_from_the_reopening(resolved):
    resolved.do("reopen", reason="It is back", after=2 * HOUR)

    resolved.do("change_severity", resolved.severity("S2"), after=3 * HOUR)

    assert resolved.due("resolve:2") == 10 * HOUR
    assert resolved.state("update:team:3") == "missed"  # and no longer promised


def test_a_severity_without_a_promise_reopens_without_one(story):
    story.begin(FULL, "S3")
    story.do("resolve", after=5)

    story.do("reopen", reason="It is back", after=6)

    assert story.states() == dict.fromkeys(AFTERWARDS, "waiting")


def test_a_draft_missed_before_stays_owed(resolved):
    resolved.at(3 * DAY)
    assert resolved.state("draft") == "late"

    resolved.do("reopen", reason="It is back", after=3 * DAY)
    resolved.do("resolve", after=3 * DAY + 10)

    assert resolved.state("draft") == "late"
    assert resolved.state("review") == "open"


def test_updates_go_on_within_the_new_run(resolved):
    resolved.do("reopen", reason="It is back", after=2 * HOUR)

    resolved.do("post_update", "team", "Back on it.", after=2 * HOUR + 5)

    row = resolved.row("update:team:4")
    assert row.due_at - row.starts_at == timedelta(minutes=30)
    assert (row.counts_from, row.state) == ("last_update", "open")
