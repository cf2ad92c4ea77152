from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents import digest as digests
from incidents.choices import CloseReason, NotificationKind
from incidents.digest import nobodys, plan, queue_digests, upcoming
from incidents.digest_mail import compose
from incidents.models import ActionItem, Incident, Notification, Profile, Reminder

pytestmark = pytest.mark.usefixtures("open_daily")
TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)


def ago(days: int) -> date:
    return TODAY - days * DAY


@pytest.fixture
def raise_item(incident, lead, responder, at_noon):
    """Raise an item that is due so many days ago; the responder owns it."""

    def raised(days_late: int, **changed: object) -> ActionItem:
        given = {"title": f"{days_late} late", "owner": responder}
        return incident.add_item(
            by=lead, at=at_noon, due_on=ago(days_late), **(given | changed)
        )

    return raised


def titles(digest):
    return [line.item.title for line in digest.lines]


def test_a_digest_lists_the_worst_first_then_what_is_due_soon(
    raise_item, at_noon, responder
):
    raise_item(-2)
    raise_item(3, title="less urgent", priority=2)
    raise_item(3, title="more urgent", priority=0)
    raise_item(12)
    raise_item(-3, title="not yet")

    [digest] = plan(at_noon)

    assert digest.person == responder
    assert titles(digest) == ["12 late", "more urgent", "less urgent", "-2 late"]
    assert digest.summary == "3 action items overdue, 1 due soon"


def test_old_items_are_listed_again_when_something_new_falls_due(raise_item, at_noon):
    raise_item(8, title="told yesterday")
    queue_digests(at_noon - DAY)
    raise_item(1, title="late since today")

    [digest] = plan(at_noon)

    assert [(line.item.title, line.is_new) for line in digest.lines] == [
        ("told yesterday", False),
        ("late since today", True),
    ]


def test_without_news_there_is_no_digest(raise_item, at_noon):
    raise_item(8)
    queue_digests(at_noon)

    assert plan(at_noon + 5 * DAY) == []
    assert len(plan(at_noon + 6 * DAY)) == 1


def test_after_a_pause_only_the_highest_rung_counts(raise_item, at_noon):
    item = raise_item(-2)
    queue_digests(at_noon)

    queue_digests(at_noon + 12 * DAY)

    rungs = Reminder.objects.filter(item=item).order_by("rung")
    assert [each.rung for each in rungs] == [-2, 7]


def test_a_moved_date_starts_the_ladder_again(raise_item, at_noon, lead):
    item = raise_item(3)
    queue_digests(at_noon)
    item.move_due_date(TODAY, by=lead, at=at_noon, reason="Vendor is late")

    queue_digests(at_noon + DAY)

    ledger = Reminder.objects.filter(item=item).order_by("pk")
    assert [(each.rung, each.due_on) for each in ledger] == [
        (3, ago(3)),
        (1, TODAY),
    ]


def test_a_new_owner_is_told_what_the_old_one_knew(
    raise_item, at_noon, lead, viewer, responder
):
    item = raise_item(8)
    queue_digests(at_noon)
    item.assign(viewer, by=lead, at=at_noon, instead_of=responder)

    [digest] = plan(at_noon)

    assert digest.person == viewer


def test_finished_and_undated_items_are_never_chased(raise_item, at_noon, lead):
    raise_item(8).complete(by=lead, at=at_noon)
    raise_item(8).drop(by=lead, at=at_noon, reason="Superseded")
    undated = raise_item(8)
    ActionItem.objects.filter(pk=undated.pk).update(due_on=None)

    assert plan(at_noon) == []


def test_items_of_closed_incidents_are_chased(incident, raise_item, at_noon, lead):
    raise_item(1)

    incident.close(by=lead, at=at_noon, reason=CloseReason.FALSE_ALARM, note="A test")

    assert len(plan(at_noon)) == 1


def test_an_unowned_item_reaches_the_incident_s_lead(raise_item, at_noon, lead):
    raise_item(1, owner=None)

    [digest] = plan(at_noon)

    assert digest.person == lead
    assert digest.lines[0].reason == "Nobody owns it, and you lead the incident."


def test_the_item_of_a_deactivated_person_reaches_who_stands_in(
    incident, raise_item, at_noon, lead, manager, responder
):
    raise_item(1)
    for gone in (responder, lead):
        gone.is_active = False
        gone.save()

    [digest] = plan(at_noon)

    assert digest.person == manager
    assert digest.lines[0].reason == (
        "Responder is deactivated, and you manage the team."
    )


def test_the_team_s_lead_comes_before_its_manager(
    incident, raise_item, at_noon, lead, manager, viewer, team
):
    raise_item(1, owner=None)
    incident.assign_role("lead", None, by=lead, at=at_noon, instead_of=lead)
    team.lead = viewer
    team.save()

    [digest] = plan(at_noon)

    assert digest.person == viewer


def test_what_nobody_can_be_reminded_of_is_named(raise_item, at_noon, lead):
    item = raise_item(1, owner=None)
    lead.is_active = False
    lead.save()

    assert plan(at_noon) == []
    assert nobodys(at_noon) == [item]


def test_the_owner_of_an_item_in_a_restricted_incident_learns_its_reference_only(
    incident, raise_item, at_noon, manager, outsider
):
    raise_item(1, owner=outsider)
    incident.restrict(True, by=manager, at=at_noon, reason="Security")

    queue_digests(at_noon)

    mail = Notification.objects.get(user=outsider)
    assert incident.reference in mail.text
    assert incident.reference in mail.html
    assert incident.title not in mail.text + mail.html + mail.subject


def test_who_may_see_a_restricted_incident_reads_its_title(
    incident, raise_item, at_noon, lead, manager
):
    raise_item(1, owner=lead)
    incident.restrict(True, by=manager, at=at_noon, reason="Security")

    queue_digests(at_noon)

    assert incident.title in Notification.objects.get(user=lead).text


def test_a_restricted_item_passes_by_who_may_not_see_the_incident(
    incident, raise_item, at_noon, manager, outsider
):
    raise_item(1, owner=None)
    incident.restrict(True, by=manager, at=at_noon, reason="Security")
    Incident.objects.filter(pk=incident.pk).update(lead=outsider)

    [digest] = plan(at_noon)

    assert digest.person == manager


@pytest.mark.parametrize(
    ("zone", "hour", "utc", "is_due"),
    [
        ("UTC", 9, "2026-11-21T08:59", False),
        ("UTC", 9, "2026-11-21T09:00", True),
        ("America/New_York", 9, "2026-11-21T13:59", False),
        ("America/New_York", 9, "2026-11-21T14:00", True),
        ("Pacific/Kiritimati", 0, "2026-11-20T10:00", True),
        # No 02:30 on the day the clocks go forward; nobody misses their mail.
        ("Europe/Berlin", 2, "2027-03-28T00:59", False),
        ("Europe/Berlin", 2, "2027-03-28T01:00", True),
    ],
)
def test_a_digest_waits_for_the_hour_in_the_person_s_zone(
    raise_item, responder, zone, hour, utc, is_due
):
    raise_item(1)
    Profile.objects.filter(user=responder).update(zone=zone, digest_hour=hour)

    found = plan(datetime.fromisoformat(f"{utc}+00:00"))

    assert bool(found) == is_due


def test_who_has_no_profile_is_reminded_at_nine_on_weekdays(raise_item, responder):
    raise_item(3)
    Profile.objects.filter(user=responder).delete()
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)

    assert plan(friday - timedelta(hours=1)) == []
    assert len(plan(friday)) == 1
    assert plan(friday + DAY) == []


def test_a_broken_zone_does_not_stop_anybody_s_mail(raise_item, responder, at_noon):
    raise_item(1)
    Profile.objects.filter(user=responder).update(zone="Mars/Olympus")

    assert len(plan(at_noon)) == 1


def test_one_mail_a_person_and_local_day(raise_item, at_noon, responder):
    raise_item(1)
    assert queue_digests(at_noon) == 1
    raise_item(3, title="raised after the mail")

    assert queue_digests(at_noon + timedelta(hours=3)) == 0
    assert queue_digests(at_noon + DAY) == 1

    mails = Notification.objects.filter(kind=NotificationKind.DIGEST)
    assert {mail.key for mail in mails} == {
        f"digest:{responder.pk}:2026-11-21",
        f"digest:{responder.pk}:2026-11-22",
    }


def test_two_sweeps_around_midnight_do_not_tell_the_same_news_twice(
    raise_item, at_noon
):
    raise_item(4)
    planned = [*plan(at_noon), *plan(at_noon + DAY)]

    queued = [digests._queue(each, at_noon) for each in planned]

    assert queued == [True, False]
    assert Reminder.objects.count() == Notification.objects.count() == 1


def test_who_flies_west_is_not_told_of_a_lower_rung(raise_item, at_noon, responder):
    raise_item(2)
    profile = Profile.objects.filter(user=responder)
    profile.update(zone="Pacific/Kiritimati", digest_hour=0)
    queue_digests(at_noon)
    profile.update(zone="Pacific/Honolulu")

    assert plan(at_noon) == []


def test_planning_writes_nothing(raise_item, at_noon):
    raise_item(1)

    plan(at_noon)
    upcoming(at_noon)

    assert not Notification.objects.exists()
    assert not Reminder.objects.exists()


def test_what_comes_next_is_known_for_each_person(
    raise_item, at_noon, responder, viewer
):
    berlin = ZoneInfo("Europe/Berlin")
    raise_item(1)
    queue_digests(at_noon)
    Profile.objects.filter(user=viewer).update(zone=berlin.key, digest_hour=7)
    raise_item(-4, owner=viewer)

    coming = {digest.person: digest.at for digest in upcoming(at_noon)}

    assert coming == {
        responder: datetime.combine(TODAY + 2 * DAY, time(9), ZoneInfo("UTC")),
        viewer: datetime.combine(TODAY + 2 * DAY, time(7), berlin),
    }


def test_one_that_cannot_be_made_keeps_nobody_from_theirs(
    raise_item, at_noon, responder, lead, monkeypatch
):
    raise_item(1)
    raise_item(1, owner=lead)

    def fails_for_the_lead(digest):
        if digest.person == lead:
            raise ZeroDivisionError
        return compose(digest)

    monkeypatch.setattr(digests, "compose", fails_for_the_lead)

    with pytest.raises(digests.DigestsFailed):
        queue_digests(at_noon)

    assert Notification.objects.get().user == responder
    assert Reminder.objects.get().person == responder
