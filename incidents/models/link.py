from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.querysets import ChildQuerySet


class Link(models.Model):
    """Something that belongs to an incident: another incident, or an address."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="links"
    )
    other = models.ForeignKey(
        "incidents.Incident",
        verbose_name=_("other incident"),
        on_delete=models.PROTECT,
        related_name="linked_from",
        null=True,
        blank=True,
    )
    url = models.URLField(_("address"), max_length=500, blank=True)
    label = models.CharField(_("label"), max_length=200, blank=True)

    objects = ChildQuerySet["Link"].as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="link_has_one_target",
                condition=(Q(other=None) & ~Q(url=""))
                | (Q(other__isnull=False) & Q(url="")),
                violation_error_message=_(
                    "A link leads either to another incident or to an address."
                ),
            ),
            models.CheckConstraint(
                name="link_not_to_itself",
                condition=~Q(other=models.F("incident")) | Q(other=None),
                violation_error_message=_("An incident cannot be linked to itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.url or str(self.other_id)
