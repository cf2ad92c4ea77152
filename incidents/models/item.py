from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.amending import amend_fields
from incidents.changes import Change, changing
from incidents.choices import (
    PENDING,
    DueSource,
    ItemKind,
    ItemStatus,
    Kind,
    Priority,
)
from incidents.constraints import one_of
from incidents.names import name_of
from incidents.querysets import ActionItemQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AMENDABLE = frozenset({"title", "details", "kind", "priority", "ticket"})


class ActionItem(models.Model):
    """What must change so that it does not happen again: chased until it is done."""

    incident = models.ForeignKey(
        "incidents.Incident",
        verbose_name=_("incident"),
        on_delete=models.PROTECT,
        related_name="items",
    )
    title = models.CharField(_("title"), max_length=200)
    details = models.TextField(_("details"), blank=True, max_length=10_000)
    kind = models.CharField(
        _("kind"), max_length=10, choices=ItemKind.choices, default=ItemKind.PREVENT
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.P2
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="action_items",
        null=True,
        blank=True,
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_source = models.CharField(
        _("date set by"),
        max_length=4,
        choices=DueSource.choices,
        default=DueSource.RULE,
        editable=False,
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=ItemStatus.choices,
        default=ItemStatus.OPEN,
        editable=False,
    )
    finished_at = models.DateTimeField(
        _("finished"), null=True, blank=True, editable=False
    )
    dropped_because = models.TextField(
        _("dropped because"), blank=True, max_length=2_000, editable=False
    )
    ticket = models.URLField(_("ticket"), max_length=500, blank=True)
    moves = models.PositiveSmallIntegerField(_("moves"), default=0, editable=False)
    slipped_days = models.IntegerField(_("days slipped"), default=0, editable=False)
    created_at = models.DateTimeField(_("raised"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("raised by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    history = HistoricalRecords()

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        ordering = ["due_on", "priority", "pk"]
        indexes = [
            models.Index(
                name="actionitem_pending_due",
                fields=["due_on", "priority", "id"],
                condition=Q(finished_at=None),
            ),
        ]
        constraints = [
            one_of("actionitem", "status", ItemStatus),
            one_of("actionitem", "kind", ItemKind),
            one_of("actionitem", "priority", Priority),
            one_of("actionitem", "due_source", DueSource),
            models.CheckConstraint(
                name="actionitem_finished_has_time",
                condition=Q(status__in=["open", "in_progress"], finished_at=None)
                | Q(status__in=["done", "dropped"], finished_at__isnull=False),
                violation_error_message=_(
                    "A finished item, and no other, has the time it was finished."
                ),
            ),
            models.CheckConstraint(
                name="actionitem_dropped_has_reason",
                condition=(Q(status="dropped") & ~Q(dropped_because=""))
                | (~Q(status="dropped") & Q(dropped_because="")),
                violation_error_message=_("A dropped item, and no other, says why."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("admin:incidents_actionitem_change", args=[self.pk])

    @property
    def is_pending(self) -> bool:
        return self.status in PENDING

    def days_late(self, today: date) -> int:
        """Count the days since the due date of a pending item; 0 if it is not late."""
        if not self.is_pending or self.due_on is None:
            return 0
        return max((today - self.due_on).days, 0)

    def assign(
        self,
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

    def start(self, *, by: User, at: datetime) -> None:
        """Say that somebody works on it."""
        with changing(self, by=by, at=at) as change:
            self._must_be_pending(change)
            if change.row.status == ItemStatus.IN_PROGRESS:
                change.refuse("started", _now("It is already in progress."))
            change.set(status=ItemStatus.IN_PROGRESS)
            self._finish(change, "start", _now("in progress"))

    def complete(self, *, by: User, at: datetime) -> None:
        """Say that it is done; nobody is reminded of it any more."""
        with changing(self, by=by, at=at) as change:
            self._must_be_pending(change)
            change.set(status=ItemStatus.DONE, finished_at=at)
            self._finish(change, "complete", _now("done"))

    def drop(self, *, by: User, at: datetime, reason: str) -> None:
        """Give it up, with the reason on the record."""
        with changing(self, by=by, at=at) as change:
            self._must_be_pending(change)
            self._needs(change, reason)
            change.set(status=ItemStatus.DROPPED, finished_at=at)
            change.set(dropped_because=reason.strip())
            self._finish(change, "drop", _now("dropped: %s") % reason.strip())

    def reopen(self, *, by: User, at: datetime, reason: str) -> None:
        """Take a finished item up again."""
        with changing(self, by=by, at=at) as change:
            if change.row.is_pending:
                change.refuse("pending", _now("It is not finished: go on."))
            self._needs(change, reason)
            change.set(status=ItemStatus.OPEN, finished_at=None, dropped_because="")
            self._finish(change, "reopen", _now("reopened: %s") % reason.strip())

    def move_due_date(
        self,
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
            change.set(due_on=to, due_source=DueSource.HAND)
            if was:
                change.set(moves=change.row.moves + 1)
                change.set(slipped_days=change.row.slipped_days + (to - was).days)
            text = _now("due %(now)s instead of %(was)s: %(why)s") % {
                "now": to,
                "was": was or "—",
                "why": reason.strip(),
            }
            self._finish(change, "move_due_date", text)

    def amend(
        self, changes: Mapping[str, tuple[Any, Any]], *, by: User, at: datetime
    ) -> None:
        """Change plain fields: {name: (what the person saw, what they wrote)}."""
        with changing(self, by=by, at=at) as change:
            if labels := amend_fields(change, changes, allowed=AMENDABLE):
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

    @staticmethod
    def _finish(change: Change[ActionItem], verb: str, text: str) -> None:
        item = change.row
        change.say(f"item_{verb}", Kind.ITEM, f"{item.title}: {text}")
        change.commit(item.incident, item=item)
