from __future__ import annotations

import codecs

import pytest

from postmortems.markdown_in import LONGEST, Unreadable, decode, recognise, words_of
from postmortems.markdown_in.preparing import prepare

TEXT = "# Störung\n\n## Impact\n\nAlle Käufer – 3 €.\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
    ],
)
def test_bytes_that_say_their_encoding_are_text(content):
    text, notes = decode(content)

    assert text.removeprefix("\ufeff") == TEXT
    assert notes == ()


def test_other_bytes_are_read_as_windows_does_and_it_is_said():
    text, notes = decode(TEXT.encode("cp1252"))

    assert text == TEXT
    assert "Windows-1252" in notes[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7", "Save the write-up as Markdown"),
        (b"PK\x03\x04", "Save the write-up as Markdown"),
        (b"a" * (LONGEST + 1), "Split it"),
        (b"a" * (5 * LONGEST), "Split it"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(content, sentence):
    with pytest.raises(Unreadable, match=sentence):
        decode(content)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(Unreadable, match="Split it"):
        recognise("é" * (LONGEST // 2 + 1))


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028"])
def test_line_ends_are_all_the_same(end):
    text = f"\ufeff# T{end}{end}## Impact{end}{end}A\x00b{end}"

    assert recognise(text).sections[0].body == "A\ufffdb"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a <b>c</b> <SPAN class='x'>d</SPAN>", "a c d"),
        ("a<br/>b", "a\nb"),
        ("| a<br>b |", "| a b |"),
        ('<a href="https://x.example/y">z</a>', "[z](https://x.example/y)"),
        ('<img src="x.png" alt="a graph">', "![a graph](x.png)"),
        ("a < b and c > d", "a < b and c > d"),
        ("use <name> and `<b>`", "use <name> and `<b>`"),
        ("```\n<b>\n```", "```\n<b>\n```"),
        ("a <!-- why --> b", "a  why  b"),
        ("a <!-- why", "a <!-- why"),
        ("<https://x.example>", "<https://x.example>"),
    ],
)
def test_tags_go_and_words_stay(written, read):
    assert prepare(written) == read


def test_comments_on_lines_of_their_own_are_quoted():
    writeup = recognise("# T\n\n## Impact\n\n<!--\n# Who?\n- how many?\n-->\n\nAll.\n")

    assert writeup.sections[0].body == "> # Who?\n> - how many?\n\nAll."


def test_headings_lists_and_tables_in_html_are_recognised():
    writeup = recognise(
        "<h1>DB down</h1><h2>What went well</h2><ul><li>a</li>\n<li>b</li></ul>"
        "<h2>Action items</h2><table><thead>\n<tr><th>Action</th><th>Owner</th></tr>\n"
        "<tr>\n<td>Fix</td>\n<td>Leo</td></tr></table>"
    )

    assert writeup.title == "DB down"
    assert writeup.sections[0].entries == ("a", "b")
    assert [(each.title, each.owner) for each in writeup.items] == [("Fix", "Leo")]


def test_marks_are_no_words():
    text = "> 1. [x] a\n| b |\n|---|\n## 2. c\n- [ ] 3) d <i>e</i> `f_g`\n"

    assert words_of(text) == dict.fromkeys(["a", "b", "2", "c", "d", "e", "f", "g"], 1)
