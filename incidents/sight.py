"""Who sees which incident, for many people at once: `visible_to` without its queries.

The rule is `incident_visible_to`; the tests hold this to giving the same answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.contrib.auth.models import User

from incidents.models import Incident, RoleAssignment
from incidents.permissions import people_with
from incidents.querysets import SEE_RESTRICTED

VIEW = "incidents.view_incident"


class Place(Protocol):
    """What of an incident decides who sees it."""

    @property
    def incident_id(self) -> int | None: ...
    @property
    def restricted(self) -> bool | None: ...
    @property
    def team_lead_id(self) -> int | None: ...
    @property
    def team_manager_id(self) -> int | None: ...


@dataclass(frozen=True)
class PlaceOf:
    """What of one incident decides who sees it, where the whole row is at hand."""

    incident: Incident

    @property
    def incident_id(self) -> int:
        return self.incident.pk

    @property
    def restricted(self) -> bool:
        return self.incident.restricted

    @property
    def team_lead_id(self) -> int | None:
        return self.incident.team.lead_id

    @property
    def team_manager_id(self) -> int | None:
        return self.incident.team.manager_id


@dataclass(frozen=True)
class Sight:
    """What decides whether one of these people sees an incident, read once."""

    viewers: frozenset[int]
    overseers: frozenset[int]
    roles: frozenset[tuple[int, int | None]]

    @classmethod
    def of(cls, people: Collection[int], restricted: Collection[int]) -> Sight:
        """Read it for these people and these restricted incidents."""
        roles = RoleAssignment.objects.standing().filter(incident__in=restricted)
        return cls(
            viewers=_permitted(VIEW, people),
            overseers=_permitted(SEE_RESTRICTED, people),
            roles=frozenset(roles.values_list("person_id", "incident_id")),
        )

    def sees(self, person: int, place: Place) -> bool:
        """Say so of an incident, or of no incident, which is nobody's secret."""
        if person not in self.viewers:
            return False
        return (
            not place.restricted
            or person in self.overseers
            or (person, place.incident_id) in self.roles
            or person in (place.team_lead_id, place.team_manager_id)
        )


@dataclass(frozen=True)
class Seers:
    """Who of some people may read an incident's title: whoever sees it, nobody else."""

    people: frozenset[int]
    is_open: bool

    @classmethod
    def of(
        cls, incident: Incident, those: Iterable[User], sight: Sight | None = None
    ) -> Seers:
        """Find them; `sight` is what was read of these people before."""
        keys, place = {person.pk for person in those}, PlaceOf(incident)
        if keys and sight is None:
            sight = Sight.of(keys, {incident.pk} if incident.restricted else set())
        seen = frozenset(key for key in keys if sight and sight.sees(key, place))
        return cls(seen, not incident.restricted)

    def sees(self, person: User | None) -> bool:
        """Say so; whoever cannot log in was chosen by the team to be told."""
        return self.is_open if person is None else person.pk in self.people


def _permitted(permission: str, people: Collection[int]) -> frozenset[int]:
    having = people_with(permission).filter(pk__in=people)
    return frozenset(having.values_list("pk", flat=True))
