from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from postmortems.markdown_in import lost_words, recognise
from postmortems.meanings import Meaning

HEADS = {
    "front matter": "---\nid: INC-42\ndate: 2026-11-21\nseverity: P1\nstart: '14:00'\n"
    "end: 15:08\nlead: Leo Lead\nauthors:\n  - Leo Lead\n  - Rosa\nusers_affected: 1200"
    "\n---\n# Checkout down",
    "labels": "# Checkout down\n\n**Incident ID:** INC-42  \n**Date**: 2026-11-21  \n"
    "**Severity:** P1\n**Start time:** 14:00\n**End time:** 15:08\n"
    "**Incident Commander:** Leo Lead\n**Authors:** Leo Lead, Rosa\n"
    "**Users affected:** 1,200",
    "one line": "# Checkout down\n\n**Incident:** INC-42 | **Date:** 2026-11-21 | "
    "**Severity:** P1 | **Start:** 14:00 | **End:** 15:08\n\n*IC:* Leo Lead\n\n"
    "*Authors*: Leo Lead & Rosa\n\nCustomers affected: 1200",
    "list": "# Checkout down\n\n- ID: INC-42\n- **Date:** 21 Nov 2026\n- Severity: P1\n"
    "- Started at: 2:00 PM\n- Ended: 3:08 PM\n- Lead: Leo Lead\n- Authors:\n"
    "  - Leo Lead\n  - Rosa\n- Affected users: 1200 (2 %)",
    "table": "# Checkout down\n\n| Field | Value |\n|--|--|\n"
    "| **Incident ID** | INC-42 |\n| Date | 2026-11-21 |\n| Severity | P1 |\n"
    "| Start | 14:00 |\n| End | 15:08 |\n| Commander | Leo Lead |\n"
    "| Author(s) | Leo Lead and Rosa |\n| Users affected | 1.200 |",
    "row": "# Checkout down\n\n| Incident ID | Date | Severity | Start | End | Lead "
    "| Authors | Users |\n|--|--|--|--|--|--|--|--|\n| INC-42 | 2026-11-21 | P1 "
    "| 14:00 | 15:08 | Leo Lead | Leo Lead, Rosa | 1200 |",
    "section": "# Checkout down\n\n## Incident details\n\nIncident ID: INC-42\n"
    "Date: 2026-11-21\nSeverity: P1\nStart: 14:00\nEnd: 15:08\nLead: Leo Lead\n"
    "Written by: Leo Lead; Rosa\nNumber of users affected: 1200",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_head_is_read_in_many_forms(head):
    text = f"{head}\n\n## Summary\n\nIt was down.\n"

    writeup = recognise(text)

    words = {each.name: each.words for each in writeup.fields}
    assert (writeup.title, words["reference"]) == ("Checkout down", "INC-42")
    assert (words["severity"], words["lead"]) == ("P1", "Leo Lead")
    assert writeup.field("started_at").at == datetime(2026, 11, 21, 14, tzinfo=UTC)
    assert writeup.field("resolved_at").at == datetime(2026, 11, 21, 15, 8, tzinfo=UTC)
    assert writeup.field("authors").names == ("Leo Lead", "Rosa")
    assert writeup.field("users").number == 1200
    assert writeup.field("date").day == date(2026, 11, 21)
    assert not lost_words(text, writeup)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("68 minutes", 68),
        ("1 hour 8 minutes (68 min)", 68),
        ("1h8m", 68),
        ("1 h, 8 min", 68),
        ("01:08", 68),
        ("about 1.5 hours", 90),
        ("2 days", 2880),
        ("14:02 – 15:10 UTC (68 minutes)", 68),
        ("X hours Y minutes", None),
        ("a while", None),
    ],
)
def test_how_long_it_took_is_read_in_many_forms(written, minutes):
    writeup = recognise(f"# T\n\n**Duration:** {written}\n")

    length = timedelta(minutes=minutes) if minutes else None
    assert writeup.field("duration").lasts == length


def test_start_and_end_are_read_out_of_a_date_that_has_both():
    writeup = recognise("# T\n\nDate: 21/11/2026 23:50 – 01:10 CET\n")

    assert writeup.field("started_at").at == datetime(2026, 11, 21, 22, 50, tzinfo=UTC)
    assert writeup.field("resolved_at").at == datetime(2026, 11, 22, 0, 10, tzinfo=UTC)


def test_an_end_before_the_start_is_of_the_next_day():
    writeup = recognise("# T\n\nDate: 2026-11-21\nStart: 23:50\nEnd: 01:10\n")

    assert writeup.field("resolved_at").at == datetime(2026, 11, 22, 1, 10, tzinfo=UTC)


def test_stages_are_moments_only_where_a_time_follows():
    writeup = recognise(
        "# T\n\nDate: 2026-11-21\n\n**Detection:** 14:02 UTC\n\n"
        "**Resolution:** Restart.\n"
    )

    assert writeup.field("detected_at").at == datetime(2026, 11, 21, 14, 2, tzinfo=UTC)
    assert writeup.field("resolved_at") is None
    assert writeup.about(Meaning.RESOLUTION)[0].body == "Restart."


def test_what_is_no_moment_is_said():
    writeup = recognise("# T\n\n**Start:** around lunch\n\n**End:** [TIMESTAMP]\n")

    assert writeup.field("started_at").at is None
    assert [note for note in writeup.notes if "no moment" in note] == [
        "“Start: around lunch” is not read: it is no moment."
    ]


def test_values_in_the_impact_are_read_and_stay_there():
    writeup = recognise("# T\n\n## Impact\n\n- Users affected: 50\n- Revenue: $3k\n")

    assert [each.words for each in writeup.fields] == ["50", "$3k"]
    assert all(each.stays for each in writeup.fields)
    assert writeup.sections[0].entries == ("Users affected: 50", "Revenue: $3k")


def test_unknown_labels_of_the_head_are_kept_with_the_record():
    writeup = recognise("# T\n\n**Weather:** fine\n\n## Summary\n\nText\n")

    assert [(each.meaning, each.body) for each in writeup.sections] == [
        (Meaning.IDENTITY, "**Weather:** fine"),
        (Meaning.SUMMARY, "Text"),
    ]


@pytest.mark.parametrize(
    "front",
    [
        "---\na: [b\n---\n",
        "---\na: *x\nb: &y z\n---\n",
        "---\n? - x\n---\n",
        "---\n---\n",
    ],
)
def test_front_matter_that_is_no_yaml_loses_nothing(front):
    text = f"{front}# T\n\nText\n"

    assert not lost_words(text, recognise(text))


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("1,200", 1200),
        ("about 1,200", 1200),
        ("~ 3000 users", 3000),
        ("ca. 1.200", 1200),
        ("rund 1’200", 1200),
        ("approx. 1.2k", 1200),
        ("1,200, mostly in Germany", 1200),
        ("1,200k", None),
        ("1.2", None),
        ("100 – 200", None),
        ("120 %", None),
        ("roughly two", None),
    ],
)
def test_a_count_is_read_also_where_it_is_approximate(written, count):
    writeup = recognise(f"# T\n\nUsers affected: {written}\n")

    assert writeup.field("users").number == count


@pytest.mark.parametrize("line", ["Times in UTC", "*All times are in UTC.*"])
def test_a_line_that_only_says_the_zone_is_no_section(line):
    text = (
        f"# T\n\nDate: 2026-11-21\n{line}\n\n## Summary\n\nIt broke.\n\n"
        "## Timeline\n\n- 09:02 It broke\n"
    )

    writeup = recognise(text, zone="Europe/Berlin")

    assert [part.meaning for part in writeup.sections] == [
        Meaning.SUMMARY,
        Meaning.TIMELINE,
    ]
    assert writeup.moments[0].at == datetime(2026, 11, 21, 9, 2, tzinfo=UTC)
    assert writeup.notes == ()
    assert not lost_words(text, writeup)
