"""What becomes of mail when workers meet, and when one is killed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from incidents.choices import DeliveryState, NotificationKind, Priority
from incidents.delivery import deliver_due
from incidents.models import Profile
from incidents.outbox import queue
from tests.faults.processes import (
    ask_for_sweeps,
    kill,
    own_queue,
    wait_until,
    worker,
)
from tests.whole import by_hand

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BROKERS = ["folder", pytest.param("redis", marks=pytest.mark.redis)]


@pytest.fixture(params=BROKERS)
def surroundings(request, child_environment, tmp_path, redis_url, inbox):
    """The environment of workers that share a queue and deliver to `inbox`."""
    environment = {
        **child_environment,
        "EMAIL_URL": inbox.url,
        "EMAIL_TIMEOUT": "30",
        "OUTBOX_LEASE_SECONDS": "2",
        "LOG_LEVEL": "INFO",
    }
    return own_queue(
        environment, tmp_path, redis_url if request.param == "redis" else ""
    )


@pytest.fixture
def chased(transactional_db, incident, responder, lead, viewer, at_noon):
    """Three people with an item each that is long overdue, at any hour of the day."""
    owners = [responder, lead, viewer]
    for owner in owners:
        incident.add_item(
            title=f"For {owner.first_name}",
            by=lead,
            at=at_noon,
            owner=owner,
            due_on=date(2020, 1, 1),
            priority=Priority.P0,  # which is told of on any day of the week
        )
    Profile.objects.update(digest_hour=0)
    # Its ladder has mails of its own: here it is over.
    incident.resolve(by=lead, at=at_noon)
    return {owner.email for owner in owners}


@by_hand
def test_two_workers_at_once_send_each_person_one_mail(
    surroundings, chased, inbox, tmp_path
):
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    ask_for_sweeps(surroundings, 6)

    with worker(surroundings, logs[0]), worker(surroundings, logs[1]):
        wait_until(lambda: sum(done_by(log) for log in logs) >= 6)

    assert all("ERROR" not in log.read_text() for log in logs)
    assert sorted(letter["To"] for letter in inbox.letters) == sorted(chased)


def done_by(log):
    return log.read_text().count("succeeded in")


def test_what_a_killed_worker_left_goes_out_once_with_the_same_message_id(
    surroundings, inbox, tmp_path
):
    mail = queue(
        key="digest:1:2020-01-01",
        kind=NotificationKind.DIGEST,
        subject="1 action item overdue",
        text="Test the restore",
        address="responder@debrief.example",
        now=LONG_AGO,
    )
    inbox.stalls = True
    ask_for_sweeps(surroundings)
    with worker(surroundings, tmp_path / "killed.log") as process:
        wait_until(inbox.has_stalled.is_set)
        kill(process)
    inbox.stalls = False
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (DeliveryState.QUEUED, 0)
    assert deliver_due(now=mail.lease_until - timedelta(seconds=1)).total == 0

    wait_until(lambda: timezone.now() > mail.lease_until)
    ask_for_sweeps(surroundings, 2)
    with worker(surroundings, tmp_path / "next.log") as process:
        wait_until(lambda: done_by(tmp_path / "next.log") >= 2)
        kill(process)

    [before], [after] = inbox.unanswered, inbox.letters
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (DeliveryState.SENT, 1)
    assert before["Message-ID"] == after["Message-ID"] == mail.message_id
