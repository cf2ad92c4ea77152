from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.constraints import in_order
from incidents.querysets import RoleAssignmentQuerySet


class RoleAssignment(models.Model):
    """Who was offered or held which role of the playbook in an incident, and when."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="roles"
    )
    role = models.CharField(_("role"), max_length=40)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="incident_roles",
    )
    offered_at = models.DateTimeField(_("offered"), null=True, blank=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("offered by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    held_at = models.DateTimeField(
        _("since"), null=True, blank=True, help_text=_("Empty while it is offered.")
    )
    left_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        ordering = ["held_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="roleassignment_one_holder",
                fields=["incident", "role"],
                condition=Q(left_at=None, held_at__isnull=False),
                violation_error_message=_("Somebody holds this role already."),
            ),
            models.UniqueConstraint(
                name="roleassignment_one_offer",
                fields=["incident", "role"],
                condition=Q(left_at=None, held_at=None),
                violation_error_message=_("This role is offered to somebody already."),
            ),
            models.CheckConstraint(
                name="roleassignment_offered_or_held",
                condition=Q(held_at__isnull=False) | Q(offered_at__isnull=False),
                violation_error_message=_("A role is offered or held."),
            ),
            in_order(
                "roleassignment",
                "offered",
                "held",
                _("A role must not be taken before it is offered."),
            ),
            in_order(
                "roleassignment",
                "held",
                "left",
                _("A role must not be left before it is taken."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.person}"
