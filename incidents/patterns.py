"""Names that follow a pattern of the playbook: references and channels.

A pattern is text with tokens between braces, such as `INC-{YYYY}-{MM}-{DD}-{NNN}` or
`#inc-{YYYY}-{MM}-{DD}-{slug}`; it is data, and nothing in it is run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from anyascii import anyascii

from incidents.models.numbering import Counter

TOKENS = ("YYYY", "MM", "DD", "HH", "mm", "NNN", "severity", "slug")
TOKEN = re.compile(r"\{([^{}]*)\}")
NUMBER = "NNN"
LONGEST_CHANNEL = 80
LONGEST_REFERENCE = 40
# What mails and names of files can hold, whatever place it comes from.
REFERENCE = re.compile(r"[^\W_][\w./:+-]{0,39}")
NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Named:
    """A channel: its name, and whether it is this incident's alone."""

    name: str = ""
    is_own: bool = False


def tokens_of(pattern: str) -> list[str]:
    """List what stands between braces, known or not."""
    return TOKEN.findall(pattern)


def is_numbered(pattern: str) -> bool:
    """Say whether a reference by this pattern can be unique."""
    return tokens_of(pattern).count(NUMBER) == 1


def slug_of(title: str) -> str:
    """Write a title in small Latin letters, figures and hyphens."""
    return NOT_IN_A_SLUG.sub("-", anyascii(title).lower()).strip("-")


def render(pattern: str, values: Mapping[str, str]) -> str:
    """Fill in the tokens; one that is not known stays as it is."""
    return TOKEN.sub(lambda found: values.get(found[1], found[0]), pattern)


def values_at(
    local: datetime, *, severity: str = "", title: str = ""
) -> dict[str, str]:
    """Give what the tokens stand for, but the number."""
    return {
        "YYYY": f"{local:%Y}",
        "MM": f"{local:%m}",
        "DD": f"{local:%d}",
        "HH": f"{local:%H}",
        "mm": f"{local:%M}",
        "severity": severity,
        "slug": slug_of(title) or "incident",
    }


def next_reference(pattern: str, local: datetime) -> str:
    """Number an incident among those of the same day, if the pattern has the day."""
    from incidents.models import Incident

    pattern, values = _unique(pattern), values_at(local)
    while True:
        number = Counter.next(_prefix(pattern, values))
        reference = _numbered(pattern, values, number)
        # Another pattern may have led to the same one.
        if not Incident.objects.filter(reference=reference).exists():
            return reference


def coming_reference(pattern: str, local: datetime) -> str:
    """Say which reference would be next, without taking it."""
    pattern, values = _unique(pattern), values_at(local)
    last = Counter.objects.filter(prefix=_prefix(pattern, values)).first()
    return _numbered(pattern, values, last.last + 1 if last else 1)


def channel_name(pattern: str, values: Mapping[str, str]) -> str:
    """Write a channel's name, cut so that it fits with a number behind it."""
    room = LONGEST_CHANNEL - len("-9999")
    full = render(pattern, values)
    if len(full) <= room:
        return full
    spare = len(values["slug"]) - (len(full) - room)
    cut = {**values, "slug": values["slug"][: max(spare, 1)].rstrip("-")}
    return render(pattern, cut)[:room].rstrip("-")


def next_channel(pattern: str, values: Mapping[str, str]) -> str:
    """Name a channel of its own; the second of a name is told apart by -2."""
    from incidents.models import Incident

    name = channel_name(pattern, values)
    taken = Incident.objects.filter(has_own_channel=True)
    while True:
        number = Counter.next(name)
        wanted = name if number == 1 else f"{name}-{number}"
        # Another name may end in a number of its own.
        if not taken.filter(channel=wanted).exists():
            return wanted


def _unique(pattern: str) -> str:
    """Number even what was published without asking whether it can be unique."""
    return pattern if NUMBER in tokens_of(pattern) else f"{pattern}-{{{NUMBER}}}"


def _prefix(pattern: str, values: Mapping[str, str]) -> str:
    """Give what is counted: the reference without its number."""
    prefix = render(pattern, {**values, NUMBER: "#"})
    return prefix.removesuffix("#")


def _numbered(pattern: str, values: Mapping[str, str], number: int) -> str:
    return render(pattern, {**values, NUMBER: f"{number:03d}"})
