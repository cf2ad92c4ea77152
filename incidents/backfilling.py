"""Reading what happened long ago: one time after the other, or lines as pasted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from incidents.choices import Kind
from incidents.entry_times import Reader, UnclearTime

MOST_LINES = 500
# From its start on, a bare time occurs once within this span.
A_DAY = timedelta(hours=23, minutes=59)
SEPARATOR = r"(?:\s*[-–—|;,:]\s+|\s+)"
DAY = r"(?:(?:\d{4}-\d{2}-\d{2}T?|today|yesterday)[\s,]*)?"


@dataclass(frozen=True)
class PastEntry:
    """An entry to be written at its own time; `field` is where it was typed."""

    at: datetime
    kind: str
    text: str
    field: str = ""


@dataclass(frozen=True)
class Misread:
    """A line that says no time or no text, or a time that cannot be read."""

    line: int
    sentence: str


def reader_from(reader: Reader, known: list[datetime]) -> Reader:
    """Read bare times from the first known moment on, rather than as the latest past.

    What goes on for more than a day is read inside its span; there the day is asked
    for where a time occurs twice.
    """
    if not known:
        return reader
    start, end = min(known), max(known)
    end = end if end - start > A_DAY else min(start + A_DAY, reader.now)
    return replace(reader, span=(start, max(start, end)))


def read_lines(text: str, reader: Reader) -> Iterator[PastEntry | Misread]:
    """Read lines such as `14:02 Rolled back`, each an entry of its own."""
    pattern = _pattern(reader.zone, reader.now)
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = pattern.match(line.strip())
        if match is None:
            sentence = _("begin it with a time, such as 14:02 Rolled back.")
            yield Misread(number, sentence)
            continue
        try:
            at = reader.read(match["time"])
        except UnclearTime as question:
            yield Misread(number, str(question))
        else:
            yield PastEntry(at, Kind.NOTE, match["text"].strip(), "pasted")


def _pattern(zone: ZoneInfo, now: datetime) -> re.Pattern[str]:
    """Take as the name of a zone only what is one here: `14:02 CDN down` has none."""
    midyear = (datetime(now.year, month, 1, tzinfo=UTC) for month in (1, 7))
    names = {str(each.astimezone(zone).tzname()) for each in midyear}
    zones = "|".join(map(re.escape, sorted({"Z", "UTC", "GMT", *names})))
    named = rf"(?:\s*(?:{zones}|[+-]\d{{2}}:?\d{{2}})(?=\W))?"
    time = rf"(?P<time>{DAY}\d{{1,2}}[:.]\d{{2}}(?::\d{{2}})?{named})"
    return re.compile(rf"{time}{SEPARATOR}(?P<text>\S.*)", re.IGNORECASE)
