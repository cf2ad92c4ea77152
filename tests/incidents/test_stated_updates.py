"""What an update itself says of the next one is a promise, and it stands."""

from __future__ import annotations

import pytest

from incidents.apply_preview import preview_of_apply
from incidents.changes import Refused
from incidents.targets import Target
from tests.clockwork import level, playbook, publish

IN_20, IN_2_H = Target.parse("20 min"), Target.parse("2 h")
NOTICED = {"code": "noticed", "name": "Customers notice"}
IF_NOTICED = {
    "audience": "team",
    "first": "10 min",
    "every": "1 h",
    "condition": "noticed",
}
PUBLIC = {"audience": "customers", "every": "4 h", "repeats": False}


def every(span, **more):
    return {"audience": "team", "every": span, **more}


LEVELS = playbook(
    level("FAST", updates=[every("15 min")]),
    level("SLOW", updates=[every("1 h")]),
    level("ONCE", updates=[every("10 min", repeats=False)]),
    level("BRIEF", updates=[every("5 min", until="mitigated")]),
    level("MUTE"),
    level("T", tracking="ticket", updates=[every("1 h")]),
    flags=[NOTICED],
)


def send(story, after, next_in=None, audience="team"):
    words = "We are on it."
    story.do("post_update", audience, words, after=after, next_in=next_in)


def change_to(story, code, after):
    story.do("change_severity", story.severity(code), after=after)


@pytest.fixture
def stated(story):
    """Under way at an hourly pace; the update at 10 said “next one in 20 min”."""
    story.begin(LEVELS, "SLOW")
    send(story, 10, IN_20)
    return story


def test_the_sender_sets_the_time_of_the_next_update(stated):
    row = stated.row("update:team:2")

    assert stated.due("update:team:2") == 30
    assert (row.counts_from, row.rule) == ("stated", "20 min")


@pytest.mark.parametrize(
    ("code", "due"), [("FAST", 25), ("ONCE", 30), ("BRIEF", 15), ("MUTE", 30)]
)
def test_another_severity_may_bring_it_forward_and_never_puts_it_off(stated, code, due):
    change_to(stated, code, after=12)

    assert (stated.state("update:team:2"), stated.due("update:team:2")) == ("open", due)


def test_what_was_brought_forward_goes_back_to_what_was_stated(stated):
    change_to(stated, "FAST", after=12)
    change_to(stated, "SLOW", after=13)

    assert stated.due("update:team:2") == 30


def test_what_a_raised_severity_wants_sooner_may_be_late_at_once(stated):
    change_to(stated, "FAST", after=29)
    stated.at(29.5)

    assert stated.state("update:team:2") == "late"


def test_a_generous_promise_is_tightened_by_the_next_plan_alone(story):
    story.begin(LEVELS, "FAST")
    send(story, 10, IN_2_H)

    story.do("acknowledge", after=11)
    assert story.due("update:team:2") == 130

    change_to(story, "SLOW", after=12)
    assert story.due("update:team:2") == 70


@pytest.mark.parametrize(
    ("updates", "due", "moves"),
    [([], 30, []), ([every("2 h")], 30, []), ([every("5 min")], 15, ["moved"])],
)
def test_another_version_keeps_it_and_the_preview_says_so(stated, updates, due, moves):
    newer = publish(playbook(level("SLOW", updates=updates)), stated.began)

    shown = preview_of_apply(stated.incident, newer, at=stated.at(11))
    stated.do("apply_playbook", newer, after=11)

    assert [move.change for move in shown] == moves
    assert (stated.state("update:team:2"), stated.due("update:team:2")) == ("open", due)


def test_a_version_that_leaves_it_to_the_sender_keeps_what_runs(story):
    story.begin(LEVELS, "SLOW")
    open_ended = level("SLOW", updates=[every("stated in each update")])
    newer = publish(playbook(open_ended), story.began)

    story.do("apply_playbook", newer, after=5)

    assert story.due("update:team:1") == 60


@pytest.mark.parametrize("audience", ["team", "customers"])
def test_a_promise_to_whom_the_playbook_promises_nothing_is_kept(story, audience):
    story.begin(LEVELS, "MUTE")

    send(story, 5, IN_20, audience)

    row = story.row(f"update:{audience}:1")
    told = {"team": "the team", "customers": "customers"}[audience]
    assert (row.label, row.counts_from) == (f"Update to {told}", "stated")
    assert (row.state, story.due(row.key)) == ("open", 25)


def test_it_is_met_and_missed_like_any_other(story):
    story.begin(LEVELS, "MUTE")
    send(story, 5, IN_20)
    send(story, 15, IN_20)
    assert story.state("update:team:1") == "met"

    story.at(36)
    assert story.state("update:team:2") == "late"
    [missed] = story.events("miss_deadline")
    assert missed.startswith("Missed: Update to the team.")

    send(story, 40)
    assert story.states() == {"update:team:1": "met", "update:team:2": "missed"}


@pytest.mark.parametrize(
    ("verb", "named"),
    [
        ("acknowledge", {}),
        ("mitigate", {}),
        ("change_status", {"to": "monitoring"}),
        ("set_flag", {"code": "noticed"}),
    ],
)
@pytest.mark.parametrize("code", ["BRIEF", "MUTE"])
def test_no_step_of_the_work_takes_it_back(story, code, verb, named):
    story.begin(LEVELS, code)
    send(story, 5, IN_20)
    key = "update:team:2" if code == "BRIEF" else "update:team:1"

    story.do(verb, after=6, **named)

    assert (story.state(key), story.due(key)) == ("open", 25)


@pytest.mark.parametrize(
    ("verb", "named"),
    [
        ("resolve", {}),
        ("close", {"reason": "false_alarm"}),
        ("close", {"reason": "duplicate"}),
    ],
)
def test_it_ends_with_the_work(stated, incident, verb, named):
    other = {"duplicate_of": incident} if "duplicate" in named.values() else {}

    stated.do(verb, after=12, **named, **other)

    assert stated.state("update:team:2") == "cancelled"


def test_after_the_resolution_nothing_is_promised(story):
    story.begin(LEVELS, "MUTE")
    story.do("resolve", after=5)

    send(story, 6, IN_20)

    assert story.states() == {}


def test_reopening_brings_back_the_playbook_and_not_the_promise(stated):
    stated.do("resolve", after=15)

    stated.do("reopen", reason="It is back", after=60)

    assert stated.states() == {
        "update:team:1": "met",
        "update:team:2": "cancelled",
        "update:team:3": "open",
    }
    assert stated.due("update:team:3") == 120


def test_a_promise_of_the_second_run_stands_too(stated):
    stated.do("resolve", after=15)
    stated.do("reopen", reason="It is back", after=60)
    send(stated, 70, IN_20)

    change_to(stated, "MUTE", after=71)

    assert (stated.state("update:team:4"), stated.due("update:team:4")) == ("open", 90)


def test_what_is_promised_once_goes_on_where_the_sender_says_so(story):
    story.begin(playbook(level(updates=[PUBLIC]), level("S2", updates=[PUBLIC])))
    send(story, 5, IN_20, "customers")

    change_to(story, "S2", after=6)
    assert story.due("update:customers:2") == 25

    send(story, 20, audience="customers")
    assert story.states() == {"update:customers:1": "met", "update:customers:2": "met"}


def test_it_runs_though_the_condition_of_the_clock_does_not_hold(story):
    story.begin(playbook(level(updates=[IF_NOTICED]), flags=[NOTICED]))
    send(story, 5, IN_20)
    assert story.states() == {"update:team:1": "open"}
    assert (story.due("update:team:1"), story.row("update:team:1").condition) == (
        25,
        "",
    )

    story.do("set_flag", "noticed", after=8)
    assert story.due("update:team:1") == 18

    story.do("clear_flag", "noticed", after=9)
    assert (story.state("update:team:1"), story.due("update:team:1")) == ("open", 25)


def test_once_it_is_met_the_clock_waits_for_its_condition_again(story):
    story.begin(playbook(level(updates=[IF_NOTICED]), flags=[NOTICED]))
    send(story, 5, IN_20)
    send(story, 10)
    assert story.states() == {"update:team:1": "met"}

    story.do("set_flag", "noticed", after=30)

    assert story.due("update:team:2") == 40


def test_a_raised_severity_goes_on_from_the_update_that_met_it(story):
    story.begin(LEVELS, "MUTE")
    send(story, 5, IN_20)
    send(story, 10)

    change_to(story, "FAST", after=12)

    row = story.row("update:team:2")
    assert (story.due(row.key), row.counts_from) == (25, "last_update")


def test_a_ticket_keeps_what_it_stated_and_so_does_its_promotion(story):
    story.begin(LEVELS, "T")
    send(story, 5, IN_2_H)
    assert (story.state("update:team:1"), story.due("update:team:1")) == ("open", 125)

    story.do("promote", after=30)

    assert (story.state("update:team:1"), story.due("update:team:1")) == ("open", 90)


def test_a_record_promises_nothing(story):
    story.begin(LEVELS, "SLOW", is_record=True)

    send(story, 5, IN_20)

    assert story.states() == {}


def test_an_earlier_update_written_down_late_changes_nothing(story):
    story.begin(LEVELS, "MUTE")
    send(story, 20, IN_20)
    send(story, 30)

    for sent in (10, 25):
        at = story.at(sent)
        story.at(40)
        named = {"by": story.person, "at": at, "next_in": IN_20}
        story.incident.post_update("team", "Seen.", **named)

    assert story.states() == {"update:team:1": "met"}


@pytest.mark.parametrize(
    "unclear", ["stated in each update", "next business day", "immediate"]
)
def test_a_promise_is_a_span_everybody_can_count(stated, unclear):
    with pytest.raises(Refused, match="Say in how many minutes"):
        send(stated, 12, Target.parse(unclear))


def test_missed_it_stays_late_whatever_else_is_done(stated):
    stated.at(35)

    change_to(stated, "MUTE", after=36)
    stated.do("acknowledge", after=37)

    assert stated.state("update:team:2") == "late"


def test_what_a_stopped_clock_had_brought_forward_goes_back(stated):
    change_to(stated, "BRIEF", after=11)

    stated.do("mitigate", after=12)

    assert stated.due("update:team:2") == 30


def test_a_promise_made_at_the_declaration_is_not_tightened_by_any_step(story):
    story.begin(LEVELS, "FAST")
    send(story, 0, IN_2_H)

    story.do("acknowledge", after=1)

    assert story.due("update:team:2") == 120


@pytest.mark.parametrize("code", ["ONCE", "BRIEF"])
def test_a_severity_that_asks_for_no_more_opens_nothing(story, code):
    story.begin(LEVELS, "MUTE")
    story.do("mitigate", after=4)
    send(story, 5, IN_20)
    send(story, 10)

    change_to(story, code, after=12)

    assert story.states() == {"update:team:1": "met"}


def test_once_met_nothing_begins_with_an_unrelated_step(story):
    story.begin(playbook(level(updates=[IF_NOTICED]), flags=[NOTICED]))
    send(story, 5, IN_20)
    send(story, 10)

    story.do("acknowledge", after=11)

    assert story.states() == {"update:team:1": "met"}


def test_a_stopped_clock_does_not_go_on_from_a_kept_word(story):
    story.begin(LEVELS, "BRIEF")
    send(story, 5, IN_20)
    story.do("mitigate", after=6)

    send(story, 10)

    assert story.states() == {"update:team:1": "met", "update:team:2": "met"}


def test_an_update_of_the_first_run_promises_nothing_in_the_second(story):
    story.begin(LEVELS, "MUTE")
    story.do("resolve", after=15)
    story.do("reopen", reason="It is back", after=60)
    sent = story.at(10)
    story.at(61)

    named = {"by": story.person, "at": sent, "next_in": IN_20}
    story.incident.post_update("team", "Seen.", **named)

    assert story.states() == {}
