"""Working time, against a counter that looks at a clock on the wall each minute."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import combinations
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.models import Calendar
from incidents.working_time import (
    BUILT_IN,
    NeverWorks,
    WorkingTime,
    instant,
    known_countries,
)
from tests.whole import BY_HAND, FULL, one_in

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
# With clocks that change on the hour before midnight, by half an hour, by two, for a
# month of fasting, and never.
ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
)
COUNTRIES = ("", "AU-NSW", "CL", "DE-BE", "EG", "NP", "US-NY", "WS")
BERLIN = WorkingTime("Berlin", "Europe/Berlin", country="DE-BE")


def at(text):
    return datetime.fromisoformat(text)


@lru_cache
def clock_changes(zone):
    """Find the days of the three years after which the offset is another."""
    tz = ZoneInfo(zone)
    days = [FIRST + n * DAY for n in range((LAST - FIRST).days)]
    noons = [datetime.combine(day, time(12), tz) for day in days]
    return [
        noon.date() for noon in noons if noon.utcoffset() != (noon + DAY).utcoffset()
    ] or days[:1]


def wall(minute):
    return time(*divmod(minute, 60))


# Around midnight, where clocks are changed and days part; elsewhere; and the usual.
HOURS = st.one_of(
    st.lists(st.integers(0, 8).map(lambda n: n * 30), min_size=2, max_size=2),
    st.lists(st.integers(40, 47).map(lambda n: n * 30), min_size=2, max_size=2),
    st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2),
    st.just([9 * 60, 17 * 60]),
).filter(lambda hours: hours[0] != hours[1])
WEEK = frozenset(range(7))


@st.composite
def calendars(draw):
    opens, closes = sorted(draw(HOURS))
    return WorkingTime(
        zone=draw(st.sampled_from(ZONES)),
        opens=wall(opens),
        closes=wall(closes),
        weekdays=draw(
            st.just(WEEK) | st.frozensets(st.sampled_from(range(7)), min_size=1)
        ),
        country=draw(st.just("") | st.sampled_from(COUNTRIES)),
        days_off=draw(st.frozensets(st.dates(FIRST, LAST), max_size=40)),
        sprint_weeks=draw(st.integers(1, 12)),
        sprint_anchor=draw(st.dates(FIRST, LAST)),
    )


@st.composite
def starts(draw, calendar):
    """Any minute of three years, or one about the days when the clocks change."""
    changes = st.sampled_from(clock_changes(calendar.zone))
    near = st.builds(lambda day, n: day + n * DAY, changes, st.integers(-2, 2))
    day = draw(near | st.dates(FIRST, LAST))
    minute = draw(st.integers(0, 24 * 60 - 1))
    return datetime.combine(day, wall(minute), UTC)


def worked_minutes(calendar, start, until):
    """List the minutes in which somebody works, looking at each one on the wall.

    A working day is one stretch: from the first minute at which the clock shows the
    opening hour or later, to the last at which it shows the closing hour. A closing
    hour that is skipped is over at the first minute after the gap.
    """
    # The whole of the first day, and of the last.
    days = minutes_by_day(calendar.zone, start - 26 * HOUR, until + 26 * HOUR)
    closed = set(calendar.days_off) | public_holidays(calendar.country)
    worked = []
    for day, minutes in days.items():
        if day.weekday() in calendar.weekdays and day not in closed:
            worked += stretch(minutes, calendar.opens, calendar.closes)
    return [minute for minute in worked if start <= minute < until]


def minutes_by_day(zone, minute, until):
    tz, days = ZoneInfo(zone), defaultdict(list)
    while minute < until:
        shown = minute.astimezone(tz)
        days[shown.date()].append((minute, shown.time()))
        minute += MINUTE
    return days


def stretch(minutes, opens, closes):
    shown = [on_the_wall for _minute, on_the_wall in minutes]
    begin = next((n for n, each in enumerate(shown) if each >= opens), len(shown))
    ends = [n for n, each in enumerate(shown) if each == closes]
    before = [n + 1 for n, each in enumerate(shown) if each < closes]
    end = (ends or before or [0])[-1]
    return [minute for minute, _wall in minutes[begin:end]]


@lru_cache
def public_holidays(country):
    if not country:
        return set()
    years = range(FIRST.year - 1, LAST.year + 2)
    return set(holidays.country_holidays(*country.split("-"), years=years))


@settings(max_examples=1_000 if FULL else 50 if BY_HAND else 15, deadline=None)
@given(data=st.data(), calendar=calendars(), days=st.integers(0, 30))
def test_working_time_is_what_a_counter_of_minutes_says(data, calendar, days):
    start = data.draw(starts(calendar))
    until = start + days * DAY + data.draw(st.integers(1, 24 * 60)) * MINUTE

    worked = worked_minutes(calendar, start, until)

    picked = (
        data.draw(st.sets(st.integers(1, len(worked)), max_size=20)) if worked else ()
    )
    for number in {*picked, 1, len(worked)} if worked else ():
        due = calendar.add(start, number * MINUTE)
        assert due == worked[number - 1] + MINUTE, (number, worked[number - 1])


@pytest.mark.parametrize("zone", one_in(4, ZONES))
def test_every_change_of_the_clocks_is_counted_minute_by_minute(zone):
    marks = [wall(n * 30) for n in (*range(9), 44, 45, 46, 47)]
    for change in clock_changes(zone):
        noon = datetime.combine(change, time(12), UTC)
        days = minutes_by_day(zone, noon - 2 * DAY, noon + 3 * DAY)
        for day in (change, change + DAY):
            for opens, closes in combinations(marks, 2):
                calendar = WorkingTime(zone=zone, opens=opens, closes=closes)
                worked = stretch(days[day], opens, closes)
                span = calendar.opening(day), calendar.closing(day)
                if worked:
                    assert span == (worked[0], worked[-1] + MINUTE), (
                        day,
                        opens,
                        closes,
                    )
                else:
                    assert span[0] == span[1], (day, opens, closes)


@settings(deadline=None)  # the first look at a country's holidays takes its time
@given(data=st.data(), calendar=calendars())
def test_two_spans_one_after_the_other_are_their_sum(data, calendar):
    start = data.draw(starts(calendar))
    one, two = (data.draw(st.timedeltas(timedelta(), 90 * HOUR)) for _ in range(2))

    after_both = calendar.add(calendar.add(start, one), two)

    assert after_both == calendar.add(start, one + two)


@settings(deadline=None)
@given(data=st.data(), calendar=calendars())
def test_a_sprint_begins_whole_sprints_after_the_first(data, calendar):
    day = calendar.day_of(data.draw(starts(calendar)))
    length = timedelta(weeks=calendar.sprint_weeks)

    begin = calendar.next_sprint(day)

    assert begin - length <= day < begin
    assert (begin - calendar.sprint_anchor) % length == timedelta()


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-06T16:30Z", 1, "2026-03-09T09:30Z"),
        ("2026-03-06T16:00Z", 1, "2026-03-06T17:00Z"),
        ("2026-03-06T20:00Z", 1, "2026-03-09T10:00Z"),
        ("2026-03-09T05:00Z", 8, "2026-03-09T17:00Z"),
        ("2026-03-09T05:00Z", 9, "2026-03-10T10:00Z"),
        ("2026-12-25T12:00Z", 1, "2026-12-25T13:00Z"),
    ],
)
def test_the_built_in_calendar_knows_nights_and_weekends(start, hours, due):
    assert BUILT_IN.add(at(start), hours * HOUR) == at(due)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        # The night the clocks go forward, and the one they go back, are not worked.
        ("2026-03-27T16:30+01:00", 1, "2026-03-30T09:30+02:00"),
        ("2026-10-23T16:30+02:00", 1, "2026-10-26T09:30+01:00"),
        # Good Friday to Easter Monday.
        ("2026-04-02T16:00+02:00", 2, "2026-04-07T10:00+02:00"),
    ],
)
def test_berlin_knows_its_clocks_and_holidays(start, hours, due):
    assert BERLIN.add(at(start), hours * HOUR) == at(due)


@pytest.mark.parametrize(
    ("hours", "day", "worked"),
    [
        (("01:00", "04:00"), "2026-03-29", 2),  # 02:00 to 03:00 is skipped
        (("02:30", "04:00"), "2026-03-29", 1),
        (("01:00", "02:30"), "2026-03-29", 1),
        (("02:00", "03:00"), "2026-03-29", 0),
        (("01:00", "04:00"), "2026-10-25", 4),  # 02:00 to 03:00 comes twice
        (("02:30", "04:00"), "2026-10-25", 2.5),
        (("01:00", "02:30"), "2026-10-25", 2.5),
    ],
)
def test_an_hour_skipped_is_not_worked_and_one_repeated_is_worked_twice(
    hours, day, worked
):
    opens, closes = map(time.fromisoformat, hours)
    calendar = WorkingTime("Night", "Europe/Berlin", opens, closes, frozenset([6]))
    sunday = date.fromisoformat(day)

    length = calendar.closing(sunday) - calendar.opening(sunday)

    assert length == worked * HOUR
    assert calendar.works_on(sunday) == bool(worked)


def test_the_day_is_the_one_on_the_wall():
    calendar = WorkingTime("Late", "America/New_York", time(9), time(21))

    # Saturday in UTC, and Friday evening there.
    due = calendar.add(at("2026-03-07T01:00Z"), 2 * HOUR)

    assert due == at("2026-03-09T10:00-04:00")


def test_a_day_that_a_zone_skipped_is_no_working_day():
    apia = WorkingTime("Apia", "Pacific/Apia")

    due = apia.end_of_working_day(at("2011-12-29T12:00-10:00"), 1)

    assert due == at("2012-01-02T17:00+14:00")


def test_a_moment_in_a_gap_is_the_moment_of_the_change():
    wall = time(2, 30, 0, 500_000)

    moment = instant(date(2026, 3, 29), wall, ZoneInfo("Europe/Berlin"))

    assert moment == at("2026-03-29T01:00Z")


def test_own_days_off_are_not_worked():
    days_off = frozenset([date(2026, 12, 28), date(2026, 12, 29)])
    calendar = WorkingTime(days_off=days_off)

    assert calendar.add(at("2026-12-25T16:00Z"), 2 * HOUR) == at("2026-12-30T10:00Z")


def test_the_first_day_of_a_sprint_may_be_a_holiday():
    calendar = WorkingTime(country="DE", sprint_anchor=date(2026, 4, 6), sprint_weeks=1)

    due = calendar.end_of_next_sprints_first_day(at("2026-04-01T12:00Z"))

    assert due == at("2026-04-07T17:00Z")


@pytest.mark.parametrize(
    "calendar",
    [
        WorkingTime("Nobody", weekdays=frozenset()),
        WorkingTime("Nobody", opens=time(17), closes=time(9)),
        WorkingTime("Nobody", opens=time(9), closes=time(9)),
    ],
)
def test_a_calendar_that_never_works_says_so(calendar):
    with pytest.raises(NeverWorks, match="Nobody has no working day"):
        calendar.add(at("2026-03-06T16:30Z"), HOUR)


def test_a_long_list_of_days_off_is_waited_for():
    days_off = frozenset(date(2026, 1, 1) + n * DAY for n in range(900))
    calendar = WorkingTime(days_off=days_off)

    due = calendar.add(at("2026-01-01T09:00Z"), HOUR)

    assert due == at("2028-06-19T10:00Z")


def test_closures_are_the_working_days_that_are_lost():
    off = frozenset([date(2026, 12, 24), date(2026, 12, 27)])
    calendar = WorkingTime(country="DE-BE", days_off=off)

    lost = list(calendar.closures(date(2026, 12, 1), date(2027, 1, 2)))

    assert lost == [
        (date(2026, 12, 24), ""),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2027, 1, 1), "New Year's Day"),
    ]


def test_a_calendar_describes_itself():
    days = frozenset([0, 1, 2, 4, 6])
    off = frozenset([date(2026, 12, 24)])
    calendar = WorkingTime("Berlin", "Europe/Berlin", weekdays=days, days_off=off)

    assert BERLIN.description == (
        "Berlin: Mon–Fri 09:00–17:00, Europe/Berlin, holidays of DE-BE"
    )
    assert calendar.description == (
        "Berlin: Mon–Wed, Fri, Sun 09:00–17:00, Europe/Berlin, 1 own day off"
    )


def test_a_calendar_can_hold_every_country():
    longest = Calendar._meta.get_field("country").max_length

    assert [code for code in known_countries() if len(code) > longest] == []
    assert {"DE", "DE-BE", "US-CA", "GB-SCT"} <= known_countries()
