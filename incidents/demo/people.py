"""Who the demo plays with: five people, three teams, and services as they come up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from incidents.demo import LOGINS, PASSWORD
from incidents.demo.playbooks import load_presets
from incidents.models import Calendar, Playbook, Profile, Service, Severity, Team


class Person(NamedTuple):
    first: str
    last: str
    zone: str
    digest_hour: int
    phone: str = ""
    urgent_address: str = ""


def pages(phone: str, name: str) -> tuple[str, str]:
    """Give a number, and the address of a pager that belongs to nobody."""
    return phone, f"{name}.pager@demo.localhost"


# In the order of LOGINS. Leo's hour has always come, and a P0 of his is late: whenever
# the demo is loaded, on a Sunday too, there is mail to look at.
PERSONS = (
    Person("Vera", "Viewer", "Europe/Berlin", 9),
    Person(
        "Rosa", "Responder", "America/New_York", 8, *pages("+1 212 555 0104", "rosa")
    ),
    Person("Leo", "Lead", "Europe/Berlin", 0, *pages("+49 30 555 0102", "leo")),
    Person("Mona", "Manager", "Europe/London", 9, "+44 20 5550 0103"),
    Person("Ada", "Administrator", "UTC", 7),
)


class Place(NamedTuple):
    """A team of the demo: whose days count, and by which playbook it works."""

    name: str
    zone: str
    country: str
    playbook: str
    tags: tuple[str, ...] = ()


PLACES = (
    Place("Platform", "Europe/Berlin", "DE-BE", "command"),
    Place("Payments", "America/New_York", "US-NY", "default", ("payments",)),
    Place("Storefront", "Europe/London", "GB-ENG", "phases"),
)
LONGEST_NAME = 80


@dataclass(frozen=True)
class Cast:
    """The people, teams and severities that the demo's incidents are given to."""

    viewer: User
    responder: User
    lead: User
    manager: User
    administrator: User
    platform: Team
    payments: Team
    storefront: Team
    severities: dict[Team, tuple[Severity, ...]]

    def severity(self, team: Team, rank: int) -> Severity:
        """Give the team's severity of this rank, or its mildest if it has fewer."""
        known = self.severities[team]
        return known[min(rank, len(known)) - 1]


def is_there() -> bool:
    """Whether the demo has been loaded into this database."""
    return User.objects.filter(username__in=[name for name, group in LOGINS]).exists()


def make_cast(now: datetime) -> Cast:
    """Make people and teams; off the embedded demo nobody can log in as them."""
    # Made once, since it is slow on purpose.
    password = make_password(PASSWORD if settings.DEMO else None)
    viewer, responder, lead, manager, administrator = (
        _make(person, *login, password)
        for login, person in zip(LOGINS, PERSONS, strict=True)
    )
    playbooks = load_presets(by=manager, now=now)
    platform, payments, storefront = (
        _team(place, playbooks[place.playbook], team_lead, manager)
        for place, team_lead in zip(PLACES, (lead, responder, lead), strict=True)
    )
    for user, team in (
        (viewer, payments),
        (responder, payments),
        (lead, platform),
        (manager, platform),
        (administrator, platform),
    ):
        Profile.objects.filter(user=user).update(team=team)
    severities = {
        team: tuple(_severities(team)) for team in (platform, payments, storefront)
    }
    return Cast(
        viewer,
        responder,
        lead,
        manager,
        administrator,
        platform,
        payments,
        storefront,
        severities,
    )


def services(names: Iterable[str], team: Team, *, tier: int) -> list[Service]:
    """Give the services of these names, made for the team where they are new."""
    made = []
    tags = next((list(p.tags) for p in PLACES if p.name == team.name), [])
    for name in names:
        service, _is_new = Service.objects.get_or_create(
            name=name[:LONGEST_NAME],
            defaults={"team": team, "tier": tier, "tags": tags},
        )
        made.append(service)
    return made


def _make(person: Person, username: str, group: str, password: str) -> User:
    user = User.objects.create(
        username=username,
        email=username,
        first_name=person.first,
        last_name=person.last,
        password=password,
        is_staff=True,
    )
    user.groups.add(Group.objects.get(name=group))
    Profile.objects.create(
        user=user,
        zone=person.zone,
        digest_hour=person.digest_hour,
        phone=person.phone,
        urgent_address=person.urgent_address,
    )
    return user


def _team(place: Place, playbook: Playbook, lead: User, manager: User) -> Team:
    calendar, _is_new = Calendar.objects.get_or_create(
        name=place.zone, defaults={"zone": place.zone, "country": place.country}
    )
    team, _is_new = Team.objects.get_or_create(
        name=place.name,
        defaults={
            "lead": lead,
            "manager": manager,
            "calendar": calendar,
            "playbook": playbook,
        },
    )
    return team


def _severities(team: Team) -> Iterable[Severity]:
    """Give those of the team's playbook, the worst first."""
    severities = team.playbook.severities if team.playbook else Severity.objects
    return severities.filter(is_current=True).order_by("rank")
