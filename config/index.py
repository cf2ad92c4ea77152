"""What the lead's page shows: what needs you, what runs, what is late or still owed.

One narrow query for each table, however long its blocks, gives the keys of the first
rows of each and the count of all; one more for each table then fetches those rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import CharField, Count, QuerySet, Value, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from incidents.filters import end_of_week, keep_due
from incidents.lines import IncidentLine, ItemLine, incident_lines, item_lines, narrow
from incidents.models import ActionItem, Incident

MOST_SHOWN = 8
ITEMS, INCIDENTS = "actionitem", "incident"


@dataclass(frozen=True)
class Topic:
    """What a block is about: its words, and the list that shows all of its rows."""

    title: str | Promise
    empty: str | Promise
    model: str
    filters: Mapping[str, str]

    @property
    def url(self) -> str:
        home = reverse(f"admin:incidents_{self.model}_changelist")
        return f"{home}?{urlencode(self.filters)}"


TOPICS = {
    "own": Topic(
        _("Needs you first"),
        _("Nothing of yours is overdue."),
        ITEMS,
        {"mine": "1", "overdue": "1"},
    ),
    "running": Topic(
        _("Running incidents"),
        _("Nothing runs. Declare an incident when something breaks."),
        INCIDENTS,
        {"running": "1"},
    ),
    "due": Topic(
        _("Late, or due in 30 min"),
        _("Every promise of a running incident has time."),
        INCIDENTS,
        {"running": "1", "due": "now"},
    ),
    "overdue": Topic(
        _("Action items overdue"),
        _("No action item is overdue. Due dates come from the playbook."),
        ITEMS,
        {"overdue": "1"},
    ),
    "this_week": Topic(
        _("Due this week"),
        _("Nothing falls due before the week ends. Raise items on an incident."),
        ITEMS,
        {"this_week": "1"},
    ),
    "unpublished": Topic(
        _("Post-mortems not yet published"),
        _("Every resolved incident has its post-mortem."),
        INCIDENTS,
        {"postmortem": "due"},
    ),
}


@dataclass(frozen=True)
class Start:
    """The beginning of a list: the keys of its first rows, and its length."""

    keys: list[int]
    total: int

    @classmethod
    def of_all(cls, several: Mapping[str, QuerySet[Any]]) -> dict[str, Start]:
        """Find the beginnings of lists of one table, all in one query."""
        first, *rest = (_numbered(code, rows) for code, rows in several.items())
        found: dict[str, Start] = {code: cls([], 0) for code in several}
        for code, _place, key, total in sorted(first.union(*rest, all=True)):
            found[code] = cls([*found[code].keys, key], total)
        return found


def _numbered(code: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Give the first rows of a list with their places, and the count of all."""
    order: Any = rows.query.order_by or rows.model._meta.ordering
    counted = rows.order_by().annotate(
        list=Value(code, CharField()),
        place=Window(RowNumber(), order_by=order),
        total=Window(Count("pk")),
    )
    found: QuerySet[Any, Any] = counted.filter(place__lte=MOST_SHOWN).values_list(
        "list", "place", "pk", "total"
    )
    return found


@dataclass(frozen=True)
class Block:
    """One list of the page: its first rows, how many there are, where all are."""

    code: str
    topic: Topic
    total: int
    lines: list[IncidentLine] | list[ItemLine]

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


@dataclass(frozen=True)
class LeadPage:
    """The index: its blocks in the order in which they want attention."""

    own: Block
    running: Block
    due: Block
    overdue: Block
    this_week: Block
    unpublished: Block

    @property
    def figures(self) -> tuple[Block, ...]:
        return (
            self.running,
            self.due,
            self.overdue,
            self.this_week,
            self.unpublished,
        )

    @classmethod
    def of(cls, user: User | AnonymousUser, *, now: datetime) -> LeadPage:
        rows = _rows(user, now)
        starts: dict[str, Start] = {}
        for model in (INCIDENTS, ITEMS):
            same = {code: rows[code] for code in rows if TOPICS[code].model == model}
            starts |= Start.of_all(same)
        lines: dict[str, dict[int, Any]] = {
            INCIDENTS: {line.pk: line for line in _incident_lines(starts, now)},
            ITEMS: {line.pk: line for line in _item_lines(starts, user, now)},
        }
        return cls(
            **{
                code: _block(code, start, lines[TOPICS[code].model])
                for code, start in starts.items()
            }
        )


def _rows(user: User | AnonymousUser, now: datetime) -> dict[str, QuerySet[Any]]:
    today = timezone.localdate(now)
    seen = Incident.objects.visible_to(user)
    items = ActionItem.objects.visible_to(user).worst_first()
    overdue = items.overdue(today)
    return {
        "own": overdue.filter(owner=user.pk).awake_first(today),
        "running": seen.running(),
        "due": keep_due(seen.running(), "now", now),
        "overdue": overdue,
        "this_week": items.due_between(today, end_of_week(today)),
        "unpublished": seen.awaiting_postmortem(),
    }


def _keys(starts: Mapping[str, Start], model: str) -> set[int]:
    chosen = (s for code, s in starts.items() if TOPICS[code].model == model)
    return {key for start in chosen for key in start.keys}


def _incident_lines(
    starts: Mapping[str, Start], now: datetime
) -> Iterable[IncidentLine]:
    rows = Incident.objects.filter(pk__in=_keys(starts, INCIDENTS))
    return incident_lines(narrow(rows), {}, now=now)


def _item_lines(
    starts: Mapping[str, Start], user: User | AnonymousUser, now: datetime
) -> Iterable[ItemLine]:
    rows = ActionItem.objects.filter(pk__in=_keys(starts, ITEMS))
    today = timezone.localdate(now)
    return item_lines(
        rows.select_related("incident", "owner", "team"), user, today=today
    )


def _block(code: str, start: Start, lines: Mapping[int, Any]) -> Block:
    shown = [lines[key] for key in start.keys if key in lines]
    return Block(code, TOPICS[code], start.total, shown)
