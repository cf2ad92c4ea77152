"""What becomes of the demo's action items: moved, put off, spoken of, done for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.choices import Horizon, ItemKind, Priority
from incidents.demo.people import Cast
from incidents.models import ActionItem

MOVED_TWICE = "Pay back what was booked twice, and count it"
SPOKEN_OF = "Alert when the ledger and the processor differ"


def follow_through(cast: Cast, now: datetime) -> None:
    """Let weeks of work show on the items that the incidents left behind."""
    _move_twice(cast, now)
    _speak(cast, now)
    _raise_without_incident(cast, now)


def _move_twice(cast: Cast, now: datetime) -> None:
    """Move one towards its present date, each time with a reason."""
    item = ActionItem.objects.get(title=MOVED_TWICE)
    due_on = item.due_on
    if due_on is None:
        return
    for later, days_ago, reason in (
        (7, 15, "The processor exports the bookings only next week"),
        (14, 9, "Accounting closes the month first"),
    ):
        to, at = due_on + timedelta(days=later), now - timedelta(days=days_ago)
        item.move_due_date(to, by=cast.responder, at=at, reason=reason)


def _speak(cast: Cast, now: datetime) -> None:
    item = ActionItem.objects.get(title=SPOKEN_OF)
    item.comment(
        "The nightly comparison runs; what it finds still goes to a log nobody reads.",
        by=cast.responder,
        at=now - timedelta(days=3),
    )
    item.comment(
        "Send it to the on-call channel for now, we page when it has been quiet.",
        by=cast.lead,
        at=now - timedelta(days=2),
    )


def _raise_without_incident(cast: Cast, now: datetime) -> None:
    """Raise what no incident caused: one snoozed, one done with its evidence."""
    keys = ActionItem.raise_for(
        cast.platform,
        title="Rotate the keys of the build servers",
        by=cast.lead,
        at=now - timedelta(days=12),
        priority=Priority.P2,
        owner=cast.lead,
        kind=ItemKind.PROCESS,
        horizon=Horizon.LONG,
    )
    keys.snooze(
        now.astimezone(cast.platform.zone).date() + timedelta(days=9),
        by=cast.lead,
        at=now - timedelta(hours=20),
        reason="The new build servers come first",
    )
    restore = ActionItem.raise_for(
        cast.payments,
        title="Restore the ledger from last night's backup, by the clock",
        by=cast.manager,
        at=now - timedelta(days=15),
        priority=Priority.P1,
        owner=cast.responder,
        kind=ItemKind.MITIGATE,
    )
    restore.complete(
        by=cast.responder,
        at=now - timedelta(days=4),
        evidence="Two restores, 38 and 41 minutes; the totals agree to the cent.",
    )
