from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.choices import MessageRoute
from incidents.constraints import one_of
from incidents.querysets import MessageQuerySet


class Message(models.Model):
    """A message about an incident as it went out; its delivery is in the outbox."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="messages"
    )
    event = models.OneToOneField(
        "incidents.TimelineEvent", on_delete=models.PROTECT, related_name="message"
    )
    template = models.CharField(
        _("template"), max_length=40, blank=True, help_text=_("Its code; empty: none.")
    )
    audience = models.CharField(_("audience"), max_length=20)
    route = models.CharField(
        _("route"),
        max_length=8,
        choices=MessageRoute.choices,
        default=MessageRoute.SENT,
    )
    contact = models.ForeignKey(
        "incidents.Contact",
        on_delete=models.PROTECT,
        related_name="messages",
        null=True,
        blank=True,
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), max_length=10_000)
    is_drill = models.BooleanField(_("drill"), default=False)
    sent_at = models.DateTimeField(_("sent"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-sent_at", "-pk"]
        constraints = [one_of("message", "route", MessageRoute)]

    def __str__(self) -> str:
        return self.subject or self.body[:80]
