"""Who sends: the token in the address, and what a source that can sign signs with.

The token is worth as much as a password, so only its SHA-256 is stored. A secret has
to be stored as it is, since both sides compute with it. Two of them may be alive: a new
one is made, the sender is given it, and the old one lives until somebody ends it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from incidents.models import AlertSource

TIME_HEADER = "X-Debrief-Time"
SIGNATURE_HEADER = "X-Debrief-Signature"
WINDOW = timedelta(minutes=5)
TOKEN_BYTES = SECRET_BYTES = 32
SECONDS = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
# What an unknown address is checked against, so that it takes as long as a known one.
NOBODYS_SECRET = secrets.token_hex(SECRET_BYTES)


class Unknown(Exception):
    """Neither address nor signature prove who sends; which of them stays unsaid."""


class Stale(Exception):
    """The signature is right, and its time is not of now."""


def new_address(source: AlertSource) -> str:
    """Give the source another address and return it; the one before is dead."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    source.token_hash = hash_of(token)
    return f"{settings.SITE_URL}{reverse('hook', args=[token])}"


def new_secret(source: AlertSource) -> str:
    """Give the source another secret and return it; the present one goes on living."""
    source.secret_before = source.secret
    source.secret = secrets.token_hex(SECRET_BYTES)
    return source.secret


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def source_of(token: str) -> AlertSource | None:
    """Find the active source whose token it is; one query and one hash, always."""
    return AlertSource.objects.filter(is_active=True, token_hash=hash_of(token)).first()


def sign(secret: str, time: str, body: bytes) -> str:
    """Write the signature over a time in Unix seconds, a dot, and the raw body."""
    signed = hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def verified(
    source: AlertSource | None, *, time: str, signature: str, body: bytes, now: datetime
) -> AlertSource:
    """Give the source back if it sent this, else raise Unknown or Stale.

    A source that does not sign has proved itself by its token alone.
    """
    if source and not source.is_signed:
        return source
    fits = _fits(source, time, signature, body)
    if source is None or not fits:
        raise Unknown
    if abs(now.timestamp() - int(time)) > WINDOW.total_seconds():
        raise Stale
    return source


def _fits(source: AlertSource | None, time: str, given: str, body: bytes) -> bool:
    """Compare with both secrets, whichever fits, and with as many for nobody."""
    if not SECONDS.fullmatch(time) or not SIGNATURE.fullmatch(given):
        time, given = "0", ""
    alive = [source.secret, source.secret_before] if source else []
    tried = [each or NOBODYS_SECRET for each in alive] or [NOBODYS_SECRET] * 2
    fits = [hmac.compare_digest(sign(each, time, body), given) for each in tried]
    return any(
        fit and each != NOBODYS_SECRET for fit, each in zip(fits, tried, strict=True)
    )
