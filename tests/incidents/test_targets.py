from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.targets import EXAMPLES, How, NotATarget, Target
from incidents.working_time import BUILT_IN, NeverWorks, WorkingTime
from tests.incidents.test_working_time import calendars, starts

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BERLIN = WorkingTime("Berlin", "Europe/Berlin")
NEW_YORK = WorkingTime("New York", "America/New_York")


def at(text):
    return datetime.fromisoformat(text)


def spans(longest, shortest=0):
    most = longest // MINUTE
    return st.integers(shortest, most).map(lambda number: number * MINUTE)


def targets(longest=3660 * DAY, most=999):
    """Any target that can be made, the longest included."""
    counted = st.sampled_from([How.MONTHS, How.WORKING_DAYS])
    work = min(longest, 2_000 * HOUR)
    whole_hours = st.integers(0, longest // HOUR).map(lambda number: number * HOUR)
    return st.one_of(
        st.builds(Target, st.just(How.ELAPSED), spans(longest) | whole_hours),
        st.builds(Target, st.just(How.BUSINESS), spans(work)),
        st.builds(Target, st.just(How.IMMEDIATE), spans(longest)),
        st.builds(Target, counted, count=st.integers(1, most)),
        st.builds(Target, st.sampled_from([How.NEXT_SPRINT, How.DAILY, How.STATED])),
    )


@given(targets())
def test_what_is_printed_is_read_back(target):
    assert Target.parse(str(target)) == target


@given(st.text() | st.from_regex(r"[0-9]{1,7} ?(m|h|d|w|business )[a-z]{0,9}s?"))
def test_any_text_is_a_target_or_gets_a_sentence(text):
    said = what_is_said_of(text)

    assert " is no target: " in said or Target.parse(str(Target.parse(text)))
    for advised in re.findall("write “(.+)”", said):
        assert what_is_said_of(advised) == ""


def what_is_said_of(text):
    try:
        Target.parse(text)
    except NotATarget as error:
        return str(error)
    return ""


@settings(deadline=None)
@given(data=st.data(), target=targets(400 * DAY, 36), calendar=calendars())
def test_nothing_is_due_before_it_starts(data, target, calendar):
    start = data.draw(starts(calendar))

    due = target.due(start, calendar)

    assert due is None if target.how == How.STATED else start <= due


@settings(deadline=None)
@given(data=st.data(), target=targets(400 * DAY, 36), calendar=calendars())
def test_what_starts_later_is_not_due_earlier(data, target, calendar):
    one = data.draw(starts(calendar))
    later = one + data.draw(st.timedeltas(timedelta(), 40 * DAY))

    first, second = target.due(one, calendar), target.due(later, calendar)

    if target.how == How.MONTHS:
        # A month from 30 January, 12:00, is 28 February, 12:00; from the 31st, 09:00,
        # it is 28 February, 09:00. Only the days can never change places.
        first, second = calendar.day_of(first), calendar.day_of(second)
    assert target.how == How.STATED or first <= second


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("immediate", "2026-03-06T16:30Z"),
        ("immediate (at most 5 min)", "2026-03-06T16:35Z"),
        ("15 min", "2026-03-06T16:45Z"),
        ("1 h 30 min", "2026-03-06T18:00Z"),
        ("24 h", "2026-03-07T16:30Z"),
        ("1 h in business hours", "2026-03-09T09:30Z"),
        ("2 days", "2026-03-08T16:30Z"),
        ("1 week", "2026-03-13T16:30Z"),
        ("2 weeks", "2026-03-20T16:30Z"),
        ("1 month", "2026-04-06T16:30Z"),
        ("next business day", "2026-03-09T17:00Z"),
        ("3 working days", "2026-03-11T17:00Z"),
        ("next sprint", "2026-03-16T17:00Z"),
        ("daily", "2026-03-07T16:30Z"),
    ],
)
def test_a_friday_afternoon_under_the_built_in_calendar(text, due):
    assert Target.parse(text).due(at("2026-03-06T16:30Z")) == at(due)


def test_what_each_update_states_has_no_date():
    assert Target.parse("stated in each update").due(at("2026-03-06T16:30Z")) is None


def test_every_example_is_a_target():
    assert [str(Target.parse(text)) for text in EXAMPLES if text != "2 days"] == [
        text for text in EXAMPLES if text != "2 days"
    ]


@pytest.mark.parametrize(
    ("text", "calendar", "start", "due"),
    [
        # Elapsed time does not care about clocks.
        ("24 h", BERLIN, "2026-03-28T12:00+01:00", "2026-03-29T13:00+02:00"),
        ("1 week", BERLIN, "2026-10-20T12:00+02:00", "2026-10-27T11:00+01:00"),
        # A month keeps the hour, or what is left of it on the last day.
        ("1 month", BERLIN, "2026-03-10T09:00+01:00", "2026-04-10T09:00+02:00"),
        ("1 month", BERLIN, "2026-01-31T09:00+01:00", "2026-02-28T09:00+01:00"),
        ("1 month", BERLIN, "2028-01-31T09:00+01:00", "2028-02-29T09:00+01:00"),
        ("3 months", BERLIN, "2026-11-30T09:00+01:00", "2027-02-28T09:00+01:00"),
        # The day is the calendar's: in Berlin it is 1 March already.
        ("1 month", BERLIN, "2026-02-28T23:30Z", "2026-04-01T00:30+02:00"),
        # An hour that is skipped, and one that comes twice.
        ("1 month", NEW_YORK, "2026-02-08T02:30-05:00", "2026-03-08T03:00-04:00"),
        ("1 month", BERLIN, "2026-09-25T02:30+02:00", "2026-10-25T02:30+02:00"),
        ("1 month", BERLIN, "2026-10-25T02:30+01:00", "2026-11-25T02:30+01:00"),
        # Friday evening in New York, which is Saturday in UTC.
        ("next business day", NEW_YORK, "2026-03-07T01:00Z", "2026-03-09T21:00Z"),
        ("next business day", BERLIN, "2026-03-09T06:00Z", "2026-03-10T16:00Z"),
        # A sprint that begins today is not the next one.
        ("next sprint", BUILT_IN, "2026-03-02T00:00Z", "2026-03-16T17:00Z"),
        ("next sprint", BUILT_IN, "2026-03-01T23:59Z", "2026-03-02T17:00Z"),
        ("next sprint", BUILT_IN, "2025-12-31T12:00Z", "2026-01-05T17:00Z"),
    ],
)
def test_zones_months_and_sprints(text, calendar, start, due):
    assert Target.parse(text).due(at(start), calendar) == at(due)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("  15   MIN ", "15 min"),
        ("90 min", "1 h 30 min"),
        ("2 days", "48 h"),
        ("96 h", "4 days"),
        ("14 days", "2 weeks"),
        ("1 week 1 day", "8 days"),
        ("1 working day", "next business day"),
        ("0 min", "0 min"),
        ("168 h in business hours", "168 h in business hours"),
    ],
)
def test_one_way_to_print_each(text, printed):
    assert str(Target.parse(text)) == printed


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("15 minutes", "write “15 min”."),
        ("1h", "write “1 h”."),
        ("1 hour 30 minutes", "write “1 h 30 min”."),
        ("next buisness day", "write “next business day”."),
        ("2 business days", "write “2 working days”."),
        ("2 days in business hours", "write “2 working days”."),
        ("4 business hours", "write “4 h in business hours”."),
        ("immediate (at most 5 minutes)", "write “immediate (at most 5 min)”."),
        ("immediate (at most 0 min)", "“at most” begins at 1 min."),
        ("30 seconds", "write “1 min”."),
        ("every day", "write “daily”."),
        ("0 months", "count from 1 to 999."),
        ("99999 days", "the longest is 3660 days."),
        ("2001 h in business hours", "the longest is 2000 h."),
        ("soon", "write one such as immediate, immediate (at most 5 min), 15 min"),
        ("", "write one such as immediate"),
    ],
)
def test_what_is_no_target_is_told_the_nearest(text, advice):
    with pytest.raises(NotATarget) as refused:
        Target.parse(text)

    assert str(refused.value).startswith(f"“{text}” is no target: {advice}")


def test_a_long_text_is_not_repeated_in_full():
    with pytest.raises(NotATarget) as refused:
        Target.parse("x" * 100_000)

    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "fields",
    [
        {"how": How.ELAPSED, "span": timedelta(seconds=90)},
        {"how": How.ELAPSED, "span": -HOUR},
        {"how": How.ELAPSED, "span": 3661 * DAY},
        {"how": How.ELAPSED, "span": HOUR, "count": 1},
        {"how": How.BUSINESS, "span": 2_001 * HOUR},
        {"how": How.DAILY, "span": HOUR},
        {"how": How.MONTHS},
        {"how": How.WORKING_DAYS, "count": 1_000},
        {"how": How.MONTHS, "count": 1, "span": HOUR},
    ],
)
def test_what_could_not_be_printed_cannot_be_made(fields):
    with pytest.raises(NotATarget):
        Target(**fields)


def test_only_immediate_without_a_bound_has_grace():
    with_grace = [text for text in EXAMPLES if Target.parse(text).grace]

    assert with_grace == ["immediate"]
    assert Target.parse("immediate").grace == MINUTE


def test_a_calendar_has_a_part_in_what_is_not_elapsed_time():
    dated = [text for text in EXAMPLES if Target.parse(text).needs_calendar]

    assert dated == [
        "1 h in business hours",
        "1 month",
        "next business day",
        "3 working days",
        "next sprint",
    ]


def test_a_calendar_that_never_works_is_named():
    idle = WorkingTime("Idle", weekdays=frozenset())

    with pytest.raises(NeverWorks, match="Idle"):
        Target.parse("next business day").due(at("2026-03-06T16:30Z"), idle)


@pytest.mark.parametrize("text", EXAMPLES)
def test_beyond_the_last_year_there_is_no_date(text):
    end = datetime.combine(date.max, time(23, 59), UTC)
    target = Target.parse(text)

    if target.how in {How.IMMEDIATE, How.STATED} and not target.span:
        assert target.due(end) in {end, None}
    else:
        with pytest.raises(OverflowError):
            target.due(end)
