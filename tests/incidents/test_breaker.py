"""The mail server in trouble: nobody asks it, nothing is lost, no attempt counts."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from incidents import breaker, vitals
from incidents.choices import DeliveryState
from incidents.delivery import Delivered, deliver_due
from incidents.models import Notification
from tests.scripted_server import HANGS_UP

SECOND = timedelta(seconds=1)
BUSY = "421 4.3.2 Too busy"


def waiting():
    return Notification.objects.waiting().order_by("due_at", "pk")


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("GREETING", "421 4.3.2 Too busy"),
        ("GREETING", "554 5.3.2 Not you"),
        ("GREETING", HANGS_UP),
        ("MAIL", "451 4.3.0 Not now"),
        ("MAIL", "550 5.7.1 You may not send"),
        ("RCPT", "421 4.3.2 Closing down"),
        ("RCPT", HANGS_UP),
        ("DATA", "421 4.3.2 Closing down"),
        ("LETTER", "421 4.3.2 Closing down"),
        ("LETTER", HANGS_UP),
        ("LETTER", "nonsense"),
    ],
)
def test_trouble_of_the_server_costs_no_mail_an_attempt(
    send, scripted, noon, verb, answer
):
    for number in range(3):
        send(f"mail {number}")
    scripted.answers[verb] = answer

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(put_off=1)
    assert {mail.attempts for mail in waiting()} == {0}
    assert {mail.claimed_by for mail in waiting()} == {""}
    assert {mail.lease_until for mail in waiting()} == {None}
    assert not breaker.is_closed()
    # The one that was tried is behind the others now, until the next trial.
    assert waiting().last().key == "mail 0"
    assert waiting().last().due_at == vitals.read(vitals.MAIL).until


def test_a_server_that_refuses_connections_is_left_alone(send, noon, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.MAIL_IS_ON, settings.EMAIL_HOST = True, "127.0.0.1"
        settings.EMAIL_PORT = closed.getsockname()[1]
        send("mail")

        delivered = deliver_due(now=noon)

    assert delivered == Delivered(put_off=1)
    assert "Connection refused" in Notification.objects.get().error
    assert "Connection refused" in breaker.sentence(now=noon)


def test_a_server_that_never_answers_is_given_up_after_the_timeout(
    send, noon, settings, inbox
):
    settings.EMAIL_TIMEOUT = 0.3
    settings.OUTBOX_CONNECTIONS = 2
    inbox.stalls = True
    for number in range(5):
        send(f"mail {number}")

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(put_off=2)
    assert len(inbox.unanswered) == 2
    assert "timed out" in Notification.objects.get(key="mail 0").error


def test_while_it_is_open_nobody_asks_the_server(send, scripted, at_noon):
    send("mail")
    scripted.answers["MAIL"] = BUSY
    deliver_due(now=at_noon)

    delivered = deliver_due(now=at_noon + 29 * SECOND)

    assert delivered == Delivered()
    assert scripted.heard["GREETING"] == 1


def test_a_trial_sends_one_mail_and_then_all(send, scripted, at_noon):
    for number in range(5):
        send(f"mail {number}")
    scripted.answers["MAIL"] = [BUSY]
    deliver_due(now=at_noon)

    delivered = deliver_due(now=at_noon + 30 * SECOND)

    assert delivered == Delivered(sent=5)
    assert breaker.is_closed()
    assert breaker.sentence(now=at_noon) == ""


def test_failed_trials_wait_ever_longer(send, scripted, at_noon):
    send("mail")
    scripted.answers["MAIL"] = BUSY
    now, waits = at_noon, []

    for _ in range(6):
        deliver_due(now=now)
        until = vitals.read(vitals.MAIL).until
        waits.append((until - now) / SECOND)
        now = until

    assert waits == [30, 60, 120, 300, 300, 300]
    assert vitals.read(vitals.MAIL).at == at_noon
    assert scripted.heard["MAIL"] == 6


def test_a_server_down_for_days_makes_no_mail_fail(send, scripted, at_noon):
    send("mail")
    scripted.answers["GREETING"] = BUSY
    now = at_noon
    while now < at_noon + timedelta(days=3):
        deliver_due(now=now)
        now = vitals.read(vitals.MAIL).until + timedelta(hours=12)
    scripted.answers.clear()

    delivered = deliver_due(now=now)

    assert delivered == Delivered(sent=1)
    assert Notification.objects.get().attempts == 1


def test_a_refusal_of_one_recipient_is_an_answer_and_closes_it(send, scripted, at_noon):
    send("mail")
    scripted.answers["MAIL"] = [BUSY]
    deliver_due(now=at_noon)
    scripted.answers["RCPT"] = "550 5.1.1 No such user"

    delivered = deliver_due(now=at_noon + 30 * SECOND)

    assert delivered == Delivered(failed=1)
    assert breaker.is_closed()


def test_one_worker_takes_the_trial(send, scripted, at_noon):
    send("mail")
    scripted.answers["MAIL"] = BUSY
    deliver_due(now=at_noon)
    then = at_noon + 30 * SECOND

    first, second = breaker.ask(now=then), breaker.ask(now=then)

    assert first.is_trial
    assert second is None


def test_a_trial_whose_worker_was_killed_goes_to_the_next(
    send, scripted, at_noon, settings
):
    settings.OUTBOX_LEASE_SECONDS = 120
    send("mail")
    scripted.answers["MAIL"] = [BUSY]
    deliver_due(now=at_noon)
    killed_at = at_noon + 30 * SECOND
    assert breaker.ask(now=killed_at).is_trial

    meanwhile = deliver_due(now=killed_at + 119 * SECOND)
    afterwards = deliver_due(now=killed_at + 120 * SECOND)

    assert meanwhile == Delivered()
    assert afterwards == Delivered(sent=1)


def test_a_trial_without_a_mail_is_left_to_the_next_one(send, scripted, at_noon):
    mail = send("mail")
    scripted.answers["MAIL"] = [BUSY]
    deliver_due(now=at_noon)
    later = at_noon + timedelta(hours=1)
    Notification.objects.filter(pk=mail.pk).update(due_at=later)
    assert deliver_due(now=at_noon + 30 * SECOND) == Delivered()

    send("another")

    assert deliver_due(now=at_noon + 31 * SECOND) == Delivered(sent=1)


def test_a_clock_put_back_does_not_keep_it_open(send, scripted, at_noon):
    mail = send("mail")
    scripted.answers["MAIL"] = [BUSY]
    deliver_due(now=at_noon)
    an_hour_before = at_noon - timedelta(hours=1)
    Notification.objects.filter(pk=mail.pk).update(due_at=an_hour_before)

    assert deliver_due(now=an_hour_before) == Delivered(sent=1)


def test_a_mail_that_makes_the_server_hang_up_blocks_no_other(send, scripted, at_noon):
    poison = send("poison", subject="Poison")
    scripted.answers["LETTER"] = [HANGS_UP]
    deliver_due(now=at_noon)
    for number in range(3):
        send(f"mail {number}", due_at=at_noon + number * SECOND)
    scripted.answers["LETTER"] = ["250 taken"] * 3 + [HANGS_UP]

    delivered = deliver_due(now=at_noon + 30 * SECOND)

    poison.refresh_from_db()
    assert delivered == Delivered(sent=3, put_off=1)
    assert poison.state == DeliveryState.QUEUED
    # The second time, with others taken meanwhile, it is the mail's own trouble.
    assert (poison.attempts, poison.due_at) == (1, at_noon + 90 * SECOND)


def test_a_kept_connection_closed_by_the_server_is_no_fault(send, scripted, noon):
    for number in range(4):
        send(f"mail {number}")
    scripted.closes_after = 1

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(sent=4)
    assert scripted.heard["GREETING"] == 4
    assert len(scripted.taken) == 4


def test_a_kept_connection_that_is_told_421_is_opened_once_more(send, scripted, noon):
    for number in range(2):
        send(f"mail {number}")
    scripted.answers["MAIL"] = ["250 go on", "421 4.4.2 Idle for too long"]

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(sent=2)
