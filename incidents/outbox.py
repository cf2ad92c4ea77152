"""The outbox: what leaves the system is a row first, and a mail when there is time.

`queue` writes the row in the transaction that causes it; `delivery.py` sends it. What
people may do with a row by hand is here too: send it again, let it go, or drop it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.changes import Refused, locked
from incidents.choices import DeliveryState, Medium
from incidents.hints import hint
from incidents.models import Notification
from incidents.revisions import touch

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Contact, Incident, Message

logger = logging.getLogger(__name__)

DELIVER = "incidents.deliver"
POST = "incidents.post_to_chats"
MOST_REASON = Notification._meta.get_field("suppressed_because").max_length or 0
# Mail programs want styles on each element; what depends on the screen stays apart.
styles = css_inline.CSSInliner(
    keep_at_rules=True, load_remote_stylesheets=False, minify_css=True
)


def queue(
    *,
    key: str,
    kind: str,
    subject: str,
    text: str,
    html: str = "",
    user: User | None = None,
    address: str = "",
    due_at: datetime | None = None,
    thread: str = "",
    medium: str = Medium.EMAIL,
    incident: Incident | None = None,
    carries: Message | None = None,
    contact: Contact | None = None,
    calendar: str = "",
    calendar_method: str = "",
    now: datetime,
) -> Notification:
    """Write a message to one recipient; a second call with the key changes nothing.

    Messages with the same `thread` are shown as one conversation. A post to a chat
    names the `contact` whose chat it is; its address stays with the contact. What
    calendars read of a mail, and what it asks of them, goes out beside the text.
    """
    with transaction.atomic():
        notification, _is_new = Notification.objects.get_or_create(
            key=key,
            defaults={
                "kind": kind,
                "address": address or (user.email if user else ""),
                "user": user,
                "subject": subject,
                "text": text,
                "html": styles.inline(html) if html else "",
                "message_id": message_id(key),
                "thread": thread,
                "medium": medium,
                "incident": incident,
                "carries": carries,
                "contact": contact,
                "calendar": calendar,
                "calendar_method": calendar_method,
                "created_at": now,
                "due_at": due_at or now,
            },
        )
        hint(_who_takes(medium))
    return notification


def queue_all(rows: Iterable[Notification]) -> None:
    """Write many messages at once, as `queue` would each; those known already stay.

    They come with HTML that has its styles in a sheet, and without Message-ID, unless
    it is another mail that says all of it.
    """
    inlined: dict[str, str] = {"": ""}
    ready = list(rows)
    for row in ready:
        if row.html not in inlined:
            inlined[row.html] = styles.inline(row.html)
        row.html = inlined[row.html]
        row.message_id = row.message_id or message_id(row.key)
    with transaction.atomic(savepoint=False):
        Notification.objects.bulk_create(ready, ignore_conflicts=True, batch_size=500)
        for medium in {row.medium for row in ready}:
            hint(_who_takes(medium))


def _who_takes(medium: str) -> str:
    """Name the task that looks after what goes out this way."""
    return POST if medium == Medium.CHAT else DELIVER


def message_id(key: str) -> str:
    """Derive the Message-ID, so that a mail sent again is known to be the same."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def retry(notification: Notification, *, by: User, at: datetime) -> None:
    """Queue a failed message again, to the address the person has by now."""
    sentence = _("Only a message that failed can be sent again.")
    _queue_again(notification, DeliveryState.FAILED, sentence, by=by, at=at)


def release(notification: Notification, *, by: User, at: datetime) -> None:
    """Queue a message that was not sent on purpose; it goes out after all."""
    sentence = _("Only a message that was not sent on purpose can be released.")
    _queue_again(notification, DeliveryState.SUPPRESSED, sentence, by=by, at=at)


def suppress(
    notification: Notification,
    *,
    because: str,
    by: User | None = None,
    at: datetime | None = None,
) -> None:
    """Drop a message that waits or failed, for good reason; else raises Refused.

    What a worker holds may be on its way already, so that is refused too. One that
    failed is seen to by this, and alarms nobody any more.
    """
    with locked(notification) as current:
        if not because.strip():
            sentence = _("Say why the message is not sent.")
            raise Refused.because("no_reason", sentence, "because")
        if current.state not in (DeliveryState.QUEUED, DeliveryState.FAILED):
            sentence = _("Only a message that waits or failed can be dropped.")
            raise Refused.because("not_waiting", sentence)
        if current.lease_until and current.lease_until > (at or timezone.now()):
            sentence = _("A worker is about to send it. Try again in a minute.")
            raise Refused.because("claimed", sentence)
        current.state = DeliveryState.SUPPRESSED
        current.suppressed_because = because.strip()[:MOST_REASON]
        current.lease_until, current.claimed_by = None, ""
        current.save(
            update_fields=["state", "suppressed_because", "lease_until", "claimed_by"]
        )
        _show(current)
    keys = {"notification": notification.pk, "user": by and by.pk}
    logger.info("mail.dropped", extra=keys)


def _queue_again(
    notification: Notification, state: str, sentence: str, *, by: User, at: datetime
) -> None:
    with locked(notification) as current:
        if current.state != state:
            raise Refused.because(f"not_{state}", sentence)
        if current.is_secret and not current.text:
            sentence = _("Its link is worth nothing any more: ask for a new one.")
            raise Refused.because("blank", sentence)
        is_letter = current.medium == Medium.EMAIL and not current.is_urgent
        if current.user and is_letter:
            current.address = current.user.email
        current.state, current.due_at = DeliveryState.QUEUED, at
        current.message_id = message_id(current.key)  # no longer told with another
        current.attempts, current.error, current.suppressed_because = 0, "", ""
        current.save(
            update_fields=[
                "address",
                "state",
                "due_at",
                "message_id",
                "attempts",
                "error",
                "suppressed_because",
            ]
        )
        _show(current)
        hint(DELIVER)
    keys = {"notification": notification.pk, "user": by.pk}
    logger.info("mail.queued_again", extra=keys)


def _show(notification: Notification) -> None:
    """Let the page that counts the deliveries of its message know of this one."""
    if notification.carries_id:
        touch(notification.incident_id)
