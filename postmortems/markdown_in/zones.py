"""The zones of times as people write them: offsets, abbreviations and names."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

MOST_HOURS = 14
HOURS: dict[str, float] = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "SAST": 2, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "BRT": -3,
    "JST": 9, "KST": 9, "SGT": 8, "HKT": 8, "AWST": 8, "ACST": 9.5, "ACDT": 10.5,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
# British or Bangladeshi, Indian, Irish or Israeli, American, Chinese or Cuban …
SHARED = frozenset(
    {"BST", "IST", "CST", "AST", "ECT", "SST", "GST", "AMT", "CT", "WST"}
)
REGIONS: dict[str, str] = {
    "ET": "America/New_York",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "CET/CEST": "Europe/Berlin",
    "CEST/CET": "Europe/Berlin",
    "EST/EDT": "America/New_York",
    "EDT/EST": "America/New_York",
    "MST/MDT": "America/Denver",
    "PST/PDT": "America/Los_Angeles",
    "PDT/PST": "America/Los_Angeles",
    "GMT/BST": "Europe/London",
    "BST/GMT": "Europe/London",
}
SPOKEN: dict[str, str] = {
    "eastern time": "ET",
    "mountain time": "MT",
    "pacific time": "PT",
    "central european time": "CET",
    "coordinated universal time": "UTC",
    "universal time": "UTC",
}
NAMES = sorted({*HOURS, *SHARED, *REGIONS}, key=len, reverse=True)
NAME = "|".join(re.escape(name) for name in NAMES)
OFFSET = r"(?:UTC|GMT)?[ ]?[+\-−]\d{1,2}(?::?[0-5]\d)?"
# After a time: an offset needs its minutes there, or UTC before it.
ZONE = re.compile(
    rf"(?P<open>[(\[]?)(?P<name>(?:UTC|GMT)[ ]?[+\-−]\d{{1,2}}(?::?[0-5]\d)?"
    rf"|[+\-−]\d{{2}}:?[0-5]\d(?!\d)|(?:{NAME}|utc|z)(?![A-Za-z/\d]))[)\]]?"
)
IANA = re.compile(r"\b(?:[A-Z][A-Za-z]+)(?:/[A-Z][A-Za-z_]+){1,2}\b")
IN_TEXT = re.compile(
    rf"(?<!\w)(?:(?:UTC|GMT)[ ]?[+\-−]\d{{1,2}}(?::?[0-5]\d)?|{NAME})(?!\w)"
)


def zone_of(name: str) -> tzinfo | None:
    """Give the zone of a name; None where it is unknown or stands for several."""
    name = name.strip().replace("−", "-")
    upper = SPOKEN.get(name.lower(), name.upper())
    if upper in HOURS:
        return _fixed(HOURS[upper])
    if region := REGIONS.get(upper):
        return ZoneInfo(region)
    found = re.fullmatch(r"(?:UTC|GMT)? ?([+-])(\d{1,2}):?([0-5]\d)?", upper)
    if found:
        hours = int(found[2]) + int(found[3] or 0) / 60
        return _fixed(hours if found[1] == "+" else -hours)
    return iana(name)


def iana(name: str) -> tzinfo | None:
    """Give the zone that the list of zones has under this very name."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def is_shared(name: str) -> bool:
    return name.upper() in SHARED


def zone_names(text: str) -> list[str]:
    """List the zones that a heading or a sentence names, each once."""
    names = [each[0] for each in IANA.finditer(text) if iana(each[0])]
    text = IANA.sub(lambda found: "" if iana(found[0]) else found[0], text)
    names += [each[0] for each in IN_TEXT.finditer(text)]
    low = text.lower()
    names += [short for spoken, short in SPOKEN.items() if spoken in low]
    return list(dict.fromkeys(names))


def _fixed(hours: float) -> tzinfo | None:
    if abs(hours) > MOST_HOURS:
        return None
    return timezone(timedelta(hours=hours)) if hours else UTC
