"""Fills a database with as much as a busy organisation has after years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.models import Group, User
from django.db import connection, models
from django.utils import timezone

from incidents.choices import (
    CauseCategory,
    CloseReason,
    DetectionSource,
    Kind,
    Status,
)
from incidents.models import (
    ActionItem,
    Deadline,
    ImpactInterval,
    Incident,
    Profile,
    RoleAssignment,
    Service,
    Severity,
    Team,
    TimelineEvent,
)
from incidents.permissions import RESPONDERS
from tests.bench.entries import adorn
from tests.bench.playbooks import make_deadlines, make_running

INCIDENTS = 10_000
EVENTS = 100_000
ITEMS = 50_000
PEOPLE = 40
BATCH = 2_000
SHORT, LONG = 50, 5_000
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Filled:
    """Who looks, and the two incidents whose pages are measured."""

    reader: User
    short: Incident
    long: Incident


def fill() -> Filled:
    now = timezone.now()
    people = make_people()
    teams = [Team.objects.create(name=f"Team {n}", lead=people[n]) for n in range(8)]
    Profile.objects.bulk_create(
        Profile(user=user, team=teams[n % 8], zone="Europe/Berlin")
        for n, user in enumerate(people)
    )
    services = Service.objects.bulk_create(
        Service(name=f"Service {n}", team=teams[n % 8]) for n in range(120)
    )
    store(Incident, make_incidents(people, teams, now))
    incidents = list(Incident.objects.order_by("declared_at"))
    store(Incident.services.through, tie(incidents, services))
    store(RoleAssignment, make_roles(incidents))
    store(ImpactInterval, make_intervals(incidents))
    # The two that are opened are recent and run; all others share the rest evenly.
    short, long = incidents[-1], incidents[-2]
    store(TimelineEvent, make_events(incidents, people))
    adorn(short, team=teams[0])
    adorn(long, team=teams[0])
    store(ActionItem, make_items(incidents, people, now))
    store(Incident, make_running(people, teams))
    running = Incident.objects.filter(reference__startswith="RUN-")
    related = running.select_related("severity", "team", "lead")
    store(Deadline, make_deadlines(list(related), now))
    analyse()
    return Filled(people[-1], short, long)


def make_people() -> list[User]:
    people = User.objects.bulk_create(
        User(
            username=f"person{n}@bench.localhost",
            email=f"person{n}@bench.localhost",
            first_name=f"First{n}",
            last_name=f"Last{n}",
            is_staff=True,
        )
        for n in range(PEOPLE)
    )
    group = Group.objects.get(name=RESPONDERS)
    group.user_set.add(*people)
    return people


def make_incidents(
    people: list[User], teams: list[Team], now: datetime
) -> Iterator[Incident]:
    severities = list(Severity.objects.filter(playbook__slug="default"))
    version = severities[0].playbook.current
    for n in range(INCIDENTS):
        started_at = now - timedelta(hours=INCIDENTS - n)
        runs = n >= INCIDENTS - 40
        closed_at = None if runs or n % 9 == 0 else started_at + timedelta(days=3)
        yield Incident(
            reference=f"INC-{started_at:%Y%m%d}-{n:05d}",
            title=f"Something fails for customers in region {n}",
            summary="What happened, in the two or three sentences people write.",
            playbook_version=version,
            severity=severities[n % len(severities)],
            team=teams[n % len(teams)],
            lead=people[n % len(people)],
            restricted=n % 50 == 7,
            is_drill=n % 40 == 3,
            status=Status.MITIGATING if runs else Status.RESOLVED,
            started_at=started_at,
            detected_at=started_at + timedelta(minutes=3),
            acknowledged_at=started_at + timedelta(minutes=5),
            responded_at=started_at + timedelta(minutes=5),
            declared_at=started_at + timedelta(minutes=4),
            mitigated_at=None if runs else started_at + timedelta(minutes=50),
            resolved_at=None if runs else started_at + timedelta(minutes=90),
            closed_at=closed_at,
            close_reason=CloseReason.COMPLETED if closed_at else "",
            users_affected=n,
            detection_source=DetectionSource.ALERT,
            cause_category=CauseCategory.DEPLOYMENT,
        )


def tie(incidents: list[Incident], services: list[Service]) -> Iterator[Any]:
    """Give every incident two services."""
    for n, incident in enumerate(incidents):
        for service in (services[n % 120], services[(n * 7 + 1) % 120]):
            yield Incident.services.through(incident=incident, service=service)


def make_roles(incidents: list[Incident]) -> Iterator[RoleAssignment]:
    for incident in incidents:
        yield RoleAssignment(
            incident=incident,
            role="lead",
            person_id=incident.lead_id,
            held_at=incident.declared_at,
        )


def make_intervals(incidents: list[Incident]) -> Iterator[ImpactInterval]:
    for incident in incidents:
        yield ImpactInterval(
            incident=incident,
            started_at=incident.started_at,
            ended_at=incident.mitigated_at,
        )


def make_events(
    incidents: list[Incident], people: list[User]
) -> Iterator[TimelineEvent]:
    *others, long, short = incidents
    share, odd = divmod(EVENTS - SHORT - LONG, len(others))
    lengths = [share + (n < odd) for n in range(len(others))]
    for incident, length in zip(
        [*others, long, short], [*lengths, LONG, SHORT], strict=True
    ):
        step = timedelta(minutes=40) / length
        for n in range(length):
            at = incident.declared_at + n * step
            yield TimelineEvent(
                incident=incident,
                at=at,
                recorded_at=at,
                kind=(Kind.NOTE, Kind.ACTION, Kind.FINDING, Kind.DECISION)[n % 4],
                text=f"Entry {n}: the error rate of the gateway is down to {n} %.",
                author=people[n % 5],
            )


def make_items(
    incidents: list[Incident], people: list[User], now: datetime
) -> Iterator[ActionItem]:
    for n in range(ITEMS):
        incident = incidents[n % len(incidents)]
        done = n % 5 != 0
        yield ActionItem(
            incident=incident,
            title=f"Make sure that it cannot happen again, part {n}",
            priority=n % 4,
            owner=people[n % len(people)],
            due_on=(now + timedelta(days=n % 90 - 30)).date(),
            status="done" if done else "open",
            finished_at=now if done else None,
            created_at=incident.declared_at,
            created_by=people[n % len(people)],
        )


def store(model: type[Row], rows: Iterable[Row]) -> None:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        model._default_manager.bulk_create(batch)


def analyse() -> None:
    """Let the database know its own size, as it would after a while."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
