"""Reads moments as people write them, and what they leave out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from functools import lru_cache

from postmortems.markdown_in.zones import ZONE

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october",
            "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1970, 2100
HOURS_OF_HALF, MONTHS_OF_YEAR = 12, 12
MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
WEEKDAY = re.compile(
    r"(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday)\b\.?[ \t]*,?[ \t]*(?=[\w(\[])",
    re.IGNORECASE,
)
# The first letters of what may begin a moment without a figure.
BEGINNINGS = frozenset(
    {
        *("mon", "tue", "wed", "thu", "fri", "sat", "sun", "hh:", "xx:", "??:"),
        *(name[:3] for name in MONTHS),
    }
)
# The order counts: what says more comes first.
DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})(?!\d)",
        r"(?P<d>\d{1,2})\.[ ]?(?P<m>\d{1,2})\.[ ]?(?P<year>\d{4})(?!\d)",
        r"(?P<one>\d{1,2})(?P<mark>[/-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -]?(?:of )?{MONTH}"
        r"(?:,?[ -](?P<year>\d{4})(?!\d|:))?",
        rf"{MONTH}[ ]?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])"
        r"(?:,?[ ](?P<year>\d{4})(?!\d|:))?",
        r"(?P<one>\d{1,2})/(?P<two>\d{1,2})(?![/\d:])",
    )
)
CLOCK = re.compile(
    r"(?P<h>\d{1,2})(?:(?P<mark>[:.hH])(?P<m>[0-5]\d)(?:[:.](?P<s>[0-5]\d)"
    r"(?:[.,]\d{1,9})?)?)?(?:[ ]?(?P<half>[ap])\.?m\b\.?)?(?![\d%])(?![:.]\d)"
    r"(?![^\W\dzZ])",
    re.IGNORECASE,
)
FOUR = re.compile(r"(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?=[ ]?(?:Z|UTC|GMT)\b)")
BEFORE = re.compile(
    r"[\s\[(*_`~≈<•–—\u2190-\u21ff\u2300-\u2bff\ufe0f\U0001f000-\U0001faff-]*+(?:(?:at|on|from|since|approx(?:\.|imately)?|about|around|"
    r"ca\.?|c\.|circa)\b\.?[\s~≈*_`]*+)?",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[ \tT,@*_`]*+(?:(?:at|on)\b[ \t]*+)?", re.IGNORECASE)
# After a time: the word for hours, and how long after the start it was, in brackets.
OCLOCK = re.compile(
    r"(?:[ ]?(?:Uhr|hrs)\b\.?)?(?:[*_`]*+[ ]?\([ ]?[+T][^()\n]{1,14}\))?"
)
RANGE = re.compile(r"[ \t]*(?:[-–—→]|->|to\b|until\b|till\b)[ \t]*", re.IGNORECASE)
CLOSERS = re.compile(r"(?:[\]*_`>]|\)(?!\())*")
SEPARATOR = re.compile(r"[ \t*_`\])]*+(?:[-–—:|→>=,;]+(?=[\s*_`\[(]|$|\w)[ \t]*+)?")
UNIT = r"(?:minutes?|mins?|m|hours?|hrs?|h|seconds?|secs?|s|days?|d)"
AFTER = re.compile(
    rf"(?:(?P<t>T)[ ]?)?(?P<sign>[+\-−])[ ]?(?P<n>\d{{1,6}})"
    rf"(?::(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?|[ ]?(?P<unit>{UNIT})"
    rf"(?:[ ]?(?P<n2>\d{{1,2}})[ ]?(?P<unit2>min|m)?)?)?(?!\w|:\d)",
)
ZERO = re.compile(r"T[+-]?0+(?!\w|:\d|[ ]?(?:min|m|h)\b)")
# Written like a time, and none: what a template asks for, or a slip.
NO_CLOCK = re.compile(
    r"(?:HH|hh|XX|xx|\?\?|\d{1,2}):(?:MM|mm|XX|xx|\?\?|\d{2})(?![\w:])"
)
DRAWN = re.compile(r"^[^\w\[(~+]+")
LONGEST_LOOKED_AT = 120


@dataclass(frozen=True)
class Stamp:
    """What is written of a moment: any part of it may be missing."""

    words: str = ""
    day: date | None = None
    # A day without its year: (month, day).
    yearless: tuple[int, int] | None = None
    clock: time | None = None
    until: time | None = None
    until_day: date | None = None
    zone: str = ""
    after: timedelta | None = None
    # Written like a moment, but none, or more than one.
    is_unclear: bool = False
    rest: str = field(default="", compare=False)

    @property
    def is_day(self) -> bool:
        """Say whether a day is meant, and no time of it."""
        return self.clock is None and bool(self.day or self.yearless)

    @property
    def says_when(self) -> bool:
        return bool(self.clock or self.after is not None or self.is_unclear)


def leading(text: str) -> Stamp | None:
    """Read the moment that a text begins with, if it begins with one."""
    # The same points are looked at more than once.
    return _cached(text) if len(text) <= LONGEST_LOOKED_AT else _leading(text)


def _leading(text: str) -> Stamp | None:
    head = text[:LONGEST_LOOKED_AT]
    start = BEFORE.match(head)
    at = start.end() if start else 0
    for begin in dict.fromkeys((at, len(head) - len(head.lstrip("[(*_`~ \t")))):
        read = _relative(head, begin) or _absolute(head, begin)
        if read:
            stamp, end = read
            if stamp.clock and (more := OCLOCK.match(head, end)):
                end = more.end()
            if closing := CLOSERS.match(head, end):
                end = closing.end()
            after = SEPARATOR.match(head, end)
            rest = text[after.end() if after else end :].strip()
            if rest.startswith("**") and text.lstrip().startswith("**"):
                rest = rest[2:].lstrip(" :–—-")
            return replace(stamp, words=text[:end].strip(" *_`"), rest=rest)
    return None


_cached = lru_cache(maxsize=1024)(_leading)


def heading_stamp(heading: str) -> Stamp | None:
    """Read the moment a heading begins with, whatever is drawn before it."""
    return leading(DRAWN.sub("", heading))


def is_time(text: str) -> bool:
    """Say whether a text is a moment and nothing else."""
    stamp = leading(text)
    return stamp is not None and not stamp.rest.strip(" .()")


def _relative(text: str, at: int) -> tuple[Stamp, int] | None:
    if text[at : at + 1] not in {"T", "+", "-", "−"}:
        return None
    if found := ZERO.match(text, at):
        return Stamp(after=timedelta()), found.end()
    found = AFTER.match(text, at)
    if not found or not (found["t"] or found["unit"] or found["m"]):
        return None
    if not found["t"] and found["sign"] != "+":
        return None
    after = _length(int(found["n"]), found["unit"] or "")
    if found["m"]:
        seconds = int(found["s"] or 0)
        after = timedelta(hours=int(found["n"]), minutes=int(found["m"]))
        after += timedelta(seconds=seconds)
    elif found["n2"]:
        after += timedelta(minutes=int(found["n2"]))
    return Stamp(after=after if found["sign"] == "+" else -after), found.end()


def _length(count: int, unit: str) -> timedelta:
    """A bare count after T means minutes."""
    units = {"h": "hours", "s": "seconds", "d": "days"}
    return timedelta(**{units.get(unit[:1].lower(), "minutes"): count})


def _absolute(text: str, at: int) -> tuple[Stamp, int] | None:
    if not text[at : at + 1].isdigit() and text[at : at + 3].lower() not in BEGINNINGS:
        return None
    if found := WEEKDAY.match(text, at):
        at = found.end()
    stamp, end = Stamp(), at
    has_day = has_clock = False
    for _turn in range(2):
        if not has_day and (day := _day(text, at)):
            has_day = True
            stamp, end = _with_day(stamp, day[0]), day[1]
        elif not has_clock and (clock := _clock(text, at)):
            has_clock = True
            stamp, end = _with_clock(stamp, text, clock)
        else:
            break
        between = BETWEEN.match(text, end)
        at = between.end() if between else end
        if found := WEEKDAY.match(text, at):
            at = found.end()
        if stamp.clock and text[end : end + 1] == ")":
            break
    said = stamp.says_when or stamp.is_day
    return (stamp, end) if said else None


def _with_day(stamp: Stamp, day: date | tuple[int, int] | None) -> Stamp:
    if day is None:
        return replace(stamp, is_unclear=True)
    if isinstance(day, date):
        return replace(stamp, day=day)
    return replace(stamp, yearless=day)


def _with_clock(
    stamp: Stamp, text: str, found: tuple[time | None, int]
) -> tuple[Stamp, int]:
    """Add a time, the end of a range after it, and the zone of both."""
    clock, end = found
    stamp = replace(stamp, clock=clock, is_unclear=clock is None or stamp.is_unclear)
    stamp, end = _with_zone(stamp, text, end)
    if dash := RANGE.match(text, end):
        at, day = dash.end(), _day(text, dash.end())
        if day and isinstance(day[0], date) and (gap := BETWEEN.match(text, day[1])):
            at = gap.end()
        else:
            day = None
        until = _clock(text, at)
        if until and until[0]:
            last = day[0] if day and isinstance(day[0], date) else None
            stamp = replace(stamp, until=until[0], until_day=last)
            stamp, end = _with_zone(stamp, text, until[1])
    return stamp, end


def _with_zone(stamp: Stamp, text: str, at: int) -> tuple[Stamp, int]:
    space = at + (text[at : at + 1] == " ")
    found = ZONE.match(text, space)
    if not found or (space == at and found["name"][0] == "("):
        return stamp, at
    return replace(stamp, zone=found["name"]), found.end()


def _day(text: str, at: int) -> tuple[date | tuple[int, int] | None, int] | None:
    """Read a day; None in its place where it is none, or could be two."""
    for pattern in DATES:
        found = pattern.match(text, at)
        if not found:
            continue
        parts = found.groupdict()
        year = int(parts["year"]) if parts.get("year") else None
        if parts.get("one"):
            pair = _ordered(int(parts["one"]), int(parts["two"]))
            if pair is None:
                return None, found.end()
            month, day = pair
        else:
            named = parts.get("month")
            month = MONTHS[named.lower()] if named else int(parts["m"])
            day = int(parts["d"])
        return _checked(year, month, day), found.end()
    return None


def _ordered(one: int, two: int) -> tuple[int, int] | None:
    """Tell month and day apart where only one order is possible."""
    if one == two or one <= MONTHS_OF_YEAR < two:
        return one, two
    return (two, one) if two <= MONTHS_OF_YEAR < one else None


def _checked(year: int | None, month: int, day: int) -> date | tuple[int, int] | None:
    try:
        found = date(year or 2000, month, day)
    except ValueError:
        return None
    if year is None:
        return month, day
    return found if FIRST_YEAR <= year <= LAST_YEAR else None


def _clock(text: str, at: int) -> tuple[time | None, int] | None:
    """Read a time of day; None in its place where there is no such time."""
    if found := FOUR.match(text, at):
        return time(int(found["h"]), int(found["m"])), found.end()
    found = CLOCK.match(text, at)
    if not found or not (found["m"] or found["half"]):
        wrong = NO_CLOCK.match(text, at)
        return (None, wrong.end()) if wrong else None
    hour, half = int(found["h"]), (found["half"] or "").lower()
    if found["mark"] == "." and len(found["h"]) == 1 and not half:
        return None
    if half:
        if not 1 <= hour <= HOURS_OF_HALF:
            return None, found.end()
        hour = hour % HOURS_OF_HALF + (HOURS_OF_HALF if half == "p" else 0)
    try:
        clock = time(hour, int(found["m"] or 0), int(found["s"] or 0))
    except ValueError:
        return None, found.end()
    return clock, found.end()
