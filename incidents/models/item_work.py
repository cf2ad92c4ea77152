"""The verbs of an action item: each is one change, one event, one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext as _now

from incidents.amending import amend_fields
from incidents.changes import Change, changing
from incidents.choices import DueSource, ItemStatus, Kind, Priority
from incidents.item_dates import require_likely
from incidents.names import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import ActionItem, Team

AMENDABLE = frozenset(
    {"title", "details", "kind", "horizon", "priority", "ticket", "is_public"}
)
# What is put off for longer wants another date, which is counted as a move.
LONGEST_SNOOZE = timedelta(days=30)
AWAKE: dict[str, Any] = {"snoozed_until": None, "snoozed_because": ""}


class ItemVerbs(models.Model):
    class Meta:
        abstract = True

    @classmethod
    def raise_for(
        cls: type[ActionItem],
        team: Team,
        *,
        title: str,
        by: User,
        at: datetime,
        priority: int = Priority.P2,
        owner: User | None = None,
        due_on: date | None = None,
        **plain: str,
    ) -> ActionItem:
        """Raise an item that belongs to no incident; the team's playbook dates it.

        `plain` are details, kind, horizon and ticket.
        """
        item = cls(team=team, title=title.strip(), priority=priority, **plain)
        item.owner, item.created_at, item.created_by = owner, at, by
        item.set_date(due_on)
        with transaction.atomic():
            change = Change(item, by=by, at=at)
            change.say("add_item", Kind.ITEM, _now("Action item: %s") % item.title)
            change.commit(None, item=item)
        return item

    def assign(
        self: ActionItem,
        person: User | None,
        *,
        by: User,
        at: datetime,
        instead_of: User | None = None,
    ) -> None:
        """Give the item to a person, or to nobody; `instead_of` is the owner seen."""
        with changing(self, by=by, at=at) as change:
            self._must_be_pending(change)
            owner = change.row.owner
            if person and not person.is_active:
                sentence = _now("%s is deactivated: choose somebody else.") % person
                change.refuse("inactive", sentence, "owner")
            if owner == person or owner != instead_of:
                sentence = _now("It already belongs to %s.") % (owner or _now("nobody"))
                change.refuse("owner_moved", sentence, "owner")
            change.set(owner=person)
            name = name_of(person) or _now("nobody")
            self._finish(change, "assign", _now("owner is now %s") % name)

    def start(self: ActionItem, *, by: User, at: datetime) -> None:
        """Say that somebody works on it."""
        with changing(self, by=by, at=at) as change:
            self._must_be_pending(change)
            if change.row.status == ItemStatus.IN_PROGRESS:
                change.refuse("started", _now("It is already in progress."))
            change.set(status=ItemStatus.IN_PROGRESS)
            self._finish(change, "start", _now("in progress"))

    def complete(
        self: ActionItem, *, by: User, at: datetime, evidence: str = ""
    ) -> None:
        """Say that it is done, and how one knows; nobody is reminded any more."""
        with changing(self, by=by, at=at) as change:
            self._must_be_pending(change)
            proof = evidence.strip()
            change.set(status=ItemStatus.DONE, finished_at=at, **AWAKE)
            change.set(evidence=proof)
            text = _now("done; how we know it worked: %s") % proof
            self._finish(change, "complete", text if proof else _now("done"))

    def drop(self: ActionItem, *, by: User, at: datetime, reason: str) -> None:
        """Give it up, with the reason on the record."""
        with changing(self, by=by, at=at) as change:
            self._must_be_pending(change)
            self._needs(change, reason)
            change.set(status=ItemStatus.DROPPED, finished_at=at, **AWAKE)
            change.set(dropped_because=reason.strip())
            self._finish(change, "drop", _now("dropped: %s") % reason.strip())

    def reopen(self: ActionItem, *, by: User, at: datetime, reason: str) -> None:
        """Take a finished item up again."""
        with changing(self, by=by, at=at) as change:
            if change.row.is_pending:
                change.refuse("pending", _now("It is not finished: go on."))
            self._needs(change, reason)
            change.set(status=ItemStatus.OPEN, finished_at=None, dropped_because="")
            change.set(evidence="")
            self._finish(change, "reopen", _now("reopened: %s") % reason.strip())

    def move_due_date(
        self: ActionItem,
        to: date,
        *,
        by: User,
        at: datetime,
        reason: str,
        seen: date | None = None,
    ) -> None:
        """Set another due date; the move and its reason are kept and counted."""
        with changing(self, by=by, at=at) as change:
            self._must_be_pending(change)
            self._needs(change, reason)
            was = change.row.due_on
            if was == to or (seen and seen != was):
                sentence = _now("It is already due on %s.") % (was or "—")
                change.refuse("date_moved", sentence, "due_on")
            change.stop_if_blocked()
            require_likely(to)
            change.set(due_source=DueSource.HAND, due_priority=None)
            self._move(change, to, reason.strip())

    def follow_rule(
        self: ActionItem, *, by: User, at: datetime, seen: date | None
    ) -> None:
        """Take the date that the present priority asks for, if the person saw it."""
        with changing(self, by=by, at=at) as change:
            item = change.row
            self._must_be_pending(change)
            offered = item.offered_date
            if offered is None:
                sentence = _now("No rule offers another date any more.")
                change.refuse("no_offer", sentence, "due_on")
            elif seen != offered:
                sentence = _now("The rule offers %s now: look before you take it.")
                change.refuse("offer_moved", sentence % offered, "due_on")
            change.stop_if_blocked()
            change.set(due_priority=item.priority)
            reason = _now("by the rule for %s") % Priority(item.priority).label
            self._move(change, offered, reason)

    def snooze(
        self: ActionItem, until: date, *, by: User, at: datetime, reason: str
    ) -> None:
        """Let nobody be reminded of it before a date; the date it is due stays."""
        with changing(self, by=by, at=at) as change:
            item = change.row
            self._must_be_pending(change)
            self._needs(change, reason)
            today = at.astimezone(item.answerable.zone).date()
            if item.priority == Priority.P0:
                change.refuse("p0", _now("A P0 cannot be snoozed."), "priority")
            if not today < until <= today + LONGEST_SNOOZE:
                sentence = _now("Choose a day after today, at most %s days from now.")
                days = LONGEST_SNOOZE.days
                change.refuse("until", sentence % days, "until")
            change.set(snoozed_until=until, snoozed_because=reason.strip())
            text = _now("snoozed until %(day)s: %(why)s")
            text %= {"day": until, "why": reason.strip()}
            self._finish(change, "snooze", text)

    def wake(self: ActionItem, *, by: User, at: datetime) -> None:
        """End a snooze before its time."""
        with changing(self, by=by, at=at) as change:
            if change.row.snoozed_until is None:
                change.refuse("awake", _now("It is not snoozed."))
            change.set(**AWAKE)
            self._finish(change, "wake", _now("no longer snoozed"))

    def comment(self: ActionItem, text: str, *, by: User, at: datetime) -> None:
        """Say something about it, on its page and its incident's timeline."""
        with changing(self, by=by, at=at) as change:
            if not text.strip():
                change.refuse("empty", _now("Write something."), "text")
            said = text.strip()
            self._finish(change, "comment", said, said=said)

    def amend(
        self: ActionItem,
        changes: Mapping[str, tuple[Any, Any]],
        *,
        by: User,
        at: datetime,
    ) -> None:
        """Change plain fields: {name: (what the person saw, what they wrote)}."""
        with changing(self, by=by, at=at) as change:
            if labels := amend_fields(change, changes, allowed=AMENDABLE):
                if change.row.priority == Priority.P0:
                    change.set(**AWAKE)
                text = _now("edited: %s") % ", ".join(labels)
                self._finish(change, "amend", text)

    @staticmethod
    def _must_be_pending(change: Change[ActionItem]) -> None:
        if not change.row.is_pending:
            sentence = _now("It is already %s.") % change.row.get_status_display()
            change.refuse("finished", sentence, "status")

    @staticmethod
    def _needs(change: Change[ActionItem], reason: str) -> None:
        if not reason.strip():
            change.refuse("reason", _now("Say why."), "reason")

    @classmethod
    def _move(cls, change: Change[ActionItem], to: date | None, reason: str) -> None:
        """Set the date, count the move, and say it; a snooze was of the old date."""
        from incidents.moved_items import TOLD_AT, tell_lead

        item, was = change.row, change.row.due_on
        change.set(due_on=to, **AWAKE)
        if was and to:
            change.set(moves=item.moves + 1)
            change.set(slipped_days=item.slipped_days + (to - was).days)
        text = _now("due %(now)s instead of %(was)s: %(why)s") % {
            "now": to or "—",
            "was": was or "—",
            "why": reason,
        }
        moved = {"was": str(was or ""), "to": str(to or ""), "why": reason}
        cls._finish(change, "move_due_date", text, **moved)
        if was and to and item.moves == TOLD_AT:
            tell_lead(item, by=change.by, at=change.at)

    @staticmethod
    def _finish(change: Change[ActionItem], verb: str, text: str, **facts: str) -> None:
        item = change.row
        change.say(f"item_{verb}", Kind.ITEM, f"{item.title}: {text}", **facts)
        change.commit(item.incident, item=item)
