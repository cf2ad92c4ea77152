from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.choices import DeliveryState, NotificationKind
from incidents.delivery import Delivered, claim, deliver_due, settle
from incidents.holding import hold
from incidents.mail_errors import Verdict
from incidents.mail_lines import Outcome
from incidents.models import Notification


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


def test_lines_keep_their_connections_and_are_no_more_than_set(
    send, inbox, noon, settings
):
    settings.OUTBOX_CONNECTIONS = 2
    for number in range(10):
        send(f"mail {number}")

    deliver_due(now=noon)

    assert len(inbox.letters) == 10
    assert len(inbox.sessions) == 2


def test_a_claim_holds_until_its_lease_runs_out(send, noon, settings):
    settings.OUTBOX_LEASE_SECONDS = 120
    send()

    [first] = claim(10, now=noon)
    meanwhile = claim(10, now=noon + timedelta(seconds=120))
    [afterwards] = claim(10, now=noon + timedelta(seconds=121))

    assert meanwhile == []
    assert afterwards == first
    assert afterwards.claimed_by != first.claimed_by


def test_a_claim_takes_what_is_due_longest(send, noon):
    new = send("new")
    old = send("old", due_at=noon - timedelta(hours=1))
    newest = send("newest")

    assert claim(2, now=noon) == [old, new]
    assert claim(2, now=noon) == [newest]


def test_who_lost_the_lease_does_not_overwrite_who_took_over(send, inbox, noon):
    mail = send()
    slow = claim(1, now=noon)[0]
    deliver_due(now=noon + timedelta(hours=1))

    done = settle([Outcome(slow, Verdict("too slow", is_final=True))], at=noon)

    mail.refresh_from_db()
    assert done == Delivered()
    assert (mail.state, mail.error) == (DeliveryState.SENT, "")


def test_what_cannot_be_a_letter_fails_with_the_reason(send, inbox, noon):
    send(subject="Two\nlines")

    delivered = deliver_due(now=noon)

    assert delivered == Delivered(failed=1)
    assert "cannot be sent" in Notification.objects.get().error


def test_of_fifty_recipients_one_is_refused_and_none_is_sent_twice(
    send, inbox, noon, settings
):
    settings.OUTBOX_CONNECTIONS = 4
    addresses = [f"person-{number}@debrief.example" for number in range(50)]
    for address in addresses:
        send(address, user=None, address=address)
    refused = addresses[17]
    inbox.answers[refused] = "550 5.1.1 No such user"

    first = deliver_due(now=noon)
    again = deliver_due(now=noon + timedelta(days=2))

    failed = Notification.objects.get(state=DeliveryState.FAILED)
    assert (first, again) == (Delivered(sent=49, failed=1), Delivered())
    assert (failed.address, failed.error) == (refused, "550 5.1.1 No such user")
    told = [letter["To"] for letter in inbox.letters]
    assert sorted(told) == sorted(set(addresses) - {refused})


def test_a_deactivated_person_gets_no_more_mail(send, inbox, noon, responder):
    send()
    responder.is_active = False
    responder.save()

    delivered = deliver_due(now=noon)

    mail = Notification.objects.get()
    assert delivered == Delivered(suppressed=1)
    assert mail.state == DeliveryState.SUPPRESSED
    assert mail.suppressed_because == "The person was deactivated."
    assert inbox.letters == []


def test_who_has_no_address_gets_no_mail(send, inbox, noon):
    send(user=None)

    assert deliver_due(now=noon) == Delivered(suppressed=1)
    because = Notification.objects.get().suppressed_because
    assert because == "There is no address."


@pytest.mark.parametrize(("hours", "sent"), [(71, 1), (73, 0)])
def test_a_link_that_is_no_longer_good_is_not_sent(
    send, inbox, noon, settings, hours, sent
):
    settings.PASSWORD_RESET_TIMEOUT = 72 * 3600
    send(kind=NotificationKind.INVITATION)

    delivered = deliver_due(now=noon + timedelta(hours=hours))

    assert delivered == Delivered(sent=sent, suppressed=1 - sent)
    assert Notification.objects.get().text == ""


def test_while_mail_is_held_nothing_leaves(send, inbox, noon):
    send()
    hold(backed_up_at=noon - timedelta(days=1), at=noon)

    assert deliver_due(now=noon) == Delivered()
    assert Notification.objects.get().claimed_by == ""


def test_no_more_leave_in_a_minute_than_set(send, inbox, noon, settings):
    settings.OUTBOX_PER_MINUTE = 3
    for number in range(5):
        send(f"mail {number}")

    sent = [deliver_due(now=noon + timedelta(seconds=s)).sent for s in (0, 30, 60)]

    assert sent == [3, 0, 2]


def test_what_others_have_in_hand_counts_for_the_limit(send, noon, settings):
    settings.OUTBOX_PER_MINUTE = 3
    for number in range(5):
        send(f"mail {number}")

    assert [len(claim(2, now=noon)) for _worker in range(3)] == [2, 1, 0]


def test_queries_do_not_grow_with_mails(
    send, inbox, noon, settings, django_assert_max_num_queries
):
    settings.OUTBOX_CONNECTIONS = 1
    for number in range(30):
        send(f"mail {number}")

    # A few claims; of outcomes there is at most an UPDATE for each that came alone.
    with django_assert_max_num_queries(30 + 40):
        deliver_due(now=noon)
