"""The document as it leaves the house, set by the real child and read by poppler."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from incidents.models import TimelineEvent
from postmortems.outline import OUTLINE
from postmortems.rendering.document import build
from postmortems.rendering.typeset import typeset
from tests.postmortems.pages import HEADINGS, LEFT, pages_of, words_outside


@pytest.fixture
def printed(tmp_path):
    """Typeset a post-mortem as version 3."""

    def make(postmortem):
        now, path = timezone.now(), tmp_path / "document.pdf"
        document = build(postmortem, number=3, by=postmortem.author, now=now)
        with typeset(document.html) as pdf:
            shutil.copy(pdf, path)
        return path

    return make


def flat(text):
    return re.sub(r"\s+", "", text)


def test_the_document_says_what_it_is(written, printed, poppler):
    pdf = PdfReader(printed(written))

    assert pdf.metadata.title == f"{written.incident.reference} Checkout fails"
    assert pdf.metadata.author == "Platform"
    assert pdf.root_object["/Lang"] == "en"
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    titles = [str(each.title) for each in OUTLINE] + ["Action items", "Timeline"]
    assert [mark.title for mark in pdf.outline] == titles


def test_pages_are_numbered_and_carry_a_head(written, printed, poppler, lead, at_noon):
    written.write(
        {"lessons": ("What to say of lessons.", "Long.\n\n" * 90)}, by=lead, at=at_noon
    )

    texts = [page.extract_text() for page in PdfReader(printed(written)).pages]

    assert len(texts) > 2
    for number, text in enumerate(texts, start=1):
        assert f"{number} / {len(texts)}" in text
        assert "Version 3 · Draft" in text
    assert "INC-20261121-001 Checkout fails" in " ".join(texts[1].split())


def test_drafts_are_marked_on_every_page_until_published(
    written, printed, lead, at_noon
):
    drafts = PdfReader(printed(written)).pages
    assert all("DRAFT" in page.extract_text().upper() for page in drafts)

    written.publish(by=lead, at=at_noon)

    published = PdfReader(printed(written)).pages
    assert not any("DRAFT" in page.extract_text().upper() for page in published)


def test_headings_stay_with_their_text_wherever_the_page_ends(
    written, printed, poppler, lead, at_noon
):
    seen = "What to say of summary."
    # As many steps as bring each position on the page to a heading once.
    for lines in range(16, 22):
        text = "A line of text.  \n" * lines
        written.write({"summary": (seen, text)}, by=lead, at=at_noon)
        seen = text

        for page in pages_of(poppler("pdftotext", printed(written), "-bbox")):
            assert page.last_line not in HEADINGS


def test_long_words_and_wide_tables_stay_on_the_page(
    written, printed, poppler, lead, at_noon
):
    word = "supercalifragilistic" * 30
    wide = "|".join(["", *(f"column{n}" for n in range(14)), ""])
    table = f"{wide}\n{'|-' * 14}|\n{wide}"
    text = f"{word}\n\n`{word}`\n\n```\n{word}\n```\n\n> {word}\n\n{table}\n\n# {word}"
    written.write({"impact": ("What to say of impact.", text)}, by=lead, at=at_noon)
    written.incident.note(word, by=lead, at=at_noon)
    written.incident.add_item(title=word[:200], by=lead, at=at_noon, owner=lead)
    written.incident.amend(
        {"title": ("Checkout fails", word[:200])}, by=lead, at=at_noon
    )

    pages = pages_of(poppler("pdftotext", printed(written), "-bbox"))

    assert words_outside(pages) == []
    edge = 595.276 - LEFT + 1
    assert all(word.right < edge for page in pages for word in page.body)


def test_hostile_text_is_printed_as_text(written, printed, poppler, lead, at_noon):
    hostile = '<script>alert(1)</script> <img src="file:///etc/passwd"> {{ settings }}'
    texts = {"summary": ("What to say of summary.", hostile)}
    written.write(texts, by=lead, at=at_noon)
    written.incident.note(hostile, by=lead, at=at_noon)
    written.incident.amend({"title": ("Checkout fails", hostile)}, by=lead, at=at_noon)

    text = flat(poppler("pdftotext", printed(written), "-raw"))

    assert text.count(flat("<script>alert(1)</script>")) >= 3
    assert text.count(flat('<img src="file:///etc/passwd">')) >= 3
    assert "root:" not in text


def test_long_timelines_repeat_the_day_on_each_page(
    written, printed, poppler, lead, at_noon
):
    TimelineEvent.objects.bulk_create(
        TimelineEvent(
            incident=written.incident,
            at=at_noon - timedelta(minutes=n),
            kind="note",
            text=f"Entry {n}",
        )
        for n in range(120)
    )

    pages = PdfReader(printed(written)).pages

    with_entries = [
        page.extract_text() for page in pages if "Entry" in page.extract_text()
    ]
    assert len(with_entries) > 3
    assert all("Saturday, 21 November 2026" in text for text in with_entries)
    assert all("CET" in text for text in with_entries)
