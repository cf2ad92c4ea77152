from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.changes import Blocker
from incidents.choices import Priority
from incidents.constraints import one_of
from postmortems.choices import FactorCategory
from postmortems.models.section import Section
from postmortems.querysets import FindingQuerySet

LONGEST_FINDING = 2_000


def misplaced(came_of: Mapping[int, int | None], key: int) -> Blocker | None:
    """Say what is wrong where a line came of no other of its list, or of itself.

    `came_of` names for each line of the list the one that led to it.
    """
    seen, earlier = {key}, came_of[key]
    while earlier is not None:
        if earlier not in came_of:
            sentence = _now("Choose a factor of this list.")
            return Blocker("earlier", sentence, "earlier")
        if earlier in seen:
            sentence = _now("That factor came of this one already: choose another.")
            return Blocker("circle", sentence, "earlier")
        seen.add(earlier)
        earlier = came_of[earlier]
    return None


class Finding(models.Model):
    """One line of a list: what went well or wrong, luck, a decision, a factor.

    A contributing factor may say of what sort it is, which entry of the timeline
    shows it, and which factor came before it.
    """

    section = models.ForeignKey(
        Section,
        verbose_name=_("section"),
        on_delete=models.PROTECT,
        related_name="findings",
    )
    order = models.PositiveIntegerField(_("order"), default=0)
    text = models.TextField(_("text"), max_length=LONGEST_FINDING)
    category = models.CharField(
        _("category"), max_length=14, choices=FactorCategory.choices, blank=True
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        choices=Priority.choices,
        null=True,
        blank=True,
        help_text=_("A P0 or P1 should have an action item."),
    )
    evidence = models.ForeignKey(
        "incidents.TimelineEvent",
        verbose_name=_("evidence"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("The entry of the timeline that shows it."),
    )
    earlier = models.ForeignKey(
        "self",
        verbose_name=_("came of"),
        on_delete=models.SET_NULL,
        related_name="later",
        null=True,
        blank=True,
        help_text=_("The factor that led to this one."),
    )
    item = models.ForeignKey(
        "incidents.ActionItem",
        verbose_name=_("action item"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    is_public = models.BooleanField(_("for customers"), default=False)
    history = HistoricalRecords()

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["section", "order", "pk"]
        constraints = [
            one_of("finding", "category", FactorCategory, blank=True),
            models.CheckConstraint(
                name="finding_says_something",
                condition=~Q(text=""),
                violation_error_message=_("A finding needs a text."),
            ),
            models.CheckConstraint(
                name="finding_priority_known",
                condition=Q(priority=None) | Q(priority__in=Priority.values),
                violation_error_message=_("Choose a priority from P0 to P3."),
            ),
            models.CheckConstraint(
                name="finding_not_of_itself",
                condition=Q(earlier=None) | ~Q(earlier=models.F("pk")),
                violation_error_message=_("A factor cannot have come of itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
