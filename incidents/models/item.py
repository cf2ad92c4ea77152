from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.choices import (
    PENDING,
    DueSource,
    Horizon,
    ItemKind,
    ItemStatus,
    Priority,
)
from incidents.constraints import one_of
from incidents.item_dates import item_due, require_likely
from incidents.models.item_work import ItemVerbs
from incidents.playbooks.presets import DEFAULT, preset
from incidents.querysets import ActionItemQuerySet

if TYPE_CHECKING:
    from incidents.models import PlaybookVersion, Team
    from incidents.playbooks.schema import PlaybookDocument, PriorityRule


class ActionItem(ItemVerbs):
    """What must change so that it does not happen again: chased until it is done.

    It belongs to an incident, whose team then answers for it, or to a team alone.
    """

    incident = models.ForeignKey(
        "incidents.Incident",
        verbose_name=_("incident"),
        on_delete=models.PROTECT,
        related_name="items",
        null=True,
        blank=True,
    )
    team = models.ForeignKey(
        "incidents.Team",
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="items",
        null=True,
        blank=True,
        help_text=_("Only where it belongs to no incident."),
    )
    raised_from = models.ForeignKey(
        "incidents.TimelineEvent",
        verbose_name=_("raised from"),
        on_delete=models.PROTECT,
        related_name="items_raised",
        null=True,
        blank=True,
        editable=False,
    )
    title = models.CharField(_("title"), max_length=200)
    details = models.TextField(_("details"), blank=True, max_length=10_000)
    kind = models.CharField(
        _("kind"), max_length=10, choices=ItemKind.choices, default=ItemKind.PREVENT
    )
    horizon = models.CharField(
        _("horizon"), max_length=10, choices=Horizon.choices, default=Horizon.SHORT
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
    due_priority = models.PositiveSmallIntegerField(
        _("priority whose rule set the date"),
        choices=Priority.choices,
        null=True,
        blank=True,
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
    evidence = models.TextField(
        _("how do we know it worked?"), blank=True, max_length=2_000, editable=False
    )
    snoozed_until = models.DateField(
        _("snoozed until"), null=True, blank=True, editable=False
    )
    snoozed_because = models.TextField(
        _("snoozed because"), blank=True, max_length=500, editable=False
    )
    ticket = models.URLField(_("ticket"), max_length=500, blank=True)
    is_public = models.BooleanField(_("told to customers"), default=False)
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
            models.Index(
                name="actionitem_snoozed",
                fields=["snoozed_until"],
                condition=Q(finished_at=None, snoozed_until__isnull=False),
            ),
        ]
        constraints = [
            one_of("actionitem", "status", ItemStatus),
            one_of("actionitem", "kind", ItemKind),
            one_of("actionitem", "horizon", Horizon),
            one_of("actionitem", "priority", Priority),
            models.CheckConstraint(
                name="actionitem_belongs_somewhere",
                condition=Q(incident__isnull=False, team=None)
                | Q(incident=None, team__isnull=False),
                violation_error_message=_(
                    "An item belongs to an incident, or else to a team."
                ),
            ),
            models.CheckConstraint(
                name="actionitem_snooze_has_reason",
                condition=(Q(snoozed_until__isnull=False) & ~Q(snoozed_because=""))
                | Q(snoozed_until=None, snoozed_because=""),
                violation_error_message=_("A snoozed item, and no other, says why."),
            ),
            models.CheckConstraint(
                name="actionitem_snoozed_can_wait",
                condition=Q(snoozed_until=None)
                | (~Q(priority=0) & Q(finished_at=None)),
                violation_error_message=_(
                    "Only what is to be done, and is no P0, can be snoozed."
                ),
            ),
            models.CheckConstraint(
                name="actionitem_date_by_hand_has_no_rule",
                condition=Q(due_source="rule") | Q(due_priority=None),
                violation_error_message=_("A date set by hand follows no rule."),
            ),
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

    @property
    def answerable(self) -> Team:
        """Give the team that answers for it: the incident's, else its own."""
        team = self.incident.team if self.incident else self.team
        if team is None:
            raise ValueError("An item belongs to an incident or to a team.")
        return team

    @property
    def belongs_to(self) -> str:
        """Name the incident by its reference, else the team."""
        return self.incident.reference if self.incident else str(self.team)

    @cached_property
    def playbook(self) -> PlaybookDocument:
        """Give the rules it is dated and chased by: its incident's, else its team's."""
        version = self.playbook_version
        return version.content if version else preset(DEFAULT)

    @cached_property
    def playbook_version(self) -> PlaybookVersion | None:
        """Give the version with those rules; None where there is no playbook at all."""
        if self.incident:
            return self.incident.playbook_version
        from incidents.bindings import playbook_of

        playbook = playbook_of(self.team)
        return playbook.current if playbook else None

    @property
    def rule(self) -> PriorityRule | None:
        """Give the playbook's rule that set the date; None where a person set it.

        None as well where the rule or the calendar says another day by now: the
        version that set the date is no longer the one it is worked by.
        """
        if self.due_on is None or self.due_priority is None:
            return None
        if self._date_for(self.due_priority) != self.due_on:
            return None
        return self.playbook.rule_for(self.due_priority)

    @property
    def date_by_rule(self) -> date | None:
        """Give the date that the rule for its priority sets, from its creation."""
        return self._date_for(self.priority)

    @property
    def offered_date(self) -> date | None:
        """Give the date its present priority asks for, where another one's rules."""
        if not self.is_pending or self.due_priority in (None, self.priority):
            return None
        date_by_rule = self.date_by_rule
        return date_by_rule if date_by_rule != self.due_on else None

    def _date_for(self, priority: int) -> date | None:
        return item_due(self.playbook, priority, self.created_at, self.answerable)

    def is_snoozed(self, today: date) -> bool:
        return self.snoozed_until is not None and today < self.snoozed_until

    def set_date(self, due_on: date | None) -> None:
        """Date a new item: by hand, or where nobody names a day by the rule.

        Raises Refused for a day by hand that nobody can have meant.
        """
        if due_on:
            require_likely(due_on)
        by_rule = None if due_on else self.date_by_rule
        self.due_on = due_on or by_rule
        self.due_source = DueSource.HAND if due_on else DueSource.RULE
        self.due_priority = None if by_rule is None else self.priority
