"""Six documents, word by word, against where each word stood when people looked."""

from __future__ import annotations

import re
import shutil

import pytest
from django.db import transaction

from postmortems.rendering.typeset import typeset
from tests.postmortems.boxes import RENEW, boxes_of, first_moved, keep, kept
from tests.postmortems.pages import pages_of
from tests.postmortems.played import Printer
from tests.whole import one_in

SIX = {
    "oncall": ("oncall", 4, "internal", "a4"),
    "phases-letter": ("phases", 7, "internal", "letter"),
    "matrix-customer": ("matrix", 2, "customer", "a4"),
    "cadence": ("cadence", 3, "internal", "a4"),
    "command": ("command", 9, "internal", "a4"),
    "summary-letter": ("oncall", 4, "summary", "letter"),
}

# The fixture below keeps what it plays for all of them.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def printer(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), transaction.atomic():
        yield Printer(tmp_path_factory.mktemp("boxes"))
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", one_in(3, SIX))
def test_every_word_stands_where_it_stood(name, printer, poppler):
    pdf = printer.printed(*SIX[name]).pdf

    found = boxes_of(pages_of(poppler("pdftotext", pdf, "-bbox")))

    if RENEW:
        keep(name, found)
    assert first_moved(kept(name), found) == ""


def test_a_moved_block_is_found_and_named(printer, poppler, tmp_path):
    html = printer.printed(*SIX["summary-letter"]).html
    moved, count = re.subn(
        '<table class="figures">', '<p>&#160;</p><table class="figures">', html
    )
    assert count == 1

    with typeset(moved) as made:
        shutil.copy(made, pdf := tmp_path / "moved.pdf")
    found = boxes_of(pages_of(poppler("pdftotext", pdf, "-bbox")))

    difference = first_moved(kept("summary-letter"), found)
    assert difference.startswith("page 1: “Duration” moved (57.6, ")


@pytest.mark.parametrize(
    ("shift", "said"), [(1.9, ""), (2.1, "page 1: “Duration” moved")]
)
def test_two_points_are_let_pass_and_no_more(shift, said):
    boxes = kept("summary-letter")
    place = next(n for n, box in enumerate(boxes) if box.text == "Duration")
    shifted = [
        box._replace(top=box.top + shift) if n >= place else box
        for n, box in enumerate(boxes)
    ]

    difference = first_moved(boxes, shifted)

    assert difference.startswith(said)
    assert bool(difference) == bool(said)


def test_words_that_come_and_go_are_named():
    boxes = kept("summary-letter")

    assert "went at the end" in first_moved(boxes, boxes[:-1])
    assert "came at the end" in first_moved(boxes[:-1], boxes)
    assert "was here, now" in first_moved(boxes, boxes[1:])
