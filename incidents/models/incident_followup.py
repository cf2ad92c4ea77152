"""The verbs of what hangs off an incident: action items, links, the post-mortem."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import changing
from incidents.choices import (
    Horizon,
    ItemKind,
    Kind,
    PostMortemState,
    Priority,
)
from incidents.item_dates import item_due
from incidents.repeats import stop_second_item

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import ActionItem, Incident, Link, TimelineEvent


class FollowUpVerbs(models.Model):
    class Meta:
        abstract = True

    def record_postmortem(
        self: Incident, state: str, *, by: User, at: datetime, text: str
    ) -> None:
        """Note how far the post-mortem is; `postmortems` calls it."""
        with changing(self, by=by, at=at) as change:
            if state not in PostMortemState:
                change.refuse("state", _("There is no such state."))
            change.set(postmortem_state=state)
            change.say("record_postmortem", Kind.POSTMORTEM, text, state=state)
            change.commit(change.row)
            change.row.follow_clocks(at)

    def add_item(
        self: Incident,
        *,
        title: str,
        by: User,
        at: datetime,
        priority: int = Priority.P2,
        kind: str = ItemKind.PREVENT,
        horizon: str = Horizon.SHORT,
        owner: User | None = None,
        due_on: date | None = None,
        details: str = "",
        ticket: str = "",
        raised_from: TimelineEvent | None = None,
        once: bool = False,
    ) -> ActionItem:
        """Raise an action item; without a date the playbook's rule sets one.

        `raised_from` is the entry of this incident's timeline that gave rise to it.
        With `once`, raises AlreadyThere for the second of two presses.
        """
        with changing(self, by=by, at=at) as change:
            incident = change.row
            if raised_from and raised_from.incident_id != incident.pk:
                sentence = _("That entry belongs to another incident.")
                change.refuse("raised_from", sentence, "raised_from")
            change.stop_if_blocked()
            item = incident.items.model(
                incident=incident,
                title=title.strip(),
                details=details,
                kind=kind,
                horizon=horizon,
                priority=priority,
                owner=owner,
                raised_from=raised_from,
                ticket=ticket,
                created_at=at,
                created_by=by,
            )
            item.set_date(due_on)
            if once:
                stop_second_item(item)
            change.also(item)
            change.say("add_item", Kind.ITEM, _("Action item: %s") % item.title)
            change.commit(incident, item=item)
            return item

    def due_date_for(self: Incident, priority: int, at: datetime) -> date | None:
        """Give the date the playbook sets for a priority, counted from `at`."""
        return item_due(self.playbook, priority, at, self.team)

    def add_link(
        self: Incident,
        *,
        by: User | None,
        at: datetime,
        url: str = "",
        label: str = "",
        other: Incident | None = None,
    ) -> Link:
        """Tie an address or another incident to this one."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            link = incident.links.model(
                incident=incident, url=url, label=label.strip(), other=other
            )
            change.also(link)
            target = other.reference if other else label.strip() or url
            change.say("add_link", Kind.RECORD, _("Link: %s") % target)
            change.commit(incident)
            return link
