from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.choices import (
    CauseCategory,
    CloseReason,
    DataLoss,
    DetectionSource,
    Milestone,
    PostMortemState,
    Status,
)
from incidents.constraints import in_order, one_of, within
from incidents.models.incident_followup import FollowUpVerbs
from incidents.models.incident_record import RecordVerbs
from incidents.models.incident_work import WorkVerbs
from incidents.querysets import IncidentQuerySet

if TYPE_CHECKING:
    pass


def milestone() -> models.DateTimeField[datetime | None, datetime | None]:
    return models.DateTimeField(null=True, blank=True)


class Incident(WorkVerbs, RecordVerbs, FollowUpVerbs, models.Model):
    """Something broke for users: who works on it, how far they are, what it cost.

    Status, roles, milestones and closing change only through verbs (`declare`,
    `acknowledge`, `change_status`, … in the three bases), each with one timeline event.
    """

    reference = models.CharField(
        _("reference"), max_length=40, unique=True, editable=False
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True, max_length=10_000)
    playbook_version = models.ForeignKey(
        "incidents.PlaybookVersion",
        verbose_name=_("playbook version"),
        on_delete=models.PROTECT,
        related_name="incidents",
        editable=False,
    )
    severity = models.ForeignKey(
        "incidents.Severity",
        verbose_name=_("severity"),
        on_delete=models.PROTECT,
        related_name="incidents",
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.OPEN
    )
    team = models.ForeignKey(
        "incidents.Team",
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="incidents",
    )
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lead"),
        on_delete=models.PROTECT,
        related_name="incidents_led",
        null=True,
        blank=True,
    )
    services = models.ManyToManyField(
        "incidents.Service",
        verbose_name=_("services"),
        related_name="incidents",
        blank=True,
    )
    is_drill = models.BooleanField(_("drill"), default=False)
    restricted = models.BooleanField(
        _("restricted"),
        default=False,
        help_text=_("Seen only by those with a role in it, its lead and its manager."),
    )

    started_at = milestone()
    detected_at = milestone()
    acknowledged_at = milestone()
    declared_at = models.DateTimeField()
    triaged_at = milestone()
    investigation_started_at = milestone()
    root_cause_identified_at = milestone()
    mitigation_started_at = milestone()
    fix_deployed_at = milestone()
    partially_restored_at = milestone()
    mitigated_at = milestone()
    resolved_at = milestone()
    verified_at = milestone()
    closed_at = milestone()
    unknown = models.JSONField(
        _("not known"),
        default=dict,
        blank=True,
        help_text=_("What cannot be found out any more, each with the reason."),
    )

    users_affected = models.PositiveBigIntegerField(
        _("users affected"), null=True, blank=True
    )
    users_percent = models.DecimalField(
        _("per cent of users affected"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    features_affected = models.TextField(
        _("features affected"), blank=True, max_length=2_000
    )
    revenue_lost = models.DecimalField(
        _("revenue lost"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    revenue_currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[
            RegexValidator(
                r"\A[A-Z]{3}\Z", _("A currency is three capitals, such as EUR or USD.")
            )
        ],
    )
    data_loss = models.CharField(
        _("data loss"), max_length=10, choices=DataLoss.choices, blank=True
    )
    data_loss_details = models.TextField(
        _("data loss, details"), blank=True, max_length=2_000
    )
    reputation = models.TextField(_("reputation"), blank=True, max_length=2_000)
    detection_source = models.CharField(
        _("detected by"), max_length=16, choices=DetectionSource.choices, blank=True
    )
    cause_category = models.CharField(
        _("kind of cause"), max_length=16, choices=CauseCategory.choices, blank=True
    )

    close_reason = models.CharField(
        _("closed as"), max_length=12, choices=CloseReason.choices, blank=True
    )
    close_note = models.TextField(_("closing note"), blank=True, max_length=2_000)
    duplicate_of = models.ForeignKey(
        "self",
        verbose_name=_("duplicate of"),
        on_delete=models.PROTECT,
        related_name="duplicates",
        null=True,
        blank=True,
    )
    postmortem_state = models.CharField(
        _("post-mortem"),
        max_length=10,
        choices=PostMortemState.choices,
        default=PostMortemState.NONE,
        editable=False,
    )
    history = HistoricalRecords(m2m_fields=[services])

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-declared_at", "-pk"]
        permissions = [
            ("lead_incident", _("Can change severity, close and publish")),
            ("restrict_incident", _("Can restrict an incident of the own team")),
            ("see_restricted_incident", _("Can see every restricted incident")),
        ]
        indexes = [
            models.Index(fields=["-declared_at", "-id"]),
            models.Index(Upper("title"), name="incident_title_upper"),
            models.Index(
                name="incident_running",
                fields=["-declared_at", "-id"],
                condition=Q(closed_at=None, resolved_at=None),
            ),
            models.Index(fields=["status", "-declared_at"]),
        ]
        constraints = [
            in_order(
                "incident",
                "started",
                "detected",
                _("It cannot have been detected before it started."),
            ),
            in_order(
                "incident",
                "started",
                "acknowledged",
                _("It cannot have been acknowledged before it started."),
            ),
            in_order(
                "incident",
                "detected",
                "acknowledged",
                _("It cannot have been acknowledged before it was detected."),
            ),
            in_order(
                "incident",
                "started",
                "mitigated",
                _("It cannot have been mitigated before it started."),
            ),
            in_order(
                "incident",
                "started",
                "resolved",
                _("It cannot have been resolved before it started."),
            ),
            in_order(
                "incident",
                "started",
                "closed",
                _("It cannot have been closed before it started."),
            ),
            in_order(
                "incident",
                "mitigated",
                "resolved",
                _("It cannot have been resolved before it was mitigated."),
            ),
            in_order(
                "incident",
                "mitigated",
                "closed",
                _("It cannot have been closed before it was mitigated."),
            ),
            in_order(
                "incident",
                "resolved",
                "closed",
                _("It cannot have been closed before it was resolved."),
            ),
            models.CheckConstraint(
                name="incident_resolved_has_time",
                condition=Q(status=Status.RESOLVED, resolved_at__isnull=False)
                | (~Q(status=Status.RESOLVED) & Q(resolved_at=None)),
                violation_error_message=_(
                    "A resolved incident, and no other, has a resolution time."
                ),
            ),
            models.CheckConstraint(
                name="incident_closed_has_reason",
                condition=(Q(closed_at=None) & Q(close_reason=""))
                | (Q(closed_at__isnull=False) & ~Q(close_reason="")),
                violation_error_message=_(
                    "A closed incident, and no other, has a reason for closing."
                ),
            ),
            models.CheckConstraint(
                name="incident_completed_is_resolved",
                condition=~Q(close_reason=CloseReason.COMPLETED)
                | Q(status=Status.RESOLVED),
                violation_error_message=_(
                    "Only a resolved incident can be closed as completed."
                ),
            ),
            models.CheckConstraint(
                name="incident_duplicate_names_other",
                condition=Q(
                    close_reason=CloseReason.DUPLICATE, duplicate_of__isnull=False
                )
                | (~Q(close_reason=CloseReason.DUPLICATE) & Q(duplicate_of=None)),
                violation_error_message=_(
                    "A duplicate, and nothing else, names the incident it repeats."
                ),
            ),
            models.CheckConstraint(
                name="incident_not_its_own_duplicate",
                condition=Q(duplicate_of=None) | ~Q(duplicate_of=F("id")),
                violation_error_message=_(
                    "An incident cannot be a duplicate of itself."
                ),
            ),
            models.CheckConstraint(
                name="incident_users_percent_range",
                condition=within("users_percent", 0, 100),
                violation_error_message=_("Per cent of users lies between 0 and 100."),
            ),
            models.CheckConstraint(
                name="incident_users_number_or_percent",
                condition=Q(users_affected=None) | Q(users_percent=None),
                violation_error_message=_(
                    "Give the affected users as a number or per cent, not both."
                ),
            ),
            models.CheckConstraint(
                name="incident_revenue_has_currency",
                condition=Q(revenue_lost=None, revenue_currency="")
                | (
                    Q(revenue_lost__isnull=False, revenue_lost__gte=0)
                    & ~Q(revenue_currency="")
                ),
                violation_error_message=_(
                    "Lost revenue is an amount of zero or more with a currency."
                ),
            ),
            one_of("incident", "status", Status),
            one_of("incident", "close_reason", CloseReason, blank=True),
            one_of("incident", "data_loss", DataLoss, blank=True),
            one_of("incident", "detection_source", DetectionSource, blank=True),
            one_of("incident", "cause_category", CauseCategory, blank=True),
            one_of("incident", "postmortem_state", PostMortemState),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("admin:incidents_incident_change", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.closed_at is None and self.status != Status.RESOLVED

    def known_at(self, name: str) -> datetime | None:
        """Give the time of a milestone, or None where it is not known."""
        return getattr(self, f"{Milestone(name)}_at")  # type: ignore[no-any-return]

    def clean(self) -> None:
        """Drop reasons for not knowing what is known after all."""
        self.unknown = {
            name: reason
            for name, reason in self.unknown.items()
            if not (self.known_at(name) if name in Milestone else self._has(name))
        }

    def _has(self, fact: str) -> bool:
        return self.has_impact if fact == "impact" else bool(getattr(self, fact, ""))
