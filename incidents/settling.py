"""What became of mails: written down where they are still ours, in few statements.

A row that somebody else took over meanwhile is left to them; the claim's token tells.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from incidents.choices import DeliveryState
from incidents.mail_errors import Verdict
from incidents.mail_lines import Outcome
from incidents.models import Notification
from incidents.revisions import touch

logger = logging.getLogger(__name__)


@dataclass
class Delivered:
    """What became of a batch; what waits for the server counts as put off."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    suppressed: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.put_off + self.failed + self.suppressed

    def add(self, more: Delivered) -> None:
        self.sent += more.sent
        self.put_off += more.put_off
        self.failed += more.failed
        self.suppressed += more.suppressed


def settle(
    outcomes: list[Outcome], *, at: datetime, next_trial: datetime | None = None
) -> Delivered:
    """Write down what became of mails, where they are still ours, and count them.

    All that the server took are one UPDATE; before `next_trial` it is not asked again.
    """
    done = Delivered()
    with _shown(outcomes):
        _settle(outcomes, done, at, next_trial)
    return done


def _settle(
    outcomes: list[Outcome],
    done: Delivered,
    at: datetime,
    next_trial: datetime | None,
) -> None:
    untried, taken = [], []
    for outcome in outcomes:
        if outcome.unwanted:
            done.suppressed += _suppress(outcome)
        elif not outcome.was_tried:
            untried.append(outcome.mail)
        elif outcome.verdict is None:
            taken.append(outcome.mail)
    done.sent += _mark_sent(taken, at)
    for outcome in outcomes:
        if outcome.verdict is not None:
            _put_off_or_fail(outcome.mail, outcome.verdict, done, at, next_trial)
    _write(untried)


@contextmanager
def _shown(outcomes: list[Outcome]) -> Iterator[None]:
    """Let the pages know that count the deliveries of what people wrote.

    Their incidents are locked first, as verbs do it: so nobody waits in a ring.
    """
    told = {each.mail.incident_id for each in outcomes if each.mail.carries_id}
    if not told:
        yield
        return
    with transaction.atomic():
        touch(*told)
        yield


def _mark_sent(mails: list[Notification], at: datetime) -> int:
    """Mark what was taken; keep no link that opens an account once it is delivered."""
    values = {"state": DeliveryState.SENT, "sent_at": at, "error": ""}
    plain = [mail for mail in mails if not mail.is_secret]
    secret = [mail for mail in mails if mail.is_secret]
    counted = F("attempts") + 1
    sent = _write(plain, **values, attempts=counted)
    return sent + _write(secret, **values, attempts=counted, text="", html="")


def _suppress(outcome: Outcome) -> int:
    values: dict[str, object] = {"suppressed_because": outcome.unwanted}
    if outcome.mail.is_secret:
        values |= {"text": "", "html": ""}
    return _write([outcome.mail], state=DeliveryState.SUPPRESSED, **values)


def _put_off_or_fail(
    mail: Notification,
    verdict: Verdict,
    done: Delivered,
    at: datetime,
    next_trial: datetime | None,
) -> None:
    """Write what a refusal means; trouble of the server is no attempt of the mail."""
    attempts = mail.attempts + 1
    if verdict.is_general and not _is_to_blame(mail):
        # Behind what is due already: one mail that makes a server hang up may not
        # keep all others from being tried.
        done.put_off += _write([mail], due_at=next_trial or at, error=verdict.words)
    elif verdict.is_final or _tried_for(attempts) >= _give_up_after():
        failed = {"state": DeliveryState.FAILED, "error": verdict.words}
        done.failed += _write([mail], attempts=attempts, **failed)
    else:
        later = {"due_at": at + _wait(attempts), "error": verdict.words}
        done.put_off += _write([mail], attempts=attempts, **later)


def _is_to_blame(mail: Notification) -> bool:
    """Say whether the server has trouble with this one alone, and not for once.

    Else a mail that makes a server hang up would stop all others again and again.
    """
    others = Notification.objects.filter(
        state=DeliveryState.SENT, sent_at__gte=mail.due_at
    )
    return bool(mail.error) and others.exists()


def _write(mails: list[Notification], **outcome: object) -> int:
    """Write one outcome of several mails and let go of them, if they are still ours."""
    if not mails:
        return 0
    ours = Notification.objects.waiting().filter(
        pk__in=[mail.pk for mail in mails],
        claimed_by__in={mail.claimed_by for mail in mails},
    )
    written = ours.update(lease_until=None, claimed_by="", **outcome)
    if written < len(mails):
        lost = len(mails) - written
        logger.warning("mail.taken_over", extra={"count": lost})
    return written


def _wait(attempts: int) -> timedelta:
    """Give the wait after the first, second, … attempt; the last one repeats."""
    waits = settings.OUTBOX_BACK_OFF_SECONDS
    return timedelta(seconds=waits[min(attempts, len(waits)) - 1])


def _tried_for(attempts: int) -> timedelta:
    return sum(map(_wait, range(1, attempts + 1)), timedelta())


def _give_up_after() -> timedelta:
    return timedelta(seconds=settings.OUTBOX_GIVE_UP_SECONDS)
