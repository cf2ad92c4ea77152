from __future__ import annotations

from datetime import UTC, datetime

import pytest

from postmortems.markdown_in import recognise


def moments(lines, *, head="Date: 2026-11-21", heading="Timeline", zone="UTC"):
    text = f"# Title\n\n{head}\n\n## {heading}\n\n{lines}\n"
    return recognise(text, zone=zone).moments


def at(day, hour, minute, second=0):
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "minute"),
    [
        ("14:02", 2),
        ("14:02 UTC", 2),
        ("14:02Z", 2),
        ("1402 UTC", 2),
        ("2:02 PM", 2),
        ("2:02pm", 2),
        ("2 p.m.", 0),
        ("2026-11-21 14:02", 2),
        ("2026-11-21T14:02:00Z", 2),
        ("2026-11-21T15:02:00+01:00", 2),
        ("2026-11-21 14:02:00 +0000", 2),
        ("21 Nov 2026 15:02 CET", 2),
        ("Sat, 21. November 2026, 14:02", 2),
        ("Nov 21, 14:02", 2),
        ("Nov 21st, 2026 at 9:02 AM EST", 2),
        ("11/21/2026 14:02", 2),
        ("21.11.2026 14:02", 2),
        ("14:02 UTC, 21 Nov 2026", 2),
        ("14:02 on Nov 21", 2),
        ("[14:02]", 2),
        ("**14:02**:", 2),
        ("**14:02:**", 2),
        ("`14:02`", 2),
        ("~14:02", 2),
        ("At 14:02", 2),
        ("14:02:00", 2),
        ("14.02", 2),
        ("14h02", 2),
        ("14:02–14:10", 2),
        ("14:02 - 14:10 UTC", 2),
        ("19:32 UTC+5:30", 2),
    ],
)
def test_moments_are_read_in_many_forms(written, minute):
    (moment,) = moments(f"- {written} the alert went off")

    assert moment.at == at(21, 14, minute)
    assert moment.text == "the alert went off"
    assert moment.time.strip("*:") in written


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("T+15", 15), ("T+15 min", 15), ("+15 min", 15), ("T+0:15", 15), ("T0", 0)],
)
def test_moments_count_from_the_start(written, minutes):
    (moment,) = moments(f"- {written}: alert", head="Start: 2026-11-21 14:00 UTC")

    assert moment.at == at(21, 14, minutes)


@pytest.mark.parametrize(
    "written",
    [
        "25:10",
        "HH:MM",
        "03/04/2026 14:02",
        "14:02 IST",
        "14:02 BST",
        "14:02 CST",
        "T+15",
        "later",
    ],
)
def test_what_can_mean_two_moments_or_none_is_no_moment(written):
    (moment,) = moments(f"| Time | Event |\n|--|--|\n| {written} | alert |")

    assert moment.at is None
    assert moment.time == written
    assert moment.text == "alert"


@pytest.mark.parametrize(
    "text",
    ["99.95 % of them failed", "1.2.3 was deployed", "3 of 5 nodes", "10 joined"],
)
def test_a_number_is_no_time(text):
    (moment,) = moments(f"- {text}")

    assert (moment.at, moment.time, moment.text) == (None, "", text)


def test_a_range_gives_both_ends():
    (moment,) = moments("- 23:50–00:10 maintenance")

    assert (moment.at, moment.until) == (at(21, 23, 50), at(22, 0, 10))


def test_a_shared_abbreviation_is_read_where_the_zone_of_the_caller_has_it():
    (moment,) = moments(
        "- 2026-07-01 14:02 BST alert", head="Severity: P1", zone="Europe/London"
    )

    assert moment.at == datetime(2026, 7, 1, 13, 2, tzinfo=UTC)


def test_an_hour_that_occurs_twice_is_no_moment():
    text = "# T\n\nDate: 2026-10-25\n\n## Timeline\n- 02:30 a\n- 02:30 CET b\n"

    writeup = recognise(text, zone="Europe/Berlin")

    assert writeup.moments[0].at is None
    assert writeup.moments[1].at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert "occurred twice" in writeup.notes[-1]
