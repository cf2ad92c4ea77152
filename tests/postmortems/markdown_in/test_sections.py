from __future__ import annotations

import pytest

from postmortems.markdown_in import lost_words, outside, recognise
from postmortems.meanings import Meaning


def sections(text):
    return [
        (each.meaning, each.heading, each.body) for each in recognise(text).sections
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "# Root cause",
        "###### Root Causes:",
        "##Root cause",
        "## Root cause ##",
        "## 3. Root Cause(s)",
        "## 🧭 Root cause",
        "## **Root cause**",
        "Root cause\n----------",
        "Root cause\n==========",
        "**Root cause**",
        "**Root cause:**",
        "__Root Cause__:",
        "Root cause:",
        "ROOT CAUSE",
    ],
)
def test_a_heading_is_known_however_it_is_drawn(heading):
    (summary, cause) = sections(f"# Title\n\n## Summary\n\nA.\n\n{heading}\n\nB.\n")

    assert summary[::2] == (Meaning.SUMMARY, "A.")
    assert cause[::2] == (Meaning.ROOT_CAUSE, "B.")
    assert "oot" in cause[1].lower()
    assert not cause[1].endswith((":", "#", "*"))


def test_what_is_not_known_stays_a_section_in_its_place():
    text = "# T\n\n## Summary\n\nA.\n\n## Weather\n\nFine.\n\n## Impact\n\nB.\n"

    assert sections(text) == [
        (Meaning.SUMMARY, "Summary", "A."),
        (None, "Weather", "Fine."),
        (Meaning.IMPACT, "Impact", "B."),
    ]
    assert recognise(text).notes == (
        "“Weather” is not known: it stays a section of its own.",
    )
    assert outside(recognise(text)) == 2 / 7


def test_unknown_headings_below_a_known_one_are_part_of_its_text():
    text = "# T\n\n## Impact\n\nA.\n\n### In Europe\n\nB.\n\n## Trigger\n\nC.\n"

    assert sections(text) == [
        (Meaning.IMPACT, "Impact", "A.\n\n### In Europe\n\nB."),
        (Meaning.TRIGGER, "Trigger", "C."),
    ]


@pytest.mark.parametrize("fence", ["```", "~~~~", "```bash"])
def test_code_has_no_headings(fence):
    code = f"{fence}\n# Impact\n- [ ] 14:02\n{fence.rstrip('bash')}"

    assert sections(f"# T\n\n## Root cause\n\n{code}\n") == [
        (Meaning.ROOT_CAUSE, "Root cause", code)
    ]


def test_a_write_up_copied_with_its_fence_is_taken_out_of_it():
    text = "```markdown\n# T\n\n## Impact\n\nA.\n```\n"

    assert sections(text) == [(Meaning.IMPACT, "Impact", "A.")]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# Incident Post-Mortem: DB is down", "DB is down"),
        ("# DB is down – Postmortem", "DB is down"),
        ("# 🔥 Incident Review: DB is down", "DB is down"),
        ("# 2026-11-21: DB is down", "DB is down"),
        ("## DB is down", "DB is down"),
        ("DB is down\n==========", "DB is down"),
        ("# Root cause of the outage", "Root cause of the outage"),
        ("# Incident: report: DB", "report: DB"),
        ("# Postmortem\n\n**Title:** DB is down", "DB is down"),
        ("---\ntitle: DB is down\n---", "DB is down"),
    ],
)
def test_the_title_is_what_the_heading_says_besides_being_a_post_mortem(heading, title):
    text = f"{heading}\n\n## Summary\n\nText\n"

    writeup = recognise(text)

    assert writeup.title == title
    assert writeup.about(Meaning.SUMMARY)[0].body == "Text"
    assert not lost_words(text, writeup)


def test_text_before_all_sections_is_the_summary_unless_there_is_one():
    assert sections("# T\n\nIt broke.\n")[0] == (Meaning.SUMMARY, "", "It broke.")
    assert sections("# T\n\nIt broke.\n\n## Summary\n\nA.\n")[0] == (
        None,
        "",
        "It broke.",
    )


def test_points_of_lists_keep_what_is_below_them():
    text = "## What went well\n\nFirst:\n\n* a\n  more\n  * b\n* c\n\n1. d\n"

    (section,) = recognise(text).sections

    assert section.kind == "list"
    assert section.entries == ("a\nmore\n- b", "c", "d")
    assert section.note == "First:"
    assert section.body == "First:\n\n* a\n  more\n  * b\n* c\n\n1. d"


def test_labels_begin_sections_where_there_are_no_headings():
    text = (
        "DB is down\n\nSummary: it broke.\n\nImpact: all\nusers.\n\nCause:\n- a\n- b\n"
    )

    assert [(meaning, body) for meaning, _heading, body in sections(text)] == [
        (Meaning.SUMMARY, "it broke."),
        (Meaning.IMPACT, "all\n\nusers."),
        (Meaning.ROOT_CAUSE, "- a\n- b"),
    ]


def test_a_review_meeting_keeps_its_lines_together():
    text = (
        "# T\n\n## Lessons\n\nA.\n\n---\n\n**Review Meeting:** 2026-11-25\n"
        "**Attendees:** Leo\n**Follow-up:** https://x.example\n"
    )

    (_lessons, meeting) = recognise(text).sections

    assert meeting.meaning is Meaning.MEETING
    assert "Attendees" in meeting.body
    assert "Follow-up" in meeting.body
