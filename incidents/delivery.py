"""Delivery: claims what is due, hands it to the mail server, writes what became of it.

A row is claimed for a lease by one conditional UPDATE, and marked sent only after the
server took the mail. Threads talk to the server, each on a connection of its own; the
database belongs to the thread that asked. Nothing gets lost, and nothing is sent twice
unless a kill or a cut falls between the server's yes and our commit: then at most once
more, with the same Message-ID.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents import breaker, letters, vitals
from incidents.breaker import Permit
from incidents.choices import DeliveryState, Medium
from incidents.concealing import conceal
from incidents.hints import hint
from incidents.holding import is_held
from incidents.mail_errors import Verdict, judge
from incidents.mail_lines import Lines, Outcome
from incidents.models import Notification, Vital
from incidents.outbox import DELIVER
from incidents.settling import Delivered, settle

if TYPE_CHECKING:
    from incidents.querysets import NotificationQuerySet

logger = logging.getLogger(__name__)

BATCH = 1_000
# Seconds after which a run leaves the rest to the next one: a sweep has more to do.
LONGEST_RUN = 45
# So many rows are claimed for each connection at first, and at most where the server
# is quick: then asking the database often is what would take the time.
AHEAD, FAR_AHEAD = 5, 50
QUICK = 1  # seconds
# Seconds without an outcome after which the leases are looked at.
BREATH = 0.5
# A mail needs several answers of the server, each of which may take EMAIL_TIMEOUT.
EXCHANGES_PER_MAIL = 4
Clock = Callable[[], datetime]
Wrote = TypeVar("Wrote")


def deliver_due(*, now: datetime, limit: int = BATCH) -> Delivered:
    """Send what is due, and say what became of it; without a mail server, wait."""
    delivered = Delivered()
    if not settings.MAIL_IS_ON or is_held():
        return delivered
    clock = _running_from(now)
    permit = breaker.ask(now=clock())
    if permit and Run(permit, delivered, clock, limit).go():
        hint(DELIVER)
    return delivered


def claim(limit: int, *, now: datetime, is_trial: bool = False) -> list[Notification]:
    """Take up to so many due rows for the length of a lease, longest due first.

    Where not all can go at once, what somebody waits for goes first. A trial makes
    no such difference: one mail that makes the server hang up would be every trial.
    """
    claimable = Notification.objects.claimable(now).filter(medium=Medium.EMAIL)
    with transaction.atomic():
        allowed = min(limit, _left_of_rate(limit, now))
        keys = claimable.lock(allowed) if allowed > 0 else []
        if len(keys) == allowed and not is_trial:
            urgent = claimable.urgent().lock(allowed)
            keys = list(dict.fromkeys([*urgent, *keys]))[:allowed]
        if not keys:
            return []
        mine = take(claimable, keys, now=now)
    mails = mine.select_related("user").order_by("due_at", "pk")
    return sorted(mails, key=lambda mail: not mail.is_secret)


def take(
    claimable: NotificationQuerySet, keys: list[int], *, now: datetime
) -> NotificationQuerySet:
    """Claim locked rows for the length of a lease; give those that are ours now."""
    token = uuid.uuid4().hex
    claimable.filter(pk__in=keys).update(lease_until=now + lease(), claimed_by=token)
    return Notification.objects.filter(pk__in=keys, claimed_by=token)


def hand_over(mail: Notification, connection: EmailBackend) -> Verdict | None:
    """Hand a mail to the server; None when it was taken."""
    try:
        letters.send(mail, connection)
    except (OSError, ValueError) as error:
        verdict = judge(error)
        after = letters.hang_up if verdict.is_general else letters.start_anew
        after(connection)
        return verdict
    return None


def lease() -> timedelta:
    return timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


class Run:
    """One worker at work on the outbox: keeps its lines busy and its leases alive."""

    def __init__(
        self, permit: Permit, delivered: Delivered, clock: Clock, limit: int
    ) -> None:
        self.permit = permit
        self.delivered = delivered
        self.clock = clock
        self.left = limit
        self.filled_at = time.monotonic()
        self.ends_at = self.filled_at + LONGEST_RUN
        self.ahead = AHEAD
        self.in_hand: dict[tuple[int, str], Notification] = {}
        self.renew_at = clock() + lease() / 4
        # Nothing more is due, or nothing more can be sent.
        self.is_done = False

    def go(self) -> bool:
        """Send until nothing is left or it is enough; say whether more is waiting."""
        lines = Lines(settings.OUTBOX_CONNECTIONS, hand_over, self.may_begin)
        with lines:
            try:
                while self.fill(lines) or self.in_hand:
                    self.step(lines)
            finally:
                # What the server took is written down whatever went wrong here.
                lines.stop()
                while self.in_hand:
                    self.step(lines)
        return not self.is_done

    def fill(self, lines: Lines) -> bool:
        """Claim more when the lines run short of it; say whether there was any."""
        most = 1 if self.permit.is_trial else self.ahead * settings.OUTBOX_CONNECTIONS
        is_enough = not self.left or time.monotonic() > self.ends_at
        if self.is_done or is_enough or len(self.in_hand) > most // 2:
            return False
        if not (self.permit.is_trial or breaker.is_closed()):
            self.is_done = True
            return False
        wanted = min(most - len(self.in_hand), self.left)
        mails = claim(wanted, now=self.clock(), is_trial=self.permit.is_trial)
        if not mails:
            breaker.give_back(self.permit, now=self.clock())
        self.is_done = len(mails) < wanted
        self.left -= len(mails)
        self.pace()
        self.begin(mails, lines)
        return bool(mails)

    def pace(self) -> None:
        """Claim more at a time from a server that is quick with what it has."""
        now = time.monotonic()
        is_quick = now - self.filled_at < QUICK
        self.ahead = min(2 * self.ahead, FAR_AHEAD) if is_quick else AHEAD
        self.filled_at = now

    def begin(self, mails: list[Notification], lines: Lines) -> None:
        """Give the lines what was claimed, but for what had better not be sent."""
        hidden = self.persist(partial(conceal, mails))
        self.in_hand |= {(mail.pk, mail.claimed_by): mail for mail in mails}
        unwanted = {
            mail.pk: _unwanted(mail, self.clock()) or hidden.get(mail.pk, "")
            for mail in mails
        }
        dropped = [mail for mail in mails if unwanted[mail.pk]]
        self.conclude([Outcome(mail, unwanted=unwanted[mail.pk]) for mail in dropped])
        lines.put(mail for mail in mails if not unwanted[mail.pk])

    def step(self, lines: Lines) -> None:
        """Write down what is done, at once, and keep the leases of what is not."""
        if not self.in_hand:
            return
        self.conclude(lines.take(seconds=BREATH))
        if self.in_hand and self.clock() >= self.renew_at:
            self.renew()

    def may_begin(self, mail: Notification) -> bool:
        """Say whether the lease is long enough for a mail to be sent within it."""
        slowest = timedelta(seconds=EXCHANGES_PER_MAIL * settings.EMAIL_TIMEOUT)
        ends_at = self.clock() + min(slowest, lease() / 2)
        return mail.lease_until is not None and ends_at < mail.lease_until

    def conclude(self, outcomes: list[Outcome]) -> None:
        """Write outcomes down, and tell the breaker what they say of the server."""
        if not outcomes:
            return
        for outcome in outcomes:
            del self.in_hand[outcome.mail.pk, outcome.mail.claimed_by]
        next_trial = None
        for verdict in (each.verdict for each in outcomes):
            if verdict and verdict.is_general:
                next_trial = self.persist(partial(self.trip, verdict.words))
        done = self.persist(
            lambda: settle(outcomes, at=self.clock(), next_trial=next_trial)
        )
        self.delivered.add(done)
        if self.permit.is_trial and any(each.is_answer for each in outcomes):
            breaker.close(now=self.clock())
            self.permit = Permit()

    def trip(self, words: str) -> datetime:
        self.is_done = True
        return breaker.trip(words, self.permit, now=self.clock())

    def renew(self) -> None:
        """Prolong the leases of what is in hand, but never one that was lost."""
        until = self.clock() + lease()
        tokens = {token for _pk, token in self.in_hand}
        ours = Notification.objects.waiting().filter(
            pk__in=[pk for pk, _token in self.in_hand], claimed_by__in=tokens
        )
        if self.persist(lambda: ours.update(lease_until=until)):
            for key in ours.values_list("pk", "claimed_by"):
                if mail := self.in_hand.get(key):
                    mail.lease_until = until
        self.renew_at = self.clock() + lease() / 4

    def persist(self, write: Callable[[], Wrote]) -> Wrote:
        """Write through a restart of the database, for as long as a lease.

        What the server took and nobody wrote down would be sent again.
        """
        give_up_at = self.clock() + lease()
        while True:
            try:
                return write()
            except (OperationalError, InterfaceError) as error:
                if connection.in_atomic_block or self.clock() > give_up_at:
                    raise
                logger.warning("mail.not_noted", extra={"reason": type(error).__name__})
                connection.close()
                time.sleep(BREATH)


def _running_from(now: datetime) -> Clock:
    """Give a clock that starts at `now` and goes as the one on the wall does."""
    ahead = now - timezone.now()
    return lambda: timezone.now() + ahead


def _left_of_rate(limit: int, now: datetime) -> int:
    """Give how many may be claimed before the clock's minute is over.

    The row of the mail server is locked for it, so that two workers count in turn.
    """
    if not settings.OUTBOX_PER_MINUTE:
        return limit
    Vital.objects.get_or_create(key=vitals.MAIL)
    Vital.objects.select_for_update().get(key=vitals.MAIL)
    minute = now.replace(second=0, microsecond=0)
    sent = Notification.objects.filter(
        state=DeliveryState.SENT, sent_at__range=(minute, minute + timedelta(minutes=1))
    )
    in_hand = Notification.objects.waiting().filter(lease_until__gte=now)
    left: int = settings.OUTBOX_PER_MINUTE - sent.count() - in_hand.count()
    return left


def _unwanted(mail: Notification, now: datetime) -> str:
    """Say why a mail had better not be sent any more; empty if nothing is wrong."""
    if mail.user and not mail.user.is_active:
        return _("The person was deactivated.")
    if not mail.address:
        return _("There is no address.")
    good_for = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    if mail.is_secret and now > mail.created_at + good_for:
        return _("The link in it was no longer good.")
    return ""
