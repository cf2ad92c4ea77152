"""Stores an alert before anything is done with it, and knows one it has already.

A signed alert is known by its time and its body. One that is not signed has no time:
its body alone says nothing, since the same words may come for the next outage. There
it is a replay if the source sent nothing else in between, within WINDOW.
"""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from incidents.hints import hint
from incidents.models import Alert, AlertSource

WORK_OFF = "incidents.work_off_alerts"
WINDOW = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
OF_BODY, OF_PLACE = 40, 24


class TooMany(Exception):
    """The source sends more than it may; `seconds` say when it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def make_room(source: AlertSource, *, now: datetime) -> None:
    """Raise TooMany where the source has stored its share of this minute already."""
    most = settings.ALERTS_PER_MINUTE
    if not most:
        return
    recent = source.alerts.filter(received_at__gt=now - MINUTE)
    times = recent.order_by("-received_at", "-pk").values_list("received_at", flat=True)
    # The one after which a place is free again, if there are that many.
    for received_at in times[most - 1 : most]:
        free_in = (received_at + MINUTE - now).total_seconds()
        raise TooMany(max(1, math.ceil(free_in)))


def store(
    source: AlertSource, body: bytes, *, time: str, now: datetime
) -> tuple[Alert, bool]:
    """Keep what came in; give the row, and whether it is new.

    `time` is what a signed alert was signed with. Working it off is only asked for
    here: it happens after the commit, or with the next sweep.
    """
    digest = _signed(time, body) if source.is_signed else _unsigned(source, body, now)
    try:
        with transaction.atomic():
            alert = source.alerts.create(
                digest=digest, body=body.decode(), received_at=now
            )
            hint(WORK_OFF)
    except IntegrityError:
        return source.alerts.get(digest=digest), False
    return alert, True


def _signed(time: str, body: bytes) -> str:
    return hashlib.sha256(time.encode() + b"." + body).hexdigest()


def _unsigned(source: AlertSource, body: bytes, now: datetime) -> str:
    """Join what it says and where it stands: after which other alert, or when."""
    said = hashlib.sha256(body).hexdigest()[:OF_BODY]
    lately = source.alerts.filter(received_at__gt=now - WINDOW)
    others = lately.exclude(digest__startswith=said).order_by("-received_at", "-pk")
    before = others.values_list("pk", flat=True).first()
    spot = f"after {before}" if before else f"at {now.timestamp() // WINDOW.seconds}"
    return said + hashlib.sha256(spot.encode()).hexdigest()[:OF_PLACE]
