"""Takes out of the outbox what is over for long; what still waits is never touched.

The ledger of reminders stays, without the mail it speaks of: so nobody is told again
of what they were told long ago. What carries a message of an incident stays, too: its
timeline says how many were reached, and an incident is kept for good.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from incidents import vitals
from incidents.choices import DeliveryState
from incidents.models import Notification

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
    keys = Notification.objects.filter(old).values_list("pk", flat=True)[:BATCH]
    over = Notification.objects.filter(old, pk__in=list(keys))
    over.delete()
    if len(keys) < BATCH:
        vitals.write(vitals.PRUNE, at=now)
    return len(keys)
