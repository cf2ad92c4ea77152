from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.entry_times import Reader, UnclearTime

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", "2026-11-21T14:49:00+01:00"),
        ("now", "2026-11-21T14:49:00+01:00"),
        ("14:05", "2026-11-21T14:05:00+01:00"),
        ("14:05:30", "2026-11-21T14:05:30+01:00"),
        ("9.30", "2026-11-21T09:30:00+01:00"),
        ("15:10", "2026-11-20T15:10:00+01:00"),
        ("14:05 UTC", "2026-11-20T14:05:00+00:00"),
        ("13:05Z", "2026-11-21T13:05:00+00:00"),
        ("yesterday 23:40", "2026-11-20T23:40:00+01:00"),
        ("today 00:10", "2026-11-21T00:10:00+01:00"),
        ("10 min ago", "2026-11-21T14:39:00+01:00"),
        ("2 h ago", "2026-11-21T12:49:00+01:00"),
        ("2026-11-20 23:40", "2026-11-20T23:40:00+01:00"),
        ("2026-11-20T22:40:00.000Z", "2026-11-20T22:40:00+00:00"),
        ("2026-11-20T23:40+05:30", "2026-11-20T23:40:00+05:30"),
    ],
)
def test_reads_what_people_type(typed, meant):
    reader = Reader(at("2026-11-21T14:49:00+01:00"), BERLIN)

    assert reader.read(typed) == at(meant)


def test_late_in_the_evening_before_midnight_is_yesterday():
    reader = Reader(at("2026-11-21T00:10:00+01:00"), BERLIN)

    assert reader.read("23:50") == at("2026-11-20T23:50:00+01:00")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("soon", "is not a time: write it like 14:05"),
        ("25:00", "not a time of day"),
        ("2026-02-30 10:00", "not a day of the calendar"),
        ("2026-11-22 10:00", "lies in the future"),
        ("today 15:00", "lies in the future"),
        ("14:05 +99:99", "not an offset"),
        ("14:05 EST", "not the zone of that time"),
        ("0001-01-01 00:00", "too long ago"),
    ],
)
def test_asks_back_with_a_sentence(typed, sentence):
    reader = Reader(at("2026-11-21T14:49:00+01:00"), BERLIN)

    with pytest.raises(UnclearTime, match=sentence):
        reader.read(typed)


def test_a_time_that_occurred_twice_asks_which():
    reader = Reader(at("2026-10-25T09:00:00+01:00"), BERLIN)

    with pytest.raises(UnclearTime, match="“02:30 CEST” or “02:30 CET”"):
        reader.read("02:30")

    assert reader.read("02:30 CEST") == at("2026-10-25T02:30:00+02:00")
    assert reader.read("02:30 CET") == at("2026-10-25T02:30:00+01:00")


@pytest.mark.parametrize(
    ("zone", "typed", "first", "second"),
    [
        (
            "Europe/Berlin",
            "2026-10-25 02:30",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
        ),
        (
            "America/New_York",
            "2026-11-01 01:30:15",
            "2026-11-01T05:30:15Z",
            "2026-11-01T06:30:15Z",
        ),
        (
            "America/Santiago",
            "2026-04-04 23:30",
            "2026-04-05T02:30:00Z",
            "2026-04-05T03:30:00Z",
        ),
    ],
)
def test_what_it_says_to_write_is_read(zone, typed, first, second):
    reader = Reader(at("2026-12-20T09:00:00Z"), ZoneInfo(zone))

    with pytest.raises(UnclearTime) as question:
        reader.read(typed)

    written = re.findall("“(.*?)”", str(question.value))
    assert [reader.read(each) for each in written] == [at(first), at(second)]


def test_a_time_that_an_incident_had_twice_in_one_night_asks_which():
    """The day would not tell the two apart."""
    span = at("2026-10-25T00:50:00+02:00"), at("2026-10-25T05:00:00+01:00")
    reader = Reader(at("2026-11-20T09:00:00+01:00"), BERLIN, span)

    with pytest.raises(UnclearTime, match="“02:30 CEST” or “02:30 CET”"):
        reader.read("02:30")

    assert reader.read("02:30 CET") == at("2026-10-25T02:30:00+01:00")


def test_between_the_two_only_the_first_has_passed():
    reader = Reader(at("2026-10-25T02:40:00+02:00"), BERLIN)

    assert reader.read("02:30") == at("2026-10-25T02:30:00+02:00")


def test_a_time_the_clocks_skipped_is_said_so():
    reader = Reader(at("2026-03-29T09:00:00+02:00"), BERLIN)

    with pytest.raises(UnclearTime, match="did not occur on that day"):
        reader.read("02:30")


def test_in_a_finished_incident_a_bare_time_lies_inside_it():
    span = (at("2026-11-03T22:00:00+01:00"), at("2026-11-04T03:00:00+01:00"))
    reader = Reader(at("2026-11-21T14:49:00+01:00"), BERLIN, span)

    assert reader.read("23:10") == at("2026-11-03T23:10:00+01:00")
    assert reader.read("02:10") == at("2026-11-04T02:10:00+01:00")


def test_in_a_long_finished_incident_a_bare_time_asks_for_the_day():
    span = (at("2026-11-03T22:00:00+01:00"), at("2026-11-06T03:00:00+01:00"))
    reader = Reader(at("2026-11-21T14:49:00+01:00"), BERLIN, span)

    with pytest.raises(UnclearTime, match="write the date as well, such as 2026-11-03"):
        reader.read("23:10")


YEARS = (at("2024-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"))
instants = st.integers(*(int(year.timestamp()) // 60 for year in YEARS)).map(
    lambda minutes: datetime.fromtimestamp(minutes * 60, UTC)
)


def read_or_asked(reader: Reader, typed: str) -> datetime | str:
    try:
        return reader.read(typed)
    except UnclearTime as question:
        return str(question)


@given(instants, st.sampled_from(ZONES), st.integers(0, 23 * 60))
def test_a_bare_time_is_the_latest_past_one_or_asks(now, zone, minutes):
    local = (now - timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))

    read = read_or_asked(Reader(now, ZoneInfo(zone)), f"{local:%H:%M}")

    if isinstance(read, str):
        assert "twice" in read or "did not occur" in read
    else:
        assert local.astimezone(UTC) <= read <= now


@given(instants, st.sampled_from(ZONES), st.integers(0, 10_000))
def test_what_is_printed_in_full_is_read_back(now, zone, minutes):
    then = now - timedelta(minutes=minutes)
    printed = then.astimezone(ZoneInfo(zone)).isoformat()

    assert Reader(now, ZoneInfo(zone)).read(printed) == then


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_asked_back(typed):
    reader = Reader(at("2026-11-21T14:49:00+01:00"), BERLIN)

    read = read_or_asked(reader, typed)

    assert read if isinstance(read, str) else read <= reader.now
