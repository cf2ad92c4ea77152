from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.constraints import in_order
from incidents.querysets import ConditionQuerySet


class Condition(models.Model):
    """A flag of an incident that holds from one moment to another, and who set it."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="conditions"
    )
    code = models.CharField(_("flag"), max_length=40)
    since_at = models.DateTimeField(_("since"))
    until_at = models.DateTimeField(_("until"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cleared by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["since_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="condition_holds_once",
                fields=["incident", "code"],
                condition=Q(until_at=None),
                violation_error_message=_("This flag is set already."),
            ),
            in_order(
                "condition",
                "since",
                "until",
                _("A flag cannot be cleared before it was set."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
