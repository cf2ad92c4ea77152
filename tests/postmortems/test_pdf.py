"""The document as it leaves the house, set by the real child and read by poppler."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta

import pytest
from pypdf import PdfReader

from incidents.models import TimelineEvent
from postmortems.drafting import snapshot_of
from postmortems.editions import reduced
from postmortems.rendering.document import build, printed
from postmortems.rendering.prose import prose
from postmortems.rendering.typeset import typeset
from postmortems.snapshot import Item, Line, Part
from tests.postmortems.pages import flat, headings_in, pages_of, words_outside
from tests.whole import by_hand

MARGIN = 20 * 72 / 25.4
SEEN = "What to say of summary."


@pytest.fixture
def as_pdf(tmp_path):
    """Typeset a snapshot, or what a post-mortem says now."""

    def make(source, paper="a4"):
        snapshot = source if hasattr(source, "taken_at") else snapshot_of(source)
        with printed(snapshot, paper=paper) as pdf:
            shutil.copy(pdf, path := tmp_path / "document.pdf")
        return path

    return make


def test_the_document_says_what_it_is(written, as_pdf, poppler):
    pdf = PdfReader(as_pdf(written))

    assert pdf.metadata.title == f"{written.incident.reference} Checkout fails"
    assert pdf.metadata.author == "Platform"
    assert "P1" in pdf.metadata["/Keywords"]
    assert pdf.metadata["/CreationDate"].startswith("D:20261121120000")
    assert pdf.root_object["/Lang"] == "en"
    titles = [part.title for part in snapshot_of(written).parts]
    assert [mark.title for mark in pdf.outline] == titles


def test_pages_are_numbered_and_carry_a_head(written, as_pdf, lead, at_noon):
    written.write({"summary": (SEEN, "Long.\n\n" * 90)}, by=lead, at=at_noon)

    texts = [page.extract_text() for page in PdfReader(as_pdf(written)).pages]

    assert len(texts) > 3
    for number, text in enumerate(texts, start=1):
        assert f"{number} / {len(texts)}" in text
        assert "Draft of version 1 · printed 21 Nov 2026, 13:00 CET" in text
    assert "INC-20261121-001 Checkout fails" in " ".join(texts[1].split())


@by_hand
def test_drafts_are_marked_on_every_page_until_published(
    written, as_pdf, manager, at_noon
):
    drafts = PdfReader(as_pdf(written)).pages
    assert all("DRAFT" in page.extract_text().upper() for page in drafts)

    version = written.publish(by=manager, at=at_noon)

    texts = [page.extract_text() for page in PdfReader(as_pdf(version.snapshot)).pages]
    assert not any("DRAFT" in text.upper() for text in texts)
    said = "Version 1 · published 21 Nov 2026, 13:00 CET by Manager"
    assert all(said in text for text in texts)


@by_hand
def test_headings_stay_with_their_text_wherever_the_page_ends(
    written, poppler, lead, at_noon, tmp_path
):
    # As many steps as bring each position on the page to a heading once.
    seen = SEEN
    for lines in range(14, 18):
        text = "A line of text.  \n" * lines
        written.write({"summary": (seen, text)}, by=lead, at=at_noon)
        seen = text
        html = build(snapshot_of(written))

        with typeset(html) as pdf:
            pages = pages_of(poppler("pdftotext", pdf, "-bbox"))
        headings = headings_in(html)
        assert not [page.last_line for page in pages if page.last_line in headings]


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_long_words_and_wide_tables_stay_on_the_page(
    paper, written, as_pdf, poppler, lead, at_noon
):
    word = "supercalifragilistic" * 30
    wide = "|".join(["", *(f"column{n}" for n in range(14)), ""])
    table = f"{wide}\n{'|-' * 14}|\n{wide}"
    text = f"{word}\n\n`{word}`\n\n```\n{word}\n```\n\n> {word}\n\n{table}\n\n# {word}"
    written.write({"summary": (SEEN, text)}, by=lead, at=at_noon)
    written.incident.note(word, by=lead, at=at_noon)
    written.incident.add_item(title=word[:200], by=lead, at=at_noon, owner=lead)
    written.incident.amend(
        {"title": ("Checkout fails", word[:200])}, by=lead, at=at_noon
    )

    pages = pages_of(poppler("pdftotext", as_pdf(written, paper), "-bbox"))

    width, height = {"a4": (595, 842), "letter": (612, 792)}[paper]
    assert (round(pages[0].width), round(pages[0].height)) == (width, height)
    assert words_outside(pages) == []
    edge = pages[0].width - MARGIN + 2
    assert not [w for page in pages for w in page.body if w.right > edge]


def test_many_columns_take_the_whole_width(written, as_pdf, poppler, lead, at_noon):
    few, many = (
        f"| {name} |{' a |' * columns}\n|{'---|' * (columns + 1)}\n"
        for name, columns in (("First", 3), ("Second", 8))
    )
    written.write({"summary": (SEEN, f"{few}\n\n{many}")}, by=lead, at=at_noon)

    pages = pages_of(poppler("pdftotext", as_pdf(written), "-bbox"))

    left = {
        word.text: round(word.left - MARGIN) for page in pages for word in page.body
    }
    assert left["Second"] == 0
    assert left["First"] > 100


@pytest.mark.parametrize("form", ["table", "list"])
def test_no_row_or_line_stands_alone(poppler, form):
    table = prose("| T |\n|---|\n" + "".join(f"| row{n} |\n" for n in range(6)))
    if form == "list":
        lines = "".join(f"<li>row{n}</li>" for n in range(6))
        table = f'<ul class="lines">{lines}</ul>'
    # As many lines before as bring each row to the end of a page once.
    sheets = "".join(
        f'<div style="break-before: page">{"<p>A line.</p>" * lines}'
        f'<div class="prose">{table}</div></div>'
        for lines in range(26, 42)
    )
    with typeset(
        f'<!doctype html><link rel="stylesheet" href="document.css">{sheets}'
    ) as pdf:
        pages = pages_of(poppler("pdftotext", pdf, "-bbox"))

    rows = [sum(word.text.startswith("row") for word in page.body) for page in pages]
    assert 1 not in rows
    assert {2, 3, 4, 6} <= set(rows)


def test_without_a_summary_the_rest_follows_on_the_first_page(written, as_pdf, poppler):
    part = Part(key="cause", title="Cause", body="It was full.")
    told = {"parts": (part,), "summary": ""}
    snapshot = snapshot_of(written).model_copy(update=told)

    first, *_others = pages_of(poppler("pdftotext", as_pdf(snapshot), "-bbox"))

    assert "Cause" in [word.text for word in first.body]


def test_hostile_text_is_printed_as_text(written, as_pdf, poppler, lead, at_noon):
    hostile = '<script>alert(1)</script> <img src="file:///etc/passwd"> {{ settings }}'
    written.write({"summary": (SEEN, hostile)}, by=lead, at=at_noon)
    written.incident.note(hostile, by=lead, at=at_noon)
    written.incident.amend({"title": ("Checkout fails", hostile)}, by=lead, at=at_noon)

    text = flat(poppler("pdftotext", as_pdf(written), "-raw"))

    assert text.count(flat("<script>alert(1)</script>")) >= 3
    assert text.count(flat('<img src="file:///etc/passwd">')) >= 3
    assert "root:" not in text


def test_long_timelines_repeat_the_day_on_each_page(written, as_pdf, lead, at_noon):
    TimelineEvent.objects.bulk_create(
        TimelineEvent(
            incident=written.incident,
            at=at_noon - timedelta(minutes=n),
            kind="note",
            text=f"Entry {n}",
        )
        for n in range(120)
    )

    pages = PdfReader(as_pdf(written)).pages

    texts = [page.extract_text() for page in pages]
    with_entries = [text for text in texts if re.search(r"Entry \d", text)]
    assert len(with_entries) > 3
    assert all("Saturday, 21 November 2026" in text for text in with_entries)
    assert all("CET" in text for text in with_entries)


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_summary_is_one_page_however_much_there_is(paper, written, as_pdf, poppler):
    snapshot = reduced(endless(snapshot_of(written)), "summary")

    pages = pages_of(poppler("pdftotext", as_pdf(snapshot, paper), "-bbox"))

    [page] = pages
    assert words_outside(pages) == []
    text = " ".join(word.text for word in page.body)
    # The last of the parts is there: nothing was dropped behind the first page.
    assert "The last lesson" in text
    assert re.search(r"and \d+ more in the whole post-mortem", text)


def endless(snapshot):
    """Say in every part as much as anybody ever will."""
    text, word = "A sentence that says something at length. " * 200, "long" * 80
    lines = tuple(Line(id=n, text=f"{word} {text}") for n in range(60))
    parts = tuple(
        part.model_copy(
            update={
                "title": f"{part.title} {word}",
                "body": f"{word} {text}",
                "lines": () if part.kind != "list" else lines,
            }
        )
        for part in snapshot.parts
    )
    last = Part(
        key="lessons", title="Lessons", meaning="lessons", body="The last lesson"
    )
    items = tuple(Item(id=n, title=f"{word} {n}", owner=word) for n in range(60))
    return snapshot.model_copy(
        update={
            "title": f"{word} {text}"[:200],
            "parts": (*(p for p in parts if p.key != "lessons"), last),
            "items": items,
            "services": (word,) * 9,
        }
    )
