"""Takes out of the outbox what is over for long; what still waits is never touched.

So it does with alerts, unless their incident is still open.

The ledger of reminders stays, without the mail it speaks of: so nobody is told again
of what they were told long ago. What carries a message of an incident stays, too: its
timeline says how many were reached, and an incident is kept for good.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from incidents import vitals
from incidents.choices import DeliveryState
from incidents.models import Alert, Incident, Notification

# So many rows in one go, so that a sweep is soon through; the next one goes on.
BATCH = 2_000
PAUSE = timedelta(days=1)
# The row of a weekly digest is what keeps its week from being told again.
LEAST_DAYS = 8
OVER = (DeliveryState.FAILED, DeliveryState.SUPPRESSED)


def prune(*, now: datetime) -> int:
    """Delete a batch of old rows, until a day has none left; give how many it was."""
    last = vitals.read(vitals.PRUNE)
    if last and last.at and now - PAUSE < last.at <= now:
        return 0
    before = now - timedelta(days=max(settings.OUTBOX_KEEP_DAYS, LEAST_DAYS))
    old = Q(state=DeliveryState.SENT, sent_at__lt=before) | Q(
        state__in=OVER, due_at__lt=before
    )
    old &= Q(carries=None)
    open_ones = Incident.objects.filter(closed_at=None).values("pk")
    worked = Alert.objects.filter(worked_at__lt=before)
    counts = [
        _delete_batch(Notification.objects.filter(old)),
        _delete_batch(worked.exclude(incident__in=open_ones)),
    ]
    if max(counts) < BATCH:
        vitals.write(vitals.PRUNE, at=now)
    return sum(counts)


def _delete_batch(over: QuerySet[Any]) -> int:
    # Chosen first and asked again with the condition: one may be queued again by now.
    keys = list(over.values_list("pk", flat=True)[:BATCH])
    over.filter(pk__in=keys).delete()
    return len(keys)
