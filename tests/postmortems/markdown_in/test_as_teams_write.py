"""Pieces of write-ups as teams leave them behind in wikis, trackers and mails."""

from __future__ import annotations

import pytest

from postmortems.markdown_in import lost_words, recognise

PARAGRAPHS = """# Search postmortem (incident #465)

Date: 2026-10-21

Summary: Search was down for 66 minutes.

Root Causes: A leak of file descriptors.

Detection: Somebody was paged.

## Action Items

| Action Item | Type | Owner | Bug |
|---|---|---|---|
| Plug the leak | prevent | martym | Bug 5554823 **DONE** |
| Test overload | process | docbrown | n/a **TODO** |
"""
ON_ONE_LINE = (
    "<h1>2026-08-05 DNS outage</h1><h2>Timeline (CEST)</h2><table><tbody>"
    "<tr><th>When</th><th>What</th></tr>"
    "<tr><td>09:12</td><td><p>Zone emptied</p><ul><li>on ns1</li></ul></td></tr>"
    "<tr><td>10:02</td><td>Ran a | b</td></tr></tbody></table>"
    "<h2>Root cause</h2><pre>transfer | tee log</pre><h2>Follow-ups</h2><ul>"
    '<li class="checked">Check serials @lead 2026-08-20</li><li>Guard it</li></ul>'
)
PICTURES = """# 🔥 Postmortem: index lag

🗓 **Date:** 21.11.2026
👤 **Owner:** Lead

**TL;DR** Search was 3 h behind.

## ⏱ Timeline (Europe/Berlin)

🔴 09:00 indexer stops
🟢 14.50 Uhr caught up

## Learnings

✅ Runbook was right
❌ No alert

## To-dos

👉 @responder: add an alert until 05.12.2026
👉 write the runbook (tbd)
"""
MAIL = """From: Ops <ops@example.com>
To: all-engineering
Subject: Postmortem: mail stuck

Datum: 21.11.2026

TIMELINE

14:05 UTC - first bounce
+12m - on call looks
2:45pm UTC - all well again
"""
REPORT = """# API latency

Reported at: 2026-11-03T10:02:00Z

## Summary

**Problem:** It was slow.

**Causes:** A batch job.

**Steps to resolve:** It was paused.

## Timeline

- **10:02 (+0m)** — Reported
- **11:06 (+1h 4m)** — Resolved

## Follow-ups

| ID | Title | Assignee | Status |
| --- | --- | --- | --- |
| FOL-1 | Add a quota | ada | Outstanding |
"""


@pytest.mark.parametrize("text", [PARAGRAPHS, ON_ONE_LINE, PICTURES, MAIL, REPORT])
def test_no_word_is_lost(text):
    assert not lost_words(text, recognise(text))


def sections(writeup):
    return {str(each.meaning): each.body for each in writeup.sections}


def moments(writeup):
    return [f"{each.at:%d %H:%M} {each.text}" for each in writeup.moments]


def test_paragraphs_with_labels_in_the_head_are_sections():
    writeup = recognise(PARAGRAPHS)

    assert sections(writeup) == {
        "summary": "Search was down for 66 minutes.",
        "root_cause": "A leak of file descriptors.",
        "detection": "Somebody was paged.",
        "items": "",
    }
    assert [(each.ticket, each.state) for each in writeup.items] == [
        ("Bug 5554823", "done"),
        ("", "open"),
    ]


def test_a_page_of_a_wiki_on_one_line_keeps_rows_and_headings():
    writeup = recognise(ON_ONE_LINE)

    assert moments(writeup) == ["05 07:12 Zone emptied - on ns1", "05 08:02 Ran a | b"]
    assert sections(writeup)["root_cause"] == "transfer | tee log"
    assert [(each.title, each.owner, each.state) for each in writeup.items] == [
        ("Check serials", "@lead", "done"),
        ("Guard it", "", ""),
    ]
    assert str(writeup.items[0].due) == "2026-08-20"


def test_pictures_before_lines_are_points_and_hide_no_label():
    writeup = recognise(PICTURES)

    assert str(writeup.field("date").day) == "2026-11-21"
    assert sections(writeup)["summary"] == "Search was 3 h behind."
    assert sections(writeup)["lessons"] == "- ✅ Runbook was right\n- ❌ No alert"
    assert moments(writeup) == ["21 08:00 indexer stops", "21 13:50 caught up"]
    assert [(each.title, each.owner, str(each.due)) for each in writeup.items] == [
        ("add an alert", "@responder", "2026-12-05"),
        ("write the runbook", "", "None"),
    ]


def test_a_mail_has_no_moments_in_its_head_and_counts_from_its_first_entry():
    writeup = recognise(MAIL)

    assert not [each for each in writeup.fields if each.name.endswith("_at")]
    assert moments(writeup) == [
        "21 14:05 first bounce",
        "21 14:17 on call looks",
        "21 14:45 all well again",
    ]
    assert "“+12m” is counted from the first entry" in " ".join(writeup.notes)


def test_bold_labels_below_each_other_are_sections_and_offsets_no_text():
    writeup = recognise(REPORT)

    assert sections(writeup)["root_cause"] == "A batch job."
    assert sections(writeup)["resolution"] == "It was paused."
    assert moments(writeup) == ["03 10:02 Reported", "03 11:06 Resolved"]
    assert (writeup.items[0].ticket, writeup.items[0].state) == ("FOL-1", "open")


def test_labels_of_a_tracker_hide_no_date():
    text = "## Action items\n\n- [ ] a/b#31 - Batch calls - due 2026-10-15 ~"

    item = recognise(f'{text}"priority::1"').items[0]

    assert (item.title, str(item.due), item.priority) == (
        "Batch calls",
        "2026-10-15",
        1,
    )
