"""All published incidents of the demo by all presets: sixty documents, page by page."""

from __future__ import annotations

import pytest
from django.db import transaction
from pypdf import PdfReader

from postmortems.rendering.chronicle import chronicle
from tests.postmortems.pages import FOOT, flat, headings_in, pages_of, words_outside
from tests.postmortems.played import CODES, Printer
from tests.whole import a_tenth

# In such an order that a few of them are of different incidents.
SIXTY = [
    (code, (2 * place + number) % 12)
    for place, code in enumerate(CODES)
    for number in range(12)
]

# Two lines and what may be missing from a third, in points.
ROOM_FOR_MORE = 75

# The fixture below keeps what it plays for all of them.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def printer(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), transaction.atomic():
        yield Printer(tmp_path_factory.mktemp("samples"))
        transaction.set_rollback(True)


@pytest.fixture(params=a_tenth(20, SIXTY), ids=lambda case: "{}-{}".format(*case))
def sample(request, printer):
    return printer.printed(*request.param)


def test_a_sample_is_whole_and_well_set(sample, poppler):
    pages = pages_of(poppler("pdftotext", sample.pdf, "-bbox"))
    assert len(pages) > 2
    assert words_outside(pages) == []
    headings = headings_in(sample.html)
    assert not [page.last_line for page in pages if page.last_line in headings]

    said = flat(poppler("pdftotext", sample.pdf, "-raw"))
    for row in rows_of(sample.snapshot):
        assert said.count(flat(row)) == 1, row

    fonts = [line.split() for line in poppler("pdffonts", sample.pdf).splitlines()[2:]]
    # embedded, subset, with a map back to text
    assert all(font[-5:-2] == ["yes", "yes", "yes"] for font in fonts)
    assert {"Debrief-Text"} < {font[0].partition("+")[2] for font in fonts}


def test_a_sample_names_its_language_and_has_an_outline(sample):
    pdf = PdfReader(sample.pdf)

    assert pdf.root_object["/Lang"] == "en"
    titles = [mark.title for mark in pdf.outline if not isinstance(mark, list)]
    assert set(titles) <= headings_in(sample.html)
    blocks = [part.title for part in sample.snapshot.parts if part.block]
    assert [title for title in titles if title in blocks] == blocks


@pytest.mark.parametrize(("code", "number"), a_tenth(30, SIXTY))
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_summary_of_a_sample_is_one_page(code, number, paper, printer, poppler):
    made = printer.printed(code, number, "summary", paper)

    [page] = pages_of(poppler("pdftotext", made.pdf, "-bbox"))

    said = flat("".join(word.text for word in page.body))
    whole = [part.title for part in made.snapshot.parts if part.meaning != "summary"]
    assert [title for title in whole if flat(title) not in said] == []
    # What is cut is cut because there is no room for it.
    if flat("more in the whole post-mortem") in said:
        free = page.height - FOOT - max(word.bottom for word in page.body)
        assert free < ROOM_FOR_MORE


def rows_of(snapshot):
    """Give the rows of the timeline as they stand in the file, cell by cell."""
    part = snapshot.part("timeline")
    told = chronicle(snapshot, part)
    keys = [column.key for column in told.columns]
    for day in told.days:
        for row in day.rows:
            cells = {"time": row.time, "kind": row.label, "who": row.author}
            yield "".join(cells.get(key, row.text) for key in keys)
