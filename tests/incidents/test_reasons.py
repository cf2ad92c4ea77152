from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from incidents.choices import DeliveryState
from incidents.digest import queue_digests
from incidents.models import Notification, Profile
from incidents.reasons import why

DAY = timedelta(days=1)
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def noon():
    return FRIDAY


@pytest.fixture
def item(incident, lead, responder, at_noon):
    return incident.add_item(
        title="Test the restore",
        by=lead,
        at=at_noon,
        owner=responder,
        due_on=date(2026, 11, 17),
    )


def test_what_is_sent_is_news_at_its_rung(item, responder):
    assert why(item, responder, FRIDAY) == [
        "Reminded: the digest of Fri 20 Nov 2026 lists it, 3 days late.",
        "It is news: the rung “3 days late” is reached, as its owner.",
    ]


def test_before_the_hour_it_is_said_when(item, responder):
    assert why(item, responder, FRIDAY.replace(hour=7))[:2] == [
        "Not yet: the digest of Fri 20 Nov 2026 will list it, 3 days late.",
        "Their digest goes out at Fri 20 Nov 2026, 09:00 UTC.",
    ]


def test_what_was_told_is_on_the_ledger_with_its_mail(item, responder):
    queue_digests(FRIDAY)
    mail = Notification.objects.get()

    said = why(item, responder, FRIDAY + 3 * DAY)

    assert said == [
        "Not again: told already at the rung “3 days late”. "
        "The next is “7 days late”, on Tue 24 Nov 2026.",
        "Told on Fri 20 Nov 2026, 12:00 UTC at the rung “3 days late” of the date "
        f"Tue 17 Nov 2026, as its owner. The mail “{mail.subject}” to "
        "responder@debrief.example waits to be sent.",
    ]


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (
            {"state": DeliveryState.SENT, "sent_at": FRIDAY},
            "was sent to responder@debrief.example at Fri 20 Nov 2026, 12:00 UTC.",
        ),
        (
            {"state": DeliveryState.FAILED, "error": "550 No such user"},
            "to responder@debrief.example failed: 550 No such user",
        ),
        (
            {"state": DeliveryState.SUPPRESSED, "suppressed_because": "Restored"},
            "was not sent, on purpose: Restored",
        ),
        ({"error": "421 Later"}, "waits to be sent. The server last said: 421 Later"),
    ],
)
def test_what_became_of_the_mail_is_said(item, responder, outcome, sentence):
    queue_digests(FRIDAY)
    Notification.objects.update(**outcome)

    assert why(item, responder, FRIDAY)[-1].endswith(sentence)


def test_a_mail_that_is_no_longer_kept_leaves_the_ledger(item, responder):
    queue_digests(FRIDAY)
    Notification.objects.all().delete()

    assert why(item, responder, FRIDAY)[-1].endswith(
        "as its owner. The mail itself is no longer kept."
    )


def test_the_day_s_digest_is_not_made_twice(item, incident, lead, responder):
    queue_digests(FRIDAY)
    late = incident.add_item(
        title="Later", by=lead, at=FRIDAY, owner=responder, due_on=date(2026, 11, 19)
    )

    assert why(late, responder, FRIDAY)[0] == (
        "Not again on Fri 20 Nov 2026: that day’s digest has been made."
    )


def test_a_day_off_names_the_next_working_day(item, responder):
    assert why(item, responder, FRIDAY + DAY) == [
        "Not on Sat 21 Nov 2026: no working day in “Berlin”.",
        "It is news in the digest of the next one, Mon 23 Nov 2026.",
    ]


def test_absence_names_until_when_and_who_hears_instead(item, responder, viewer):
    Profile.objects.filter(user=responder).update(
        away_until=date(2026, 12, 1), stand_in=viewer
    )

    assert why(item, responder, FRIDAY) == [
        "Not reminded: Responder is away until Tue 1 Dec 2026.",
        "It reaches Viewer, standing in for its owner.",
    ]
    assert why(item, viewer, FRIDAY)[-1].endswith("standing in for its owner.")


def test_a_snooze_is_named_with_its_reason(item, responder):
    item.snooze(date(2026, 11, 27), by=responder, at=FRIDAY, reason="Vendor")

    assert why(item, responder, FRIDAY) == [
        "Not reminded: snoozed until Fri 27 Nov 2026, because: Vendor"
    ]


def test_who_is_told_later_is_told_when(item, lead, outsider):
    item.amend({"priority": (2, 1)}, by=lead, at=FRIDAY)

    assert why(item, lead, FRIDAY) == [
        "Not yet: Lead is told, as the incident’s lead, once it is 7 days late, "
        "on Tue 24 Nov 2026."
    ]
    assert why(item, outsider, FRIDAY)[0] == (
        "Not reminded: Outsider is not the one who hears of it."
    )


def test_a_rung_that_is_far_is_dated(incident, lead, responder, at_noon):
    far = incident.add_item(
        title="Far", by=lead, at=at_noon, owner=responder, due_on=date(2027, 3, 1)
    )

    assert why(far, responder, FRIDAY) == [
        "Not yet: no rung is reached. "
        "The next is “2 days before it is due”, on Sat 27 Feb 2027."
    ]


def test_what_is_finished_or_has_no_date_is_not_chased(item, lead, responder):
    type(item).objects.filter(pk=item.pk).update(due_on=None)
    item.refresh_from_db()
    assert "no date" in why(item, responder, FRIDAY)[0]

    item.complete(by=lead, at=FRIDAY)
    assert why(item, responder, FRIDAY) == [
        "Not reminded: it was done on Fri 20 Nov 2026, 12:00 UTC."
    ]


def test_nobody_who_could_hear_is_said_with_the_remedy(item, lead, responder):
    for person in (lead, responder):
        person.is_active = False
        person.save()

    assert why(item, responder, FRIDAY) == [
        "Not reminded: Responder is deactivated.",
        "It reaches nobody: give it an owner, or its incident or team a lead.",
    ]


def explained(*arguments):
    return call_command("explain_reminders", *arguments).splitlines()


def test_the_command_says_who_gets_what_at_any_time(item, incident):
    said = explained("--at", "2026-11-20T12:00Z")

    assert said == [
        "responder@debrief.example, 2026-11-20 12:00 UTC: 1 action item overdue",
        f"  {incident.reference} Test the restore: 3 days late, new.",
    ]
    assert not Notification.objects.exists()
    [coming] = explained("--at", "2026-11-21T12:00Z")
    assert coming.startswith("Next: responder@debrief.example, 2026-11-23 09:00 UTC")


def test_the_command_says_why_for_an_item_and_a_person(item, incident, lead):
    everybody = explained("--item", str(item.pk))
    one = explained("--item", str(item.pk), "--person", "Lead@debrief.example")

    assert everybody[:2] == [
        f"{incident.reference} Test the restore",
        "responder@debrief.example",
    ]
    assert everybody[2].startswith("  Reminded: ")
    assert one[1] == "lead@debrief.example"
    assert one[2].startswith("  Not reminded: ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--item", "0"], "--item 0: there is no action item of this number."),
        (["--person", "x@y"], "--person x@y: nobody here has this address."),
        (["--at", "noon"], "--at noon is no time: write one like"),
    ],
)
def test_what_is_not_there_gets_a_sentence(db, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        explained(*arguments)


def test_who_is_told_besides_is_told_from_a_day_on(item, viewer, lead):
    item.amend({"priority": (item.priority, 0)}, by=lead, at=FRIDAY)

    before, after = why(item, viewer, FRIDAY), why(item, viewer, FRIDAY + 5 * DAY)

    assert "Once it is 7 days late, it reaches Lead, as the incident’s lead." in before
    assert "It reaches Lead, as the incident’s lead." in after
