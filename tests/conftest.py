from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from incidents.models import (
    ActionItem,
    Calendar,
    Incident,
    Profile,
    Service,
    Severity,
    Team,
)
from incidents.permissions import (
    ADMINISTRATORS,
    INCIDENT_LEADS,
    RESPONDERS,
    TEAM_MANAGERS,
    VIEWERS,
)

pytest_plugins = [
    "tests.chat_server",
    "tests.clockwork",
    "tests.inbox",
    "tests.scripted_server",
    "tests.services",
    "tests.together",
]


def person(name: str, group: str, team: Team | None = None) -> User:
    user = User.objects.create_user(
        f"{name.lower()}@debrief.example",
        email=f"{name.lower()}@debrief.example",
        password="a-long-password-of-theirs",
        first_name=name,
        is_staff=True,
    )
    user.groups.add(Group.objects.get(name=group))
    Profile.objects.create(user=user, team=team)
    return user


@pytest.fixture
def noon() -> datetime:
    """The present of the stories: tests that need it frozen use `at_noon`."""
    return datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def at_noon(noon, time_machine) -> datetime:
    time_machine.move_to(noon, tick=False)
    return noon


@pytest.fixture
def team(db) -> Team:
    calendar = Calendar.objects.create(name="Berlin", zone="Europe/Berlin")
    return Team.objects.create(name="Platform", calendar=calendar)


@pytest.fixture
def open_daily(team, other_team) -> None:
    """Let both teams work every day: noon is on a Saturday."""
    Calendar.objects.update(weekdays=list(range(7)))
    Team.objects.filter(pk=other_team.pk).update(calendar=team.calendar)


@pytest.fixture
def other_team(db) -> Team:
    return Team.objects.create(name="Payments")


@pytest.fixture
def severity(db) -> Severity:
    return Severity.objects.get(playbook__slug="default", code="P1")


@pytest.fixture
def service(team) -> Service:
    return Service.objects.create(name="Checkout", team=team)


@pytest.fixture
def viewer(team) -> User:
    return person("Viewer", VIEWERS, team)


@pytest.fixture
def responder(team) -> User:
    return person("Responder", RESPONDERS, team)


@pytest.fixture
def lead(team) -> User:
    return person("Lead", INCIDENT_LEADS, team)


@pytest.fixture
def manager(team) -> User:
    user = person("Manager", TEAM_MANAGERS, team)
    team.manager = user
    team.save()
    return user


@pytest.fixture
def administrator(db) -> User:
    return person("Administrator", ADMINISTRATORS)


@pytest.fixture
def outsider(other_team) -> User:
    """Somebody who may work incidents, but has nothing to do with ours."""
    return person("Outsider", RESPONDERS, other_team)


@pytest.fixture
def incident(at_noon, severity, team, lead) -> Incident:
    return Incident.declare(
        title="Checkout fails", severity=severity, team=team, by=lead, at=at_noon
    )


@pytest.fixture
def item(incident, lead, responder, at_noon) -> ActionItem:
    return incident.add_item(
        title="Test the restore", by=lead, at=at_noon, owner=responder
    )


@pytest.fixture
def add_item(incident, lead, at_noon):
    """Raise items that are due on days of the November in which the tests play."""

    def add_item(title, day=None, **known) -> ActionItem:
        due_on = date(2026, 11, day) if day else None
        return incident.add_item(
            title=title, by=lead, at=at_noon, due_on=due_on, **known
        )

    return add_item


@pytest.fixture
def client_of():
    """Give a browser in which this person is logged in."""

    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="incidents.backends.GroupBackend")
        return client

    return logged_in
