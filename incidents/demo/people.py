"""Who the demo plays with: five people, two teams, and services as they come up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.demo import LOGINS, PASSWORD
from incidents.models import Calendar, Playbook, Profile, Service, Severity, Team


class Person(NamedTuple):
    first: str
    last: str
    zone: str
    digest_hour: int


# In the order of LOGINS. Leo's hour has always come: whenever the demo is loaded, there
# is mail to look at.
PERSONS = (
    Person("Vera", "Viewer", "Europe/Berlin", 9),
    Person("Rosa", "Responder", "America/New_York", 8),
    Person("Leo", "Lead", "Europe/Berlin", 0),
    Person("Mona", "Manager", "Europe/London", 9),
    Person("Ada", "Administrator", "UTC", 7),
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
    severities: tuple[Severity, ...]

    def severity(self, rank: int) -> Severity:
        """Give the severity of this rank, or the mildest of a shorter playbook."""
        return self.severities[min(rank, len(self.severities)) - 1]


def is_there() -> bool:
    """Whether the demo has been loaded into this database."""
    return User.objects.filter(username__in=[name for name, group in LOGINS]).exists()


def make_cast() -> Cast:
    """Make people and teams; off the embedded demo nobody can log in as them."""
    severities = tuple(_severities())
    if not severities:
        raise Refused.because("playbook", _("Publish a playbook first: there is none."))
    # Made once, since it is slow on purpose.
    password = make_password(PASSWORD if settings.DEMO else None)
    viewer, responder, lead, manager, administrator = (
        _make(person, *login, password)
        for login, person in zip(LOGINS, PERSONS, strict=True)
    )
    platform = _team("Platform", "Europe/Berlin", lead, manager)
    payments = _team("Payments", "America/New_York", responder, manager)
    for user, team in (
        (viewer, payments),
        (responder, payments),
        (lead, platform),
        (manager, platform),
        (administrator, platform),
    ):
        Profile.objects.filter(user=user).update(team=team)
    return Cast(
        viewer,
        responder,
        lead,
        manager,
        administrator,
        platform,
        payments,
        severities,
    )


def services(names: Iterable[str], team: Team, *, tier: int) -> list[Service]:
    """Give the services of these names, made for the team where they are new."""
    made = []
    for name in names:
        service, _is_new = Service.objects.get_or_create(
            name=name[:LONGEST_NAME], defaults={"team": team, "tier": tier}
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
    Profile.objects.create(user=user, zone=person.zone, digest_hour=person.digest_hour)
    return user


def _team(name: str, zone: str, lead: User, manager: User) -> Team:
    calendar, _is_new = Calendar.objects.get_or_create(
        name=zone, defaults={"zone": zone}
    )
    team, _is_new = Team.objects.get_or_create(
        name=name, defaults={"lead": lead, "manager": manager, "calendar": calendar}
    )
    return team


def _severities() -> Iterable[Severity]:
    """Give those of the first playbook in use, worst first."""
    in_use = Playbook.objects.filter(retired_at=None, versions__isnull=False)
    playbook = in_use.order_by("pk").first()
    return playbook.severities.order_by("rank") if playbook else ()
