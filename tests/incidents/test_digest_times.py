from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from incidents.choices import NotificationKind
from incidents.digest import plan, queue_digests
from incidents.digest_times import digest_time, digest_times
from incidents.models import ActionItem, Notification, PlaybookVersion, Profile
from tests.whole import FULL

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# Zone, digest hour, local day, and when its digest is due: around both changes of the
# clocks, in both hemispheres, and wherever a day is not like the others.
TABLE = [
    ("Europe/Berlin", 2, "2027-03-28", "2027-03-28T01:00"),  # no 02:00: at 03:00
    ("Europe/Berlin", 2, "2026-10-25", "2026-10-25T00:00"),  # twice: the first
    ("America/New_York", 2, "2027-03-14", "2027-03-14T07:00"),
    ("America/New_York", 1, "2026-11-01", "2026-11-01T05:00"),
    ("America/Santiago", 0, "2026-09-06", "2026-09-06T04:00"),  # no midnight
    ("America/Santiago", 23, "2027-04-03", "2027-04-04T02:00"),
    ("Australia/Sydney", 2, "2026-10-04", "2026-10-03T16:00"),
    ("Australia/Sydney", 2, "2027-04-04", "2027-04-03T15:00"),
    ("Australia/Lord_Howe", 2, "2026-10-04", "2026-10-03T15:30"),  # by half an hour
    ("Australia/Lord_Howe", 1, "2027-04-04", "2027-04-03T14:00"),
    ("America/Nuuk", 23, "2026-03-28", "2026-03-29T00:00"),  # no 23:00: at 22:00
    ("Asia/Kathmandu", 9, "2026-11-20", "2026-11-20T03:15"),
    ("Pacific/Apia", 9, "2011-12-29", "2011-12-29T19:00"),
    ("Pacific/Apia", 9, "2011-12-31", "2011-12-30T19:00"),
    ("Pacific/Kiritimati", 9, "2026-11-20", "2026-11-19T19:00"),
    ("UTC", 9, "2028-02-29", "2028-02-29T09:00"),
]
SWEPT = TABLE if FULL else TABLE[::3]
# Hours before and after a digest is due, on the day itself and its neighbours.
AROUND = [-1, 0, 0.5, 1, 2]


def person(zone, hour):
    user = User(pk=1)
    user.profile = Profile(user=user, zone=zone, digest_hour=hour)
    return user


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "hour", "day", "due"), TABLE)
def test_every_day_has_its_one_moment(zone, hour, day, due):
    at = digest_time(person(zone, hour), date.fromisoformat(day))

    assert at == utc(due)
    assert at.astimezone(ZoneInfo(zone)).date().isoformat() == day


def test_a_day_that_a_zone_skipped_has_no_digest():
    samoan = person("Pacific/Apia", 9)

    assert digest_time(samoan, date(2011, 12, 30)) is None
    ahead = digest_times(samoan, utc("2011-12-29T12:00"), days=3)
    assert [each.day.day for each in ahead] == [29, 31, 1]


@pytest.fixture
def daily(incident, responder, at_noon, open_daily):
    """Give the responder an item of which there is news every day."""
    rule = {"before": [14], "overdue": [1], "then_every": 1, "escalate": []}
    document = {**incident.playbook_version.document}
    document["action_items"] = {"reminders": rule}
    rows = PlaybookVersion.objects.filter(pk=incident.playbook_version_id)
    rows.update(document=document)
    return ActionItem.objects.create(
        incident=incident,
        title="Daily",
        owner=responder,
        due_on=date(2026, 1, 1),
        created_at=at_noon,
    )


def days_mailed():
    mails = Notification.objects.filter(kind=NotificationKind.DIGEST)
    keys = mails.order_by("created_at", "pk").values_list("key", flat=True)
    return [key.rpartition(":")[2] for key in keys]


@pytest.mark.parametrize(("zone", "hour", "day", "due"), SWEPT)
def test_sweeps_around_a_change_make_one_mail_a_day(
    daily, responder, zone, hour, day, due
):
    Profile.objects.filter(user=responder).update(zone=zone, digest_hour=hour)
    ActionItem.objects.update(due_on=date.fromisoformat(day) - 30 * DAY)

    for number in (-1, 0, 1):
        for hours in AROUND:
            queue_digests(utc(due) + number * DAY + hours * HOUR)

    mailed = days_mailed()
    assert len(mailed) == len(set(mailed)) >= 2
    assert day in mailed
    assert plan(utc(due)) == []


def test_a_clock_set_back_or_forward_makes_no_second_mail(daily, responder):
    friday = utc("2026-11-20T09:00")

    for moved in (0, -1, 0, 24, 23, 0, 1, 24, 25, 48, 47, 49):
        queue_digests(friday + moved * HOUR)

    assert days_mailed() == ["2026-11-20", "2026-11-21", "2026-11-22"]


def test_after_three_days_without_a_sweep_there_is_one_mail_to_catch_up(
    daily, responder
):
    friday = utc("2026-11-20T09:00")
    queue_digests(friday)

    queue_digests(friday + 3 * DAY + 5 * HOUR)
    queue_digests(friday + 3 * DAY + 6 * HOUR)

    assert days_mailed() == ["2026-11-20", "2026-11-23"]
    rungs = daily.reminders.order_by("rung").values_list("rung", flat=True)
    assert list(rungs) == [323, 326]


def test_the_29th_of_february_is_a_day_like_any_other(daily, responder):
    ActionItem.objects.update(due_on=date(2028, 2, 29))

    for day in ("2028-02-28", "2028-02-29", "2028-03-01"):
        queue_digests(utc(f"{day}T09:00"))

    rungs = daily.reminders.order_by("rung").values_list("rung", flat=True)
    assert list(rungs) == [-14, 1]
