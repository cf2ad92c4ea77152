"""Makes moments, days, durations, names and numbers of the values of a head."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from django.utils.translation import gettext as _

from postmortems.markdown_in.chronology import Chronology, Notes
from postmortems.markdown_in.front import Labelled
from postmortems.markdown_in.labels import LISTS, MOMENTS, field_of
from postmortems.markdown_in.times import Stamp, leading
from postmortems.markdown_in.writeup import WrittenField
from postmortems.markdown_in.zones import zone_names, zone_of

SPAN = re.compile(
    r"(?P<count>\d{1,6}(?:\.\d{1,3})?)[ ]?(?P<unit>days?|d|hours?|hrs?|hr|h|"
    r"minutes?|mins?|min|m|seconds?|secs?|sec|s)(?![a-zA-Z])",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[\s,]*+(?:and\b|&)?\s*+", re.IGNORECASE)
CLOCKED = re.compile(r"\(?(?P<h>\d{1,3}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?(?!\d|:)")
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
ABOUT = re.compile(
    r"(?:[~≈±]|(?:about|approximately|approx|around|circa|ca|roughly|nearly|almost|"
    r"an? estimated|estimated|rund|etwa|ungefähr|zirka)\b\.?)\s*",
    re.IGNORECASE,
)
# Not a share, not the first of a range, and not a part of a longer number or a word.
COUNT = re.compile(
    r"[<>]?\s*(?P<count>\d{1,3}(?:[ ,.’']\d{3})+|\d{1,3}\.\d{1,2}(?=\s?[a-z])|\d{1,12})"
    r"(?!\d|[.,’']\d|\s?%|\s?per ?cent\b|\s?(?:[-–—]|to\b|bis\b)\s?\d)"
    r"(?:\s?(?P<times>k|thousand|million)\b)?(?!\w)",
    re.IGNORECASE,
)
IN_UNITS = re.compile(r"\d{1,12}(?:\.\d{1,2})?")
TIMES = {"": 1, "k": 1000, "thousand": 1000, "million": 1_000_000}
NO_VALUE = frozenset({"", "-", "–", "—", "n/a", "na", "none", "tbd", "tba", "unknown"})
PLACEHOLDER = re.compile(r"\[[^\[\]]*\]|<[^<>]*>|[XYNHMD:. /-]+|_+|\.+|…")
SPLIT = re.compile(r"\s*(?:[,;\n/]|&| and )\s*")
ASIDE = re.compile(r"\s*\([^()]*\)")
# What says in a text in which zone all its times are.
SAYS_ZONE = re.compile(r"\b(?:times?|timestamps?|timeline|hours)\b", re.IGNORECASE)
LONGEST_SAYING = 200
# More of a value than this is no duration and no list of names.
LONGEST_LENGTH, MOST_NAMES = 300, 100


@dataclass
class Head:
    """What the head says that the rest is read by."""

    zone: tzinfo | None
    notes: Notes
    day: date | None = None
    fields: list[WrittenField] = field(default_factory=list)
    # Nothing names the zone: it is the caller's.
    is_assumed: bool = False

    def at(self, name: str) -> datetime | None:
        return next((each.at for each in self.fields if each.name == name), None)

    def chronology(self, zone: tzinfo | None) -> Chronology:
        return Chronology(
            zone=zone,
            notes=self.notes,
            day=self.day,
            started_at=self.at("started_at"),
            resolved_at=self.at("resolved_at"),
        )


def head_of(
    found: list[Labelled],
    said: Iterable[str],
    zone: str,
    notes: Notes,
    day: date | None = None,
) -> Head:
    """Read the values that were found; `zone` counts where nothing names another."""
    named = [(field_of(each.label, each.value) or "", each) for each in found]
    zones = [each.value for name, each in named if name == "zone"]
    found_zone, is_named = _zone(zones, said, notes)
    head = Head(found_zone, notes)
    fields = [
        WrittenField(
            name, each.label, each.value, each.source, stays=each.stays,
            names=names_of(each.value) if name in LISTS else (),
            number=number_of(each.value) if name == "users" else None,
            lasts=length_of(each.value) if name in {"duration", "downtime"} else None,
        )
        for name, each in named
    ]  # fmt: skip
    stamps = [leading(each.words) for each in fields]
    if not is_named:
        head.zone, head.is_assumed = _zone_of_head(stamps, zone)
    head.day = day or _day_of(fields, stamps)
    head.fields = _with_moments(fields, stamps, head)
    head.fields += _spans(head)
    started_at = head.at("started_at")
    if head.day is None and started_at and head.zone:
        head.day = started_at.astimezone(head.zone).date()
    return head


def _zone(
    zones: list[str], said: Iterable[str], notes: Notes
) -> tuple[tzinfo | None, bool]:
    """Find the zone that is named for all times, and whether there is one."""
    for words in zones:
        if found := zone_of(words) or said_zone([f"times {words}"], notes)[1]:
            return found, True
    names, found = said_zone(said, notes)
    return found, bool(names)


def _zone_of_head(
    stamps: list[Stamp | None], otherwise: str
) -> tuple[tzinfo | None, bool]:
    """Take the zone that all moments of the head agree on, else the caller's."""
    names = {each.zone for each in stamps if each and each.zone}
    zone = zone_of(names.pop()) if len(names) == 1 else None
    return (zone, False) if zone else (zone_of(otherwise), True)


def said_zone(lines: Iterable[str], notes: Notes) -> tuple[list[str], tzinfo | None]:
    """Find the zone that a sentence gives to all times; two zones are none."""
    for line in lines:
        if len(line) > LONGEST_SAYING or not SAYS_ZONE.search(line):
            continue
        if names := zone_names(line):
            return names, one_zone(names, notes)
    return [], None


def one_zone(names: list[str], notes: Notes) -> tzinfo | None:
    """Give the one zone of the names; where they differ, or are shared, say so."""
    zones = {str(zone): zone for name in names if (zone := zone_of(name))}
    if len(zones) == 1 and all(zone_of(name) for name in names):
        return next(iter(zones.values()))
    sentence = _(
        "The zone of the times is not certain (%s): times without one of their own are "
        "not read."
    )
    notes.add(sentence % ", ".join(names))
    return None


def _day_of(fields: list[WrittenField], stamps: list[Stamp | None]) -> date | None:
    """Find the day of the incident: its date, else that of its first moment."""
    for wanted in ("date", *MOMENTS, "duration", "reference", "title"):
        for each, stamp in zip(fields, stamps, strict=True):
            if each.name == wanted and stamp and stamp.day:
                return stamp.day
    return None


def _with_moments(
    fields: list[WrittenField], stamps: list[Stamp | None], head: Head
) -> list[WrittenField]:
    """Place the moments in the order in which they happen."""
    chronology = head.chronology(head.zone)
    read = list(fields)
    for name in MOMENTS:
        for at, (each, stamp) in enumerate(zip(fields, stamps, strict=True)):
            if each.name != name:
                continue
            moment = chronology.place(stamp)[0] if stamp else None
            read[at] = replace(each, at=moment, day=stamp.day if stamp else None)
            if stamp is None and not is_empty(each.words):
                sentence = _("“%(label)s: %(words)s” is not read: it is no moment.")
                facts = {"label": each.label, "words": each.words[:80]}
                head.notes.add(sentence % facts)
    for at, (each, stamp) in enumerate(zip(fields, stamps, strict=True)):
        if each.name in {"date", "written_on"} and stamp:
            read[at] = replace(each, day=stamp.day)
    return read


def _spans(head: Head) -> list[WrittenField]:
    """Read start and end out of a date or a duration that gives both."""
    found: list[WrittenField] = []
    for each in head.fields:
        stamp = leading(each.words) if each.name in {"date", "duration"} else None
        if (
            not stamp
            or not stamp.clock
            or (each.name == "duration" and not stamp.until)
        ):
            continue
        start, end = head.chronology(head.zone).place(stamp)
        for name, at in (("started_at", start), ("resolved_at", end)):
            if at and head.at(name) is None:
                found.append(replace(each, name=name, at=at, lasts=None, stays=True))
    return found


def length_of(text: str) -> timedelta | None:
    """Read how long something took: "1 h 8 min", "68 minutes", "01:08"."""
    text = text[:LONGEST_LENGTH]
    found = SPAN.search(text)
    if not found:
        clock = CLOCKED.match(text.strip())
        stamp = leading(text)
        if not clock or (stamp and stamp.until):
            return None
        hours, minutes = int(clock["h"]), int(clock["m"])
        return timedelta(hours=hours, minutes=minutes, seconds=int(clock["s"] or 0))
    length = timedelta()
    while found:
        unit = UNITS[found["unit"][0].lower()]
        length += timedelta(**{unit: float(found["count"])})
        after = BETWEEN.match(text, found.end())
        found = SPAN.match(text, after.end() if after else found.end())
    return length


def number_of(text: str) -> int | None:
    """Read a count, also an approximate one or one in thousands; no share, no range."""
    text = text.strip()
    begun = ABOUT.match(text)
    found = COUNT.match(text, begun.end() if begun else 0)
    if not found:
        return None
    times, count = TIMES[(found["times"] or "").lower()], found["count"]
    if IN_UNITS.fullmatch(count):
        # "1.2" alone is no number of people, nor is "1,200k" certain.
        said = Decimal(count) * times
        return int(said) if said == int(said) else None
    return None if times > 1 else int(re.sub(r"\D", "", count))


def is_about(text: str) -> bool:
    """Say whether a count is written as an approximate one."""
    return bool(ABOUT.match(text.strip()))


def names_of(text: str) -> tuple[str, ...]:
    if is_empty(text):
        return ()
    split = SPLIT.split(ASIDE.sub("", text), maxsplit=MOST_NAMES)
    parts = (part.rpartition(": ")[2] for part in split[:MOST_NAMES])
    names = (part.strip(" .*_") for part in parts)
    return tuple(name for name in names if name and not is_empty(name))


def is_empty(text: str) -> bool:
    """Say whether a value is missing, or still what a template asks for."""
    text = text.strip().casefold()
    return text in NO_VALUE or bool(PLACEHOLDER.fullmatch(text.upper()))
