from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.choices import DeadlineKind, DeadlineState
from incidents.constraints import one_of
from incidents.querysets import DeadlineQuerySet


class Deadline(models.Model):
    """Something an incident's playbook promises by a certain time.

    Targets, each promised update, rungs of the ladder, follow-ups, report, draft and
    review are all rows here. One whose start is not known yet, or whose condition does
    not hold, is waiting and has no due time.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="deadlines"
    )
    key = models.CharField(
        max_length=80, help_text=_("Such as respond, update:team:3, rung:cto.")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=DeadlineKind.choices)
    label = models.CharField(_("label"), max_length=400)
    audience = models.CharField(_("audience"), max_length=20, blank=True)
    rule = models.CharField(
        _("rule"), max_length=80, blank=True, help_text=_("The target, as printed.")
    )
    calendar = models.CharField(
        _("calendar"),
        max_length=120,
        blank=True,
        help_text=_("Whose working time made the date; empty for elapsed time."),
    )
    counts_from = models.CharField(_("counts from"), max_length=16)
    until = models.CharField(_("until"), max_length=16, blank=True)
    condition = models.CharField(_("condition"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    tells = models.JSONField(_("tells"), default=list, blank=True)
    media = models.JSONField(_("by"), default=list, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    nudge_at = models.DateTimeField(_("nudge"), null=True, blank=True)
    late_at = models.DateTimeField(
        null=True, blank=True, help_text=_("From when on it counts as missed.")
    )
    nudged_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When somebody was reminded of it.")
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DeadlineState.choices,
        default=DeadlineState.WAITING,
    )
    met_at = models.DateTimeField(_("met"), null=True, blank=True)
    ended_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When it was met, was reached or stopped mattering."),
    )

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["incident", F("due_at").asc(nulls_last=True), "position", "pk"]
        indexes = [
            models.Index(
                name="deadline_by_due",
                fields=["due_at"],
                condition=Q(ended_at=None, due_at__isnull=False),
            ),
            models.Index(
                name="deadline_unended",
                fields=["incident", "due_at"],
                condition=Q(ended_at=None, due_at__isnull=False),
            ),
            models.Index(
                name="deadline_by_nudge",
                fields=["nudge_at"],
                condition=Q(ended_at=None, nudged_at=None, nudge_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="deadline_key_once",
                fields=["incident", "key"],
                violation_error_message=_("The incident has this deadline already."),
            ),
            one_of("deadline", "kind", DeadlineKind),
            one_of("deadline", "state", DeadlineState),
            models.CheckConstraint(
                name="deadline_waits_without_time",
                condition=~Q(state="waiting") | Q(due_at=None),
                violation_error_message=_("A waiting deadline has no due time."),
            ),
            models.CheckConstraint(
                name="deadline_runs_with_time",
                condition=~Q(state__in=["open", "missed", "reached"])
                | Q(due_at__isnull=False, late_at__isnull=False),
                violation_error_message=_("A running deadline has a due time."),
            ),
            models.CheckConstraint(
                name="deadline_not_before_its_start",
                condition=Q(due_at=None) | Q(due_at__gte=F("starts_at")),
                violation_error_message=_("It cannot be due before it starts."),
            ),
            models.CheckConstraint(
                name="deadline_met_has_time",
                condition=~Q(state="met") | Q(met_at__isnull=False),
                violation_error_message=_("A deadline that was met has the time."),
            ),
            models.CheckConstraint(
                name="deadline_over_has_time",
                condition=Q(state__in=["waiting", "open"], ended_at=None)
                | Q(state="missed")
                | Q(
                    state__in=["met", "reached", "cancelled"],
                    ended_at__isnull=False,
                ),
                violation_error_message=_("A deadline that is over has the time."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_late(self) -> bool:
        """Whether it was missed and still has to be done."""
        return self.state == DeadlineState.MISSED and self.ended_at is None

    def has_passed(self, now: datetime) -> bool:
        """Say what `passed` asks of one row that is open and due at some time."""
        late_at = self.late_at
        is_rung = self.kind == DeadlineKind.RUNG
        return bool(late_at and (late_at <= now if is_rung else late_at < now))

    def facts(self) -> dict[str, Any]:
        """Give what identifies it in the facts of a timeline event."""
        return {"deadline": self.key, "kind": self.kind}
