"""What is over is deleted after a while; what waits, and the ledger, stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents import pruning
from incidents.choices import DeliveryState, Priority
from incidents.delivery import deliver_due
from incidents.digest import queue_digests
from incidents.models import Message, Notification, Reminder
from incidents.pruning import prune

DAY = timedelta(days=1)


@pytest.fixture
def left(send, noon):
    """Keep messages of a state and age; give what is left of them after pruning."""

    def left(state, age):
        at = noon - age
        mail = send(f"{state} {age}", now=at)
        Notification.objects.filter(pk=mail.pk).update(
            state=state,
            sent_at=at if state == DeliveryState.SENT else None,
            suppressed_because="Dropped" if state == DeliveryState.SUPPRESSED else "",
        )
        prune(now=noon)
        return Notification.objects.filter(pk=mail.pk).exists()

    return left


@pytest.mark.parametrize("state", ["sent", "failed", "suppressed"])
@pytest.mark.parametrize(("days", "stays"), [(89, True), (91, False)])
def test_what_is_over_is_deleted_after_the_days_set(left, settings, state, days, stays):
    settings.OUTBOX_KEEP_DAYS = 90

    assert left(state, days * DAY) is stays


def test_what_waits_stays_however_old(left):
    assert left(DeliveryState.QUEUED, 3_000 * DAY)


def test_it_is_done_in_batches_until_a_day_has_none_left(send, noon, monkeypatch):
    monkeypatch.setattr(pruning, "BATCH", 2)
    for number in range(3):
        send(f"mail {number}")
    long_ago = noon - 100 * DAY
    Notification.objects.update(state=DeliveryState.SENT, sent_at=long_ago)

    assert [prune(now=noon) for _sweep in range(3)] == [2, 1, 0]


def test_once_a_day_is_enough(send, noon):
    prune(now=noon)
    send("mail")
    Notification.objects.update(state=DeliveryState.SENT, sent_at=noon - 100 * DAY)

    assert prune(now=noon + DAY / 2) == 0
    assert prune(now=noon + DAY) == 1


def test_a_digest_that_was_deleted_is_not_sent_again(
    incident, lead, responder, at_noon, inbox, settings
):
    settings.OUTBOX_KEEP_DAYS = 1
    due_on = (at_noon - DAY).date()
    who = {"by": lead, "at": at_noon, "owner": responder}
    incident.add_item(title="Late", due_on=due_on, priority=Priority.P0, **who)
    queue_digests(at_noon)
    deliver_due(now=at_noon)
    told = Reminder.objects.count()
    assert (told, len(inbox.letters)) == (1, 1)

    prune(now=at_noon + 9 * DAY)
    again = queue_digests(at_noon)

    assert not Notification.objects.exists()
    assert (again, Reminder.objects.count()) == (0, told)


def test_what_carries_a_message_stays_to_be_counted(send, noon, incident, lead):
    mail = send("mail", now=noon - 100 * DAY)
    event = incident.timeline.first()
    known = {"incident": incident, "event": event, "audience": "customers"}
    message = Message.objects.create(**known, body="Hello", sent_at=noon)
    Notification.objects.filter(pk=mail.pk).update(
        state=DeliveryState.SENT, sent_at=noon - 100 * DAY, carries=message
    )

    assert prune(now=noon) == 0
