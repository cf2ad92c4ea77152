from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.digest import plan, queue_digests, upcoming
from incidents.models import (
    ActionItem,
    Calendar,
    Notification,
    Playbook,
    PlaybookVersion,
    Profile,
    Team,
)
from tests.whole import FULL

DAY = timedelta(days=1)
FIRST = date(2026, 10, 15)
# Clocks go back in Berlin on 25 October, and in New York on 1 November.
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"]
STEPS = [-2, 1, 3, 7, 14, 21, 28, 35, 42]
WEEKS = [range(5), range(7), [5, 6], [0]]

days = st.integers(0, 30)
minutes = st.integers(0, 24 * 60 - 1)
sweeps = st.tuples(st.just("sweep"), days, minutes)
moves = st.tuples(st.just("move"), days, minutes, days)
snoozes = st.tuples(st.just("snooze"), days, minutes, st.integers(1, 14))
absences = st.tuples(st.just("away"), days, minutes, st.integers(-1, 9))
histories = st.lists(
    st.one_of(sweeps, sweeps, sweeps, sweeps, moves, snoozes, absences), max_size=14
)


@dataclass
class Expected:
    """What the rules say, spelled out anew: who is told what on which local day."""

    people: dict[str, tuple[ZoneInfo, int]]
    week: frozenset[int]
    due: dict[int, date]
    wakes: dict[int, date] = field(default_factory=dict)
    away_until: date | None = None
    told: dict[tuple[str, int, date], int] = field(default_factory=dict)
    mails: dict[tuple[str, date], set[tuple[int, int, date]]] = field(
        default_factory=dict
    )

    def sweep(self, at: datetime) -> None:
        today = at.astimezone(self.people["owner"][0]).date()
        is_away = self.away_until is not None and today <= self.away_until
        self.remind("stand-in" if is_away else "owner", at)

    def remind(self, who: str, at: datetime) -> None:
        zone, hour = self.people[who]
        local = at.astimezone(zone)
        day = local.date()
        if local.hour < hour or (who, day) in self.mails:
            return
        news = set()
        for item, due in self.due.items():
            rung = self.rung(item, due, day)
            if rung is not None and rung > self.told.get((who, item, due), -99):
                news.add((item, rung, due))
        if news and day.weekday() in self.week:
            self.mails[who, day] = news
            self.told |= {(who, item, due): rung for item, rung, due in news}

    def rung(self, item: int, due: date, day: date) -> int | None:
        late, wakes = (day - due).days, self.wakes.get(item)
        if wakes and day < wakes:
            return None
        waking = [(wakes - due).days] if wakes else []
        return max([step for step in STEPS if step <= late] + waking, default=None)


def moment(event) -> datetime:
    return datetime.combine(FIRST, time(), UTC) + event[1] * DAY + event[2] * DAY / 1440


@pytest.mark.django_db
@settings(
    deadline=None,
    max_examples=300 if FULL else 15,
    derandomize=not FULL,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    history=histories,
    due=st.lists(days, min_size=1, max_size=3),
    zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
    hours=st.tuples(st.integers(0, 23), st.integers(0, 23)),
    week=st.sampled_from(WEEKS),
)
def test_whenever_sweeps_run_each_rung_is_told_once(
    incident, responder, viewer, history, due, zones, hours, week
):
    with transaction.atomic():
        people = dict(
            zip((responder, viewer), zip(zones, hours, strict=True), strict=True)
        )
        for person, (zone, hour) in people.items():
            Profile.objects.filter(user=person).update(zone=zone, digest_hour=hour)
        Calendar.objects.update(weekdays=list(week))
        items = raise_items(incident, [responder], [FIRST + day * DAY for day in due])
        expected = Expected(
            dict(
                zip(
                    ("owner", "stand-in"),
                    ((ZoneInfo(zone), hour) for zone, hour in people.values()),
                    strict=True,
                )
            ),
            frozenset(week),
            {item.pk: item.due_on for item in items},
        )

        for event in sorted(history, key=moment):
            happen(event, items[0], responder, viewer, expected)

        assert told_by_day(responder, viewer) == expected.mails
        transaction.set_rollback(True)


def happen(event, item, owner, stand_in, expected) -> None:
    """Let a sweep run, or let somebody change what the sweeps read."""
    what, day = event[0], FIRST + event[1] * DAY
    rows = ActionItem.objects.filter(pk=item.pk)
    if what == "sweep":
        queue_digests(moment(event))
        expected.sweep(moment(event))
    elif what == "move":
        expected.due[item.pk] = FIRST + event[3] * DAY
        expected.wakes.pop(item.pk, None)
        rows.update(
            due_on=expected.due[item.pk], snoozed_until=None, snoozed_because=""
        )
    elif what == "snooze":
        expected.wakes[item.pk] = day + event[3] * DAY
        rows.update(snoozed_until=expected.wakes[item.pk], snoozed_because="Later")
    else:
        expected.away_until = day + event[3] * DAY
        Profile.objects.filter(user=owner).update(
            away_until=expected.away_until, stand_in=stand_in
        )


def told_by_day(owner, stand_in):
    names = {owner.pk: "owner", stand_in.pk: "stand-in"}
    return {
        (names[mail.user_id], date.fromisoformat(mail.key.rpartition(":")[2])): set(
            mail.reminders.values_list("item", "rung", "due_on")
        )
        for mail in Notification.objects.all()
    }


def raise_items(incident, owners, due) -> list[ActionItem]:
    return ActionItem.objects.bulk_create(
        ActionItem(
            incident=incident,
            title=f"Item {number}",
            owner=owners[number % len(owners)],
            due_on=day,
            created_at=incident.declared_at,
        )
        for number, day in enumerate(due)
    )


def test_planning_takes_as_many_queries_for_few_as_for_many(incident, at_noon):
    friday = at_noon - DAY
    queries = []
    for people, items in ((3, 6), (60, 500)):
        owners = User.objects.bulk_create(
            User(username=f"{people}-{number}@debrief.example")
            for number in range(people)
        )
        raise_items(incident, owners, [friday.date() - DAY] * items)
        raise_loose(people, owners, friday.date() - 8 * DAY)
        away = Profile(user=owners[0], away_until=friday.date(), stand_in=owners[1])
        away.save()
        with CaptureQueriesContext(connection) as captured:
            assert len(plan(friday)) >= people - 1
            upcoming(friday)
        queries.append(len(captured))

    assert queries[0] == queries[1] <= 32


def raise_loose(number: int, owners, due: date) -> None:
    """Raise items of no incident, each of a team with a playbook of its own."""
    for each in range(number):
        playbook = Playbook.objects.create(slug=f"p-{number}-{each}", name="One")
        PlaybookVersion.objects.create(
            playbook=playbook, number=1, document={}, published_at=datetime.now(UTC)
        )
        team = Team.objects.create(name=f"{number}-{each}", playbook=playbook)
        ActionItem.objects.create(
            team=team,
            title="Loose",
            owner=owners[each],
            priority=0,
            due_on=due,
            created_at=datetime.now(UTC),
        )
