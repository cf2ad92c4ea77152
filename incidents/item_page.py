"""What the page of an action item shows, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import Priority
from incidents.names import name_of
from incidents.targets import How
from incidents.ticket_links import Ticket, ticket_at

if TYPE_CHECKING:
    from incidents.models import ActionItem, TimelineEvent
    from incidents.playbooks.schema import PriorityRule

MOST_EVENTS = 200
# "Within" is said of what can be counted; a sprint or a working day is named.
COUNTED = frozenset({How.ELAPSED, How.BUSINESS, How.MONTHS, How.WORKING_DAYS})


@dataclass(frozen=True)
class Move:
    """One move of the due date; a date that was not set is None."""

    was: date | None
    to: date | None
    why: str

    @property
    def days(self) -> str:
        """Say by how much it moved: “+5 days”."""
        if self.was is None or self.to is None:
            return ""
        days = (self.to - self.was).days
        sign = "+" if days > 0 else "−"
        return sign + ngettext("%d day", "%d days", abs(days)) % abs(days)

    @classmethod
    def of(cls, event: TimelineEvent) -> Move | None:
        """Read the facts of a move; None of whatever else happened."""
        if event.verb != "item_move_due_date" or "to" not in event.facts:
            return None
        was, to = (parse_date(str(event.facts[name])) for name in ("was", "to"))
        return cls(was, to, str(event.facts.get("why", "")))


@dataclass(frozen=True)
class EventLine:
    """One line of what happened to an item; a comment is what somebody said."""

    text: str
    at: datetime
    author: str
    is_comment: bool
    move: Move | None


class ItemPage:
    """The view of one item for one reader, who is known to see it."""

    def __init__(self, item: ActionItem, *, sees_incident: bool) -> None:
        self.item, self.sees_incident = item, sees_incident

    @cached_property
    def events(self) -> list[EventLine]:
        """List what happened, the last first."""
        rows = self.item.events.select_related("author")[:MOST_EVENTS]
        return [event_line(row, self.item) for row in rows]

    @property
    def moves(self) -> Sequence[EventLine]:
        """List the moves of the due date from the first one on."""
        return [line for line in reversed(self.events) if line.move]

    @property
    def ticket(self) -> Ticket | None:
        return ticket_at(self.item.ticket)

    @cached_property
    def rule(self) -> str:
        """Name the rule that set the date, or say that a person did."""
        return dated_by(self.item)

    @cached_property
    def offered(self) -> date | None:
        return self.item.offered_date

    @property
    def offer(self) -> str:
        """Name the rule that asks for another date than the one that is set."""
        rule = self.item.playbook.rule_for(self.item.priority)
        return _rule(rule, self.item) if rule else ""

    @property
    def snoozed_until(self) -> date | None:
        """Give the day it sleeps until; a snooze that is over is none."""
        today = timezone.localdate()
        return self.item.snoozed_until if self.item.is_snoozed(today) else None

    @property
    def entry(self) -> TimelineEvent | None:
        """Give the timeline entry it was raised from, to who sees the incident."""
        return self.item.raised_from if self.sees_incident else None

    @property
    def entry_url(self) -> str:
        name = "admin:incidents_timelineevent_change"
        return reverse(name, args=[self.item.raised_from_id])


def event_line(event: TimelineEvent, item: ActionItem) -> EventLine:
    """Say what happened without repeating the title it happened to."""
    said = _("raised") if event.verb == "add_item" else event.facts.get("said")
    return EventLine(
        text=str(said or event.text.removeprefix(f"{item.title}: ")),
        at=event.at,
        author=name_of(event.author),
        is_comment=event.verb == "item_comment",
        move=Move.of(event),
    )


def dated_by(item: ActionItem) -> str:
    """Say “P1: within 7 days, by On-call v2”, or that the date was set by hand."""
    rule = item.rule
    return _rule(rule, item) if rule else item.get_due_source_display()


def _rule(rule: PriorityRule, item: ActionItem) -> str:
    is_next = str(rule.due).startswith("next")
    within = rule.due.how in COUNTED and not is_next
    words = (
        _("%(priority)s: within %(span)s, by %(playbook)s")
        if within
        else _("%(priority)s: %(span)s, by %(playbook)s")
    )
    return words % {
        "priority": Priority(rule.priority).label,
        "span": rule.due,
        "playbook": _version(item),
    }


def _version(item: ActionItem) -> str:
    version = item.playbook_version
    return str(version) if version else _("the playbook Debrief begins with")
