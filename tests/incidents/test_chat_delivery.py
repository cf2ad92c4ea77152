"""Posts to chats keep the outbox's promises, and hold up nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents import chat_delivery, outbox, vitals
from incidents.chat_delivery import claim, post_due
from incidents.choices import DeliveryState, Medium
from incidents.delivery import deliver_due
from incidents.models import Contact, Notification, Vital


@pytest.fixture
def room(db, chat_server) -> Contact:
    return Contact.objects.create(
        name="War room",
        kind="channel",
        hook_kind="json",
        hook_address=f"{chat_server.base}/in",
    )


@pytest.fixture
def queued(room, at_noon):
    def queued(key="message:1", contact=room) -> Notification:
        return outbox.queue(
            key=key,
            kind="message",
            subject="Checkout fails",
            text="Paying by card fails.",
            address=contact.name,
            medium=Medium.CHAT,
            contact=contact,
            now=at_noon,
        )

    return queued


def test_a_post_is_sent_once(queued, chat_server, at_noon):
    row = queued()

    first, second = post_due(now=at_noon), post_due(now=at_noon)

    row.refresh_from_db()
    assert (first.sent, second.total) == (1, 0)
    assert (row.state, row.attempts) == (DeliveryState.SENT, 1)
    assert len(chat_server.posts) == 1


def test_mail_is_left_to_the_mail_server(queued, chat_server, at_noon, settings):
    settings.MAIL_IS_ON = True
    queued()
    outbox.queue(
        key="mail:1",
        kind="message",
        subject="Mail",
        text="Mail",
        address="desk@example.com",
        now=at_noon + timedelta(days=1),
    )

    assert deliver_due(now=at_noon).total == 0
    assert post_due(now=at_noon).sent == 1


def test_a_refused_post_fails_where_people_see_it(queued, chat_server, at_noon):
    chat_server.answers = [404]
    row = queued()

    post_due(now=at_noon)

    row.refresh_from_db()
    assert row.state == DeliveryState.FAILED
    assert row.error == "127.0.0.1 answered 404."


def test_a_chat_in_trouble_is_asked_again_later(queued, chat_server, at_noon):
    chat_server.answers = [503]
    row = queued()

    post_due(now=at_noon)
    early = post_due(now=at_noon)
    late = post_due(now=at_noon + timedelta(minutes=2))

    row.refresh_from_db()
    assert (early.total, late.sent, row.attempts) == (0, 1, 2)


def test_what_another_worker_holds_is_left_alone(queued, chat_server, at_noon):
    queued()
    assert len(claim(5, now=at_noon)) == 1

    assert post_due(now=at_noon).total == 0
    assert chat_server.posts == []


def test_a_lost_lease_is_taken_over(queued, chat_server, at_noon):
    queued()
    claim(5, now=at_noon)

    assert post_due(now=at_noon + timedelta(minutes=3)).sent == 1


def test_a_chat_that_does_not_answer_holds_up_no_other(
    queued, chat_server, at_noon, monkeypatch, settings
):
    """A server that takes the connection and says nothing, beside one that answers."""
    import socket

    monkeypatch.setattr(chat_delivery, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/in"
        dead = Contact.objects.create(
            name="Dead", kind="channel", hook_kind="json", hook_address=address
        )
        waits, row = queued("message:2", dead), queued()
        post_due(now=at_noon)

    waits.refresh_from_db()
    row.refresh_from_db()
    assert row.state == DeliveryState.SENT
    assert waits.state == DeliveryState.QUEUED
    assert waits.error == "It did not answer in time."
    assert waits.due_at > at_noon


def test_nothing_is_posted_while_mail_is_held(queued, chat_server, at_noon):
    queued()
    Vital.objects.create(key=vitals.HOLD, at=at_noon, until=at_noon)

    assert post_due(now=at_noon).total == 0


def test_a_contact_without_chat_fails_with_a_sentence(queued, room, at_noon):
    row = queued()
    Contact.objects.filter(pk=room.pk).update(hook_kind="", hook_address="")

    post_due(now=at_noon)

    row.refresh_from_db()
    assert row.error == "The contact has no chat any more."


def test_queueing_a_post_wakes_who_posts(
    queued, room, at_noon, django_capture_on_commit_callbacks
):
    """One by one, or many at once."""
    many = [
        Notification(
            key="rung:1",
            kind="escalation",
            medium=Medium.CHAT,
            contact=room,
            address=room.name,
            subject="P1",
            text="P1",
            created_at=at_noon,
            due_at=at_noon,
        )
    ]

    with django_capture_on_commit_callbacks() as one:
        queued()
    with django_capture_on_commit_callbacks() as several:
        outbox.queue_all(many)

    assert [callback.args for callback in one] == [(outbox.POST,)]
    assert [callback.args for callback in several] == [(outbox.POST,)]
