"""What must hold of every drawing, whatever is drawn."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postmortems.rendering.drawing import A4, NARROW, draw, in_words
from postmortems.rendering.drawing.chart import lay_out
from postmortems.rendering.drawing.flags import PADDING, Flag, broadest, place
from postmortems.rendering.drawing.plan import plan_of
from postmortems.rendering.drawing.scale import scale_of
from tests.postmortems.rendering.incidents_drawn import MEDIA, SAMPLES, timelines
from tests.whole import FULL

SVG = "{http://www.w3.org/2000/svg}"
HAIR = 0.01
many = settings(
    max_examples=1_000 if FULL else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def assert_legible(sheet):
    """Hold that no text meets another or leaves the sheet."""
    for one, other in combinations(sheet.texts, 2):
        assert not one.box.meets(other.box), (one, other)
    for text in sheet.texts:
        assert text.box.left >= -HAIR
        assert text.box.right <= sheet.medium.width + HAIR
        assert text.box.top >= -HAIR
        assert text.box.bottom <= sheet.height + HAIR


@many
@given(timelines(), MEDIA)
def test_no_text_meets_another_or_leaves_the_drawing(timeline, medium):
    assert_legible(lay_out(timeline, medium))


@pytest.mark.parametrize("medium", [A4, NARROW], ids=["A4", "narrow"])
@pytest.mark.parametrize("title", SAMPLES)
def test_published_incidents_are_legible(title, medium):
    assert_legible(lay_out(SAMPLES[title], medium))


@many
@given(timelines())
def test_time_is_to_scale_between_cuts_and_none_is_lost(timeline):
    scale = scale_of(timeline, 10, 490, 12)

    drawn = timedelta(0)
    for piece in scale.pieces:
        seconds = (piece.end - piece.start).total_seconds()
        assert piece.right - piece.left == pytest.approx(seconds * scale.rate, abs=HAIR)
        drawn += piece.end - piece.start
    cut = sum((each.took for each in scale.cuts), timedelta(0))
    assert drawn + cut == scale.end - scale.start
    assert scale.pieces[0].left == 10
    assert scale.pieces[-1].right == 490


@many
@given(timelines())
def test_nothing_that_happened_is_cut_out_or_out_of_order(timeline):
    scale = scale_of(timeline, 10, 490, 12)

    inside = [at for at in timeline.entries if scale.start <= at <= scale.end]
    happened = sorted([*timeline.moments(), *inside])
    for cut in scale.cuts:
        assert not [at for at in happened if cut.start < at < cut.end]
    for earlier, later in pairwise(happened):
        assert scale.x(earlier) <= scale.x(later) + HAIR


@many
@given(timelines(), MEDIA)
def test_each_cut_is_marked_and_said(timeline, medium):
    sheet = lay_out(timeline, medium)

    scale = plan_of(timeline, medium).scale
    marks = [shape for shape in sheet.shapes if shape.role == "cut"]
    words = [text for text in sheet.texts if text.role == "cut-words"]
    assert len(marks) == len(words) == len(scale.cuts)


@many
@given(timelines(), MEDIA)
def test_every_milestone_is_named_in_its_order(timeline, medium):
    sheet = lay_out(timeline, medium)

    named = ", ".join(text.full for text in sheet.texts if text.role == "name")
    assert named == ", ".join(mark.label for mark in timeline.in_order())


@many
@given(timelines(), MEDIA)
def test_the_drawing_is_clean_xml_that_fetches_nothing(timeline, medium):
    drawing = ElementTree.fromstring(draw(timeline, medium))  # noqa: S314 - ours

    assert drawing.get("role") == "img"
    assert drawing.find(f"{SVG}title").text == in_words(timeline)
    tags = {element.tag for element in drawing.iter()}
    assert tags <= {f"{SVG}{name}" for name in ("svg", "title", "path", "g", "text")}
    for element in drawing.iter():
        assert not {"style", "id", "href", "onload"} & set(element.keys())
        assert "url(" not in "".join(element.attrib.values())


FLAGS = st.lists(st.tuples(st.floats(0, 60), st.floats(1, 40)), min_size=1, max_size=14)


@many
@given(FLAGS, st.sampled_from([24.0, 63.0]))
def test_no_pole_crosses_a_text_and_none_another(chosen, room):
    most = broadest(room, len(chosen))
    flags = [Flag(min(x, room), min(width, most)) for x, width in sorted(chosen)]

    placed = place(flags, room)

    assert len(placed) == len(flags)
    for before, after in pairwise(placed):
        assert before.pole < after.pole
    for one, flag in zip(placed, flags, strict=True):
        assert one.left >= -HAIR
        assert one.left + flag.width <= room + HAIR
        for other in placed:
            if other is not one and other.lane >= one.lane:
                assert not one.left < other.pole < one.left + flag.width
        assert abs(one.pole - one.left) <= flag.width + PADDING + HAIR
