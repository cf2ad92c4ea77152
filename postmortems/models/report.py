from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.constraints import one_of
from incidents.querysets import ChildQuerySet
from postmortems.choices import ReportState
from postmortems.models.postmortem import PostMortem


class ReportQuerySet(ChildQuerySet["Report"]):
    incident_path = "postmortem__incident"


class Report(models.Model):
    """One rendering of a post-mortem: queued, then an immutable file or a failure."""

    postmortem = models.ForeignKey(
        PostMortem,
        verbose_name=_("post-mortem"),
        on_delete=models.PROTECT,
        related_name="reports",
    )
    number = models.PositiveIntegerField(_("version"), null=True, blank=True)
    is_draft = models.BooleanField(_("draft"), default=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ReportState.choices,
        default=ReportState.QUEUED,
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        related_name="reports",
        null=True,
        blank=True,
    )
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to="reports", blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    error = models.TextField(_("what went wrong"), blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            one_of("report", "state", ReportState),
            models.UniqueConstraint(
                name="report_number_once",
                fields=["postmortem", "number"],
                violation_error_message=_("This version number is taken."),
            ),
            models.CheckConstraint(
                name="report_done_has_file",
                condition=~Q(state=ReportState.DONE)
                | (Q(number__isnull=False) & ~Q(sha256="") & ~Q(file="")),
                violation_error_message=_(
                    "A finished report has its number, file and fingerprint."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.postmortem} v{self.number or '…'}"
