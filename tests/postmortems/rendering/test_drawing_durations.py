from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from postmortems.rendering.drawing import PRINTED, Duration, Outcome, draw_durations
from postmortems.rendering.drawing.durations import bar_of, cap_of
from tests.postmortems.rendering.test_drawing_always import many

ZIGZAG = "cut"


def duration(took, target, outcome=Outcome.MET, **more):
    spans = (
        None if minutes is None else timedelta(minutes=minutes)
        for minutes in (took, target)
    )
    return Duration("To mitigate", *spans, outcome, **more)


def end_of(sheet, role):
    """Give how far right the last shape of a role reaches."""
    paths = [shape.path for shape in sheet.shapes if shape.role == role]
    return max(float(x) for path in paths for x in re.findall(r"[MHL]([\d.]+)", path))


def roles(row, *others):
    cap = cap_of([row, *others])
    return [shape.role for shape in bar_of(row, cap, PRINTED).shapes]


def test_each_outcome_is_told_in_words():
    missed, unknown = Outcome.MISSED, Outcome.NOT_KNOWN

    assert duration(12, 15).in_words() == "To mitigate: 12 min of 15 min, met"
    assert duration(18, 15, missed).outcome_said == "missed by 3 min"
    assert duration(18, None, Outcome.NO_TARGET).outcome_said == "no target"
    assert duration(None, 15, unknown).outcome_said == "not known"
    assert duration(None, 15, unknown, note="no pager").took_said == "—"
    assert (
        duration(None, None, unknown, note="no pager").outcome_said
        == "not known: no pager"
    )


def test_a_target_in_words_is_said_as_it_is():
    row = duration(600, None, Outcome.MISSED, target_words="next business day")

    assert row.in_words() == "To mitigate: 10 h of next business day, missed"


def test_bars_and_targets_share_one_scale():
    rows = [duration(10, 20), duration(20, 40)]
    short, long = (bar_of(row, cap_of(rows), PRINTED) for row in rows)

    assert end_of(short, "target") == end_of(long, "bar")
    assert end_of(short, "bar") * 2 == end_of(long, "bar")


def test_what_is_over_the_target_looks_different():
    assert "strokes over" in roles(duration(18, 15, Outcome.MISSED))
    assert "strokes over" not in roles(duration(12, 15))


def test_one_huge_value_is_cut_and_the_others_keep_their_length():
    small, huge = duration(5, 15), duration(9_000, 60, Outcome.MISSED)

    assert ZIGZAG in roles(huge, small)
    assert ZIGZAG not in roles(small, huge)
    assert end_of(bar_of(small, cap_of([small, huge]), PRINTED), "bar") > 5


def test_beyond_the_cut_bar_and_target_keep_their_order():
    rows = [duration(5, 6), duration(3, 4), duration(7, 8), duration(5_000, 9_000)]
    cap = cap_of(rows)
    met = bar_of(rows[-1], cap, PRINTED)
    missed = bar_of(duration(9_000, 5_000, Outcome.MISSED), cap, PRINTED)

    assert end_of(met, "bar") < end_of(met, "target")
    assert end_of(missed, "target") < end_of(missed, "over")


def test_nothing_known_is_a_dashed_line():
    assert roles(duration(None, 15, Outcome.NOT_KNOWN)) == ["unknown", "target"]


def test_the_table_says_the_words_and_hides_the_bars_from_readers():
    table = draw_durations([duration(12, 15), duration(900, 1_000)])

    assert 'aria-hidden="true"' in table
    assert '<th scope="row" class="step">To mitigate</th>' in table
    assert "style=" not in table
    assert draw_durations([]) == ""


SPANS = st.one_of(st.none(), st.integers(0, 60), st.integers(60, 60_000_000))
ROWS = st.lists(
    st.tuples(SPANS, SPANS, st.sampled_from(Outcome)), min_size=1, max_size=12
)


@many
@given(ROWS)
def test_no_bar_leaves_its_cell_and_each_cut_is_marked(chosen):
    rows = [
        Duration(
            "x", *(None if n is None else timedelta(seconds=n) for n in spans), how
        )
        for *spans, how in chosen
    ]
    cap = cap_of(rows)

    ElementTree.fromstring(f"<x>{draw_durations(rows)}</x>")  # noqa: S314 - ours
    for row in rows:
        sheet = bar_of(row, cap, PRINTED)
        spans = [span for span in (row.took, row.target) if span is not None]
        is_beyond = any(span.total_seconds() > cap for span in spans)
        assert is_beyond == any(shape.role == ZIGZAG for shape in sheet.shapes)
        for shape in sheet.shapes:
            assert end_of(sheet, shape.role) <= PRINTED.width + PRINTED.size * 0.6
