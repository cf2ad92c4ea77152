"""What leaves the system, and the ledger of what was promised to whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.choices import (
    SECRET_NOTIFICATIONS,
    CalendarMethod,
    Capacity,
    DeliveryState,
    Medium,
    NotificationKind,
)
from incidents.constraints import one_of
from incidents.querysets import NotificationQuerySet

# How the key of a line to a pager ends.
URGENT = ":urgent"


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
    incident = models.ForeignKey(
        "incidents.Incident",
        verbose_name=_("incident"),
        on_delete=models.PROTECT,
        related_name="notifications",
        null=True,
        blank=True,
        help_text=_("The one it is about, where it is about one."),
    )
    carries = models.ForeignKey(
        "incidents.Message",
        verbose_name=_("message"),
        on_delete=models.PROTECT,
        related_name="notifications",
        null=True,
        blank=True,
        help_text=_("The message it carries, where people wrote one."),
    )
    contact = models.ForeignKey(
        "incidents.Contact",
        verbose_name=_("contact"),
        on_delete=models.PROTECT,
        related_name="notifications",
        null=True,
        blank=True,
        help_text=_("Whose chat it is posted to; the address stays with them."),
    )
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    calendar = models.TextField(
        _("calendar"),
        blank=True,
        help_text=_("What calendars read of it, where it invites to a meeting."),
    )
    calendar_method = models.CharField(
        _("asks calendars for"),
        max_length=8,
        choices=CalendarMethod.choices,
        blank=True,
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DeliveryState.choices,
        default=DeliveryState.QUEUED,
    )
    created_at = models.DateTimeField(_("queued"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    claimed_by = models.CharField(_("claimed by"), max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    message_id = models.CharField(_("message id"), max_length=200)
    thread = models.CharField(
        _("thread"),
        max_length=200,
        blank=True,
        help_text=_("What mail programs show as one conversation, if anything."),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.TextField(_("what the server said"), blank=True)
    suppressed_because = models.CharField(
        _("not sent because"), max_length=200, blank=True
    )

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
            models.Index(
                name="notification_sent",
                fields=["sent_at"],
                condition=Q(state=DeliveryState.SENT),
            ),
            models.Index(
                name="notification_failed",
                fields=["due_at"],
                condition=Q(state=DeliveryState.FAILED),
            ),
        ]
        constraints = [
            one_of("notification", "state", DeliveryState),
            one_of("notification", "kind", NotificationKind),
            one_of("notification", "medium", Medium),
            one_of("notification", "calendar_method", CalendarMethod, blank=True),
            models.CheckConstraint(
                name="notification_calendar_has_method",
                condition=Q(calendar="", calendar_method="")
                | (~Q(calendar="") & ~Q(calendar_method="")),
                violation_error_message=_(
                    "What calendars read says what it asks of them, and nothing else."
                ),
            ),
            models.CheckConstraint(
                name="notification_chat_has_contact",
                condition=~Q(medium=Medium.CHAT) | Q(contact__isnull=False),
                violation_error_message=_("A post to a chat names whose chat it is."),
            ),
            models.CheckConstraint(
                name="notification_sent_has_time",
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at=None)),
                violation_error_message=_("A sent message has the time it was sent."),
            ),
            models.CheckConstraint(
                name="notification_suppressed_has_reason",
                condition=(
                    Q(state=DeliveryState.SUPPRESSED) & ~Q(suppressed_because="")
                )
                | (~Q(state=DeliveryState.SUPPRESSED) & Q(suppressed_because="")),
                violation_error_message=_(
                    "A message that is not sent on purpose, and no other, says why."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"

    @property
    def is_secret(self) -> bool:
        return self.kind in SECRET_NOTIFICATIONS

    @property
    def is_urgent(self) -> bool:
        """Whether it goes to the address that wakes a person up, not to their own."""
        return self.key.endswith(URGENT)


class Reminder(models.Model):
    """The ledger: this person was told of this item's due date, at this rung, once.

    A rung is the number of days after the due date at which people are told anew;
    before it, the number is negative. The ledger outlives the mail it speaks of.
    """

    item = models.ForeignKey(
        "incidents.ActionItem", on_delete=models.PROTECT, related_name="reminders"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminders"
    )
    rung = models.SmallIntegerField(_("rung"), help_text=_("Days after the due date."))
    due_on = models.DateField(_("about the due date"))
    capacity = models.CharField(
        _("because"),
        max_length=12,
        choices=Capacity.choices,
        default=Capacity.OWNER,
    )
    notification = models.ForeignKey(
        Notification, on_delete=models.SET_NULL, related_name="reminders", null=True
    )
    created_at = models.DateTimeField(_("queued"), default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-created_at"]
        constraints = [
            one_of("reminder", "capacity", Capacity),
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
