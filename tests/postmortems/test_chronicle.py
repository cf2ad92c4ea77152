from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.models import TimelineEvent
from postmortems.rendering.chronicle import MOST_PRINTED, chronicle, zone_name

BERLIN = ZoneInfo("Europe/Berlin")


def texts(printed):
    return [row.text for day in printed.days for row in day.rows]


def test_entries_are_told_in_order_by_the_days_of_the_zone(incident, lead, at_noon):
    night = datetime(2026, 11, 20, 22, 50, tzinfo=UTC)
    incident.note("after midnight", by=lead, at=night + timedelta(minutes=20))
    incident.note("before midnight", by=lead, at=night)

    printed = chronicle(incident, BERLIN)

    assert [day.title for day in printed.days] == [
        "Friday, 20 November 2026",
        "Saturday, 21 November 2026",
    ]
    assert printed.days[0].rows[0].time == "23:50"
    assert printed.days[1].rows[0].time == "00:10"
    assert printed.days[0].zone == "CET"


def test_only_entries_marked_for_it_are_printed(incident, lead, at_noon):
    kept = incident.note("kept", by=lead, at=at_noon)
    left = incident.note("left out", by=lead, at=at_noon)
    left.correct(by=lead, was={"in_postmortem": True}, in_postmortem=False)

    printed = texts(chronicle(incident, BERLIN))

    assert kept.text in printed
    assert left.text not in printed


def test_bookkeeping_is_not_printed(resolved, item):
    printed = texts(chronicle(resolved, BERLIN))

    assert not any("Action item" in text for text in printed)
    assert not any(text.startswith("Detected:") for text in printed)


def test_the_night_the_clocks_change_each_time_says_which(incident, lead, at_noon):
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    incident.note("summer", by=lead, at=first)
    incident.note("winter", by=lead, at=first + timedelta(hours=1))

    day = chronicle(incident, BERLIN).days[0]

    assert day.zone == "CEST / CET"
    assert [row.time for row in day.rows] == ["02:30 CEST", "02:30 CET"]


def test_beyond_two_thousand_entries_the_rest_is_counted(incident, lead, at_noon):
    TimelineEvent.objects.bulk_create(
        TimelineEvent(incident=incident, at=at_noon, kind="note", text=f"Entry {n}")
        for n in range(MOST_PRINTED + 4)
    )

    printed = chronicle(incident, BERLIN)

    assert printed.printed == len(texts(printed)) == MOST_PRINTED
    assert printed.left_out == 5


def test_a_zone_without_a_name_is_named_by_its_offset(noon):
    assert zone_name(noon, ZoneInfo("Asia/Dubai")) == "UTC+04"
    assert zone_name(noon, BERLIN) == "CET"
