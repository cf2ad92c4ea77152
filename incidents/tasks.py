"""What the workers do, by hint and by the minute."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from incidents.deadlines import mark_passed
from incidents.digest import queue_digests
from incidents.outbox import SWEEP, deliver_due


@shared_task(name=SWEEP)
def sweep() -> None:
    """Mark deadlines that passed, queue this minute's digests, send what is due."""
    now = timezone.now()
    mark_passed(now)
    queue_digests(now)
    deliver_due(now=now)
