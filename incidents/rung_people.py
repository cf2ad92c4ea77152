"""Who a rung of the ladder goes to, and why: roles become people, people addresses.

Whoever holds the role on the incident, else the contact that the team bound to it,
else who leads the team. Who is away is told together with who stands in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _

from incidents.choices import BoundKind
from incidents.digest_times import zone_of
from incidents.names import name_of
from incidents.sight import Seers, Sight

if TYPE_CHECKING:
    from incidents.models import (
        Contact,
        Incident,
        PlaybookVersion,
        Profile,
        Severity,
        Team,
    )

# A person with all that decides how they are reached, and who stands in for them.
REACHED = "profile__stand_in__profile"
# As much of an address as fits into a key beside what else is in it.
LONGEST_MARK = 60
LONGEST_ADDRESS = 254
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Addressee:
    """Somebody who is told, why, and by which addresses."""

    name: str
    why: str
    person: User | None = None
    contact: Contact | None = None

    @property
    def key(self) -> str:
        return str(self.person.pk) if self.person else f"c{self._contact.pk}"

    @property
    def words(self) -> str:
        return _("%(name)s (%(why)s)") % {"name": self.name, "why": self.why}

    @property
    def emails(self) -> list[str]:
        """Give where a letter goes; a person has one address, a contact any number."""
        if self.person:
            return [self.person.email] if self.person.email else []
        return routes_of(self.contact, "email")

    @property
    def urgent(self) -> list[str]:
        """Give where a short line goes that is to wake somebody up."""
        profile = profile_of(self.person)
        if profile and profile.urgent_address:
            return [profile.urgent_address]
        return routes_of(self.contact, "pager")

    @property
    def number(self) -> str:
        profile = profile_of(self.person)
        if profile and profile.phone:
            return profile.phone
        return next(iter(_addresses(self.contact, "phone")), "")

    @property
    def chat(self) -> Contact | None:
        """Give the contact whose chat may be posted to, if there is one."""
        return self.contact if self.contact and self.contact.hook_kind else None

    @property
    def can_be_reached(self) -> bool:
        return bool(self.emails or self.urgent or self.number or self.chat)

    @property
    def _contact(self) -> Contact:
        if self.contact is None:
            raise RuntimeError("Who is told is a person or a contact.")
        return self.contact


@dataclass
class Crew:
    """What every incident of a sweep asks again: teams, bindings and playbooks."""

    # What happened long ago, as far as the demo goes: it is written down and not sent.
    is_silent: bool = False
    teams: dict[int, Team] = field(default_factory=dict)
    bindings: dict[int, dict[str, Contact]] = field(default_factory=dict)
    severities: dict[int, Severity] = field(default_factory=dict)
    versions: dict[int, PlaybookVersion] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)
    # Of the incidents of the present batch: who holds which role.
    held: dict[int, dict[str, User]] = field(default_factory=dict)
    sights: dict[frozenset[int], Sight] = field(default_factory=dict)

    def seat_all(self, incidents: Iterable[Incident]) -> None:
        """Give freshly read incidents what they point to, each of it read once."""
        from incidents.models import PlaybookVersion, RoleAssignment, Severity

        several = {incident.pk: incident for incident in incidents}
        _read(Severity, {e.severity_id for e in several.values()}, self.severities)
        versions = {e.playbook_version_id for e in several.values()}
        _read(PlaybookVersion, versions, self.versions)
        held = RoleAssignment.objects.current().filter(incident__in=several)
        rows = list(held.values_list("incident", "role", "person"))
        leads = {e.lead_id for e in several.values() if e.lead_id}
        self._meet({person for _incident, _role, person in rows} | leads)
        self.held = {key: {} for key in several}
        for key, role, person in rows:
            self.held[key][role] = self.people[person]
        for each in several.values():
            each.team = self.team(each.team_id)
            each.severity = self.severities[each.severity_id]
            each.playbook_version = self.versions[each.playbook_version_id]
            each.lead = self.people[each.lead_id] if each.lead_id else None

    def _meet(self, keys: set[int]) -> None:
        _read(User, keys, self.people, REACHED)

    def holders(self, incident: Incident) -> dict[str, User]:
        """Give who holds which role now, as far as they can log in."""
        held = self.held.get(incident.pk)
        if held is None:
            return holders_of(incident)
        return {role: person for role, person in held.items() if person.is_active}

    def team(self, key: int) -> Team:
        from incidents.models import Team

        if key not in self.teams:
            people = (f"lead__{REACHED}", f"manager__{REACHED}")
            teams = Team.objects.select_related("calendar", *people)
            self.teams[key] = teams.get(pk=key)
        return self.teams[key]

    def sight(self, people: Iterable[int], incident: Incident) -> Sight:
        """Give what decides whether these people see an incident."""
        keys = frozenset(people)
        if incident.restricted:
            return Sight.of(keys, [incident.pk])
        if keys not in self.sights:
            self.sights[keys] = Sight.of(keys, [])
        return self.sights[keys]

    def seers(self, incident: Incident, those: Iterable[Addressee]) -> Seers:
        """Find who of these may read the incident's title."""
        people = [each.person for each in those if each.person]
        sight = self.sight([each.pk for each in people], incident) if people else None
        return Seers.of(incident, people, sight)

    def bound(self, team: int) -> dict[str, Contact]:
        """Give the contact that stands for each role in a team."""
        from incidents.models import Binding

        if team not in self.bindings:
            rows = Binding.objects.filter(team=team, kind=BoundKind.ROLE)
            chosen = rows.select_related(f"contact__user__{REACHED}")
            self.bindings[team] = {row.code: row.contact for row in chosen}
        return self.bindings[team]


def _read(
    model: type[Row], keys: set[int], known: dict[int, Row], *related: str
) -> None:
    """Add to what is known what is not; one query, if there is anything."""
    if unknown := keys - known.keys():
        rows = model._default_manager.all()
        rows = rows.select_related(*related) if related else rows
        known.update(rows.in_bulk(list(unknown)))


def holders_of(incident: Incident) -> dict[str, User]:
    """Give who holds which role now, as far as they can log in; one query."""
    held = incident.roles.current().select_related(f"person__{REACHED}")
    return {row.role: row.person for row in held if row.person.is_active}


def people_of(
    incident: Incident, codes: Iterable[str], crew: Crew, at: datetime
) -> list[Addressee]:
    """Name everybody whom these roles stand for, each once; nobody may be left."""
    holders, names = crew.holders(incident), incident.playbook.role_names
    found: list[Addressee] = []
    for code in codes:
        role = names.get(code, code)
        found += _for_role(incident, holders.get(code), code, role, crew)
    return once(with_stand_ins(found, at))


def _for_role(
    incident: Incident, holder: User | None, code: str, role: str, crew: Crew
) -> list[Addressee]:
    if holder:
        return [Addressee(name_of(holder), _("holds %s") % role, holder)]
    contact = crew.bound(incident.team_id).get(code)
    bound = of_contact(contact, _("bound to %s") % role) if contact else None
    if bound and bound.can_be_reached:
        return [bound]
    reader = incident.team.reader
    if reader is None:
        return []
    leads = reader.pk == incident.team.lead_id
    why = _("leads the team") if leads else _("manages the team")
    missing = _("nobody else to tell as %s") % role
    return [Addressee(name_of(reader), f"{why}: {missing}", reader)]


def of_contact(contact: Contact, why: str) -> Addressee:
    """Take a contact for the person behind it, unless that one cannot log in."""
    person = contact.user if contact.user and contact.user.is_active else None
    name = name_of(person) if person else contact.name
    return Addressee(name, why, person, contact)


def with_stand_ins(found: Iterable[Addressee], at: datetime) -> Iterator[Addressee]:
    for each in found:
        yield each
        profile = profile_of(each.person)
        until = profile.away_until if profile else None
        if each.person is None or profile is None or until is None:
            continue
        stand_in = profile.stand_in
        is_away = until >= at.astimezone(zone_of(each.person)).date()
        if is_away and stand_in and stand_in.is_active:
            why = _("stands in for %s") % each.name
            yield Addressee(name_of(stand_in), why, stand_in)


def once(found: Iterable[Addressee]) -> list[Addressee]:
    """Let whoever is told for several reasons be told once, for all of them."""
    kept: dict[str, Addressee] = {}
    for each in found:
        known = kept.get(each.key)
        if known is None:
            kept[each.key] = each
        elif each.why not in known.why:
            why = f"{known.why}, {each.why}"
            contact = known.contact or each.contact
            kept[each.key] = replace(known, why=why, contact=contact)
    return list(kept.values())


def profile_of(person: User | None) -> Profile | None:
    return getattr(person, "profile", None)


def routes_of(contact: Contact | None, medium: str) -> list[str]:
    """Give the mail addresses among a contact's ways of this medium."""
    return [each for each in _addresses(contact, medium) if _is_email(each)]


def _addresses(contact: Contact | None, medium: str) -> list[str]:
    routes = contact.routes if contact else []
    found = [each["address"].strip() for each in routes if each["medium"] == medium]
    return list(dict.fromkeys(found))


def _is_email(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= LONGEST_ADDRESS


def mark_of(address: str) -> str:
    """Give an address as part of a key: itself, or its fingerprint if it is long."""
    if len(address) <= LONGEST_MARK:
        return address.lower()
    return hashlib.sha256(address.lower().encode()).hexdigest()[:40]
