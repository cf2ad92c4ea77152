"""A team's week: its figures, their rows, and the mail that tells the lead."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse

from incidents.choices import DeadlineKind, DeadlineState, NotificationKind
from incidents.delivery import deliver_due
from incidents.models import ActionItem, Notification, Team
from incidents.pruning import prune
from incidents.team_week import TeamWeek
from incidents.weekly import compose, queue_weekly

# Monday, 10:00 in Berlin; the week before began on the 16th.
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIST = reverse("admin:incidents_actionitem_changelist")
PAGE = reverse("admin:incidents_actionitem_week")


@pytest.fixture
def led(team, lead):
    team.lead = lead
    team.save()
    lead.profile.zone = "Europe/Berlin"
    lead.profile.save()
    return team


@pytest.fixture
def week(led, incident, responder, lead, manager, noon, time_machine):
    """A week of a team: one of everything that is counted, and some that is not."""
    old = noon - timedelta(days=20)

    def raised(title, owner, due_on, **how):
        item = ActionItem.raise_for(led, title=title, by=lead, at=old, owner=owner)
        ActionItem.objects.filter(pk=item.pk).update(due_on=due_on, **how)
        item.refresh_from_db()
        return item

    raised("Overdue", responder, date(2026, 11, 20))
    raised("Of the incident", None, date(2026, 12, 1), incident=incident, team=None)
    done = raised("Done in time", responder, date(2026, 11, 30))
    done.complete(by=responder, at=noon - timedelta(days=2))
    raised("Done long ago", lead, date(2026, 10, 1)).complete(by=lead, at=old)
    moved = raised("Put off", lead, date(2026, 11, 27))
    moved.move_due_date(date(2026, 12, 7), by=lead, at=noon, reason="Holidays")
    earlier = raised("Brought forward", lead, date(2026, 12, 27))
    earlier.move_due_date(date(2026, 12, 7), by=lead, at=noon, reason="It can")
    other = Team.objects.create(name="Others")
    raised("Not theirs", responder, date(2026, 11, 1), team=other)
    incident.deadlines.filter(kind=DeadlineKind.DRAFT).update(
        state=DeadlineState.MISSED, starts_at=old, due_at=noon, late_at=noon
    )
    time_machine.move_to(MONDAY, tick=False)
    return led


FIGURES = {
    "open": 4,
    "overdue": 1,
    "done": 1,
    "slipped": 1,
    "unowned": 1,
    "papers": 1,
}


def test_everything_is_counted_once(week, lead):
    page = TeamWeek.of(week, lead, MONDAY)

    assert {each.code: each.number for each in page.figures} == FIGURES
    assert page.total.slipped_days == 10
    assert [person.name for person in page.people] == ["Responder", "Lead", "Nobody"]
    by_lead = {each.code: each.number for each in page.people[1].figures}
    assert by_lead == {"open": 2, "overdue": 0, "done": 0, "slipped": 1}


def test_every_number_of_the_page_opens_its_rows(week, lead, client_of):
    browser = client_of(lead)
    html = browser.get(PAGE, {"team": week.pk}).content.decode()
    page = TeamWeek.of(week, lead, MONDAY)

    for figure in page.figures + page.people[1].figures:
        listed = browser.get(figure.url).context["cl"]
        assert listed.result_count == figure.number, figure
        assert not figure.number or figure.url in unescape(html)


def test_what_a_reader_may_not_see_is_not_counted(
    week, incident, outsider, manager, noon
):
    incident.restrict(True, by=manager, at=noon, reason="Personal data")

    seen = TeamWeek.of(week, outsider, MONDAY).figures

    numbers = {each.code: each.number for each in seen}
    assert numbers == FIGURES | {"open": 3, "unowned": 0, "papers": 0}


def test_the_page_costs_the_same_for_many_people(
    week, lead, client_of, django_assert_num_queries, django_assert_max_num_queries
):
    browser = client_of(lead)
    with django_assert_max_num_queries(16) as few:
        browser.get(PAGE, {"team": week.pk})
    for number in range(5):
        team = Team.objects.create(name=f"Team {number}")
        ActionItem.raise_for(team, title="x", by=lead, at=MONDAY)
        ActionItem.raise_for(week, title="x", by=lead, at=MONDAY, owner=team.lead)

    with django_assert_num_queries(len(few)):
        browser.get(PAGE, {"team": week.pk})


@pytest.mark.parametrize("asked", ["987654", "x", "9" * 30, "\0"])
def test_no_such_team_is_not_found(lead, client_of, asked):
    assert client_of(lead).get(PAGE, {"team": asked}).status_code == 404


def test_the_lead_reads_it_on_the_first_working_day_at_their_hour(week, lead, inbox):
    early = MONDAY - timedelta(hours=2)
    assert queue_weekly(early - timedelta(seconds=1)) == 0

    assert queue_weekly(MONDAY) == 1

    mail = Notification.objects.get(kind=NotificationKind.WEEKLY)
    assert mail.user == lead
    assert mail.subject == "Platform: 4 open, 1 overdue, 1 done last week"
    assert mail.key == f"weekly:{week.pk}:{lead.pk}:2026-W48"
    for said in ("1 put off last week (+10 days)", "1 post-mortem late", "Responder"):
        assert said in mail.text


def test_it_comes_once_a_week_whoever_sweeps(week):
    for hours in (0, 0, 1, 26, 24 * 6):
        queue_weekly(MONDAY + timedelta(hours=hours))
    assert Notification.objects.count() == 1

    assert queue_weekly(MONDAY + timedelta(weeks=1)) == 1


def test_it_comes_once_a_week_though_messages_are_soon_deleted(week, inbox, settings):
    settings.OUTBOX_KEEP_DAYS = 1
    queue_weekly(MONDAY)
    deliver_due(now=MONDAY)

    for days in (2, 6):
        prune(now=MONDAY + timedelta(days=days))
        assert queue_weekly(MONDAY + timedelta(days=days)) == 0


def test_a_holiday_puts_it_off_to_the_next_working_day(week):
    week.calendar.days_off = ["2026-11-23"]
    week.calendar.save()

    assert queue_weekly(MONDAY + timedelta(hours=14)) == 0
    assert queue_weekly(MONDAY + timedelta(days=1)) == 1


def test_the_manager_reads_it_where_nobody_leads(week, lead, manager):
    lead.is_active = False
    lead.save()

    queue_weekly(MONDAY)

    assert Notification.objects.get().user == manager


def test_a_team_without_anything_to_do_is_left_alone(led, lead, time_machine):
    time_machine.move_to(MONDAY + timedelta(days=2), tick=False)
    assert queue_weekly(MONDAY + timedelta(days=2)) == 0

    ActionItem.raise_for(led, title="New", by=lead, at=MONDAY + timedelta(days=2))

    assert queue_weekly(MONDAY + timedelta(days=2, hours=1)) == 0


@pytest.mark.parametrize(
    ("zone", "monday", "raised", "sent"),
    [
        # Monday, 9:00 in Auckland, is Sunday in UTC; raised on the Wednesday before.
        ("Pacific/Auckland", (22, 20), (18, 0), 1),
        # Midnight of Monday in Auckland: the week has begun.
        ("Pacific/Auckland", (22, 20), (22, 11), 0),
        # An hour before midnight of Sunday in Los Angeles is Monday in UTC.
        ("America/Los_Angeles", (23, 17), (23, 7), 1),
        ("America/Los_Angeles", (23, 17), (23, 8), 0),
    ],
)
def test_the_week_begins_where_the_reader_is(
    led, lead, time_machine, zone, monday, raised, sent
):
    lead.profile.zone = zone
    lead.profile.save()
    now, at = (datetime(2026, 11, *when, tzinfo=UTC) for when in (monday, raised))
    time_machine.move_to(now, tick=False)
    ActionItem.raise_for(led, title="Test the restore", by=lead, at=at)

    assert queue_weekly(now) == sent


def test_each_zone_costs_one_query_however_many_teams_are_in_it(
    led, lead, manager, django_assert_num_queries
):
    for number in range(6):
        reader = (lead, manager)[number % 2]
        Team.objects.create(name=f"Team {number}", lead=reader, calendar=led.calendar)

    with django_assert_num_queries(3 + 2):
        queue_weekly(MONDAY)


def test_a_minute_in_which_nothing_is_due_costs_the_same_for_many_teams(
    week, lead, django_assert_num_queries
):
    queue_weekly(MONDAY)
    for number in range(5):
        Team.objects.create(name=f"Team {number}", lead=lead)
    queue_weekly(MONDAY)

    with django_assert_num_queries(4):
        queue_weekly(MONDAY + timedelta(minutes=1))


def test_text_and_html_say_the_same_and_a_long_name_fits(week, lead):
    week.name = "x" * 80
    wording = compose(TeamWeek.of(week, lead, MONDAY), lead)

    assert len(wording.subject) == 60
    for figure in TeamWeek.of(week, lead, MONDAY).figures:
        assert f"{figure.number} {figure.label}" in wording.text
        assert figure.url in wording.text
        assert figure.url in unescape(wording.html)
    assert not re.search(r"<(img|link|script)", wording.html)
