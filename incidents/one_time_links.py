"""Links by mail that open an account once: invitations and password resets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from incidents.choices import NotificationKind
from incidents.mail_wording import greeted, write
from incidents.names import name_of
from incidents.outbox import queue

if TYPE_CHECKING:
    from incidents.models import Notification

# Whoever asks more often gets no second mail: nobody can fill another's mailbox.
RESET_PAUSE = timedelta(minutes=5)


class LinkTokens(PasswordResetTokenGenerator):
    """Tokens that die by use, a new password, another address, and with time.

    Each purpose has its own salt: a link for one never opens the other.
    """

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.key_salt = f"debrief.{purpose}"


invitation_tokens = LinkTokens(NotificationKind.INVITATION)
reset_tokens = LinkTokens(NotificationKind.PASSWORD_RESET)


def send_invitation(person: User, *, by: User, at: datetime) -> Notification:
    """Queue the mail with the link to set a first password."""
    inviter = name_of(by)
    return _send(
        person,
        kind=NotificationKind.INVITATION,
        tokens=invitation_tokens,
        key=f"{at:%Y%m%dT%H%M%S.%f}",
        at=at,
        inviter=inviter,
    )


def send_password_reset(email: str, *, at: datetime) -> Notification | None:
    """Queue the mail with the link, if an active person has this address."""
    person = User.objects.filter(is_active=True, email__iexact=email.strip()).first()
    if person is None or not person.password or not person.has_usable_password():
        return None
    return _send(
        person,
        kind=NotificationKind.PASSWORD_RESET,
        tokens=reset_tokens,
        key=str(int(at.timestamp() // RESET_PAUSE.total_seconds())),
        at=at,
    )


def _send(
    person: User,
    *,
    kind: str,
    tokens: LinkTokens,
    key: str,
    at: datetime,
    **context: str,
) -> Notification:
    names = {
        "uidb64": urlsafe_base64_encode(force_bytes(person.pk)),
        "token": tokens.make_token(person),
    }
    context |= {
        "name": greeted(person),
        "link": settings.SITE_URL + reverse(kind, kwargs=names),
        "days": str(settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)),
    }
    wording = write(kind, context)
    return queue(
        key=f"{kind}:{person.pk}:{key}",
        kind=kind,
        subject=wording.subject,
        text=wording.text,
        html=wording.html,
        user=person,
        address=person.email,
        now=at,
    )
