from __future__ import annotations

from datetime import date

from celery import current_app
from django.conf import settings

from incidents.models import Notification
from incidents.tasks import sweep


def test_a_sweep_queues_and_sends_and_a_second_does_nothing(
    incident, lead, responder, at_noon, inbox
):
    incident.add_item(
        title="Late", by=lead, at=at_noon, owner=responder, due_on=date(2026, 11, 1)
    )

    sweep()
    sweep()

    assert [letter["To"] for letter in inbox.letters] == [responder.email]
    assert Notification.objects.count() == 1


def test_the_scheduler_asks_for_a_sweep_every_minute_and_none_piles_up():
    entry = settings.CELERY_BEAT_SCHEDULE["sweep"]

    assert entry["task"] in current_app.tasks
    assert entry["schedule"] == entry["options"]["expires"] == 60
