"""The words of deadlines: how long there is left, and which rule made the date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.due_lines import due_line, first_dues, in_words, why
from incidents.models import Deadline, Incident


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=30), "now"),
        (timedelta(seconds=-59), "now"),
        (timedelta(minutes=4), "in 4 min"),
        (timedelta(minutes=3, seconds=1), "in 4 min"),
        (timedelta(minutes=-3), "by 3 min"),
        (timedelta(hours=20, minutes=59), "in 20 h 59 min"),
        (timedelta(days=-2, hours=-3), "by 2 days 3 h"),
        (timedelta(days=3), "on Tue 24 Nov, 12:00"),
    ],
)
def test_what_is_left_is_said_as_people_say_it(at_noon, left, words):
    assert in_words(at_noon + left, at_noon) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rule": "15 min"}, "15 min from the declaration"),
        ({"rule": "immediate"}, "immediately after the declaration"),
        ({"rule": "immediate", "condition": "breach"}, "once “breach” is set"),
        (
            {"rule": "next business day", "calendar": "Berlin"},
            "next business day from the declaration, by Berlin",
        ),
        (
            {"rule": "30 min", "counts_from": "last_update"},
            "30 min from the last update",
        ),
        (
            {"rule": "20 min", "counts_from": "stated"},
            "20 min, stated in the last update",
        ),
        (
            {"rule": "48 h", "condition": "postmortem_required"},
            "48 h from the declaration, if a post-mortem is required",
        ),
        ({"rule": ""}, "set by hand"),
    ],
)
def test_a_date_says_which_rule_made_it(values, words):
    row = Deadline(**{"counts_from": "declared", "kind": "respond", **values})

    assert why(row) == words


def test_a_stated_time_that_was_brought_forward_says_so(at_noon):
    in_15 = at_noon + timedelta(minutes=15)
    row = Deadline(rule="20 min", counts_from="stated", starts_at=at_noon, due_at=in_15)

    assert why(row) == "sooner than the 20 min stated in the last update"


def test_a_rung_is_never_late_but_a_promise_is(incident, at_noon):
    later = at_noon + timedelta(hours=1)

    lines = [due_line(row, later) for row in incident.deadlines.unended()]

    assert {line.kind for line in lines if line.is_late} == {"respond", "update"}


def test_what_was_met_late_says_so(incident, lead, at_noon, time_machine):
    time_machine.move_to(at_noon + timedelta(minutes=20))
    incident.acknowledge(by=lead, at=at_noon + timedelta(minutes=20))

    line = due_line(incident.deadlines.get(kind="respond"), at_noon)

    assert (line.state, line.badge, line.is_late) == ("Met late", "orange", False)


def test_the_one_that_is_due_is_found_for_all_in_one_query(
    incident, lead, at_noon, django_assert_num_queries
):
    other = Incident.declare(
        title="Over",
        severity=incident.severity,
        team=incident.team,
        by=lead,
        at=at_noon,
    )
    other.close(by=lead, at=at_noon, reason="false_alarm")

    with django_assert_num_queries(1):
        found = first_dues([incident, other], at_noon)

    assert {key: line.label for key, line in found.items()} == {incident.pk: "Respond"}
    assert first_dues([], at_noon) == {}
