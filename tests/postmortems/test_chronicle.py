from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from postmortems.rendering.chronicle import chronicle, zone_name
from postmortems.rendering.prose import Picture
from postmortems.snapshot import Entry, Image, Part, Snapshot

BERLIN = ZoneInfo("Europe/Berlin")


def entry(at, text="It fails.", **more):
    return Entry(id=1, at=at, kind="note", label="Note", text=text, **more)


@pytest.fixture
def told(noon):
    """Make a snapshot of entries, in Berlin unless told otherwise."""

    def make(*entries, **more):
        known = {"reference": "INC-1", "title": "", "zone": "Europe/Berlin", **more}
        return Snapshot(taken_at=noon, timeline=entries, **known)

    return make


def test_entries_are_told_by_the_days_of_the_zone(told):
    night = datetime(2026, 11, 20, 22, 50, tzinfo=UTC)

    printed = chronicle(told(entry(night), entry(night + timedelta(minutes=20))))

    assert [day.title for day in printed.days] == [
        "Friday, 20 November 2026",
        "Saturday, 21 November 2026",
    ]
    assert [day.rows[0].time for day in printed.days] == ["23:50", "00:10"]
    assert printed.days[0].zone == "CET"


def test_a_part_with_a_zone_of_its_own_is_told_in_it(told, noon):
    part = Part(key="timeline", title="Timeline (UTC)", block="timeline", zone="UTC")

    printed = chronicle(told(entry(noon)), part)

    assert (printed.zone, printed.days[0].zone) == ("UTC", "UTC")
    assert printed.days[0].rows[0].time == "12:00"


def test_the_night_the_clocks_change_each_time_says_which(told):
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    day = chronicle(told(entry(first), entry(first + timedelta(hours=1)))).days[0]

    assert day.zone == "CEST / CET"
    assert [row.time for row in day.rows] == ["02:30 CEST", "02:30 CET"]


@pytest.mark.parametrize(
    ("columns", "keys"),
    [
        ((), ["time", "kind", "text", "who"]),
        (("Time", "Event"), ["time", "text"]),
        (("When", "Who", "What happened"), ["time", "who", "text"]),
        (("Who", "Mood"), ["time", "kind", "text", "who"]),
    ],
)
def test_the_playbook_names_the_columns_and_may_want_fewer(told, noon, columns, keys):
    part = Part(key="timeline", title="Timeline", block="timeline", columns=columns)

    printed = chronicle(told(entry(noon)), part)

    assert [column.key for column in printed.columns] == keys
    if len(columns) == len(keys):
        assert [column.head for column in printed.columns] == list(columns)


def test_customers_read_neither_kinds_nor_names(told, noon):
    printed = chronicle(told(entry(noon), edition="customer"))

    assert [column.key for column in printed.columns] == ["time", "text"]


def test_an_image_stands_beside_its_words_and_a_lost_one_says_so(told, noon):
    images = (Image(id=4, words="A chart"), Image(id=5, words="A log"))
    shown = {4: Picture("picture:4.png")}

    [day] = chronicle(told(entry(noon, images=images)), pictures=shown).days

    there, lost = day.rows[0].shots
    assert (there.words, there.source) == ("A chart", "picture:4.png")
    assert (lost.words, lost.source) == ("A log (image no longer stored)", "")


def test_a_zone_without_a_name_is_named_by_its_offset(noon):
    assert zone_name(noon, ZoneInfo("Asia/Dubai")) == "UTC+04"
    assert zone_name(noon, BERLIN) == "CET"
