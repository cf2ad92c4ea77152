"""The dead man's switch: an address that expects a call as long as all is well."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.db.models import F

from incidents import vitals
from incidents.models import Vital

logger = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds, for all of it


class _NoRedirects(HTTPRedirectHandler):
    """Whoever answers with another address was not the switch."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def call(address: str, *, now: datetime) -> bool:
    """Call the switch, and keep whether it answered; nothing is raised.

    It waits `PATIENCE` seconds in all, however slowly somebody answers: a time-out of
    the connection alone would begin anew with every byte.
    """
    said: list[str] = []
    calling = threading.Thread(
        target=lambda: said.append(_call(address)), name="switch", daemon=True
    )
    calling.start()
    calling.join(PATIENCE)
    reason = said[0] if said else "no answer in time"
    vitals.write(vitals.SWITCH, at=now)
    switch = Vital.objects.filter(key=vitals.SWITCH)
    switch.update(count=F("count") + 1 if reason else 0)
    if reason:
        logger.warning("switch.not_reached", extra={"reason": reason})
    return not reason


def _call(address: str) -> str:
    """Return why it did not answer, without its address; nothing if it did."""
    request = Request(address, headers={"User-Agent": "Debrief"})  # noqa: S310 - checked by the settings
    try:
        with build_opener(_NoRedirects).open(request, timeout=PATIENCE):
            return ""
    except (OSError, HTTPException, ValueError) as error:
        status = getattr(error, "code", "")
        return f"{type(error).__name__} {status}".strip()
