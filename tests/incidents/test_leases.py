"""Leases: prolonged while a mail is on its way, and nothing begun on a lost one."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError

from incidents import delivery
from incidents.breaker import Permit
from incidents.choices import DeliveryState
from incidents.delivery import Delivered, Run, claim, deliver_due
from incidents.mail_lines import Lines, Outcome
from incidents.models import Notification

SECOND = timedelta(seconds=1)


class Clock:
    """A clock that a test moves; threads may read it."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


@pytest.fixture
def clock(noon):
    return Clock(noon)


@pytest.fixture
def run(clock, settings):
    settings.OUTBOX_LEASE_SECONDS = 120
    settings.EMAIL_TIMEOUT = 10
    return Run(Permit(), Delivered(), clock, limit=100)


def take(run, number):
    mails = claim(number, now=run.clock())
    run.in_hand |= {(mail.pk, mail.claimed_by): mail for mail in mails}
    return mails


def test_leases_of_what_is_in_hand_are_prolonged(send, run, clock, noon):
    send()
    [mail] = take(run, 1)
    clock.at += 31 * SECOND

    run.renew()

    assert mail.lease_until == clock.at + 120 * SECOND
    assert claim(1, now=noon + 121 * SECOND) == []


def test_a_lease_that_was_lost_is_not_prolonged(send, run, clock):
    send("ours")
    send("theirs")
    [ours, theirs] = take(run, 2)
    Notification.objects.filter(pk=theirs.pk).update(claimed_by="somebody else")
    lost = theirs.lease_until
    clock.at += 31 * SECOND

    run.renew()

    assert ours.lease_until > lost
    assert theirs.lease_until == lost


def test_nothing_begins_that_might_outlast_its_lease(send, run, clock):
    send()
    [mail] = take(run, 1)
    assert run.may_begin(mail)

    clock.at += 81 * SECOND  # a mail may take four times the time-out of ten seconds

    assert not run.may_begin(mail)


def test_what_may_not_begin_is_given_back_unsent(send, scripted, noon):
    send()
    with Lines(1, delivery.hand_over, lambda mail: False) as lines:
        [mail] = claim(1, now=noon)
        lines.put([mail])

        outcomes = lines.take(seconds=5)

    assert outcomes == [Outcome(mail, was_tried=False)]
    delivery.settle(outcomes, at=noon)
    mail.refresh_from_db()
    assert (mail.state, mail.claimed_by, mail.attempts) == (DeliveryState.QUEUED, "", 0)
    assert scripted.heard["MAIL"] == 0


def test_a_batch_that_outlasts_its_lease_is_sent_once(send, scripted, settings, noon):
    settings.OUTBOX_LEASE_SECONDS = 1
    for number in range(8):
        send(f"mail {number}")
    held = threading.Event()
    answer = scripted.answer
    scripted.answer = lambda verb: (verb == "LETTER" and held.wait(0.3)) or answer(verb)

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(sent=8)
    assert len(scripted.taken) == 8


def test_a_mail_that_breaks_our_own_code_ends_nothing(send, scripted, noon, caplog):
    broken = send("broken")
    send("mail")

    def hand_over(mail, connection):
        if mail.pk == broken.pk:
            raise AttributeError("a bug")
        return delivery.hand_over(mail, connection)

    with Lines(1, hand_over, lambda mail: True) as lines:
        lines.put(claim(2, now=noon))
        outcomes = lines.take(seconds=5)
        while len(outcomes) < 2:
            outcomes += lines.take(seconds=5)

    done = delivery.settle(outcomes, at=noon)
    broken.refresh_from_db()
    assert done == Delivered(sent=1, put_off=1)
    assert "its log says why" in broken.error
    assert "mail.not_handed_over" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_is_written_through_a_restart_of_the_database(run):
    answers = iter([OperationalError("gone"), InterfaceError("closed")])

    def write():
        if error := next(answers, None):
            raise error
        return Notification.objects.count()

    assert run.persist(write) == 0


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_away_is_given_up_after_a_lease(run, clock):
    def write():
        clock.at += 121 * SECOND
        raise OperationalError("gone")

    with pytest.raises(OperationalError):
        run.persist(write)
