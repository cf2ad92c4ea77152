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

from incidents.chasing import rung_at
from incidents.digest import plan, queue_digests, upcoming
from incidents.models import ActionItem, Notification, Profile

DAY = timedelta(days=1)
FIRST = date(2026, 10, 15)
# Clocks go back in Berlin on 25 October, and in New York on 1 November.
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"]
STEPS = [-2, 1, 3, 7, 14, 21, 28, 35, 42]

days = st.integers(0, 30)
sweeps = st.tuples(st.just("sweep"), days, st.integers(0, 24 * 60 - 1))
moves = st.tuples(st.just("move"), days, st.integers(0, 24 * 60 - 1), days)
histories = st.lists(st.one_of(sweeps, sweeps, sweeps, moves), max_size=12)


@dataclass
class Expected:
    """What the rules say, spelled out anew: who is told what on which local day."""

    zone: ZoneInfo
    hour: int
    due: dict[int, date]
    told: dict[tuple[int, date], int] = field(default_factory=dict)
    mails: dict[date, set[tuple[int, str, date]]] = field(default_factory=dict)

    def sweep(self, at: datetime) -> None:
        local = at.astimezone(self.zone)
        if local.hour < self.hour or local.date() in self.mails:
            return
        news = set()
        for item, due in self.due.items():
            reached = [step for step in STEPS if step <= (local.date() - due).days]
            if reached and reached[-1] > self.told.get((item, due), -99):
                self.told[item, due] = reached[-1]
                news.add((item, rung_at(reached[-1]), due))
        if news:
            self.mails[local.date()] = news


def moment(event) -> datetime:
    return datetime.combine(FIRST, time(), UTC) + event[1] * DAY + event[2] * DAY / 1440


@pytest.mark.django_db
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=histories,
    due=st.lists(days, min_size=1, max_size=3),
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
)
def test_whenever_sweeps_run_each_rung_is_told_once(
    incident, responder, history, due, zone, hour
):
    with transaction.atomic():
        Profile.objects.filter(user=responder).update(zone=zone, digest_hour=hour)
        items = raise_items(incident, [responder], [FIRST + day * DAY for day in due])
        expected = Expected(
            ZoneInfo(zone), hour, {item.pk: item.due_on for item in items}
        )

        for event in sorted(history, key=moment):
            if event[0] == "sweep":
                queue_digests(moment(event))
                expected.sweep(moment(event))
            else:
                expected.due[items[0].pk] = FIRST + event[3] * DAY
                ActionItem.objects.filter(pk=items[0].pk).update(
                    due_on=FIRST + event[3] * DAY
                )

        assert told_by_day() == expected.mails
        transaction.set_rollback(True)


def told_by_day() -> dict[date, set[tuple[int, str, date]]]:
    return {
        date.fromisoformat(mail.key.rpartition(":")[2]): set(
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
    queries = []
    for people, items in ((3, 5), (60, 500)):
        owners = User.objects.bulk_create(
            User(username=f"{people}-{number}@debrief.example")
            for number in range(people)
        )
        raise_items(incident, owners, [at_noon.date() - DAY] * items)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(plan(at_noon)) >= people
            upcoming(at_noon)
        queries.append(len(captured))

    assert queries[0] == queries[1] <= 16
