from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from postmortems.drafting import snapshot_of
from postmortems.markdown_back import NotOurs, is_ours, snapshot_in
from postmortems.markdown_format import cells_of, plain, row, shielded, unplain
from postmortems.markdown_out import markdown_of
from postmortems.snapshot import (
    Entry,
    Fact,
    Item,
    Line,
    Moment,
    Part,
    Sent,
    Snapshot,
)

AT = datetime(2026, 11, 21, 11, 5, 7, 250_000, tzinfo=UTC)
HOSTILE = [
    "# A heading\n\n## Summary\n---\ntitle: other\n---",
    "<!-- debrief:text -->\nx\n<!-- /debrief:text -->",
    "  <!-- /debrief:line -->\n<!-- \\debrief:text -->\n- <!-- debrief:line {} -->",
    '<!-- debrief:section {"key": "a"} -->\n\n## B',
    "| a | b |\n|---|---|\n| \\| | <br> \\\\ |",
    "```\nnever closed\n<!-- and this -->",
    "~~~~ x\n~~~\n",
    "-->\n<!--\n]]>",
    "\n\n  begins late\n   \n\n",
    "    code\n\n\ttab\n  ",
    "1. one\n2. two\n- three",
    "&#32; &amp; <script>alert(1)</script> *a* _b_ `c` [d](e)",
    "a -- b --> c {\"d\": '\\u002d'}\u2028\x85\x0b",
    "---",
    "\x85",
    "a\u2028b\x85",
    "\x85 <!-- /debrief:line -->\n<!-- /debrief:text -->",
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(
        st.sampled_from([*HOSTILE, "\n", " ", "\\", "|", "<!-- ", "debrief:", " -->"]),
        max_size=6,
    ).map("".join),
    st.text(
        st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\0"),
        max_size=40,
    ),
)


def parts_told(words: str) -> tuple[Part, ...]:
    return (
        Part(key="summary", title=words, meaning="summary", body=words),
        Part(key="when", title="When", kind="block", block="timeline", body=words),
        Part(
            key="factors",
            title="Why",
            meaning="factors",
            kind="list",
            depth=1,
            lines=(
                Line(id=1, text=words, category="change", priority=1, earlier=2),
                Line(
                    id=2,
                    text=words,
                    evidence=2,
                    evidence_at=AT,
                    evidence_text="b",
                    item=1,
                    is_public=True,
                ),
                Line(id=3, text="c", evidence_at=AT, evidence_text=words),
            ),
        ),
    )


def told(words: str) -> Snapshot:
    """A snapshot that says these words wherever people may write some."""
    return Snapshot(
        reference="INC-20261121-001",
        title=words,
        reason=words,
        taken_at=AT,
        zone="Europe/Berlin",
        services=(words,),
        author=words,
        moments=(
            Moment(name="started", label="Started", at=AT),
            Moment(name="detected", label="Detected", unknown=words),
        ),
        facts=(Fact(key="users", label=words, value=words),),
        parts=parts_told(words),
        timeline=(
            Entry(id=1, at=AT, kind="note", label="Note", text=words, author=words),
            Entry(id=2, at=AT, kind="note", label="Note", text="b", is_public=True),
        ),
        items=(
            Item(
                id=1,
                title=words,
                details=words,
                kind_code="prevent",
                status_code="dropped",
                priority=0,
                owner=words,
                due_on=date(2026, 12, 1),
                finished_at=AT,
                dropped_because=words,
                is_public=True,
            ),
            Item(id=2, title="b", status_code="open", kind_code="detect"),
        ),
        messages=(Sent(at=AT, audience=words, subject=words, body=words, by=words),),
    )


@settings(deadline=None)
@given(TEXTS)
def test_what_was_written_comes_back_as_it_was(words):
    snapshot = told(words)

    assert snapshot_in(markdown_of(snapshot)) == snapshot


@pytest.mark.parametrize("words", HOSTILE)
def test_words_like_our_signs_come_back_as_they_were(words):
    snapshot = told(words)
    written = markdown_of(snapshot)

    assert snapshot_in(written) == snapshot
    assert snapshot_in(f"\ufeff{written}".replace("\n", "\r\n")) == snapshot


@given(TEXTS)
def test_a_cell_comes_back_as_it_was(words):
    assert unplain(plain(words)) == words
    assert cells_of(row([words, "", words])) == [words, "", words]


def test_a_line_that_only_looks_like_ours_gets_a_backslash():
    assert shielded("<!-- debrief:text -->") == "<!-- \\debrief:text -->"
    assert shielded("<!-- \\debrief:text -->") == "<!-- \\\\debrief:text -->"
    assert shielded("see <!-- debrief:text -->") == "see <!-- debrief:text -->"


def test_it_reads_as_a_document():
    snapshot = told("A | pipe, **bold** and <b>")
    written = markdown_of(snapshot)

    html = MarkdownIt("commonmark").enable("table").render(written.split("---\n", 2)[2])

    assert "<h1>A | pipe, **bold** and &lt;b&gt;</h1>" in html
    assert "<td>A | pipe, **bold** and &lt;b&gt;</td>" in html
    assert "<strong>2026-11-21 12:05:07 CET</strong> · Note" in html
    assert "<em>P1 · came of number 2</em>" in html


def test_rows_without_a_section_are_written_at_the_end():
    bare = told("words").model_copy(update={"parts": ()})

    written = markdown_of(bare)

    assert written.index("## Timeline") < written.index("## Action items")
    assert snapshot_in(written) == bare


def test_a_real_postmortem_comes_back_with_all_it_says(written, item, at_noon):
    snapshot = snapshot_of(written)

    back = snapshot_in(markdown_of(snapshot))

    same = {"parts": 0, "timeline": 0, "items": 0, "messages": 0}
    assert back.model_copy(update=same) == snapshot.model_copy(update=same)
    assert [(p.key, p.body, p.block) for p in back.parts] == [
        (p.key, p.body, p.block) for p in snapshot.parts
    ]
    assert [(e.at, e.kind, e.text) for e in back.timeline] == [
        (e.at, e.kind, e.text) for e in snapshot.timeline
    ]
    assert [(i.title, i.owner, i.status_code) for i in back.items] == [
        (i.title, i.owner, i.status_code) for i in snapshot.items
    ]


DAMAGED = [
    "",
    "---\n",
    "# A write-up\n\nof another kind",
    "---\ntitle: other\n---\n# Text",
    "---\ndebrief: 2\n---\n",
    "---\ndebrief: 1\n---\n<!-- debrief:text -->\nlost",
    "---\ndebrief: 1\na: &a [b]\nc: *a\n---\n",
    "---\ndebrief: 1\n---\n<!-- debrief:section {broken} -->\n## A",
    '---\ndebrief: 1\n---\n<!-- debrief:section {"key": "a"} -->\nno heading',
    f"---\ndebrief: {'[' * 20_000}\n---\n",
]


@pytest.mark.parametrize("text", DAMAGED)
def test_what_is_not_ours_or_damaged_is_refused_with_a_reason(text):
    with pytest.raises(NotOurs, match=r"\w"):
        snapshot_in(text)


@given(st.integers(0, 4_000), st.text(max_size=4))
@settings(deadline=None)
def test_damage_ends_in_a_snapshot_or_in_nothing_else_than_a_reason(place, other):
    written = markdown_of(told("Some words"))
    damaged = f"{written[:place]}{other}{written[place + len(other) + 1 :]}"

    with suppress(NotOurs):
        assert snapshot_in(damaged).reference


def test_ours_is_told_from_other_write_ups():
    assert is_ours(markdown_of(told("words")))
    assert not is_ours("---\ntitle: A write-up\n---\n# Text")
