"""The outbox: what leaves the system is a row first, and a mail when there is time.

`queue` writes the row in the transaction that causes it; `deliver_due` claims rows
with a lease and sends them. Nothing gets lost, and nothing is sent twice unless a
kill or a cut falls between the server's yes and our commit: then at most once more,
with the same Message-ID.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from incidents.changes import Refused, locked
from incidents.choices import DeliveryState
from incidents.hints import hint
from incidents.mail_errors import Verdict, judge
from incidents.models import Notification

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

SWEEP = "incidents.sweep"
BATCH = 200
# Waits after the first, second, … attempt that failed for now; the last one repeats.
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
GIVE_UP_AFTER = timedelta(days=1)
# Mail programs want styles on each element; what depends on the screen stays apart.
styles = css_inline.CSSInliner(
    keep_at_rules=True, load_remote_stylesheets=False, minify_css=True
)


@dataclass
class Delivered:
    """What became of a batch."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.put_off + self.failed


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
    now: datetime,
) -> Notification:
    """Write a message to one recipient; a second call with the key changes nothing."""
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
                "created_at": now,
                "due_at": due_at or now,
            },
        )
        hint(SWEEP)
    return notification


def message_id(key: str) -> str:
    """Derive the Message-ID, so that a mail sent again is known to be the same."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def retry(notification: Notification, *, by: User, at: datetime) -> None:
    """Queue a failed message again, to the address the person has by now."""
    with locked(notification) as current:
        if current.state != DeliveryState.FAILED:
            sentence = _("Only a message that failed can be sent again.")
            raise Refused.because("not_failed", sentence)
        if current.user:
            current.address = current.user.email
        current.state, current.due_at = DeliveryState.QUEUED, at
        current.attempts, current.error = 0, ""
        current.save(update_fields=["address", "state", "due_at", "attempts", "error"])
        hint(SWEEP)
    logger.info("Notification %s: user %s tries again", notification.pk, by.pk)


def deliver_due(*, now: datetime, limit: int = BATCH) -> Delivered:
    """Send what is due, and say what became of it; without a mail server, wait."""
    delivered = Delivered()
    if not settings.MAIL_IS_ON:
        return delivered
    clock = _running_from(now)
    waiting = Notification.objects.claimable(now).order_by("due_at", "pk")
    with _kept_connection() as connection:
        for pk in list(waiting.values_list("pk", flat=True)[:limit]):
            mail = claim(pk, now=clock())
            if mail is None:
                continue
            verdict = _hand_over(mail, connection)
            _settle(mail, verdict, delivered, at=clock())
            if verdict and verdict.is_general:
                break
    if delivered.total == limit:
        hint(SWEEP)
    return delivered


def claim(pk: int, *, now: datetime) -> Notification | None:
    """Take a message for the length of a lease; None when somebody else has it."""
    lease = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    claimed = Notification.objects.claimable(now).filter(pk=pk)
    if claimed.update(lease_until=now + lease, attempts=F("attempts") + 1) != 1:
        return None
    return Notification.objects.get(pk=pk)


def _running_from(now: datetime) -> Callable[[], datetime]:
    """Give a clock that starts at `now`: a lease is reckoned from its own claim."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


@contextmanager
def _kept_connection() -> Iterator[BaseEmailBackend]:
    """Keep one connection for a batch; it opens when the first mail needs it."""
    connection = get_connection()
    try:
        yield connection
    finally:
        _close(connection)


def _close(connection: BaseEmailBackend) -> None:
    with suppress(OSError):  # what counts was said before
        connection.close()


def _hand_over(mail: Notification, connection: BaseEmailBackend) -> Verdict | None:
    """Hand a mail to the server; None when it was taken."""
    try:
        connection.open()
        if connection.send_messages([_letter(mail, connection)]) != 1:
            raise ValueError(_("there is no address."))
    except (OSError, ValueError) as error:
        _close(connection)
        return judge(error)
    return None


def _letter(mail: Notification, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    letter = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.address],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    return letter


def _settle(
    mail: Notification, verdict: Verdict | None, delivered: Delivered, *, at: datetime
) -> None:
    """Write down what became of a claimed mail, and count it."""
    if verdict is None:
        delivered.sent += 1
        _write(mail, state=DeliveryState.SENT, sent_at=at, error="", **_blank(mail))
    elif verdict.is_final or _tried_for(mail.attempts) >= GIVE_UP_AFTER:
        delivered.failed += 1
        _write(mail, state=DeliveryState.FAILED, error=verdict.words)
    else:
        delivered.put_off += 1
        _write(mail, due_at=at + _wait(mail.attempts), error=verdict.words)


def _blank(mail: Notification) -> dict[str, str]:
    """Keep no link that opens an account once its addressee has it."""
    return {"text": "", "html": ""} if mail.is_secret else {}


def _write(mail: Notification, **outcome: object) -> None:
    """Write the outcome, unless the lease ran out and somebody else took over."""
    ours = Notification.objects.waiting().filter(
        pk=mail.pk, lease_until=mail.lease_until, attempts=mail.attempts
    )
    if not ours.update(lease_until=None, **outcome):
        logger.warning("Notification %s was taken over meanwhile", mail.pk)


def _wait(attempts: int) -> timedelta:
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def _tried_for(attempts: int) -> timedelta:
    return sum(map(_wait, range(1, attempts + 1)), timedelta())
