"""When a team works: spans of working time, counted across nights, days off and clocks.

A `WorkingTime` is a plain value, so that a playbook, a team's Calendar and the built-in
default are counted by the same code. A working day is one stretch, from the first time
a clock on the wall shows the opening hour to the last time it shows the closing hour:
an hour that the clocks skip is not worked, one that they repeat is worked twice.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import groupby, islice

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.durations import DAY

WEEK = timedelta(weeks=1)
# A calendar without a single working day in this span is a mistake, not a calendar.
LONGEST_PAUSE = 400


class NeverWorks(ValueError):
    """A calendar in which no working day can be found."""

    def __init__(self, calendar: WorkingTime) -> None:
        super().__init__(_("%s has no working day: mend the calendar.") % calendar)


@dataclass(frozen=True)
class WorkingTime:
    """Hours, days and sprints of a team, in its zone.

    `weekdays` are 0 (Monday) to 6; `country` is a code such as DE or US-CA, empty for
    no public holidays; `days_off` are the team's own.
    """

    name: str = "built-in calendar"
    zone: str = "UTC"
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))
    country: str = ""
    days_off: frozenset[date] = frozenset()
    sprint_weeks: int = 2
    sprint_anchor: date = date(2026, 1, 5)

    @cached_property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)

    def __str__(self) -> str:
        return self.name

    @property
    def description(self) -> str:
        """Name what counts: the calendar, its days, hours, zone and holidays."""
        parts = [
            f"{self.name}: {self._week()} {self.opens:%H:%M}–{self.closes:%H:%M}",
            self.zone,
        ]
        if self.country:
            parts.append(_("holidays of %s") % self.country)
        if own := len(self.days_off):
            parts.append(ngettext("%d own day off", "%d own days off", own) % own)
        return ", ".join(parts)

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()

    def works_on(self, day: date) -> bool:
        return (
            day.weekday() in self.weekdays
            and day not in self.days_off
            and not is_holiday(self.country, day)
            # Clocks may skip the hours; one zone skipped a whole day.
            and self.opening(day) < self.closing(day)
        )

    def opening(self, day: date) -> datetime:
        return instant(day, self.opens, self.tz)

    def closing(self, day: date) -> datetime:
        return instant(day, self.closes, self.tz, last=True)

    def working_days(self, first: date) -> Iterator[date]:
        """Give the working days from `first` on, itself included if it is one.

        Raises NeverWorks where none comes, other than for a long list of days off.
        """
        day, pause, last_off = first, 0, max(self.days_off, default=date.min)
        while pause < LONGEST_PAUSE:
            if self.works_on(day):
                pause = 0
                yield day
            elif day > last_off:
                pause += 1
            day += DAY
        raise NeverWorks(self)

    def closures(self, first: date, until: date) -> Iterator[tuple[date, str]]:
        """Give the days of work lost between two days, each with its holiday's name.

        The name of a day that the team took off itself is empty.
        """
        for number in range((until - first).days):
            day = first + number * DAY
            if day.weekday() not in self.weekdays:
                continue
            if day in self.days_off or is_holiday(self.country, day):
                yield day, holidays_of(self.country, day.year).get(day, "")

    def add(self, start: datetime, span: timedelta) -> datetime:
        """Give the moment at which `span` of working time has gone by since `start`."""
        left = span
        for day in self.working_days(self.day_of(start)):
            begin, end = max(self.opening(day), start), self.closing(day)
            if begin > end:
                continue
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise AssertionError("working days never end")  # pragma: no cover

    def end_of_working_day(self, start: datetime, number: int) -> datetime:
        """Give the end of the `number`th working day after the day of `start`."""
        days = self.working_days(self.day_of(start) + DAY)
        return self.closing(next(islice(days, number - 1, None)))

    def end_of_next_sprints_first_day(self, start: datetime) -> datetime:
        """Give the end of the first working day of the sprint after that of `start`."""
        begin = self.next_sprint(self.day_of(start))
        return self.closing(next(self.working_days(begin)))

    def next_sprint(self, day: date) -> date:
        """Give the first day of the sprint after the one that `day` lies in."""
        length = self.sprint_weeks * WEEK
        return self.sprint_anchor + ((day - self.sprint_anchor) // length + 1) * length

    def _week(self) -> str:
        """Say the weekdays, neighbours as "Mon–Fri"."""
        ranked = enumerate(sorted(self.weekdays))
        parts = []
        for _gap, run in groupby(ranked, key=lambda pair: pair[1] - pair[0]):
            names = [str(WEEKDAYS_ABBR[day]) for _rank, day in run]
            long = len(names) > 2
            parts += [f"{names[0]}–{names[-1]}"] if long else names
        return ", ".join(parts)


BUILT_IN = WorkingTime()


def instant(
    day: date, wall: time, tz: zoneinfo.ZoneInfo, *, last: bool = False
) -> datetime:
    """Give the moment a clock on the wall shows this time.

    A time that the clocks skip is the moment they skip it; one that they show twice
    is the first of both, or the last.
    """
    naive = datetime.combine(day, wall)
    first = naive.replace(tzinfo=tz, fold=0).astimezone(UTC)
    second = naive.replace(tzinfo=tz, fold=1).astimezone(UTC)
    if second < first:  # skipped: fold=0 lies as far after the gap as it was wished
        return _moment_of_change(second, first, tz)
    return second if last else first


def _moment_of_change(
    before: datetime, after: datetime, tz: zoneinfo.ZoneInfo
) -> datetime:
    """Find, between two moments, the one at which the offset of the zone changes."""
    before = before.replace(microsecond=0)
    offset = before.astimezone(tz).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        moved = before + timedelta(seconds=middle)
        low, high = (
            (middle, high)
            if moved.astimezone(tz).utcoffset() == offset
            else (low, middle)
        )
    return before + timedelta(seconds=high)


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int) -> Mapping[date, str]:
    """Give the public holidays of a year, with their names in English where known."""
    if not country:
        return {}
    import holidays  # a third of a second that few processes need

    code, _dash, part = country.partition("-")
    return dict(
        holidays.country_holidays(
            code, subdiv=part or None, years=year, language="en_US"
        )
    )


def is_holiday(country: str, day: date) -> bool:
    return day in holidays_of(country, day.year)


@lru_cache(maxsize=1)
def known_countries() -> frozenset[str]:
    """Give every code of a country, and of a part of one, whose holidays are known."""
    import holidays

    parts = holidays.list_supported_countries(include_aliases=False)
    return frozenset(parts) | {
        f"{country}-{part}" for country, names in parts.items() for part in names
    }
