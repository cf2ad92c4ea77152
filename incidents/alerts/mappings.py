"""Where in the JSON of a source what is found, and what is made of it: signals.

A mapping is stored as what differs from the one of its kind, so that what senders
change is mended in one place for all who changed nothing themselves.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping as Words
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from incidents.alerts.paths import Path, first_in, read_paths
from incidents.alerts.reading import Unreadable
from incidents.alerts.starts import OF_KIND
from incidents.changes import EARLIEST

if TYPE_CHECKING:
    from incidents.models import AlertSource

MOST_SIGNALS = 100
MOST_TITLE = 200
MOST_SUMMARY = 8_000
MOST_LINK = 500
MOST_KEY = 200
SECONDS_SAID = re.compile(r"[0-9]{9,11}(\.[0-9]+)?")
MILLISECONDS_SAID = re.compile(r"[0-9]{12,14}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
HTTP = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
PATHS = (
    *("each", "key", "title", "status", "severity"),
    *("summary", "service", "link", "started"),
)
LISTS = ("recovered", "ignored")


@dataclass(frozen=True)
class Signal:
    """What one alert says, in our words; texts are cut to what we store."""

    key: str
    title: str
    is_recovery: bool = False
    is_ignored: bool = False
    severity: str = ""
    severity_said: str = ""
    summary: str = ""
    service: str = ""
    link: str = ""
    started_at: datetime | None = None


@dataclass(frozen=True)
class Nothing:
    """An alert of which too little is said to act on it."""

    why: str


class Mapping:
    """Finds signals in bodies; made from the stored form, or raises BadPath."""

    def __init__(self, stored: Words[str, Any]) -> None:
        self._paths: dict[str, tuple[Path, ...]] = {
            name: read_paths(stored.get(name, "")) for name in PATHS
        }
        self._written = {name: stored.get(name, "") for name in PATHS}
        self._status = {
            name: {each.casefold() for each in stored.get(name, ())} for name in LISTS
        }
        self._codes: dict[str, str] = {
            word.casefold(): code for word, code in stored.get("severities", {}).items()
        }

    def signals(self, body: dict[str, Any]) -> list[Signal | Nothing]:
        """Give what the alerts in this body say, at most MOST_SIGNALS of them."""
        alerts = self._alerts(body)
        found = [self._signal(body, alert) for alert in alerts[:MOST_SIGNALS]]
        if (left := len(alerts) - MOST_SIGNALS) > 0:
            sentence = _(
                "It holds %(left)d alerts more than the %(most)d that are worked off: "
                "let the sender group them, or send fewer at once."
            )
            found.append(Nothing(sentence % {"left": left, "most": MOST_SIGNALS}))
        return found

    def _alerts(self, body: dict[str, Any]) -> list[Any]:
        if not self._paths["each"]:
            return [body]
        alerts = [e for path in self._paths["each"] for e in path.all_in(body, body)]
        if not alerts:
            sentence = _("There are no alerts at %s.")
            raise Unreadable(sentence % self._written["each"])
        return alerts

    def _signal(self, body: Any, alert: Any) -> Signal | Nothing:
        def said(name: str) -> str:
            return text_of(first_in(self._paths[name], body, alert))

        key, title = said("key"), one_line(said("title"), MOST_TITLE)
        if not key and not title:
            told = {"key": self._written["key"], "title": self._written["title"]}
            sentence = _(
                "It says neither what it is called nor what it is about: nothing "
                "stands at %(key)s, and nothing at %(title)s."
            )
            return Nothing(sentence % told)
        status, severity = said("status").casefold(), said("severity")
        return Signal(
            key=_short(key or title),
            title=title or one_line(key, MOST_TITLE),
            is_recovery=status in self._status["recovered"],
            is_ignored=status in self._status["ignored"],
            severity=self._codes.get(severity.casefold(), ""),
            severity_said=one_line(severity, MOST_TITLE),
            summary=_cut(CONTROL.sub("", said("summary")).strip(), MOST_SUMMARY),
            service=one_line(said("service"), MOST_TITLE),
            link=_link(said("link")),
            started_at=moment_of(said("started")),
        )


def mapping_of(source: AlertSource) -> Mapping:
    """Give the mapping a source is read by."""
    return Mapping(written_of(source))


def written_of(source: AlertSource) -> dict[str, Any]:
    """Give its mapping as it is written: its own parts over those of its kind."""
    return {**OF_KIND[source.kind].mapping, **source.mapping}


def text_of(value: Any) -> str:
    """Write a value as text; what has parts in one order, so that it stays a key."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def one_line(text: str, most: int) -> str:
    return _cut(" ".join(CONTROL.sub(" ", text).split()), most)


def moment_of(text: str) -> datetime | None:
    """Read a time as senders write it; None for one that means nothing."""
    try:
        if SECONDS_SAID.fullmatch(text):
            moment = datetime.fromtimestamp(float(text), UTC)
        elif MILLISECONDS_SAID.fullmatch(text):
            moment = datetime.fromtimestamp(int(text) / 1000, UTC)
        else:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        # "0001-01-01" is how some say that they do not know.
        return moment.astimezone(UTC) if moment >= EARLIEST else None
    except (ValueError, OverflowError, OSError):
        return None


def _link(text: str) -> str:
    return text if HTTP.fullmatch(text) and len(text) <= MOST_LINK else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _short(key: str) -> str:
    """Keep a key as it is, or what is unmistakably its own where it is long."""
    if len(key) <= MOST_KEY and not CONTROL.search(key):
        return key
    return hashlib.sha256(key.encode()).hexdigest()
