"""The ladder: rungs by the clock, by a flag, or by the later of both."""

from __future__ import annotations

import pytest

from incidents.changes import Refused
from incidents.playbooks.presets import preset
from tests.clockwork import level, playbook

FLAGS = [{"code": "outage", "name": "Outage"}, {"code": "stuck", "name": "Stuck"}]


def rung(code, after=None, condition=None, until="mitigated", **more):
    words = {"code": code, "label": code.upper(), "severities": ["S1"]}
    timing = {"after": after, "condition": condition, "until": until}
    return {**words, **timing, "tells": ["lead"], **more}


def ladder(*rungs):
    return playbook(level("S1"), level("S2"), ladder=rungs, flags=FLAGS)


def test_rungs_are_reached_by_the_clock_once_each(story):
    story.begin(ladder(rung("first"), rung("second", "10 min")))

    story.at(0)
    assert story.states() == {"rung:first": "reached", "rung:second": "open"}
    story.at(10)
    story.at(11)

    first, second = story.events("reach_rung")
    assert first.startswith("Escalation due: FIRST.")
    assert second.startswith("Escalation due: SECOND.")


def test_a_rung_knows_whom_it_tells_and_how(story):
    story.begin(ladder(rung("boss", "10 min", media=["phone"])))

    row = story.row("rung:boss")
    assert (row.tells, row.media, row.until) == (["lead"], ["phone"], "mitigated")


@pytest.mark.parametrize(
    ("until", "verb"),
    [
        ("acknowledged", "acknowledge"),
        ("mitigated", "mitigate"),
        ("resolved", "resolve"),
    ],
)
def test_each_rung_has_its_own_end(story, until, verb):
    story.begin(ladder(rung("boss", "10 min", until=until)))

    story.do(verb, after=5)
    story.at(20)

    assert story.states() == {"rung:boss": "cancelled"}
    assert story.events("reach_rung") == []


def test_a_rung_that_was_reached_stays_reached(story):
    story.begin(ladder(rung("boss", "10 min")))
    story.at(10)

    story.do("resolve", after=20)

    assert story.states() == {"rung:boss": "reached"}


def test_a_rung_may_wait_for_the_acknowledgement(story):
    story.begin(ladder(rung("boss", "30 min", **{"from": "acknowledged"})))
    assert story.states() == {"rung:boss": "waiting"}

    story.do("acknowledge", after=12)

    assert story.due("rung:boss") == 42


@pytest.mark.parametrize(("flagged", "due"), [(5, 30), (45, 45)])
def test_with_delay_and_condition_the_later_counts(story, flagged, due):
    story.begin(ladder(rung("boss", "30 min", "stuck")))
    assert story.states() == {"rung:boss": "waiting"}

    story.do("set_flag", "stuck", after=flagged)

    assert (story.state("rung:boss"), story.due("rung:boss")) == ("open", due)


def test_clearing_the_flag_lets_a_rung_wait_again(story):
    story.begin(ladder(rung("boss", "30 min", "stuck"), rung("chief", None, "outage")))
    story.do("set_flag", "stuck", after=5)
    story.do("set_flag", "outage", after=5)
    story.at(6)

    story.do("clear_flag", "stuck", after=7)
    story.do("clear_flag", "outage", after=7)

    assert story.states() == {"rung:boss": "waiting", "rung:chief": "reached"}


def test_no_rung_moves_when_the_calendar_is_edited(story):
    story.begin(ladder(rung("boss", "4 h in business hours")))
    due = story.due("rung:boss")

    story.team.calendar.weekdays = [5, 6]
    story.team.calendar.save()
    story.do("set_flag", "stuck", after=5)

    assert story.due("rung:boss") == due


def test_raising_the_severity_reaches_overdue_rungs_with_the_next_sweep(story):
    story.begin(ladder(rung("first"), rung("boss", "30 min")), "S2")

    story.do("change_severity", story.severity("S1"), after=20)
    assert (story.due("rung:first"), story.due("rung:boss")) == (0, 30)
    assert story.states() == {"rung:first": "open", "rung:boss": "open"}

    story.at(21)
    assert story.states() == {"rung:first": "reached", "rung:boss": "open"}
    event = story.incident.timeline.get(verb="reach_rung")
    assert (event.at - story.began).total_seconds() / 60 == 20


def test_raising_the_severity_sets_the_flag_that_says_so_in_one_event(story):
    story.begin(preset("cadence"), "P1")

    story.do("change_severity", story.severity("P0"), after=20)

    assert story.incident.timeline.count() == 1 + 1 + 1  # the on-call rung at once
    assert story.incident.conditions.flags().get().set_by == story.person
    assert story.due("rung:severity-raised") == 20


def test_lowering_the_severity_sets_no_flag(story):
    story.begin(preset("cadence"), "P0")

    story.do("change_severity", story.severity("P1"), after=1)

    assert not story.incident.conditions.flags().exists()


def test_a_flag_keeps_who_set_and_who_cleared_it(story):
    story.begin(ladder())
    story.do("set_flag", "stuck", after=3)
    story.do("clear_flag", "stuck", after=8)

    flag = story.incident.conditions.flags().get()
    assert (flag.set_by, flag.cleared_by) == (story.person, story.person)
    assert flag.until_at - flag.since_at == story.at(8) - story.at(3)
    assert story.events("set_flag", "clear_flag") == [
        "Flag set: Stuck",
        "Flag cleared: Stuck",
    ]


def test_a_flag_is_one_of_the_playbook_and_set_once(story):
    story.begin(ladder())
    story.do("set_flag", "stuck", after=3)

    for verb, code, sentence in (
        ("set_flag", "stuck", "set already"),
        ("set_flag", "weather", "no such flag"),
        ("clear_flag", "outage", "is not set"),
    ):
        with pytest.raises(Refused, match=sentence):
            story.do(verb, code, after=4)
