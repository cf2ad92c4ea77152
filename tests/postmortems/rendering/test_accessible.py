"""What readers aloud, search and copying get from a PDF."""

from __future__ import annotations

import shutil

import pikepdf
import pytest
from PIL import Image

from postmortems.rendering.typeset import typeset
from tests.postmortems.pdf_rules import broken_rules
from tests.postmortems.pdf_text import content_of, text_of, tree_of

HEAD = """<!doctype html><html lang="en"><head><title>INC-1 Checkout fails</title>
<meta name="author" content="Platform"><meta name="keywords" content="post-mortem">
<meta name="dcterms.created" content="2026-11-21T12:00:00Z">
<link rel="stylesheet" href="document.css"><style>
@page { @bottom-center { content: "Running foot" } }
.over { position: fixed; top: 0 }
</style></head><body>"""
WHOLE = f"""{HEAD}<div class="over" aria-hidden="true"><b>Watermark</b></div>
<h1>Checkout fails</h1><p>See <a href="https://debrief.example">the log</a>.</p>
<h2>Impact</h2><h5>Deep</h5><p>Text<h5>Deep as well</h5><ul><li>One<li>Two</ul>
<table><thead><tr><th>When<th>What<tbody><tr><td>12:00<td>It fell</table>
<table><tr><th scope="row">Users<td>12</table>
<p><img src="picture:graph.png" alt="Errors rise"></p>
<svg width="40" height="20"><title>A bar</title><rect width="9" height="9"/></svg>
<h2>नियम</h2><p>त्रुटियाँ 👩‍💻"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Typeset a document that has a little of everything."""
    folder = tmp_path_factory.mktemp("accessible")
    graph, kept = folder / "graph.png", folder / "whole.pdf"
    Image.new("RGB", (20, 10), "red").save(graph)
    with typeset(WHOLE, pictures={"graph.png": graph}) as pdf:
        shutil.copy(pdf, kept)
    return kept


@pytest.fixture
def open_pdf(printed):
    with pikepdf.open(printed) as pdf:
        yield pdf


def test_no_rule_of_pdf_ua_that_a_program_can_check_is_broken(printed):
    assert broken_rules(printed) == []


def test_text_is_read_in_the_order_in_which_it_was_written(open_pdf):
    read = " ".join(text_of(open_pdf).split())

    assert read == (
        "Checkout fails See the log . Impact Deep Text Deep as well • One • Two "
        "When What 12:00 It fell Users 12 नियम त्रुटियाँ 👩‍💻"
    )


def test_running_heads_and_what_is_hidden_are_read_by_nobody(open_pdf):
    artifacts = content_of(open_pdf.pages[0]).artifacts

    assert "foot" in artifacts
    assert "Watermark" in artifacts


def test_a_heading_is_one_step_below_the_one_above(open_pdf):
    headings = [str(each.S) for each in tree_of(open_pdf) if each.S in ("/H1", "/H3")]
    levels = [str(each.S) for each in tree_of(open_pdf) if "/H" in str(each.S)[:2]]

    assert headings == ["/H1", "/H3", "/H3"]
    assert levels == ["/H1", "/H2", "/H3", "/H3", "/H2"]


def test_heads_of_a_table_say_what_they_head(open_pdf):
    heads = [each.A.Scope for each in tree_of(open_pdf) if each.S == "/TH"]

    assert heads == ["/Column", "/Column", "/Row"]


def test_pictures_have_words_in_their_place(open_pdf):
    figures = [str(each.Alt) for each in tree_of(open_pdf) if each.S == "/Figure"]

    assert figures == ["Errors rise", "A bar"]


def first(pdf, kind):
    return next(each for each in tree_of(pdf) if str(each.S) == kind)


# What a sentence must say, the element that is damaged and the key it loses.
DAMAGES = [
    ("tagged", lambda pdf: pdf.Root, "/MarkInfo"),
    ("language", lambda pdf: pdf.Root, "/Lang"),
    ("file name", lambda pdf: pdf.Root, "/ViewerPreferences"),
    ("bookmarks", lambda pdf: pdf.Root, "/Outlines"),
    ("Title", lambda pdf: pdf.docinfo, "/Title"),
    ("PDF/UA-1", lambda pdf: pdf.Root, "/Metadata"),
    ("has no heads", lambda pdf: first(pdf, "/Table"), "/K"),
    ("what it heads", lambda pdf: first(pdf, "/TH").A, "/Scope"),
    ("no words", lambda pdf: first(pdf, "/Figure"), "/Alt"),
    ("a link", lambda pdf: pdf.pages[0].Annots[0], "/Contents"),
    ("outside the tree", lambda pdf: first(pdf, "/H2"), "/K"),
    ("not embedded", lambda pdf: first_font(pdf), "/FontDescriptor"),
]


def first_font(pdf):
    fonts = pdf.pages[0].resources["/Font"]
    return fonts[next(iter(fonts.keys()))].DescendantFonts[0]


@pytest.mark.parametrize(("said", "of", "key"), DAMAGES, ids=[d[0] for d in DAMAGES])
def test_a_pdf_that_breaks_a_rule_is_caught(printed, tmp_path, said, of, key):
    with pikepdf.open(printed) as pdf:
        del of(pdf)[key]
        pdf.save(tmp_path / "damaged.pdf")

    assert said in "\n".join(broken_rules(tmp_path / "damaged.pdf"))


def test_a_skipped_level_and_unmarked_text_are_caught(printed, tmp_path):
    with pikepdf.open(printed) as pdf:
        first(pdf, "/H2").S = pikepdf.Name("/P")
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b" 0 0 m S")
        pdf.save(tmp_path / "damaged.pdf")

    said = "\n".join(broken_rules(tmp_path / "damaged.pdf"))
    assert "a heading of level 3 follows one of level 1" in said
    assert "page 1 draws without a mark" in said


def test_a_file_cut_short_is_caught(printed, tmp_path):
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(printed.read_bytes()[:-400])

    assert "qpdf --check" in "\n".join(broken_rules(cut))
