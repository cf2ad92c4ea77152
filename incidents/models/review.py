"""A team goes through its action items together: when, who, and what was decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Review(models.Model):
    """One walk of a team through what is overdue, due, unowned or moved twice."""

    team = models.ForeignKey(
        "incidents.Team",
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="reviews",
    )
    began_at = models.DateTimeField(_("began"))
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("held by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    note = models.TextField(_("note"), max_length=10_000, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                F("team"),
                name="review_one_at_a_time",
                condition=Q(ended_at=None),
                violation_error_message=_("This team's review is going on already."),
            ),
            models.CheckConstraint(
                name="review_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
                violation_error_message=_("A review ends after it began."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}, {self.began_at:%Y-%m-%d}"


class ReviewDecision(models.Model):
    """What a review decided about an item; the event says what, in words."""

    review = models.ForeignKey(
        Review, on_delete=models.PROTECT, related_name="decisions"
    )
    item = models.ForeignKey(
        "incidents.ActionItem", on_delete=models.PROTECT, related_name="decisions"
    )
    event = models.OneToOneField(
        "incidents.TimelineEvent", on_delete=models.PROTECT, related_name="decision"
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.event)
