"""The mail server's circuit breaker: while it is open, nobody tries to send.

It is one row that every worker reads (`Vital`, key "mail"): `at` it opened, `until`
the next trial (empty: closed), `count` trials failed, `words` the server's. When the
time of a trial has come, the worker whose conditional UPDATE moves `until` takes it,
with one mail. A worker that is killed at it loses it after a lease, to the next one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from incidents import vitals
from incidents.durations import say
from incidents.models import Vital

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Permit:
    """Leave to send: everything, or as a trial one mail, until a time."""

    trial_until: datetime | None = None

    @property
    def is_trial(self) -> bool:
        return self.trial_until is not None


def ask(*, now: datetime) -> Permit | None:
    """Give leave to send; None while the breaker is open or another has the trial."""
    row = vitals.read(vitals.MAIL)
    if row is None or row.until is None:
        return Permit()
    # Further ahead than any wait is what a clock put back has left: that is no wait.
    if now < row.until <= now + _longest():
        return None
    trial_until = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    ours = Vital.objects.filter(key=vitals.MAIL, until=row.until)
    return Permit(trial_until) if ours.update(until=trial_until) else None


def is_closed() -> bool:
    row = vitals.read(vitals.MAIL)
    return row is None or row.until is None


def give_back(permit: Permit, *, now: datetime) -> None:
    """Leave the trial to the next who has a mail to try it with."""
    if permit.is_trial:
        _of(permit).update(until=now)


def trip(words: str, permit: Permit, *, now: datetime) -> datetime:
    """Open it, or wait longer after a failed trial; give the time of the next one.

    Where several find out at once, or somebody else did before, the first one counts.
    """
    Vital.objects.get_or_create(key=vitals.MAIL)
    row = Vital.objects.get(key=vitals.MAIL)
    failed = row.count + 1 if permit.is_trial else 1
    until = now + _wait(failed)
    values = {"count": failed, "until": until, "words": words}
    if not permit.is_trial:
        values["at"] = now
    if _of(permit).update(**values):
        logger.warning("breaker.opened", extra={"until": until.isoformat()})
        return until
    present = vitals.read(vitals.MAIL)
    return (present and present.until) or until


def close(*, now: datetime) -> None:
    """Let everything through again: the server answers."""
    opened = Vital.objects.filter(key=vitals.MAIL).exclude(until=None)
    if opened.update(until=None, at=now, count=0, words=""):
        logger.warning("breaker.closed")


def sentence(*, now: datetime) -> str:
    """Say since when nothing is sent, why, and what comes; empty while all is well."""
    row = vitals.read(vitals.MAIL)
    if row is None or row.until is None:
        return ""
    said = _(
        "The mail server has not taken mail for %(since)s, so everything waits: "
        "%(words)s. It is tried again %(when)s."
    )
    wait = row.until - now
    when = _("in %s") % say(wait) if wait > timedelta(0) else _("within a minute")
    since = say(now - (row.at or now))
    return said % {"since": since, "words": row.words.rstrip("."), "when": when}


def _of(permit: Permit) -> QuerySet[Vital]:
    """Find the row as the permit's holder left it, and not as others did since."""
    return Vital.objects.filter(key=vitals.MAIL, until=permit.trial_until)


def _wait(failed: int) -> timedelta:
    """Give the wait after the first, second, … failure; the last one repeats."""
    waits = settings.BREAKER_SECONDS
    return timedelta(seconds=waits[min(failed, len(waits)) - 1])


def _longest() -> timedelta:
    return timedelta(
        seconds=max(*settings.BREAKER_SECONDS, settings.OUTBOX_LEASE_SECONDS)
    )
