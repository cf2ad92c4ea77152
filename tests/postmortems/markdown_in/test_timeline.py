from __future__ import annotations

from datetime import UTC, datetime

import pytest

from postmortems.markdown_in import recognise

from .test_times import at, moments


def instants(*args, **kwargs):
    return [each.at for each in moments(*args, **kwargs)]


def test_a_time_far_back_is_of_the_next_day():
    assert instants("- 23:50 a\n- 00:10 b\n- 00:05 c\n- 08:00 d") == [
        at(21, 23, 50),
        at(22, 0, 10),
        at(22, 0, 5),
        at(22, 8, 0),
    ]


def test_a_time_that_may_be_of_either_day_is_of_none():
    assert instants("- 23:50 a\n- 00:10 b\n- 23:55 c\n- 00:20 d") == [
        at(21, 23, 50),
        at(22, 0, 10),
        None,
        at(22, 0, 20),
    ]


def test_the_newest_may_stand_first():
    assert instants("- 23:00 c\n- 14:00 b\n- 07:00 a") == [
        at(21, 23, 0),
        at(21, 14, 0),
        at(21, 7, 0),
    ]


@pytest.mark.parametrize(
    "day", ["### 22 November", "**Sunday, 22 Nov 2026**", "### 🗓 2026-11-22:"]
)
def test_a_heading_says_of_which_day_the_times_below_it_are(day):
    assert instants(f"- 14:00 a\n\n{day}\n\n- 13:00 b") == [
        at(21, 14, 0),
        at(22, 13, 0),
    ]


def test_without_any_day_a_bare_time_is_no_moment():
    writeup = recognise("## Timeline\n\n- 14:02 alert\n")

    assert writeup.moments[0].at is None
    assert "has no day" in writeup.notes[-1]


@pytest.mark.parametrize(
    ("heading", "lines", "hour"),
    [
        ("Timeline (UTC)", "", 14),
        ("Timeline (all times CET)", "", 13),
        ("Timeline, in PST", "", 22),
        ("Timeline (America/New_York)", "", 19),
        ("Timeline", "All times are in Pacific Time.\n\n", 22),
        ("Timeline (PST/PDT)", "", 22),
        ("Timeline", "", 13),
        ("Timeline (UTC/PST)", "", None),
        ("Timeline (all times IST)", "", None),
    ],
)
def test_the_zone_is_the_one_that_is_named_nearest(heading, lines, hour):
    (found,) = instants(f"{lines}- 14:02 a", heading=heading, zone="Europe/Berlin")

    assert found == (at(21, hour, 2) if hour else None)


def test_the_zone_of_the_front_matter_counts_before_the_callers():
    text = "---\ndate: 2026-11-21\ntimezone: Asia/Tokyo\n---\n## Timeline\n- 14:02 a\n"

    assert recognise(text, zone="Europe/Berlin").moments[0].at == at(21, 5, 2)


def test_a_zone_named_beside_a_value_of_the_head_counts():
    assert instants("- 14:02 a", head="Date: 2026-11-21 (all times PST)") == [
        at(21, 22, 2)
    ]


def test_it_is_said_that_no_zone_is_named():
    text = "Date: 2026-11-21\n\n## Timeline\n- 14:02 a\n"

    assert "read in Europe/Berlin" in recognise(text, zone="Europe/Berlin").notes[0]


def test_tables_have_time_and_event_wherever_they_stand():
    found = moments(
        "| Who | What | Day | Time (CET) |\n|--|--|--|--|\n"
        "| Leo | a \\| b | 2026-11-22 | 14:02 |\n| | c | | 14:10 |"
    )

    assert [each.at for each in found] == [at(22, 13, 2), at(22, 13, 10)]
    assert [each.text for each in found] == ["a | b\nWho: Leo", "c"]


def test_headings_with_a_time_are_entries_with_what_stands_below_them():
    (first, second) = moments(
        "### 14:02 – Alert\n\nIt was red.\n\n- one\n\n### 14:05 Fix"
    )

    assert (first.at, first.text) == (at(21, 14, 2), "Alert\n\nIt was red.\n\n- one")
    assert (second.at, second.text) == (at(21, 14, 5), "Fix")


def test_points_below_an_entry_belong_to_it_unless_they_have_times():
    (first, second) = moments("- 14:02 alert\n  - of the disk\n  - 14:03 Leo looks")

    assert first.text == "alert\n- of the disk"
    assert (second.at, second.text) == (at(21, 14, 3), "Leo looks")


def test_lines_of_a_log_in_a_fence_are_entries():
    assert instants("```\n14:02 alert\n14:03 looked\n```") == [
        at(21, 14, 2),
        at(21, 14, 3),
    ]


def test_a_time_may_stand_last():
    (moment,) = moments("- Fix deployed: 14:20 UTC")

    assert (moment.at, moment.text) == (at(21, 14, 20), "Fix deployed")


def test_stages_of_a_timeline_are_no_sections():
    lines = "### Detection\n\n- 2026-11-21 14:02Z alert"
    text = f"# T\n\n## Timeline\n\n{lines}\n\n## Impact\n"

    writeup = recognise(text)

    assert [each.heading for each in writeup.sections] == ["Timeline", "Impact"]
    assert writeup.moments[0].at == datetime(2026, 11, 21, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Alert fires for checkout", "detection"),
        ("Rolled back to 4f2", "action"),
        ("Status page updated", "communication"),
        ("We decided to fail over", "decision"),
        ("Root cause identified", "finding"),
        ("Service back to normal", "status"),
        ("Tea", "note"),
    ],
)
def test_the_kind_of_an_entry_is_guessed_by_its_words(text, kind):
    assert moments(f"- 14:02 {text}")[0].kind == kind
