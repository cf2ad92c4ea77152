"""The audit after each sweep: was what should have been sent really sent?

It asks the tables again, and trusts nothing that the sweep believes of itself. Only
when nothing is found is the dead man's switch called; whoever listens there raises
the alarm when the calls stop, whatever it is that has died.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents import digest, vitals, weekly
from incidents.choices import ImportState
from incidents.dead_mans_switch import call
from incidents.holding import is_held
from incidents.models import Deadline, ItemImport, Notification

logger = logging.getLogger(__name__)

# What another process may still be busy with is no finding.
GRACE = timedelta(seconds=60)
# Several sweeps, for a worker that has much else to do.
PATIENCE = timedelta(minutes=5)
RECENT = timedelta(days=1)
# Beyond it a number says no more, and counting on costs.
MOST_COUNTED = 1_000
SENTENCES: dict[str, str | Promise] = {
    "digests": _("People whose digest is due and was not queued: %s."),
    "weekly": _("Leads whose team’s week is due and was not queued: %s."),
    "stuck": _("Mails that nobody takes though they are due: %s."),
    "told": _("Reminders that count as given though their mail failed: %s."),
    "deadlines": _("Deadlines that passed unmarked: %s."),
    "imports": _("Imports that nobody goes on with: %s."),
    "reports": _("Reports that nobody goes on with: %s."),
    "waiting": _("The mail server takes nothing at present; mails that wait: %s."),
    "held": _("Mail is held after a restore; mails that wait: %s."),
}


def watch(*, now: datetime) -> dict[str, int]:
    """Write the heartbeat of a sweep that went through, audit it, and tell the switch.

    Call it after everything else: the switch may take seconds to answer.
    """
    vitals.write(vitals.SWEEP, at=now)
    found = audit(now)
    vitals.write(vitals.AUDIT, at=now, count=len(found), facts=found)
    if found:
        logger.warning("audit.found", extra=found)
    elif settings.DEAD_MANS_SWITCH_URL:
        call(settings.DEAD_MANS_SWITCH_URL, now=now)
    return found


def audit(now: datetime) -> dict[str, int]:
    """Count what is not as it should be at the end of a sweep, by kind; {} is well."""
    return {code: count for code, count in _findings(now) if count}


def words_of(found: Mapping[str, object]) -> str:
    """Put findings in sentences."""
    known = (SENTENCES[code] % found[code] for code in SENTENCES if code in found)
    return " ".join(map(str, known))


def _findings(now: datetime) -> Iterator[tuple[str, int]]:
    # What fell due while this sweep was at work is the next one's.
    yield "digests", len(digest.plan(now - GRACE))
    yield "weekly", len(list(weekly.plan(now - GRACE)))
    yield _untaken(now)
    failed = Notification.objects.failed_since(now - RECENT)
    told = failed.filter(reminders__isnull=False).distinct()
    yield "told", _count(told)
    yield "deadlines", _count(Deadline.objects.passed(now - GRACE))
    yield "imports", _count(_abandoned_imports(now))
    reports = vitals.read(vitals.REPORTS)
    yield "reports", reports.count if reports else 0


def _untaken(now: datetime) -> tuple[str, int]:
    """Count the mails that are due and that nobody takes, under the reason for it."""
    waiting = Notification.objects.waiting()
    if is_held():
        return "held", _count(waiting)
    late = now - GRACE - timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    if until := _server_is_out_until(now):
        # Each trial puts off what it tried with: only its age tells that it waits.
        return "waiting", _count(waiting.filter(created_at__lt=late, due_at__lte=until))
    free = Q(lease_until=None) | Q(lease_until__lt=now - GRACE)
    untaken = _count(waiting.filter(free, due_at__lt=late))
    if untaken and _rate_is_used_up(now):
        return "stuck", 0  # its turn comes
    return "stuck", untaken


def _rate_is_used_up(now: datetime) -> bool:
    """Say whether mail leaves as fast as it may: then a backlog is no wonder."""
    limit = settings.OUTBOX_PER_MINUTE
    if not limit:
        return False
    sent = Notification.objects.filter(sent_at__gte=now - 2 * GRACE)
    return bool(sent.count() >= limit)


def _server_is_out_until(now: datetime) -> datetime | None:
    """Give when mail may leave again: now, if never; None while it leaves."""
    if not settings.MAIL_IS_ON:
        return now
    sign = vitals.read(vitals.MAIL)
    return max(sign.until, now) if sign and sign.until else None


def _abandoned_imports(now: datetime) -> QuerySet[ItemImport]:
    busy = ItemImport.objects.filter(
        state__in=[ImportState.CHECKING, ImportState.IMPORTING]
    )
    never_begun = Q(lease_until=None, created_at__lt=now - PATIENCE)
    return busy.filter(never_begun | Q(lease_until__lt=now - GRACE))


def _count(rows: QuerySet[Any]) -> int:
    return len(rows.order_by().values_list("pk")[:MOST_COUNTED])
