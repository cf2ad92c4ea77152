from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Vital(models.Model):
    """A vital sign of the installation: one row for each thing to be watched.

    The last sweep, its audit, the mail server's breaker, and whether mail is held
    after a restore: what every process must know, and what /readyz tells.
    """

    key = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(_("since"), null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    count = models.PositiveIntegerField(_("times"), default=0)
    words = models.TextField(_("words"), blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)

    class Meta:
        verbose_name = _("vital sign")
        verbose_name_plural = _("vital signs")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
