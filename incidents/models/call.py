from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.choices import CallOutcome
from incidents.constraints import one_of
from incidents.querysets import CallQuerySet


class Call(models.Model):
    """Somebody to be called for an incident, and whether they answered."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="calls"
    )
    deadline = models.ForeignKey(
        "incidents.Deadline",
        on_delete=models.SET_NULL,
        related_name="calls",
        null=True,
        blank=True,
        help_text=_("The rung that asks for it; empty where a person did."),
    )
    key = models.CharField(
        max_length=200, help_text=_("Such as rung:cto:17; once in an incident.")
    )
    name = models.CharField(_("name"), max_length=160)
    number = models.CharField(
        _("number"), max_length=320, blank=True, help_text=_("Empty if none is known.")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    created_at = models.DateTimeField(_("asked for"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=CallOutcome.choices, blank=True
    )
    ended_at = models.DateTimeField(_("called"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("called by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="call_once",
                fields=["incident", "key"],
                violation_error_message=_("They are to be called already."),
            ),
            one_of("call", "outcome", CallOutcome, blank=True),
            models.CheckConstraint(
                name="call_outcome_has_time",
                condition=Q(outcome="", ended_at=None)
                | (~Q(outcome="") & Q(ended_at__isnull=False)),
                violation_error_message=_("A call that was made has its time."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def whom(self) -> str:
        """Say who is meant: the same in every call to them."""
        return self.key.rpartition(":")[2]

    @property
    def asked_in(self) -> int | None:
        """Give the event in which a person asked for it; None where a rung did."""
        kind, _colon, rest = self.key.partition(":")
        event = rest.partition(":")[0]
        return int(event) if kind == "escalation" and event.isdecimal() else None
