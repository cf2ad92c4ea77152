from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from postmortems.rendering.drawing import (
    A4,
    NARROW,
    Mark,
    Timeline,
    draw,
    in_words,
)
from postmortems.rendering.drawing.chart import lay_out
from postmortems.rendering.drawing.lettering import fitted, width_of
from postmortems.rendering.drawing.svg import LETTERS, PAINTS
from tests.postmortems.rendering.incidents_drawn import (
    BERLIN,
    NOON,
    after,
    timeline,
)


def written(sheet, *roles):
    return [text.shown for text in sheet.texts if text.role in roles]


def drawn(sheet, role):
    return [shape for shape in sheet.shapes if shape.role == role]


def test_a_long_wait_is_cut_and_says_how_much():
    waited = timeline(
        NOON, after(minutes=4), None, after(days=2), after(days=2, hours=1)
    )

    sheet = lay_out(waited, A4)

    assert written(sheet, "cut-words") == ["1 day 22 h cut"]
    assert len(drawn(sheet, "cut")) == 1


def test_what_fits_is_not_cut():
    even = timeline(NOON, after(minutes=9), after(minutes=20), after(minutes=40))

    assert drawn(lay_out(even, A4), "cut") == []


def test_what_happened_during_a_wait_keeps_it_from_being_cut():
    entries = [after(hours=n) for n in range(1, 48)]
    busy = timeline(NOON, after(hours=1), None, after(days=2), entries=entries)

    assert drawn(lay_out(busy, A4), "cut") == []


def test_seconds_are_told_in_a_brief_incident():
    brief = timeline(NOON, after(seconds=7), None, after(seconds=31), after(seconds=43))

    sheet = lay_out(brief, A4)

    assert written(sheet, "time") == ["13:00:00", "13:00:07", "13:00:31", "13:00:43"]


def test_weeks_are_told_by_their_days():
    weeks = timeline(NOON, after(days=9), None, after(days=16), after(days=25))

    sheet = lay_out(weeks, A4)

    assert "30 Nov, 13:00" in written(sheet, "time")
    assert written(sheet, "day") == ["2026 · CET"]


def test_each_new_day_is_named():
    night = timeline(after(hours=9), after(hours=20), None, after(hours=40))

    sheet = lay_out(night, A4)

    assert written(sheet, "day") == [
        "21 Nov · CET",
        "Sun 22 Nov",
        "Mon 23 Nov",
    ]
    assert written(sheet, "time") == [
        "21 Nov, 22:00",
        "22 Nov, 09:00",
        "23 Nov, 05:00",
    ]


def test_the_night_the_clocks_change_names_both():
    twice = [datetime(2026, 10, 25, hour, 20, tzinfo=UTC) for hour in (0, 1, 3)]

    sheet = lay_out(timeline(*twice), A4)

    assert written(sheet, "time") == ["02:20 CEST", "02:20 CET", "04:20 CET"]
    assert written(sheet, "day") == ["Sun 25 Oct 2026 · CEST", "CET"]


def test_milestones_of_one_moment_share_a_flag():
    at_once = timeline(NOON, NOON, after(minutes=5))

    assert written(lay_out(at_once, A4), "name") == [
        "Started, Detected",
        "Acknowledged",
    ]


def test_one_milestone_stands_among_its_hour():
    sheet = lay_out(timeline(None, NOON), A4)

    assert written(sheet, "name") == ["Detected"]
    assert {"12:45", "13:15"} <= set(written(sheet, "tick"))


def test_impact_that_runs_on_points_on_and_says_so():
    running = timeline(NOON, impact=[(NOON, None)], until=after(hours=2))

    sheet = lay_out(running, A4)

    said = "Users affected: 2 h, and still at 15:00"
    assert written(sheet, "in-impact") == [said]
    assert "L" in drawn(sheet, "impact")[-1].path


def test_impact_that_overlaps_is_one_bar():
    spans = [(NOON, after(hours=1)), (after(minutes=30), after(hours=2))]
    spans.append((after(hours=3), after(hours=4)))

    sheet = lay_out(timeline(NOON, None, None, after(hours=5), impact=spans), A4)

    assert len(drawn(sheet, "impact")) == 2
    assert "Users affected: 3 h in 2 stretches" in written(
        sheet, "in-impact", "of-impact"
    )


def test_entries_outside_the_drawing_are_counted():
    entries = [after(hours=-1), after(minutes=5), after(hours=9)]

    sheet = lay_out(timeline(NOON, None, None, after(hours=1), entries=entries), A4)

    assert "3 timeline entries (1 earlier, 1 later)" in written(sheet, "legend")


def test_a_label_too_long_is_cut_and_told_whole_beside():
    label = "Weiterleitung auf die Ersatzstrecke abgeschlossen und überprüft"
    long = Timeline((Mark(label, NOON), Mark("Ende", after(hours=1))), (), NOON, BERLIN)

    svg = draw(long, NARROW)

    assert f"<title>{label}</title>" in svg
    assert "…</text>" in svg


def test_what_people_wrote_is_escaped():
    sly = Timeline((Mark("<script>&", NOON),), (), NOON, BERLIN)

    assert "<script>" not in draw(sly)
    assert "&lt;script&gt;&amp;" in draw(sly)


def test_nothing_known_is_not_drawn():
    nothing = Timeline((), (), NOON, BERLIN)

    assert draw(nothing) == ""
    assert in_words(nothing) == "Neither milestones nor impact are recorded."


def test_the_drawing_is_told_in_words():
    assert in_words(
        timeline(
            NOON,
            after(minutes=5),
            None,
            after(minutes=89),
            impact=[(NOON, after(minutes=89))],
        )
    ) == (
        "Users were affected from 13:00 CET to 14:29, for 1 h 29 min. "
        "Started at 13:00; Detected at 13:05, after 5 min; "
        "Mitigated at 14:29, after 1 h 29 min."
    )


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("role", LETTERS)
def test_text_can_be_read_on_what_lies_behind_it(role):
    behind = PAINTS["impact"].fill if role == "in-impact" else "#ffffff"

    assert contrast(LETTERS[role], behind) >= 4.5


def test_neighbouring_steps_differ_in_grey():
    tones = [PAINTS[f"step {tone}"].fill for tone in ("detect", "react", "mitigate")]
    tones.append(PAINTS["step recover"].fill)

    for one, other in pairwise(tones):
        assert contrast(one, other) >= 2


def test_text_is_measured_as_our_font_sets_it():
    assert width_of("iiii") < width_of("mmmm") < width_of("mmmm", bold=True)
    assert width_of("原因") > 2
    assert width_of(fitted("Root cause identified", 6)) <= 6


def test_days_shift_with_the_zone():
    far = timeline(NOON, after(hours=1), zone=ZoneInfo("Pacific/Auckland"))

    assert written(lay_out(far, A4), "day") == ["Sun 22 Nov 2026 · NZDT"]
    assert timedelta(0) == far.affected_for()
