"""What the workers do, by hint and by the minute."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from incidents.digest import queue_digests
from incidents.outbox import SWEEP, deliver_due


@shared_task(name=SWEEP)
def sweep() -> None:
    """Queue the digests of this minute, then send whatever is due."""
    now = timezone.now()
    queue_digests(now)
    deliver_due(now=now)
