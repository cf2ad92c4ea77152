"""Who does what, as the incident's page shows it: roles, offers, duties, the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.names import name_of
from incidents.rung_people import profile_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, RoleAssignment
    from incidents.playbooks.schema import Role

# Whoever has just taken a role reads what it asks; later it is folded.
NEW = timedelta(minutes=15)
LEAD = "incidents.lead_incident"


@dataclass(frozen=True)
class Offered:
    """An offer that nobody has answered yet, as everybody reads it."""

    to: str
    by: str
    at: datetime
    stays_with: str
    is_by_holder: bool
    away_until: date | None
    stand_in: str

    @classmethod
    def of(
        cls, row: RoleAssignment, held: RoleAssignment | None, now: datetime
    ) -> Offered:
        profile = profile_of(row.person)
        until = profile.away_until if profile else None
        is_away = until is not None and until >= timezone.localdate(now)
        return cls(
            to=name_of(row.person),
            by=name_of(row.offered_by),
            at=row.offered_at or now,
            stays_with=name_of(held.person) if held else "",
            is_by_holder=held is not None and held.person_id == row.offered_by_id,
            away_until=until if is_away else None,
            stand_in=name_of(profile.stand_in) if profile and is_away else "",
        )


@dataclass(frozen=True)
class Card:
    """What the playbook asks of whoever takes a role, and what it lets them do."""

    code: str
    label: str
    parts: Sequence[tuple[str, Sequence[str]]]
    is_new: bool = False

    @property
    def is_mine(self) -> str:
        """Tell its holder what they are."""
        return _("You are %s") % self.label


@dataclass(frozen=True)
class RoleLine:
    """A role, who holds it, and whom it is offered to; `held` is None where nobody."""

    code: str
    label: str
    held: RoleAssignment | None
    is_required: bool
    leads: bool
    is_mine: bool
    # To hand it over, or to take an offer back, if this one leads.
    may_hand: bool
    may_take_over: bool
    offered: Offered | None

    @property
    def person(self) -> User | None:
        return self.held.person if self.held else None

    @property
    def name(self) -> str:
        return name_of(self.person)

    @property
    def is_wanted(self) -> bool:
        """Whether the playbook wants somebody there who is not."""
        return self.is_required and self.held is None

    @property
    def is_given_at_once(self) -> bool:
        """Whether it is given without asking: all but a lead that somebody has."""
        return not (self.leads and self.held and self.held.person.is_active)


@dataclass(frozen=True)
class Offer:
    """The box that asks the reader whether they take a role."""

    role: str
    label: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Stay:
    """Who held what, from when until when."""

    label: str
    name: str
    since: datetime
    until: datetime | None


class Roles:
    """The roles of an incident for one reader; one query for all of it."""

    def __init__(self, incident: Incident, user: User, now: datetime) -> None:
        self.incident, self.user, self.now = incident, user, now

    @cached_property
    def _rows(self) -> list[RoleAssignment]:
        people = ("person__profile__stand_in", "offered_by")
        return list(self.incident.roles.select_related(*people))

    @cached_property
    def _held(self) -> dict[str, RoleAssignment]:
        rows = (row for row in self._rows if row.left_at is None and row.held_at)
        return {row.role: row for row in rows}

    @cached_property
    def _offered(self) -> dict[str, RoleAssignment]:
        rows = (row for row in self._rows if row.left_at is None and not row.held_at)
        return {row.role: row for row in rows}

    @cached_property
    def lines(self) -> list[RoleLine]:
        return [self._line(role) for role in self.incident.playbook.incident_roles]

    def _line(self, role: Role) -> RoleLine:
        held, offer = self._held.get(role.code), self._offered.get(role.code)
        reader = self.user.pk
        is_mine = held is not None and held.person_id == reader
        is_offering = offer is not None and offer.offered_by_id == reader
        leads = role.leads and self.user.has_perm(LEAD)
        return RoleLine(
            code=role.code,
            label=role.name,
            held=held,
            is_required=self.incident.is_running and wants(self.incident, role),
            leads=role.leads,
            is_mine=is_mine,
            may_hand=role.leads and (is_mine or is_offering or leads),
            may_take_over=leads and not is_mine,
            offered=Offered.of(offer, held, self.now) if offer else None,
        )

    @property
    def wanted(self) -> list[RoleLine]:
        """List what the playbook wants filled, and nobody does."""
        if not self.incident.is_running:
            return []
        return [line for line in self.lines if line.is_wanted]

    @property
    def offer(self) -> Offer | None:
        """Give the offer that the reader has not answered yet."""
        if self.incident.closed_at:
            return None
        for row in self._offered.values():
            if row.person_id == self.user.pk:
                label = self.incident.role_label(row.role)
                at = row.offered_at or self.now
                return Offer(row.role, label, name_of(row.offered_by), at)
        return None

    @property
    def cards(self) -> list[Card]:
        """Give the duties of the roles that the reader holds."""
        if self.incident.closed_at:
            return []
        return [
            card(role, is_new=self._is_new(self._held[role.code]))
            for role in self.incident.playbook.incident_roles
            if role.code in self._held
            and self._held[role.code].person_id == self.user.pk
            and has_words(role)
        ]

    def _is_new(self, held: RoleAssignment) -> bool:
        return held.held_at is not None and self.now - held.held_at < NEW

    @property
    def past(self) -> list[Stay]:
        """List who held what, from the first to the last."""
        return [
            Stay(
                self.incident.role_label(row.role),
                name_of(row.person),
                row.held_at,
                row.left_at,
            )
            for row in self._rows
            if row.held_at
        ]


def wants(incident: Incident, role: Role) -> bool:
    """Say whether the playbook wants this role filled at this severity."""
    level = incident.playbook.level(incident.severity.code)
    needs_lead = role.leads and level is not None and level.needs_commander
    return needs_lead or incident.severity.code in role.required


def cards_of(incident: Incident, code: str | None) -> list[Card]:
    """Give the card of one role; of every role that has one where none is named."""
    roles = incident.playbook.incident_roles
    chosen = [role for role in roles if role.code == code] or list(roles)
    return [card(role) for role in chosen if has_words(role)]


def card_of(incident: Incident, code: str) -> Card | None:
    role = incident.playbook.role(code)
    return card(role) if role else None


def has_words(role: Role) -> bool:
    return bool(role.duties or role.powers or role.dos or role.donts or role.tools)


def card(role: Role, *, is_new: bool = False) -> Card:
    parts = (
        (_("Duties"), role.duties),
        (_("Powers"), role.powers),
        (_("Do"), role.dos),
        (_("Do not"), role.donts),
        (_("Tools"), role.tools),
    )
    filled = [(title, lines) for title, lines in parts if lines]
    return Card(role.code, role.name, filled, is_new)
