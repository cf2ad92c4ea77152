from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.db import transaction

from incidents import outbox
from incidents.changes import Refused
from incidents.choices import DeliveryState, NotificationKind
from incidents.models import Notification
from incidents.outbox import Delivered, deliver_due, queue, retry


@pytest.fixture
def send(noon, responder):
    """Queue a message to the responder; what is not named is plain."""

    def queued(key: str = "digest:1:2026-11-21", **changed: object) -> Notification:
        given = {
            "kind": NotificationKind.DIGEST,
            "subject": "1 action item overdue",
            "text": "Test the restore",
            "user": responder,
            "now": noon,
        }
        return queue(key=key, **(given | changed))

    return queued


def test_a_second_message_with_the_key_is_the_first_one(send):
    first = send(text="Test the restore")

    second = send(text="Something else")

    assert second == first
    assert Notification.objects.get().text == "Test the restore"


def test_a_message_is_written_or_rolled_back_with_its_cause(send):
    with transaction.atomic():
        send()
        transaction.set_rollback(True)

    assert not Notification.objects.exists()


def test_the_message_id_follows_from_the_key_and_the_site(send, settings):
    settings.SITE_URL = "https://debrief.example.com:8443"

    first, second = send("one"), send("two")

    assert first.message_id != second.message_id
    assert first.message_id == outbox.message_id("one")
    assert first.message_id.endswith("@debrief.example.com>")


def test_delivery_sends_text_and_html_to_one_person(send, inbox, noon, responder):
    send(html="<style>p { color: red }</style><p>Test the restore</p>")

    delivered = deliver_due(now=noon)

    [letter] = inbox.letters
    mail = Notification.objects.get()
    assert delivered == Delivered(sent=1)
    assert (letter["To"], letter["Message-ID"]) == (responder.email, mail.message_id)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_body(("plain",)).get_content() == "Test the restore"
    assert '<p style="color:red">' in letter.get_body(("html",)).get_content()
    assert (mail.state, mail.lease_until) == (DeliveryState.SENT, None)
    assert noon <= mail.sent_at < noon + timedelta(seconds=30)


def test_a_batch_keeps_one_connection(send, inbox, noon):
    for number in range(3):
        send(f"mail {number}")

    deliver_due(now=noon)

    assert len(inbox.letters) == 3
    assert len(inbox.sessions) == 1


def test_nothing_is_sent_twice_or_before_its_time(send, inbox, noon):
    send("now")
    send("later", due_at=noon + timedelta(hours=1))

    deliver_due(now=noon)
    again = deliver_due(now=noon + timedelta(minutes=59))

    assert again.total == 0
    assert len(inbox.letters) == 1


def test_without_a_mail_server_messages_wait_unclaimed(
    send, noon, settings, mailoutbox
):
    settings.MAIL_IS_ON = False
    send()

    delivered = deliver_due(now=noon)

    mail = Notification.objects.get()
    assert delivered.total == 0
    assert (mail.state, mail.attempts, mailoutbox) == (DeliveryState.QUEUED, 0, [])


def test_a_claim_holds_until_its_lease_runs_out(send, noon, settings):
    settings.OUTBOX_LEASE_SECONDS = 120
    mail = send()

    first = outbox.claim(mail.pk, now=noon)
    meanwhile = outbox.claim(mail.pk, now=noon + timedelta(seconds=120))
    afterwards = outbox.claim(mail.pk, now=noon + timedelta(seconds=121))

    assert first.attempts == 1
    assert meanwhile is None
    assert afterwards.attempts == 2


def test_who_lost_the_lease_does_not_overwrite_who_took_over(send, inbox, noon):
    mail = send()
    slow = outbox.claim(mail.pk, now=noon)
    deliver_due(now=noon + timedelta(hours=1))

    outbox._write(slow, state=DeliveryState.FAILED, error="too slow")

    mail.refresh_from_db()
    assert (mail.state, mail.error) == (DeliveryState.SENT, "")


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (26, 60)]
)
def test_what_fails_for_now_waits_ever_longer(send, inbox, noon, attempts, minutes):
    mail = send()
    inbox.answers[mail.address] = "450 4.2.1 Mailbox busy"
    Notification.objects.update(attempts=attempts - 1)

    delivered = deliver_due(now=noon)

    mail.refresh_from_db()
    wait = mail.due_at - noon
    assert delivered == Delivered(put_off=1)
    assert (mail.state, mail.error) == (DeliveryState.QUEUED, "450 4.2.1 Mailbox busy")
    assert 0 <= (wait - timedelta(minutes=minutes)).total_seconds() < 30


def test_after_a_day_of_attempts_a_message_has_failed(send, inbox, noon):
    mail = send()
    inbox.answers[mail.address] = "450 4.2.1 Mailbox busy"
    now, attempts = noon, 0

    while not Notification.objects.filter(state=DeliveryState.FAILED).exists():
        assert deliver_due(now=now).total == 1
        attempts += 1
        now = Notification.objects.get().due_at + timedelta(seconds=1)

    assert attempts == 27
    assert timedelta(hours=22) < now - noon < timedelta(hours=25)


def test_a_recipient_refused_for_good_fails_at_once_and_stops_nobody_else(
    send, inbox, noon, administrator
):
    mail = send("refused")
    send("other", user=administrator)
    inbox.answers[mail.address] = "550 5.1.1 No such user"

    delivered = deliver_due(now=noon)

    mail.refresh_from_db()
    assert delivered == Delivered(sent=1, failed=1)
    assert mail.state == DeliveryState.FAILED
    assert mail.error == "550 5.1.1 No such user"
    assert [letter["To"] for letter in inbox.letters] == [administrator.email]


def test_a_letter_refused_for_good_fails_at_once(send, inbox, noon):
    mail = send()
    inbox.answer_to_data = "554 5.7.1 Looks like spam"

    delivered = deliver_due(now=noon)

    mail.refresh_from_db()
    assert delivered == Delivered(failed=1)
    assert mail.error == "554 5.7.1 Looks like spam"


@pytest.mark.parametrize("changed", [{"user": None}, {"subject": "Two\nlines"}])
def test_what_cannot_be_sent_fails_with_the_reason(send, inbox, noon, changed):
    send(**changed)

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(failed=1)
    assert "cannot be sent" in Notification.objects.get().error


def test_a_server_that_is_down_is_asked_once_a_batch(send, noon, settings, inbox):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = closed.getsockname()[1]
        send("first")
        second = send("second")

        delivered = deliver_due(now=noon)

    second.refresh_from_db()
    assert delivered == Delivered(put_off=1)
    assert "Connection refused" in Notification.objects.get(key="first").error
    assert (second.attempts, second.lease_until, second.due_at) == (0, None, noon)


def test_a_server_that_never_answers_is_given_up_after_the_timeout(
    send, noon, settings, inbox
):
    settings.EMAIL_TIMEOUT = 0.3
    inbox.stalls = True
    send("first")
    send("second")

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(put_off=1)
    assert len(inbox.unanswered) == 1
    assert "timed out" in Notification.objects.get(key="first").error


def test_a_sender_the_server_does_not_want_is_not_the_message_s_fault(
    send, noon, settings, inbox
):
    inbox.answer_to_sender = "550 5.7.1 Sender not allowed"
    send()

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(put_off=1)
    assert Notification.objects.get().error == "550 5.7.1 Sender not allowed"


def test_links_that_open_an_account_are_blanked_once_sent(send, inbox, noon):
    send(kind=NotificationKind.INVITATION, text="https://…/token", html="<p>token</p>")

    deliver_due(now=noon)

    mail = Notification.objects.get()
    assert (mail.text, mail.html) == ("", "")
    assert inbox.letters[0].get_body(("plain",)).get_content() == "https://…/token"


def test_a_full_batch_leaves_the_rest_to_the_next(send, inbox, noon):
    for number in range(3):
        send(f"mail {number}")

    assert deliver_due(now=noon, limit=2) == Delivered(sent=2)
    assert deliver_due(now=noon, limit=2) == Delivered(sent=1)


def test_a_failed_message_is_sent_again_to_the_mended_address(
    send, inbox, noon, responder, administrator
):
    mail = send()
    inbox.answers[mail.address] = "550 5.1.1 No such user"
    deliver_due(now=noon)
    responder.email = "right@debrief.example"
    responder.save()

    retry(mail, by=administrator, at=noon)
    delivered = deliver_due(now=noon)

    assert delivered == Delivered(sent=1)
    assert inbox.letters[0]["To"] == "right@debrief.example"
    assert inbox.letters[0]["Message-ID"] == mail.message_id


@pytest.mark.parametrize("is_sent", [True, False])
def test_only_a_failed_message_is_sent_again(send, inbox, noon, lead, is_sent):
    mail = send()
    if is_sent:
        deliver_due(now=noon)

    with pytest.raises(Refused, match="Only a message that failed"):
        retry(mail, by=lead, at=noon)
