"""Which column of a file is what: headings in any order, case and common wording."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SYNONYMS: dict[str, str] = {
    "title": "title, summary, action item, action, item, task, task name, name, "
    "what must change, what",
    "owner": "owner, assignee, assigned to, assigned, responsible, who, person, "
    "owner email, owner e mail, assignee email, assignee e mail",
    "due": "due, due date, due on, deadline, date due, target date, by when",
    "priority": "priority, prio, importance, urgency",
    "incident": "incident, incident id, incident reference, incident number, "
    "reference, belongs to",
    "ticket": "link, url, ticket, ticket url, ticket link, issue url, tracker",
    "kind": "kind, type, category",
    "horizon": "horizon, term, time frame, timeframe",
    "details": "details, description, notes",
    "status": "status, state",
}
FIELDS = {word: name for name, text in SYNONYMS.items() for word in text.split(", ")}
LABELS = {
    "title": gettext_lazy("title"),
    "owner": gettext_lazy("owner"),
    "due": gettext_lazy("due"),
    "priority": gettext_lazy("priority"),
    "incident": gettext_lazy("incident"),
    "ticket": gettext_lazy("link"),
    "kind": gettext_lazy("kind"),
    "horizon": gettext_lazy("horizon"),
    "details": gettext_lazy("details"),
    "status": gettext_lazy("status"),
}
NO_WORD = re.compile(r"[\W_]+")
LONGEST_SHOWN = 60
MOST_NAMED = 10
# What does not belong into a text: NUL and its like, but no tab and no line break.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Columns:
    """Where each known field stands, and what its heading says."""

    places: dict[str, int]
    headings: list[str]
    unknown: list[str]

    def heading(self, field: str) -> str:
        """Give a field's heading as the file has it, else our own word for it."""
        place = self.places.get(field)
        return shown(self.headings[place]) if place is not None else str(LABELS[field])

    def cell(self, cells: Sequence[str], field: str) -> str:
        """Give a row's cell; a row may end before it, which is said elsewhere."""
        place = self.places.get(field, len(cells))
        return cells[place] if place < len(cells) else ""


@dataclass(frozen=True)
class Clash:
    """Two columns of one meaning, or none of one that is needed."""

    column: str
    sentence: str


def field_of(heading: str) -> str | None:
    """Give the field a heading means, if any."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return FIELDS.get(NO_WORD.sub(" ", plain).strip())


def recognise(headings: list[str]) -> tuple[Columns, list[Clash]]:
    """Find the fields among the headings, and everything that is wrong with them."""
    places: dict[str, int] = {}
    unknown, clashes = [], []
    for place, heading in enumerate(headings):
        field = field_of(heading)
        if field is None:
            unknown.append(shown(heading) or _("column %s") % letters(place))
        elif field not in places:
            places[field] = place
        elif field == "owner" and _is_address(heading) != _is_address(
            headings[places[field]]
        ):
            # Some programs write who it is twice: the address is never ambiguous.
            name, address = sorted(
                (places[field], place), key=lambda n: _is_address(headings[n])
            )
            unknown.append(shown(headings[name]))
            places[field] = address
        else:
            clashes.append(_twice(field, headings, places[field], place))
    if "title" not in places:
        sentence = _("No column holds the title. Name it “title” or “summary”.")
        clashes.append(Clash(str(LABELS["title"]), sentence))
    return Columns(places, headings, unknown), clashes


def _is_address(heading: str) -> bool:
    return "mail" in heading.casefold()


def _twice(field: str, headings: list[str], first: int, second: int) -> Clash:
    sentence = _(
        "The columns %(first)s and %(second)s both mean the %(field)s: rename the one "
        "that does not."
    )
    facts = {"first": letters(first), "second": letters(second), "field": LABELS[field]}
    return Clash(shown(headings[second]), sentence % facts)


def letters(place: int) -> str:
    """Name a column as a spreadsheet does: A, B … Z, AA."""
    name, left = "", place + 1
    while left:
        left, figure = divmod(left - 1, 26)
        name = chr(ord("A") + figure) + name
    return name


def shown(text: str) -> str:
    """Cut a text of a file down to what a sentence can carry."""
    text = CONTROL.sub("�", " ".join(text.split()))
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def few(names: list[str]) -> str:
    """Name some of many."""
    named = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return (
        _("%(named)s and %(more)s more") % {"named": named, "more": more}
        if (more > 0)
        else named
    )
