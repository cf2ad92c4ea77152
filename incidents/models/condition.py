from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.choices import MODES, ConditionKind
from incidents.constraints import in_order, one_of
from incidents.querysets import ConditionQuerySet


class Condition(models.Model):
    """What holds of an incident for a while, and who said so: a flag, a freeze."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="conditions"
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=ConditionKind.choices,
        default=ConditionKind.FLAG,
    )
    code = models.CharField(
        _("flag"), max_length=40, help_text=_("Of a freeze or maintenance: its kind.")
    )
    banner = models.CharField(
        _("banner"), max_length=300, blank=True, help_text=_("What every page says.")
    )
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
        indexes = [
            models.Index(
                name="condition_banner",
                fields=["since_at"],
                condition=Q(until_at=None, kind__in=MODES),
            ),
        ]
        constraints = [
            one_of("condition", "kind", ConditionKind),
            models.UniqueConstraint(
                name="condition_holds_once",
                fields=["incident", "kind", "code"],
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

    @property
    def announcement(self) -> str:
        """Say of a freeze or a maintenance what the timeline says of its start."""
        return f"{ConditionKind(self.kind).label}: {self.banner}"
