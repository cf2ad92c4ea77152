"""Many sweeps in the same instant: each mail is written once and sent once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection

from incidents.delivery import deliver_due
from incidents.digest import queue_digests
from incidents.models import ActionItem, Notification, Reminder

SWEEPS = 4
PEOPLE = 12


def at_once(step):
    """Run a step in several threads that begin together; return what each says."""
    barrier = Barrier(SWEEPS)

    def run(_number):
        try:
            barrier.wait(timeout=10)
            return step()
        finally:
            connection.close()

    with ThreadPoolExecutor(SWEEPS) as threads:
        return list(threads.map(run, range(SWEEPS)))


@pytest.fixture
def chased(transactional_db, incident):
    for number in range(PEOPLE):
        email = f"owner-{number}@debrief.example"
        ActionItem.objects.create(
            incident=incident,
            title="Test the restore",
            owner=User.objects.create_user(email, email),
            due_on=date(2026, 11, 20),
            priority=0,  # which is told of on a Saturday too
            created_at=incident.declared_at,
        )


def test_sweeps_at_once_write_and_send_each_mail_once(chased, at_noon, inbox):
    queued = at_once(lambda: queue_digests(at_noon))
    sent = at_once(lambda: deliver_due(now=at_noon).sent)

    assert sum(queued) == sum(sent) == PEOPLE
    assert Reminder.objects.count() == Notification.objects.count() == PEOPLE
    assert len({letter["To"] for letter in inbox.letters}) == len(inbox.letters)
