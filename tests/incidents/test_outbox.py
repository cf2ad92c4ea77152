from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from incidents import outbox
from incidents.changes import Refused
from incidents.choices import NotificationKind
from incidents.delivery import Delivered, claim, deliver_due
from incidents.models import Notification
from incidents.outbox import release, retry, suppress


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


def test_who_waits_can_be_dropped_with_a_reason_and_let_go_after_all(
    send, inbox, noon, administrator
):
    mail = send()

    suppress(mail, because="  Sent by hand  ", by=administrator)
    assert deliver_due(now=noon) == Delivered()
    mail.refresh_from_db()
    assert (mail.state, mail.suppressed_because) == ("suppressed", "Sent by hand")
    release(mail, by=administrator, at=noon)

    assert deliver_due(now=noon) == Delivered(sent=1)


def test_dropping_asks_for_a_reason(send, administrator):
    with pytest.raises(Refused, match="Say why"):
        suppress(send(), because=" ", by=administrator)


def test_a_reason_longer_than_its_column_is_cut(send):
    mail = send()

    suppress(mail, because="x" * 500)

    mail.refresh_from_db()
    assert mail.suppressed_because == "x" * 200


def test_what_a_worker_holds_cannot_be_dropped(send, noon):
    mail = send()
    claim(1, now=noon)

    with pytest.raises(Refused, match="about to send"):
        suppress(mail, because="Too late", at=noon)


def test_what_a_killed_worker_held_can_be_dropped(send, noon):
    mail = send()
    claim(1, now=noon)

    suppress(mail, because="Restored", at=noon + timedelta(hours=1))

    mail.refresh_from_db()
    assert (mail.state, mail.claimed_by) == ("suppressed", "")


def test_what_was_sent_can_neither_be_dropped_nor_released(
    send, inbox, noon, administrator
):
    mail = send()
    deliver_due(now=noon)

    with pytest.raises(Refused, match="waits or failed"):
        suppress(mail, because="Too late")
    with pytest.raises(Refused, match="not sent on purpose"):
        release(mail, by=administrator, at=noon)


def test_a_link_that_ran_out_is_not_let_go_again(send, inbox, noon, administrator):
    mail = send(kind=NotificationKind.INVITATION)
    deliver_due(now=noon + timedelta(days=30))

    with pytest.raises(Refused, match="ask for a new one"):
        release(mail, by=administrator, at=noon)
