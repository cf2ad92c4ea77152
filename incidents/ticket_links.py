"""A ticket by the key people call it, read off its address: OPS-12, payments#34.

How each tracker writes its addresses is data, in `ticket_patterns.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from urllib.parse import unquote, urlsplit

import yaml

# What has a meaning in Markdown, at the start of a line or inside it.
SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")
LONGEST_KEY = 60


@dataclass(frozen=True)
class Pattern:
    tracker: str
    address: re.Pattern[str]
    key: str


@dataclass(frozen=True)
class Ticket:
    """A ticket's address, and its short name; `tracker` is empty where unknown."""

    url: str
    key: str
    tracker: str = ""

    @property
    def markdown(self) -> str:
        """Give the link as Markdown, in which the key says nothing but itself."""
        # Between angle brackets an address ends only at one of these.
        address = self.url.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
        key = SPECIAL.sub(r"\\\1", self.key)
        return f"[{key}](<{address}>)"


@lru_cache(maxsize=1)
def patterns() -> tuple[Pattern, ...]:
    """Give the package's patterns, in the order in which they are tried."""
    text = resources.files("incidents").joinpath("ticket_patterns.yaml").read_text()
    return tuple(
        Pattern(each["tracker"], re.compile(each["address"]), each["key"])
        for each in yaml.safe_load(text)
    )


def ticket_at(url: str) -> Ticket | None:
    """Name the ticket at an address; an unknown one by its host, none by nothing."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return Ticket(url, url[:LONGEST_KEY])
    query = f"?{parts.query}" if parts.query else ""
    address = unquote(f"{host}{parts.path.rstrip('/')}{query}")
    for pattern in patterns():
        if match := pattern.address.match(address):
            key = " ".join(pattern.key.format(**match.groupdict()).split())
            return Ticket(url, key[:LONGEST_KEY], pattern.tracker)
    return Ticket(url, host or url[:LONGEST_KEY])
