"""What the cells of a row mean: one reader for each field of an action item."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from incidents.choices import Horizon, ItemKind, ItemStatus, Priority
from incidents.item_import.columns import CONTROL, shown
from incidents.item_import.days import Unfit

# What other trackers call ours, most of them with a name of their own.
PRIORITIES: dict[str, int] = {
    "p0, 0, highest, critical, blocker, urgent, emergency": Priority.P0,
    "p1, 1, high, major, important": Priority.P1,
    "p2, 2, medium, normal, moderate, default, middle": Priority.P2,
    "p3, 3, p4, p5, 4, 5, low, lowest, minor, trivial": Priority.P3,
}
KINDS: dict[str, str] = {
    "prevent, prevention, preventive, preventative, fix": ItemKind.PREVENT,
    "detect, detection, monitoring, alerting": ItemKind.DETECT,
    "mitigate, mitigation, mitigative, containment": ItemKind.MITIGATE,
    "process, documentation, training, other": ItemKind.PROCESS,
}
HORIZONS: dict[str, str] = {
    "short, short term, immediate, quick": Horizon.SHORT,
    "long, long term, medium term, strategic": Horizon.LONG,
    "monitoring, monitor, watch": Horizon.MONITORING,
}
STATUSES: dict[str, str] = {
    "open, to do, todo, new, backlog, planned, not started, reopened, "
    "ready": ItemStatus.OPEN,
    "in progress, progress, doing, started, active, in review, review, "
    "blocked, testing": ItemStatus.IN_PROGRESS,
    "done, closed, resolved, complete, completed, finished, fixed, "
    "implemented": ItemStatus.DONE,
    "dropped, won t do, wont do, won t fix, wont fix, cancelled, canceled, rejected, "
    "duplicate, abandoned, obsolete": ItemStatus.DROPPED,
}
NO_WORD = re.compile(r"[\W_]+")
LONGEST = {"title": 200, "details": 10_000, "ticket": 500}
is_url = URLValidator(schemes=["http", "https"])


Value = TypeVar("Value")


def read_title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise Unfit(_("The title is empty: say what must change, or take the row out."))
    return _held(
        title, "title", _("Shorten it, and put the rest into a column details.")
    )


def read_details(text: str) -> str:
    return _held(text, "details", _("Shorten it, and link to the rest."))


def read_link(text: str) -> str:
    """Take a web address; a bare key leads nowhere."""
    if not text:
        return ""
    try:
        is_url(text)
        urlsplit(text)
    except (ValidationError, ValueError):
        sentence = _(
            "“%s” is no web address: write all of it, with https:// or http://."
        )
        raise Unfit(sentence % shown(text)) from None
    return _held(text, "ticket", _("Use a shorter address."))


def read_priority(text: str) -> int:
    sentence = _("“%s” is no priority: write P0 (the most urgent), P1, P2 or P3.")
    return _looked_up(PRIORITIES, text, Priority.P2, sentence)


def read_kind(text: str) -> str:
    sentence = _("“%s” is no kind: write prevent, detect, mitigate or process.")
    return _looked_up(KINDS, text, ItemKind.PREVENT, sentence)


def read_horizon(text: str) -> str:
    sentence = _("“%s” is no horizon: write short, long or monitoring.")
    return _looked_up(HORIZONS, text, Horizon.SHORT, sentence)


def read_status(text: str) -> str:
    sentence = _("“%s” is no status: write open, in progress, done or dropped.")
    return _looked_up(STATUSES, text, ItemStatus.OPEN, sentence)


def _looked_up(
    table: Mapping[str, Value], text: str, usual: Value, otherwise: str
) -> Value:
    """Find a word in a table whose keys list words; an empty cell is the usual."""
    word = NO_WORD.sub(" ", text).strip().casefold()
    if not text:
        return usual
    for words, value in table.items():
        if word in words.split(", "):
            return value
    raise Unfit(otherwise % shown(text))


def _held(text: str, field: str, remedy: str) -> str:
    """Hold a text to what its field takes; the remedy says what to do instead."""
    if CONTROL.search(text):
        raise Unfit(_("The cell holds characters that are no text: take them out."))
    most = LONGEST[field]
    if len(text) > most:
        sentence = _(
            "It has %(there)s characters, and at most %(most)s fit. %(remedy)s"
        )
        facts = {"there": f"{len(text):,}", "most": f"{most:,}", "remedy": remedy}
        raise Unfit(sentence % facts)
    return text
