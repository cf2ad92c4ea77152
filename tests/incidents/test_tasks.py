from __future__ import annotations

from datetime import date, timedelta

import pytest
from celery import current_app
from django.conf import settings

from incidents import tasks
from incidents.choices import Priority
from incidents.models import Notification
from incidents.tasks import sweep
from tests.outgoing import queued


def test_a_sweep_queues_and_sends_and_a_second_does_nothing(
    incident, lead, responder, at_noon, inbox
):
    incident.add_item(
        title="Late",
        by=lead,
        at=at_noon,
        owner=responder,
        due_on=date(2026, 11, 18),
        priority=Priority.P0,  # which is told of on a Saturday too
    )

    sweep()
    sweep()

    assert [letter["To"] for letter in inbox.letters] == [responder.email]
    assert Notification.objects.count() == 1


def test_mail_is_claimed_from_the_present_however_long_the_sweep_took_so_far(
    db, at_noon, inbox, time_machine, monkeypatch
):
    """A lease reckoned from the sweep's start may be over while the mail is sent."""
    queued("Waiting", at=at_noon)
    long = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 1)
    monkeypatch.setattr(tasks, "queue_weekly", lambda now: time_machine.shift(long))

    sweep()

    assert Notification.objects.get().sent_at == at_noon + long


def test_the_scheduler_asks_for_a_sweep_every_minute_and_none_piles_up():
    entry = settings.CELERY_BEAT_SCHEDULE["sweep"]

    assert entry["task"] in current_app.tasks
    assert entry["schedule"] == entry["options"]["expires"] == 60


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("incidents.sweep", "mail"),
        ("incidents.deliver", "mail"),
        ("incidents.import_items", "pdf"),
        ("postmortems.render_reports", "pdf"),
    ],
)
def test_mail_does_not_wait_behind_what_takes_long(task, queue):
    route = current_app.amqp.router.route({}, task)

    assert route["queue"].name == f"{settings.QUEUE}-{queue}"
    assert route["queue"].routing_key == route["queue"].name
