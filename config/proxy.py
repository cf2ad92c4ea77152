from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Give the address failed log-ins are counted by.

    Anybody can send X-Forwarded-For; only its last part, written by our own proxy,
    is worth anything, and only where there is one (TRUST_PROXY).
    """
    peer = request.META.get("REMOTE_ADDR") or None
    if not settings.TRUST_PROXY:
        return peer
    last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(last))
    except ValueError:
        return peer
