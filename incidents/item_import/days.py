"""Days as people and programs write them, and which order a column keeps to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from incidents.item_dates import FIRST_YEAR, LAST_YEAR
from incidents.item_import.columns import shown

MONTHS = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
# Nothing longer is a day, and patterns should not be tried on what is.
LONGEST_DAY = 40
TIME = re.compile(r"(?:[T ,]+\d{1,2}:\d{2}.*)$", re.IGNORECASE)
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})")
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
DAY_NAMED = re.compile(r"(\d{1,2})\.?[ /-]([a-z]{3,9})\.?,?[ /-](\d{4}|\d{2})", re.I)
NAMED_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.I)
MONTHS_OF_A_YEAR = 12


class Unfit(Exception):
    """A cell that cannot be taken, with the sentence that says what to write."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Order:
    """Whether days such as 03/04/2026 begin with the month, as far as it is proven."""

    month_first: str = ""
    day_first: str = ""

    @classmethod
    def of(cls, cells: Iterable[str]) -> Order:
        """Look for the days of a column that can only be read one way."""
        month_first = day_first = ""
        for cell in cells:
            if found := SLASHED.fullmatch(_without_time(cell)):
                first, second = int(found[1]), int(found[2])
                if second > MONTHS_OF_A_YEAR >= first:
                    month_first = month_first or cell
                if first > MONTHS_OF_A_YEAR >= second:
                    day_first = day_first or cell
        return cls(month_first, day_first)

    @property
    def note(self) -> str:
        """Say how the days were read, where there was a choice."""
        if bool(self.month_first) == bool(self.day_first):
            return ""
        sentence = (
            _("Days such as 03/04/2026 were read month first, as %s shows.")
            if self.month_first
            else _("Days such as 03/04/2026 were read day first, as %s shows.")
        )
        return sentence % shown(self.month_first or self.day_first)

    def read(self, first: int, second: int, year: int) -> date:
        if first == second or second > MONTHS_OF_A_YEAR:
            return day_of(year, first, second)
        if first > MONTHS_OF_A_YEAR:
            return day_of(year, second, first)
        if self.month_first and not self.day_first:
            return day_of(year, first, second)
        if self.day_first and not self.month_first:
            return day_of(year, second, first)
        raise Unfit(
            self._either(day_of(year, first, second), day_of(year, second, first))
        )

    def _either(self, one: date, other: date) -> str:
        sentence = _(
            "This may be %(one)s or %(other)s: write it so, in the whole column."
        )
        if self.month_first:
            sentence = _(
                "This may be %(one)s or %(other)s, and the column has both orders: "
                "write it so, in the whole column."
            )
        return sentence % {"one": one, "other": other}


def read_day(text: str, order: Order) -> date:
    """Read a day, or raise Unfit with the way to write it."""
    day = _without_time(text)
    if found := YEAR_FIRST.fullmatch(day):
        return day_of(int(found[1]), int(found[2]), int(found[3]))
    if found := DOTTED.fullmatch(day):
        return day_of(int(found[3]), int(found[2]), int(found[1]))
    if found := SLASHED.fullmatch(day):
        return order.read(int(found[1]), int(found[2]), int(found[3]))
    if found := DAY_NAMED.fullmatch(day):
        return day_of(_year(found[3]), _month(found[2]), int(found[1]))
    if found := NAMED_DAY.fullmatch(day):
        return day_of(_year(found[3]), _month(found[1]), int(found[2]))
    sentence = _("“%s” is no day that can be read: write it as 2026-12-31.")
    raise Unfit(sentence % shown(text))


def _without_time(text: str) -> str:
    return TIME.sub("", text.strip()) if len(text) <= LONGEST_DAY else ""


def day_of(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        sentence = _("The year lies outside %(first)s to %(last)s: check it.")
        raise Unfit(sentence % {"first": FIRST_YEAR, "last": LAST_YEAR})
    try:
        return date(year, month, day)
    except ValueError:
        sentence = _("There is no such day in the calendar: write it as 2026-12-31.")
        raise Unfit(sentence) from None


def _year(text: str) -> int:
    return int(text) if len(text) > 2 else FIRST_YEAR + int(text)


def _month(text: str) -> int:
    start = text[:3].lower()
    return MONTHS.index(start) + 1 if start in MONTHS else 0
