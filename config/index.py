"""What the lead's page shows: what needs you, what runs, what is late or still owed.

One query for each block, whatever its length: the first rows come with the count of
all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from incidents.filters import end_of_week
from incidents.lines import IncidentLine, ItemLine, incident_lines, item_lines
from incidents.models import ActionItem, Incident

MOST_SHOWN = 8


@dataclass(frozen=True)
class Block:
    """One list of the page: its first rows, how many there are, where all are."""

    code: str
    title: str | Promise
    empty: str | Promise
    url: str
    total: int
    lines: tuple[IncidentLine, ...] | tuple[ItemLine, ...]

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


@dataclass(frozen=True)
class LeadPage:
    """The index: its blocks in the order in which they want attention."""

    own: Block
    running: Block
    overdue: Block
    this_week: Block
    unpublished: Block

    @property
    def figures(self) -> tuple[Block, ...]:
        return (self.running, self.overdue, self.this_week, self.unpublished)

    @classmethod
    def of(cls, user: User | AnonymousUser, *, now: datetime) -> LeadPage:
        today = timezone.localdate(now)
        items = ActionItem.objects.visible_to(user).worst_first()
        seen = Incident.objects.visible_to(user)
        incidents = [
            _first(rows.select_related("severity", "lead"))
            for rows in (seen.running(), seen.awaiting_postmortem())
        ]
        running, unpublished = _incident_blocks(incidents, now)
        week = items.due_between(today, end_of_week(today))
        overdue = items.overdue(today)
        chunks = [
            _first(rows.select_related("incident", "owner"))
            for rows in (overdue.filter(owner=user.pk), overdue, week)
        ]
        own, late, due = _item_blocks(user, chunks, today)
        return cls(
            own=own,
            overdue=late,
            this_week=due,
            running=running,
            unpublished=unpublished,
        )


def _first(rows: QuerySet[Any]) -> list[Any]:
    """Fetch the first rows, each with the count of all as `total`."""
    return list(rows.annotate(total=Window(Count("pk")))[:MOST_SHOWN])


def _total(rows: Iterable[Any]) -> int:
    return next((row.total for row in rows), 0)


def _address(model: str, **filters: str) -> str:
    return f"{reverse(f'admin:incidents_{model}_changelist')}?{urlencode(filters)}"


def _item_blocks(
    user: User | AnonymousUser, chunks: list[list[ActionItem]], today: date
) -> tuple[Block, Block, Block]:
    lines = item_lines([row for rows in chunks for row in rows], user, today=today)
    by_key = {line.pk: line for line in lines}
    own, overdue, week = (tuple(by_key[row.pk] for row in rows) for rows in chunks)
    totals = [_total(rows) for rows in chunks]
    return (
        Block(
            "own",
            _("Needs you first"),
            _("Nothing of yours is overdue."),
            _address("actionitem", mine="1", overdue="1"),
            totals[0],
            own,
        ),
        Block(
            "overdue",
            _("Action items overdue"),
            _("No action item is overdue. Due dates come from the playbook."),
            _address("actionitem", overdue="1"),
            totals[1],
            overdue,
        ),
        Block(
            "this_week",
            _("Due this week"),
            _("Nothing falls due before the week ends. Raise items on an incident."),
            _address("actionitem", this_week="1"),
            totals[2],
            week,
        ),
    )


def _incident_blocks(
    chunks: list[list[Incident]], now: datetime
) -> tuple[Block, Block]:
    rows = [row for chunk in chunks for row in chunk]
    by_key = {line.pk: line for line in incident_lines(rows, now=now)}
    running, unpublished = (tuple(by_key[r.pk] for r in chunk) for chunk in chunks)
    return (
        Block(
            "running",
            _("Running incidents"),
            _("Nothing runs. Declare an incident when something breaks."),
            _address("incident", running="1"),
            _total(chunks[0]),
            running,
        ),
        Block(
            "unpublished",
            _("Post-mortems not yet published"),
            _("Every resolved incident has its post-mortem."),
            _address("incident", postmortem="due"),
            _total(chunks[1]),
            unpublished,
        ),
    )
