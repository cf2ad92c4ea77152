from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pypdf import PdfReader

from postmortems.rendering.drawing import (
    A4,
    Duration,
    Outcome,
    draw,
    draw_durations,
    in_words,
)
from postmortems.rendering.drawing.lettering import width_of
from postmortems.rendering.typeset import typeset
from tests.postmortems.rendering.incidents_drawn import SAMPLES

FASTLY = SAMPLES["Fastly network errors worldwide from a dormant bug"]
WORD = re.compile(r'xMin="([\d.]+)".*xMax="([\d.]+)".*>(.*)</word>')
PAGE = """<!doctype html><html lang="en"><title>Drawn</title>
<link rel="stylesheet" href="document.css"><link rel="stylesheet" href="drawing.css">
<h2>What happened</h2>%s%s"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    bars = [Duration("To detect", timedelta(0), timedelta(minutes=5), Outcome.MET)]
    file = tmp_path_factory.mktemp("drawn") / "drawn.pdf"
    with typeset(PAGE % (draw(FASTLY, A4), draw_durations(bars))) as pdf:
        file.write_bytes(pdf.read_bytes())
    return file


def test_the_typesetter_sets_words_as_broad_as_they_were_measured(printed, poppler):
    words = WORD.findall(poppler("pdftotext", printed, "-bbox"))

    found = {text: float(right) - float(left) for left, right, text in words[::-1]}
    for name in ("Started", "Mitigated", "Resolved"):
        assert found[name] == pytest.approx(
            width_of(name, bold=True) * A4.size, abs=0.2
        )


def test_the_pdf_tells_the_drawing_in_words(printed):
    pdf = PdfReader(printed)
    objects = (pdf.get_object(number) for number in range(1, pdf.trailer["/Size"]))
    figures = [
        each.get("/Alt")
        for each in objects
        if isinstance(each, dict) and each.get("/S") == "/Figure"
    ]

    # A bar says nothing that its row does not.
    assert figures == [in_words(FASTLY)]
