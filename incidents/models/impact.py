from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.constraints import in_order
from incidents.querysets import ChildQuerySet


class ImpactInterval(models.Model):
    """A span in which users were affected; an incident that came back has several."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="impact_intervals"
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_corrected = models.BooleanField(
        _("corrected by hand"),
        default=False,
        help_text=_("Milestones no longer move it."),
    )
    history = HistoricalRecords()

    objects = ChildQuerySet["ImpactInterval"].as_manager()

    class Meta:
        verbose_name = _("impact interval")
        verbose_name_plural = _("impact intervals")
        ordering = ["started_at"]
        constraints = [
            in_order(
                "impactinterval",
                "started",
                "ended",
                _("The impact must not end before it starts."),
            ),
            models.UniqueConstraint(
                name="impactinterval_one_open",
                fields=["incident"],
                condition=Q(ended_at=None),
                violation_error_message=_("The impact is already running."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} – {self.ended_at or '…'}"
