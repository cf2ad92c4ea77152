"""Digests that a restored system queues anew, as a person reads them who decides."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from incidents import holding
from incidents.models import ActionItem, Notification
from incidents.tasks import sweep

MINUTE = timedelta(minutes=1)
# Monday, 18:00 in New York, and Tuesday, 09:00 in Berlin, where Monday was off.
DIGEST = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
WEEKLY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DOUBT, SINCE = "may have been sent", "queued since"


@pytest.fixture
def late(item, responder) -> ActionItem:
    """An item that its owner hears of at 18:00 in New York."""
    ActionItem.objects.filter(pk=item.pk).update(due_on=date(2026, 11, 20))
    responder.profile.zone = "America/New_York"
    responder.profile.digest_hour = 18
    responder.profile.save()
    return item


@pytest.fixture
def led(team, lead, late):
    """A team that begins its week on a Tuesday, with a lead in Berlin."""
    team.calendar.days_off = ["2026-11-23"]
    team.calendar.save()
    team.lead = lead
    team.save()
    lead.profile.zone = "Europe/Berlin"
    lead.profile.save()
    return team


@pytest.fixture
def labels(client_of, administrator, time_machine):
    """Restore at a time, sweep at another, and read how a mail is labelled."""

    def read(kind, *, restored_at, swept_at):
        time_machine.move_to(restored_at, tick=False)
        holding.hold(backed_up_at=restored_at - 4 * MINUTE, at=restored_at)
        time_machine.move_to(swept_at, tick=False)
        sweep()
        mail = Notification.objects.get(kind=kind)
        shown = client_of(administrator).get(reverse("admin:incidents_vital_held"))
        listed = io.StringIO()
        call_command("held_mail", stdout=listed)
        row = next(part for part in shown.text.split("<li>") if mail.subject in part)
        line = next(
            one for one in listed.getvalue().splitlines() if mail.subject in one
        )
        return [
            next(label for label in (DOUBT, SINCE) if label in said)
            for said in (row, line)
        ]

    return read


@pytest.mark.parametrize(
    ("restored_at", "label"),
    [
        (DIGEST - MINUTE, SINCE),
        (DIGEST, DOUBT),
        (DIGEST + 31 * MINUTE, DOUBT),
    ],
    ids=["before the hour", "at the hour", "after the hour"],
)
def test_a_digest_of_an_hour_before_the_restore_may_have_been_sent(
    late, labels, restored_at, label
):
    swept_at = max(restored_at, DIGEST) + MINUTE

    shown = labels("digest", restored_at=restored_at, swept_at=swept_at)

    assert shown == [label, label]


@pytest.mark.parametrize(
    ("restored_at", "label"),
    [
        (WEEKLY - MINUTE, SINCE),
        (WEEKLY, DOUBT),
        (WEEKLY + timedelta(days=3), DOUBT),
    ],
    ids=["before the hour", "at the hour", "days later"],
)
def test_a_week_of_an_hour_before_the_restore_may_have_been_sent(
    led, labels, restored_at, label
):
    swept_at = max(restored_at, WEEKLY) + MINUTE

    shown = labels("weekly", restored_at=restored_at, swept_at=swept_at)

    assert shown == [label, label]
