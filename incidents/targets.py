"""How long something may take, as playbooks say it: parse it, print it, date it.

A `Target` is a small value. `due` turns it into a moment, with the calendar that
counts; minutes, hours, days and weeks are elapsed time, the others working time.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum

from incidents.durations import HOUR, MINUTE
from incidents.working_time import BUILT_IN, WorkingTime, instant

LONGEST = timedelta(days=3660)
# About a year of work: longer ones are walked through day by day.
LONGEST_WORK = 2_000 * HOUR
MOST_COUNTED = 999
# People say “48 h” and “72 h”, and “4 days” from there on.
FEW_DAYS = timedelta(days=4)


class How(StrEnum):
    ELAPSED = "elapsed"
    BUSINESS = "business"
    IMMEDIATE = "immediate"
    MONTHS = "months"
    WORKING_DAYS = "working days"
    NEXT_SPRINT = "next sprint"
    DAILY = "daily"
    STATED = "stated"


class NotATarget(ValueError):
    """A text that names no span; says what to write instead."""


EXAMPLES = (
    "immediate",
    "immediate (at most 5 min)",
    "15 min",
    "1 h 30 min",
    "24 h",
    "1 h in business hours",
    "2 days",
    "1 week",
    "1 month",
    "next business day",
    "3 working days",
    "next sprint",
    "daily",
    "stated in each update",
)
UNITS = {"min": MINUTE, "h": HOUR, "day": 24 * HOUR, "week": 168 * HOUR}
_AMOUNT = re.compile(r"(?P<number>[0-9]{1,6}) (?P<unit>min|h|days?|weeks?)\b")
_COUNTED = re.compile(r"(?P<number>[0-9]{1,6}) (?P<unit>months?|working days?)")
_BOUNDED = re.compile(r"immediate \(at most (?P<bound>.+)\)")
BUSINESS_HOURS = " in business hours"
FIXED = {
    "immediate": How.IMMEDIATE,
    "next sprint": How.NEXT_SPRINT,
    "daily": How.DAILY,
    "stated in each update": How.STATED,
}
# What people write, and the form nearest to it; N stands for a number.
_FORMS = {
    **{re.sub("[0-9]+", "N", example): "" for example in EXAMPLES},
    "N days in business hours": "N working days",
    "N min in business hours": "",
    "N months": "",
    "N weeks": "",
    "N minutes": "N min",
    "N m": "N min",
    "N hours": "N h",
    "N hours N minutes": "N h N min",
    "N d": "N days",
    "N w": "N weeks",
    "N business days": "N working days",
    "N business hours": "N h in business hours",
    "N working hours": "N h in business hours",
    "N minutes in business hours": "N min in business hours",
    "N hours in business hours": "N h in business hours",
    "next working day": "next business day",
    "immediately": "immediate",
    "at once": "immediate",
    "every day": "daily",
    "every N minutes": "N min",
    "N s": "1 min",
    "N seconds": "1 min",
}


@dataclass(frozen=True)
class Target:
    """A span that a playbook allows.

    `span` belongs to elapsed and business time and is the bound of "immediate";
    `count` to months and working days. Weeks are 7 days of 24 hours, and so are days.
    """

    how: How
    span: timedelta = timedelta()
    count: int = 0

    def __post_init__(self) -> None:
        """Refuse what could not be printed and read again."""
        longest = {
            How.ELAPSED: LONGEST,
            How.IMMEDIATE: LONGEST,
            How.BUSINESS: LONGEST_WORK,
        }.get(self.how, timedelta())
        counted = self.how in {How.MONTHS, How.WORKING_DAYS}
        if self.span < timedelta() or self.span % MINUTE:
            raise NotATarget("targets are whole minutes.")
        if self.span > longest:
            days = self.how != How.BUSINESS
            raise NotATarget(f"the longest is {_print(longest, days=days)}.")
        if counted != bool(self.count) or not 0 <= self.count <= MOST_COUNTED:
            raise NotATarget(f"count from 1 to {MOST_COUNTED}.")

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read a target as it is printed, or raise NotATarget."""
        words = " ".join(text.split()).lower()
        try:
            return cls._read(words)
        except NotATarget as error:
            reason = str(error) or _advice(words)
            shown = text if len(text) <= 60 else text[:59] + "…"
            raise NotATarget(f"“{shown}” is no target: {reason}") from None

    @classmethod
    def _read(cls, words: str) -> Target:
        if words in FIXED:
            return cls(FIXED[words])
        if words == "next business day":
            return cls(How.WORKING_DAYS, count=1)
        if bounded := _BOUNDED.fullmatch(words):
            if bound := _amount(bounded["bound"]):
                return cls(How.IMMEDIATE, bound)
            raise NotATarget("“at most” begins at 1 min.")
        # A day of business hours could be 24 of them, or those of one day.
        if words.endswith(BUSINESS_HOURS) and not re.search("day|week", words):
            return cls(How.BUSINESS, _amount(words.removesuffix(BUSINESS_HOURS)))
        if counted := _COUNTED.fullmatch(words):
            how = How.MONTHS if counted["unit"].startswith("m") else How.WORKING_DAYS
            return cls(how, count=int(counted["number"]))
        return cls(How.ELAPSED, _amount(words))

    def __str__(self) -> str:
        if self.how == How.ELAPSED:
            return _print(self.span)
        if self.how == How.BUSINESS:
            return _print(self.span, days=False) + BUSINESS_HOURS
        if self.how == How.IMMEDIATE and self.span:
            return f"immediate (at most {_print(self.span)})"
        if self.how == How.MONTHS:
            return f"{self.count} month{'s' if self.count > 1 else ''}"
        if self.how == How.WORKING_DAYS:
            one = self.count == 1
            return "next business day" if one else f"{self.count} working days"
        return next(words for words, how in FIXED.items() if how == self.how)

    @property
    def needs_calendar(self) -> bool:
        """Whether a calendar's hours, days, sprints or zone have a part in the date."""
        return self.how in {
            How.BUSINESS,
            How.WORKING_DAYS,
            How.NEXT_SPRINT,
            How.MONTHS,
        }

    @property
    def is_countdown(self) -> bool:
        """Whether readers can add it to the time, without anybody's calendar."""
        return self.how == How.DAILY or (self.how == How.ELAPSED and bool(self.span))

    @property
    def grace(self) -> timedelta:
        """How long after it is due it counts as missed.

        "Immediate" without a bound is due as it begins, which nobody could meet.
        """
        return MINUTE if self.how == How.IMMEDIATE and not self.span else timedelta()

    def due(self, start: datetime, calendar: WorkingTime = BUILT_IN) -> datetime | None:
        """Give the moment it is due, or None where each update states the next.

        Raises OverflowError past the year 9999, and NeverWorks where the calendar does.
        """
        if self.how == How.STATED:
            return None
        start = start.astimezone(UTC)  # elsewhere sums are those of a wall clock
        if self.how == How.BUSINESS:
            return calendar.add(start, self.span)
        if self.how == How.WORKING_DAYS:
            return calendar.end_of_working_day(start, self.count)
        if self.how == How.NEXT_SPRINT:
            return calendar.end_of_next_sprints_first_day(start)
        if self.how == How.MONTHS:
            return _months_later(start, self.count, calendar)
        if self.how == How.DAILY:
            return start + 24 * HOUR
        return start + self.span


def _amount(words: str) -> timedelta:
    """Add up "1 h 30 min"; units come once each, the larger first."""
    span, rest, smallest = timedelta(), words, LONGEST
    while match := _AMOUNT.match(rest):
        unit = UNITS[match["unit"].rstrip("s")]
        if unit >= smallest:
            break
        span, smallest = span + int(match["number"]) * unit, unit
        rest = rest[match.end() :].removeprefix(" ")
    if rest or not words:  # the reason is found by `_advice`
        raise NotATarget
    return span


def _advice(words: str) -> str:
    """Name the target that was likely meant, or an example of each."""
    numbers = re.findall("[0-9]+", words[:60])
    masked = re.sub("[0-9]+", "N", words[:60])
    for near in get_close_matches(masked, _FORMS, n=5, cutoff=0.6):
        form = _FORMS[near] or near
        if near.count("N") != len(numbers):
            continue
        for number in numbers:
            form = form.replace("N", number, 1)
        try:
            return f"write “{Target._read(form)}”."
        except NotATarget:
            continue
    return f"write one such as {', '.join(EXAMPLES)}."


def _print(span: timedelta, *, days: bool = True) -> str:
    """Print whole weeks as weeks, whole days from four on as days, else hours."""
    if days and span and not span % UNITS["week"]:
        number = span // UNITS["week"]
        return f"{number} week{'s' if number > 1 else ''}"
    if days and span >= FEW_DAYS and not span % UNITS["day"]:
        return f"{span // UNITS['day']} days"
    hours, minutes = span // HOUR, span % HOUR // MINUTE
    parts = [f"{hours} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def _months_later(start: datetime, count: int, working: WorkingTime) -> datetime:
    """Give the same day and hour of a later month, else that hour of its last day."""
    local = start.astimezone(working.tz)
    months = local.month - 1 + count
    year, month = local.year + months // 12, months % 12 + 1
    if year > MAXYEAR:
        raise OverflowError("no calendar goes that far")
    last = monthrange(year, month)[1]
    day = local.date().replace(year=year, month=month, day=min(local.day, last))
    return instant(day, local.time(), working.tz, last=bool(local.fold))
