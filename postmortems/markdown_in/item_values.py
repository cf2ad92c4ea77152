"""Reads single values of an action item: its date, ticket, priority and state."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from incidents.choices import Horizon, ItemKind, ItemStatus, Priority
from postmortems.markdown_in.chronology import Notes, nearest
from postmortems.markdown_in.inline import squeezed
from postmortems.markdown_in.times import MONTHS, leading

SLASHED = re.compile(r"(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
BEFORE_DAY = re.compile(r"(?:by|due|on|until|before|eta|end of)\b[:\s]*", re.IGNORECASE)
KEY = re.compile(r"(?<![\w/-])[A-Z][A-Z0-9_]{1,15}-\d{1,7}(?![\w-])")
NUMBER = re.compile(r"(?<![\w/&#])(?:[\w.-]{1,40}/[\w.-]{1,60}|GH|gh)?#\d{1,7}(?!\w)")
ADDRESS = re.compile(r"https?://[^\s<>()\[\]|\"]+")
LINKED = re.compile(r"\[(?P<text>[^\[\]\n]*+)\]\((?P<address>https?://[^()\s]*+)\)")
CODE = re.compile(r"(?<![\w-])P(?P<rank>\d)(?![\w-])", re.IGNORECASE)
NO_WORD = re.compile(r"[\W_]+")
# Keys that look like a ticket and are none.
NO_TICKET = re.compile(r"(?:SEV|UTF|ISO|SHA|RFC|CVE|HTTP|TLS|AES|P)-\d", re.IGNORECASE)
PRIORITIES: dict[str, int] = {
    "highest": Priority.P0, "critical": Priority.P0, "blocker": Priority.P0,
    "urgent": Priority.P0, "high": Priority.P1, "major": Priority.P1,
    "important": Priority.P1, "medium": Priority.P2, "normal": Priority.P2,
    "moderate": Priority.P2, "med": Priority.P2, "low": Priority.P3,
    "lowest": Priority.P3, "minor": Priority.P3, "trivial": Priority.P3,
}  # fmt: skip
STATES: dict[str, str] = {
    **dict.fromkeys(
        (
            "open", "todo", "to do", "new", "backlog", "planned", "not started",
            "pending", "proposed", "accepted", "no", "outstanding",
        ),
        ItemStatus.OPEN,
    ),
    **dict.fromkeys(
        ("in progress", "started", "doing", "ongoing", "wip", "in review", "review",
         "active", "blocked"),
        ItemStatus.IN_PROGRESS,
    ),
    **dict.fromkeys(
        ("done", "closed", "completed", "complete", "finished", "fixed", "resolved",
         "implemented", "merged", "shipped", "deployed", "yes"),
        ItemStatus.DONE,
    ),
    **dict.fromkeys(
        ("dropped", "wontfix", "won t fix", "won t do", "cancelled", "canceled",
         "rejected", "obsolete", "duplicate", "declined"),
        ItemStatus.DROPPED,
    ),
}  # fmt: skip
KINDS: dict[str, str] = {
    **dict.fromkeys(
        ("prevent", "prevention", "preventive", "preventative", "fix", "repair"),
        ItemKind.PREVENT,
    ),
    **dict.fromkeys(
        ("detect", "detection", "monitoring", "alerting", "observability"),
        ItemKind.DETECT,
    ),
    **dict.fromkeys(
        ("mitigate", "mitigation", "mitigative", "containment", "response"),
        ItemKind.MITIGATE,
    ),
    **dict.fromkeys(
        ("process", "documentation", "docs", "training", "other", "communication"),
        ItemKind.PROCESS,
    ),
}
HORIZONS: tuple[tuple[str, str], ...] = (
    ("short", Horizon.SHORT),
    ("immediate", Horizon.SHORT),
    ("quick", Horizon.SHORT),
    ("long", Horizon.LONG),
    ("medium term", Horizon.LONG),
    ("strategic", Horizon.LONG),
    ("monitoring", Horizon.MONITORING),
    ("alerting", Horizon.MONITORING),
)
LONGEST_DAY, CENTURY = 60, 2000
A_WHILE = timedelta(days=60)


@dataclass(frozen=True)
class Days:
    """Reads days: in which order month and day stand, and of which year."""

    month_first: bool | None
    day: date | None
    notes: Notes

    @classmethod
    def of(cls, lines: Iterable[str], day: date | None, notes: Notes) -> Days:
        """See what 03/04/2026 means by those that can mean one thing only."""
        pairs = [
            (int(found[1]), int(found[3]))
            for line in lines
            for found in SLASHED.finditer(line)
        ]
        month_first = any(two > 12 >= one for one, two in pairs)
        day_first = any(one > 12 >= two for one, two in pairs)
        return cls(month_first if month_first != day_first else None, day, notes)

    def read(self, text: str) -> date | None:
        """Read a text that is a day and nothing else."""
        text = squeezed(text.strip(" ().,;[]*_`"))
        if not text or len(text) > LONGEST_DAY:
            return None
        text = BEFORE_DAY.sub("", text, count=1)
        if found := SLASHED.fullmatch(text):
            return self._slashed(text, int(found[1]), int(found[3]), int(found[4]))
        stamp = leading(text)
        if stamp is None or stamp.rest.strip(" .)("):
            return None
        if stamp.day or not stamp.yearless or self.day is None:
            return stamp.day
        due = nearest(self.day, *stamp.yearless)
        # What is due comes after the incident.
        if due and due < self.day - A_WHILE:
            due = _in_year(due, due.year + 1)
        return due

    def _slashed(self, text: str, one: int, two: int, year: int) -> date | None:
        month_first = self.month_first
        if one > 12 or two > 12:
            month_first = two > 12
        if month_first is None and one != two:
            sentence = _("“%s” can be two days: the item comes without a due date.")
            self.notes.add(sentence % text)
            return None
        month, day = (one, two) if month_first or one == two else (two, one)
        try:
            return date(year if year > 99 else CENTURY + year, month, day)
        except ValueError:
            return None


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def ticket_in(text: str) -> tuple[str, str, str]:
    """Find a ticket: its key, its address, and the words it was written with."""
    if found := LINKED.search(text):
        shown = found["text"].strip() or found["address"]
        if (
            KEY.fullmatch(shown)
            or NUMBER.fullmatch(shown)
            or is_tracker(found["address"])
        ):
            return shown, found["address"], found[0]
    if found := ADDRESS.search(text):
        address = found[0].rstrip(".,;")
        if is_tracker(address):
            return address, address, address
    for pattern in (KEY, NUMBER):
        for found in pattern.finditer(text):
            if not NO_TICKET.match(found[0]):
                return found[0], "", found[0]
    return "", "", ""


def is_tracker(address: str) -> bool:
    """Say whether an address is one of a ticket or a change, not of a document."""
    low = address.casefold()
    signs = ("/browse/", "/issues/", "/issue/", "/pull/", "/merge_requests/", "/ticket")
    return any(sign in low for sign in signs) or bool(KEY.search(address))


def priority_in(text: str) -> int | None:
    """Read a text that is a priority and nothing else."""
    word = _plain(text)
    word = (
        word.removeprefix("priority ").removesuffix(" priority").removeprefix("prio ")
    )
    if found := re.fullmatch(r"p?(\d)", word):
        return min(int(found[1]), Priority.P3)
    if found := re.fullmatch(r"p(\d) \w+|\w+ p(\d)", word):
        return min(int(found[1] or found[2]), Priority.P3)
    return PRIORITIES.get(word)


def state_in(text: str) -> str:
    """Read a text that is a state and nothing else."""
    if text.strip() in {"✅", "☑", "✔", "✓"}:
        return ItemStatus.DONE
    return STATES.get(_plain(text), "")


def kind_in(text: str) -> str:
    words = _plain(text).split()
    return next((KINDS[word] for word in words if word in KINDS), "")


def horizon_in(text: str) -> str:
    words = f" {_plain(text)} "
    return next((value for sign, value in HORIZONS if f" {sign} " in words), "")


def is_month(word: str) -> bool:
    return word.casefold().rstrip(".") in MONTHS


def _plain(text: str) -> str:
    return NO_WORD.sub(" ", text).strip().casefold()
