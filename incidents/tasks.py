"""What the workers do, by hint and by the minute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from celery import shared_task
from django.db import close_old_connections
from django.utils import timezone

from incidents.alerts.storing import WORK_OFF
from incidents.alerts.working import work_off
from incidents.audit import watch
from incidents.chat_delivery import post_due
from incidents.deadlines import CLIMB, mark_passed
from incidents.delivery import deliver_due
from incidents.digest import queue_digests
from incidents.item_import.jobs import IMPORT, work_waiting
from incidents.outbox import DELIVER, POST
from incidents.pruning import prune
from incidents.weekly import queue_weekly

logger = logging.getLogger(__name__)

SWEEP = "incidents.sweep"


class SweepFailed(Exception):
    """Steps of a sweep that ended in an error, by name."""


@shared_task(name=SWEEP)
def sweep() -> None:
    """Mark deadlines that passed, queue what is to be told, send what is due.

    One step that fails keeps no other from being taken, but it keeps the last from
    it, the audit: so the sweep counts as missed, and the log says why.
    """
    now = timezone.now()
    failed = [
        step.__name__
        for step in (
            _work_off,
            mark_passed,
            queue_digests,
            queue_weekly,
            _deliver,
            _prune,
        )
        if not _succeeds(step, now)
    ]
    if failed:
        raise SweepFailed(", ".join(failed))
    watch(now=timezone.now())


@shared_task(name=DELIVER)
def deliver() -> None:
    """Send what a change has just queued."""
    deliver_due(now=timezone.now())


@shared_task(name=CLIMB)
def climb() -> None:
    """Tell the people of the rungs that a step has just reached."""
    mark_passed(timezone.now())


@shared_task(name=POST)
def post_to_chats() -> None:
    """Post to chats what was queued for them."""
    post_due(now=timezone.now())


def _deliver(began_at: datetime) -> None:
    # The steps before may have taken minutes, by which its leases would be too short.
    deliver_due(now=timezone.now())


def _work_off(now: datetime) -> None:
    work_off(again=True)


def _prune(now: datetime) -> None:
    prune(now=now)


def _succeeds(step: Callable[[datetime], object], now: datetime) -> bool:
    try:
        step(now)
    except Exception:
        logger.exception("sweep.failed", extra={"step": step.__name__})
        close_old_connections()  # a database that went away is no reason for the next
        return False
    return True


@shared_task(name=WORK_OFF)
def work_off_alerts() -> None:
    """Work off the alerts that have just come in."""
    work_off()


@shared_task(name=IMPORT)
def import_items() -> None:
    """Check the files people brought, and import what they confirmed."""
    work_waiting()
