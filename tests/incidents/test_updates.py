"""Promised updates: each is a row, met by the one sent, which opens the next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.changes import Refused
from incidents.playbooks.presets import preset
from incidents.targets import Target
from tests.clockwork import level, playbook

EVERY_HALF_HOUR = {"audience": "team", "every": "30 min"}
TOLD_IF_NOTICED = {
    "audience": "customers",
    "first": "10 min",
    "every": "1 h",
    "condition": "noticed",
}
NOTICED = {"code": "noticed", "name": "Customers notice"}


def with_updates(*clocks, **parts):
    return playbook(level(updates=clocks), **parts)


def send(story, after, audience="team", **named):
    story.do("post_update", audience, "We are on it.", after=after, **named)


def test_an_update_meets_the_promise_and_opens_the_next(story):
    story.begin(with_updates(EVERY_HALF_HOUR))

    send(story, 20)

    assert story.states() == {"update:team:1": "met", "update:team:2": "open"}
    assert story.due("update:team:2") == 50
    assert story.row("update:team:2").counts_from == "last_update"
    assert story.events("post_update") == ["Update to the team: We are on it."]


def test_a_late_update_stays_missed_and_the_next_counts_from_it(story):
    story.begin(with_updates(EVERY_HALF_HOUR))

    send(story, 45)

    assert story.states() == {"update:team:1": "missed", "update:team:2": "open"}
    assert story.due("update:team:2") == 75


def test_an_update_meets_the_promise_to_its_audience_alone(story):
    story.begin(with_updates(EVERY_HALF_HOUR, {"audience": "company", "every": "1 h"}))

    send(story, 5, "company")

    assert story.states() == {
        "update:team:1": "open",
        "update:company:1": "met",
        "update:company:2": "open",
    }


def test_an_update_nobody_promised_is_written_down_alone(story):
    story.begin(with_updates(EVERY_HALF_HOUR))

    send(story, 5, "social_media")

    assert story.states() == {"update:team:1": "open"}


def test_only_the_first_is_promised_where_it_does_not_repeat(story):
    story.begin(with_updates({**EVERY_HALF_HOUR, "repeats": False}))

    send(story, 5)
    send(story, 6)

    assert story.states() == {"update:team:1": "met"}


def test_a_reminder_comes_before_the_update_is_due(story):
    story.begin(preset("command"), "SEV-1")

    row = story.row("update:team:1")
    assert row.nudge_at - row.starts_at == timedelta(minutes=30)

    send(story, 50, next_in=Target.parse("20 min"))
    assert story.row("update:team:2").nudge_at is None


def test_an_update_written_down_late_does_not_meet_the_present_promise(story):
    story.begin(with_updates(EVERY_HALF_HOUR))
    send(story, 20)
    earlier = story.at(40) - timedelta(minutes=30)

    story.incident.post_update("team", "Seen.", by=story.person, at=earlier)

    assert story.states() == {"update:team:1": "met", "update:team:2": "open"}


def test_every_update_states_the_next_where_the_playbook_says_so(story):
    story.begin(preset("matrix"), "P1")
    assert story.states("update") == {"update:team:1": "waiting"}

    for unstated in (None, Target.parse("stated in each update")):
        with pytest.raises(Refused, match="Say in how many minutes"):
            send(story, 5, next_in=unstated)
    send(story, 6, next_in=Target.parse("20 min"))

    assert story.states("update") == {"update:team:1": "met", "update:team:2": "open"}
    assert (story.due("update:team:2"), story.row("update:team:2").rule) == (
        26,
        "20 min",
    )


def test_what_an_update_stated_holds_when_the_severity_changes(story):
    story.begin(preset("matrix"), "P1")
    send(story, 6, next_in=Target.parse("20 min"))

    story.do("change_severity", story.severity("P2"), after=7)

    assert story.due("update:team:2") == 26


def test_a_raised_severity_tightens_the_promise_from_the_last_update(story):
    story.begin(preset("cadence"), "P1")
    send(story, 20)

    story.do("change_severity", story.severity("P0"), after=25)

    assert story.due("update:team:2") == 35
    assert story.due("update:customers:1") == 30


def test_a_conditional_clock_runs_from_its_flag(story):
    story.begin(with_updates(TOLD_IF_NOTICED, flags=[NOTICED]))
    assert story.states() == {"update:customers:1": "waiting"}

    story.do("set_flag", "noticed", after=30)

    assert (story.state("update:customers:1"), story.due("update:customers:1")) == (
        "open",
        40,
    )


def test_clearing_the_flag_lets_the_promise_wait(story):
    story.begin(with_updates(TOLD_IF_NOTICED, flags=[NOTICED]))
    story.do("set_flag", "noticed", after=30)
    send(story, 35, "customers")

    story.do("clear_flag", "noticed", after=36)
    assert story.states() == {
        "update:customers:1": "met",
        "update:customers:2": "waiting",
    }

    story.do("set_flag", "noticed", after=50)
    assert story.due("update:customers:2") == 60


def test_a_missed_update_is_over_once_its_condition_is(story):
    story.begin(with_updates(TOLD_IF_NOTICED, flags=[NOTICED]))
    story.do("set_flag", "noticed", after=0)
    story.do("clear_flag", "noticed", after=15)
    assert story.states() == {"update:customers:1": "missed"}

    story.do("set_flag", "noticed", after=20)

    assert story.states() == {
        "update:customers:1": "missed",
        "update:customers:2": "open",
    }
    assert story.due("update:customers:2") == 30


def test_updates_stop_when_the_playbook_says_so(story):
    story.begin(with_updates({**EVERY_HALF_HOUR, "until": "mitigated"}))

    story.do("mitigate", after=5)

    assert story.states() == {"update:team:1": "cancelled"}


def test_no_update_is_owed_after_the_resolution(story):
    story.begin(with_updates(EVERY_HALF_HOUR))
    story.do("resolve", after=5)

    send(story, 6)

    assert story.states() == {"update:team:1": "cancelled"}


def test_an_update_needs_a_text_and_somebody_to_tell(story):
    story.begin(with_updates(EVERY_HALF_HOUR))

    with pytest.raises(Refused, match="needs a text"):
        story.do("post_update", "team", "  ")
    with pytest.raises(Refused, match="Choose who is told"):
        story.do("post_update", "nobody", "Hello?")
