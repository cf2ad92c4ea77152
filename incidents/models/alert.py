"""Alerts: who may send them, and what came in, stored before it is worked off."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.choices import AlertState, Recovery, SourceKind
from incidents.constraints import one_of
from incidents.querysets import AlertQuerySet

SECRETS = ["token_hash", "secret", "secret_before"]


class AlertSource(models.Model):
    """A system that may raise incidents, and how its alerts are read."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    team = models.ForeignKey(
        "incidents.Team",
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="alert_sources",
    )
    kind = models.CharField(_("sends"), max_length=12, choices=SourceKind.choices)
    mapping = models.JSONField(
        _("mapping"),
        default=dict,
        blank=True,
        help_text=_("Where in its JSON what is found; for any JSON only."),
    )
    severity = models.CharField(
        _("severity"),
        max_length=20,
        help_text=_("The code an incident begins with, where the alert says none."),
    )
    service = models.ForeignKey(
        "incidents.Service",
        verbose_name=_("service"),
        on_delete=models.PROTECT,
        related_name="alert_sources",
        null=True,
        blank=True,
        help_text=_("Where the alert names none that is known."),
    )
    recovery = models.CharField(
        _("when it recovers"),
        max_length=8,
        choices=Recovery.choices,
        default=Recovery.NOTE,
    )
    is_signed = models.BooleanField(
        _("signs what it sends"),
        default=True,
        help_text=_("Without: the address alone opens the door, so keep it secret."),
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    secret = models.CharField(max_length=100, blank=True, editable=False)
    secret_before = models.CharField(max_length=100, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    history = HistoricalRecords(excluded_fields=SECRETS)

    class Meta:
        verbose_name = _("alert source")
        verbose_name_plural = _("alert sources")
        ordering = ["name"]
        constraints = [
            one_of("alertsource", "kind", SourceKind),
            one_of("alertsource", "recovery", Recovery),
            models.CheckConstraint(
                name="alertsource_signed_has_secret",
                condition=Q(is_signed=False) | ~Q(secret=""),
                violation_error_message=_("A source that signs has a secret."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """What a source sent, as it came in; worked off into incidents and entries."""

    source = models.ForeignKey(
        AlertSource, on_delete=models.PROTECT, related_name="alerts"
    )
    digest = models.CharField(
        max_length=64,
        help_text=_("Of its body and, where it is signed, its time: a replay."),
    )
    body = models.TextField(_("body"))
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=AlertState.choices,
        default=AlertState.STORED,
    )
    incident = models.ForeignKey(
        "incidents.Incident",
        verbose_name=_("incident"),
        on_delete=models.PROTECT,
        related_name="alerts",
        null=True,
        blank=True,
    )
    error = models.TextField(_("what went wrong"), blank=True)
    worked_at = models.DateTimeField(_("worked off"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["source", "-received_at"]),
            # Without parameters, so that SQLite takes it, too.
            models.Index(
                name="alert_waiting",
                fields=["source", "received_at"],
                condition=Q(worked_at=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="alert_once",
                fields=["source", "digest"],
                violation_error_message=_("This alert came in already."),
            ),
            one_of("alert", "state", AlertState),
            models.CheckConstraint(
                name="alert_ended_has_time",
                condition=Q(state=AlertState.STORED, worked_at=None)
                | (~Q(state=AlertState.STORED) & Q(worked_at__isnull=False)),
                violation_error_message=_("An alert that was worked off has its time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"
