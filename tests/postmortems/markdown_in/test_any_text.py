from __future__ import annotations

from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortems.markdown_in import (
    LONGEST,
    Unreadable,
    decode,
    lost_words,
    recognise,
)
from postmortems.markdown_in.limits import MOST
from tests.whole import FULL

from .writing import write

# What Markdown is made of, to be put together in any order.
PIECES = (
    *("# ", "## ", "#", "**", "__", "*", "_", "`", "```\n", "~~~", "- ", "1. ", "> "),
    *("|", "\\|", "|---|---|\n", "---\n", "===\n", "\n", "\n\n", "\r\n", "\r", "\t"),
    *("    ", "[ ] ", "[x] ", "<!--", "-->", "<b>", "</b>", "<br>", "<li>", "<td>"),
    *('<a href="http://x/y">', "</a>", "<table>", "<tr>", "</table>", "&amp;", "&#38;"),
    *("14:02", "2:02 PM", "2026-11-21", "21 Nov", "T+15", "14.02", "CET", "(UTC)"),
    *("03/04/2026", "Timeline", "Action items", "Root cause", "Summary:", "Owner:"),
    *("Due:", "Date: ", "**Status:** x", "Start: 23:50", "Time | Event", "@ada"),
    *("OPS-12", '[y](https://x.io/browse/OPS-1 "t")', "P1", "done", "\x00", "\ufeff"),
    *("\u2028", "é", "日本", "🔥", "word", "foo_bar", "__init__", "İ", "½", " ", ":"),
    *("-", "–", "(", ")", "[", "]", "<", ">", "~~", "\\", '"'),
)
texts = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
SOME = settings(max_examples=3_000 if FULL else 120, deadline=None)
FEW = settings(max_examples=1_000 if FULL else 40, deadline=None)
# Each repeated to the longest length.
HOSTILE = (
    *("`", "` ", "<", "<a ", '<a x="', "<!--", "*", "**a", "_a ", "[", "[a](b", "|"),
    *("|a|b|\n", "# a\n", "> ", " ", "word\n", "a\n\n", "- a\n", "  - a\n", "- - "),
    *("a: b\n", "**a:** b\n", "**a**\n\n", "14:02 ", "a\n=\n", "&amp;", "\\", "<td>"),
    *("## Timeline\n- 14:02 a\n", "## Action items\n- a (b, c) - d\n", "[ ] a\n"),
    *("## Record\n", "**Summary:** a\n", "## 14:02\n", "~~~a\n", "- a\n  b\n", "\0"),
)
# What took longest before there were limits.
WORST = ("# a\n\nb\n", "[a](", "**a:** b\n", "Author: a, ", "- a - b ")


@SOME
@given(text=st.text() | texts)
def test_any_text_is_recognised_and_no_word_is_lost(text):
    writeup = recognise(text)

    assert not lost_words(text, writeup)


@FEW
@given(text=texts, at=st.integers(0, 2_000), number=st.integers(0, 9))
def test_a_damaged_write_up_loses_no_word(text, at, number):
    written, _facts, _meanings = write(number)
    damaged = written[:at] + text + written[at:]

    assert not lost_words(damaged, recognise(damaged))


@SOME
@given(content=st.binary(max_size=200))
def test_any_bytes_are_text(content):
    text, _notes = decode(b" " + content)

    recognise(text)


def seconds(text):
    """Measure how long recognising takes; a refusal in a sentence is an end, too."""
    start = process_time()
    with suppress(Unreadable):
        recognise(text)
    return process_time() - start


def test_the_longest_write_up_is_recognised_in_seconds():
    text = "\n".join(write(number)[0].replace("\r", "\n") for number in range(40))
    lines = (text * (LONGEST // len(text.encode()) + 1)).split("\n")

    assert seconds("\n".join(lines[: MOST["lines"][0]])[: LONGEST // 2]) < 5


@pytest.mark.parametrize("piece", HOSTILE if FULL else WORST)
def test_whatever_is_written_is_recognised_or_refused_in_seconds(piece):
    lines = MOST["lines"][0] // max(piece.count("\n"), 1)

    assert seconds(piece * min(LONGEST // len(piece), lines)) < 5


@pytest.mark.parametrize(
    "head", ["x: [\n" * 9_000, "x: " + "[" * 100_000, "a: [b]\n" * 9_000]
)
def test_a_head_too_long_for_yaml_is_taken_as_it_stands(head):
    text = f"---\n{head}\n---\n\n# Orders\n\nThey stood still.\n"

    assert seconds(text) < 2
    assert not lost_words(text, recognise(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("word\n" * 20_001, "more than 20,000 lines"),
        ("# a\n\n" * 5_001, "more than 5,000 headings"),
        ("## Timeline\n\n" + "- 14:02 a\n" * 2_001, "more than 2,000 entries"),
        ("## Action items\n\n" + "- [ ] a\n" * 1_001, "more than 1,000 action items"),
    ],
)
def test_what_no_person_wrote_is_refused_with_the_remedy(text, words):
    with pytest.raises(Unreadable, match=rf"{words}.*\. Split it into one file"):
        recognise(text)
