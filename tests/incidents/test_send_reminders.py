from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from incidents.choices import DeliveryState
from incidents.models import Notification, Profile, Reminder
from tests.faults.processes import manage
from tests.whole import by_hand

pytestmark = pytest.mark.usefixtures("open_daily")


@pytest.fixture
def chased(incident, responder, lead, at_noon):
    """Two people of whom one owns what is late, and the other leads the incident."""
    for owner, title in ((responder, "Test the restore"), (None, "Nobody's business")):
        incident.add_item(
            title=title, by=lead, at=at_noon, owner=owner, due_on=date(2026, 11, 18)
        )
    return [responder.email, lead.email]


def run(*arguments):
    return call_command("send_reminders", *arguments)


def test_a_dry_run_names_people_and_reasons_and_writes_nothing(
    chased, incident, inbox, capsys
):
    said = run("--dry-run")

    printed = capsys.readouterr().out
    assert said == "Dry run: 2 people would be reminded; nothing was written or sent."
    assert set(printed.splitlines()) >= {
        "responder@debrief.example, 2026-11-21 12:00 UTC: 1 action item overdue",
        f"  {incident.reference} Test the restore: 3 days late, new.",
        "lead@debrief.example, 2026-11-21 12:00 UTC: 1 action item overdue",
        f"  {incident.reference} Nobody's business: 3 days late, new. "
        "Nobody owns it, and you lead the incident.",
    }
    assert not Notification.objects.exists()
    assert inbox.letters == []


def test_a_dry_run_without_news_says_what_comes_next(chased, capsys):
    run()

    run("--dry-run")

    printed = capsys.readouterr().out
    assert "Next: responder@debrief.example, 2026-11-25 09:00 UTC: " in printed


def test_a_dry_run_names_what_nobody_can_be_reminded_of(chased, lead, capsys):
    lead.is_active = False
    lead.save()

    run("--dry-run")

    said = capsys.readouterr().out
    assert "Nobody's business: nobody can be reminded of it" in said


def test_for_real_each_person_gets_one_mail_however_often_it_runs(chased, inbox):
    first, second = run(), run()

    assert first == "Queued 2; sent 2, put off 0, failed 0."
    assert second == "Queued 0; sent 0, put off 0, failed 0."
    assert sorted(letter["To"] for letter in inbox.letters) == sorted(chased)


def test_without_a_mail_server_the_mail_waits(chased, settings):
    settings.MAIL_IS_ON = False

    said = run()

    assert said == (
        "Queued 2. Mail is off, because EMAIL_URL is not set; waiting in the outbox: 2."
    )


def test_at_another_time_the_reckoning_is_that_time_s(chased, inbox, at_noon):
    before = run("--at", "2026-11-18T23:59+00:00")
    tomorrow = run("--at", "2026-11-22T09:00")

    assert before.startswith("Queued 2; sent 2")
    assert tomorrow.startswith("Queued 2; sent 2")
    assert set(Reminder.objects.values_list("rung", flat=True)) == {
        -2,
        3,
    }
    assert {mail.sent_at.date() for mail in Notification.objects.all()} == {
        at_noon.date()
    }


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T10:00", ""])
def test_a_time_that_is_none_gets_a_sentence(db, text):
    with pytest.raises(CommandError, match=r"^--at .* is no time: write one like"):
        run("--at", text)


@by_hand
def test_in_a_process_of_its_own_it_does_the_same(
    transactional_db, chased, child_environment, inbox
):
    Profile.objects.update(digest_hour=0)
    environment = {**child_environment, "EMAIL_URL": inbox.url}
    at = ["--at", (timezone.now() + timedelta(days=1)).isoformat()]

    rehearsed = manage(environment, "send_reminders", "--dry-run", *at)
    first = manage(environment, "send_reminders", *at)
    second = manage(environment, "send_reminders", *at)

    assert all(address in rehearsed for address in chased)
    assert first == "Queued 2; sent 2, put off 0, failed 0."
    assert second == "Queued 0; sent 0, put off 0, failed 0."
    assert sorted(letter["To"] for letter in inbox.letters) == sorted(chased)
    states = Notification.objects.values_list("state", flat=True)
    assert set(states) == {DeliveryState.SENT}
