"""What leaves the system, and the ledger of what was promised to whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.choices import (
    SECRET_NOTIFICATIONS,
    DeliveryState,
    Medium,
    NotificationKind,
)
from incidents.constraints import one_of
from incidents.querysets import NotificationQuerySet


class Notification(models.Model):
    """One message to one recipient: the outbox, written where its cause is written."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind.choices)
    medium = models.CharField(
        _("medium"), max_length=10, choices=Medium.choices, default=Medium.EMAIL
    )
    address = models.CharField(_("address"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="notifications",
        null=True,
        blank=True,
    )
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DeliveryState.choices,
        default=DeliveryState.QUEUED,
    )
    created_at = models.DateTimeField(_("queued"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    message_id = models.CharField(_("message id"), max_length=200)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.TextField(_("what the server said"), blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                name="notification_waiting",
                fields=["due_at"],
                condition=Q(state=DeliveryState.QUEUED),
            ),
        ]
        constraints = [
            one_of("notification", "state", DeliveryState),
            one_of("notification", "kind", NotificationKind),
            one_of("notification", "medium", Medium),
            models.CheckConstraint(
                name="notification_sent_has_time",
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at=None)),
                violation_error_message=_("A sent message has the time it was sent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"

    @property
    def is_secret(self) -> bool:
        return self.kind in SECRET_NOTIFICATIONS


class Reminder(models.Model):
    """The ledger: this person was told of this item's due date, at this rung, once."""

    item = models.ForeignKey(
        "incidents.ActionItem", on_delete=models.PROTECT, related_name="reminders"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminders"
    )
    rung = models.CharField(_("rung"), max_length=20)
    due_on = models.DateField(_("about the due date"))
    notification = models.ForeignKey(
        Notification, on_delete=models.PROTECT, related_name="reminders"
    )
    created_at = models.DateTimeField(_("queued"), default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                F("item"),
                F("person"),
                F("rung"),
                F("due_on"),
                name="reminder_once",
                violation_error_message=_("This reminder was given already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rung}: {self.item_id} → {self.person_id}"
