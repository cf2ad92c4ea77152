from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.choices import Capacity
from incidents.digest import nobodys, plan, queue_digests
from incidents.models import ActionItem, Incident, Profile, Reminder, Team
from tests.whole import FULL

pytestmark = pytest.mark.usefixtures("open_daily")
OLD = 10_000 if FULL else 1_000
TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)


@pytest.fixture
def late(incident, responder, lead, at_noon):
    """Raise an item that is so many days late; the responder owns it."""

    def raised(days: int, **changed: object) -> ActionItem:
        given = {"title": "Test the restore", "owner": responder, "priority": 2}
        due = TODAY - days * DAY
        return incident.add_item(by=lead, at=at_noon, due_on=due, **(given | changed))

    return raised


def away(person, stand_in, until=TODAY):
    Profile.objects.filter(user=person).update(away_until=until, stand_in=stand_in)


def told(now):
    """Give who hears of the one item, and in which capacity."""
    return {digest.person: digest.lines[0].capacity for digest in plan(now)}


def test_who_is_away_is_stood_in_for_up_to_the_last_day(
    late, at_noon, responder, viewer
):
    late(3)
    away(responder, viewer)

    assert told(at_noon) == {viewer: Capacity.STAND_IN}
    assert told(at_noon + DAY) == {responder: Capacity.OWNER}


def test_the_day_is_that_of_who_is_away(late, at_noon, responder, viewer):
    late(3)
    away(responder, viewer, until=TODAY - DAY)
    Profile.objects.filter(user=responder).update(zone="Pacific/Honolulu")

    morning = at_noon.replace(hour=9)  # still the day before in Honolulu

    assert told(morning) == {viewer: Capacity.STAND_IN}


def test_a_stand_in_who_is_away_is_stood_in_for_three_times_over(
    late, at_noon, responder, viewer, manager, outsider, lead
):
    late(3)
    for person, stand_in in ((responder, viewer), (viewer, manager)):
        away(person, stand_in)
    assert told(at_noon) == {manager: Capacity.STAND_IN}

    away(manager, outsider)
    assert told(at_noon) == {outsider: Capacity.STAND_IN}

    away(outsider, lead)
    assert told(at_noon) == {lead: Capacity.LEAD}


def test_two_who_stand_in_for_each_other_leave_it_to_the_lead(
    late, at_noon, responder, viewer, lead
):
    late(3)
    away(responder, viewer)
    away(viewer, responder)

    assert told(at_noon) == {lead: Capacity.LEAD}


def test_a_stand_in_learns_nothing_of_a_restricted_incident(
    incident, late, at_noon, responder, outsider, lead, manager
):
    late(3)
    away(responder, outsider)
    incident.restrict(True, by=manager, at=at_noon, reason="Security")

    assert told(at_noon) == {lead: Capacity.LEAD}


def test_where_everybody_is_away_the_mail_waits_with_the_owner(
    late, at_noon, responder, viewer, lead
):
    late(3)
    for person, stand_in in ((responder, viewer), (viewer, lead), (lead, viewer)):
        away(person, stand_in)

    assert told(at_noon) == {responder: Capacity.OWNER}


@pytest.mark.parametrize(
    ("days", "priority", "others"),
    [
        (6, 0, set()),
        (7, 2, set()),
        (7, 1, {Capacity.LEAD, Capacity.TEAM_LEAD}),
        (13, 0, {Capacity.LEAD, Capacity.TEAM_LEAD}),
        (14, 0, {Capacity.LEAD, Capacity.TEAM_LEAD, Capacity.TEAM_MANAGER}),
    ],
)
def test_what_is_urgent_and_late_for_long_reaches_leads_and_manager(
    late, at_noon, responder, viewer, team, manager, days, priority, others
):
    team.lead = viewer
    team.save()
    late(days, priority=priority)

    heard = told(at_noon)

    assert heard.pop(responder) == Capacity.OWNER
    assert set(heard.values()) == others


def test_who_leads_and_owns_hears_once_and_the_ledger_says_as_what(
    late, at_noon, lead, team, manager
):
    team.lead = lead
    team.save()
    item = late(14, owner=lead, priority=0)

    assert queue_digests(at_noon) == 2

    ledger = Reminder.objects.filter(item=item).values_list("person", "capacity")
    assert set(ledger) == {(lead.pk, "owner"), (manager.pk, "team_manager")}


def test_an_escalation_is_news_though_no_rung_falls_on_its_day(
    incident, late, at_noon, lead
):
    rule = {"overdue": [1, 30], "escalate": [{"after": 9, "tells": ["lead"]}]}
    document = {**incident.playbook_version.document}
    document["action_items"] = {"reminders": rule}
    type(incident.playbook_version).objects.filter(
        pk=incident.playbook_version_id
    ).update(document=document)
    item = late(8, priority=0)

    queue_digests(at_noon)
    queue_digests(at_noon + DAY)
    queue_digests(at_noon + 2 * DAY)

    ledger = Reminder.objects.filter(item=item).values_list("capacity", "rung")
    assert set(ledger) == {("owner", 1), ("lead", 9)}


def test_an_item_of_no_incident_is_chased_by_its_team_s_playbook(
    at_noon, team, manager, viewer
):
    item = ActionItem.raise_for(
        team, title="Tidy up", by=manager, at=at_noon, due_on=TODAY - 8 * DAY
    )
    assert told(at_noon) == {manager: Capacity.TEAM_MANAGER}

    Team.objects.filter(pk=team.pk).update(lead=viewer)
    assert told(at_noon) == {viewer: Capacity.TEAM_LEAD}

    Team.objects.filter(pk=team.pk).update(lead=None, manager=None)
    assert plan(at_noon) == []
    assert nobodys(at_noon) == [item]


def test_a_snoozed_item_is_neither_told_nor_listed_before_its_day(
    late, at_noon, responder
):
    item, other = late(1, title="Later"), late(4, title="Now")
    queue_digests(at_noon)
    until = TODAY + 3 * DAY
    item.snooze(until, by=responder, at=at_noon, reason="The vendor is at it")

    [second] = plan(at_noon + 2 * DAY) or [None]
    assert second is None
    [digest] = plan(at_noon + 3 * DAY)

    assert {line.item: (line.is_new, line.rung) for line in digest.lines} == {
        item: (True, 4),
        other: (True, 7),
    }


def test_an_early_snooze_ends_with_news_of_what_is_far_from_due(
    late, at_noon, responder
):
    item = late(-60)
    item.snooze(TODAY + 5 * DAY, by=responder, at=at_noon, reason="Not yet")

    assert plan(at_noon + 4 * DAY) == []
    [digest] = plan(at_noon + 5 * DAY)
    assert [line.rung for line in digest.lines] == [-55]
    queue_digests(at_noon + 5 * DAY)
    assert plan(at_noon + 6 * DAY) == []


def test_only_a_p0_that_is_overdue_is_told_on_a_day_off(late, at_noon, team):
    team.calendar.weekdays = [0, 1, 2, 3, 4]
    team.calendar.save()
    late(1, priority=1)
    late(-1, priority=0)
    assert plan(at_noon) == []

    late(1, priority=0)

    [digest] = plan(at_noon)
    assert len(digest.lines) == 3


def test_holidays_and_days_off_of_the_team_are_days_off(late, at_noon, team):
    late(1)
    team.calendar.country = "DE"
    team.calendar.days_off = ["2026-12-28"]
    team.calendar.save()

    days = [at_noon + number * DAY for number in range(33, 39)]  # from 24 December

    assert [day.day for day in days if not plan(day)] == [25, 26, 27, 28]


def test_the_first_run_over_old_items_is_one_digest_for_each_person(
    incident, responder, viewer, at_noon
):
    ActionItem.objects.bulk_create(
        ActionItem(
            incident=incident,
            title=f"Old {number}",
            owner=(responder, viewer)[number % 2],
            due_on=TODAY - number % 900 * DAY,
            created_at=at_noon,
        )
        for number in range(OLD)
    )

    assert queue_digests(at_noon) == 2
    assert queue_digests(at_noon) == 0
    assert Incident.objects.count() == 1
