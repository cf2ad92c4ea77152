"""Which of a playbook's codes a team has tied to a contact, and which it has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Case, When

from incidents.choices import BoundKind
from incidents.clocks import AUDIENCES
from incidents.defaults import DEFAULT
from incidents.models import Binding, Contact, Playbook, Team
from incidents.playbooks.schema import PlaybookDocument


@dataclass(frozen=True)
class Unbound:
    """A code of a playbook that no contact stands behind."""

    kind: str
    code: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.code


def codes_of(document: PlaybookDocument) -> list[Unbound]:
    """List all that a team may bind; the document itself binds none of it."""
    return [
        *_roles(document),
        *_audiences(document),
        *(Unbound(BoundKind.VENDOR, e.code, e.name) for e in document.vendors),
        *(Unbound(BoundKind.CONTACT, e.code, e.name) for e in document.contacts),
    ]


def unbound(document: PlaybookDocument, team: Team | None) -> list[Unbound]:
    """List the codes for which the team has named no contact; one query."""
    bound = set(bound_by(team))
    return [each for each in codes_of(document) if each.key not in bound]


def bound_by(team: Team | None) -> dict[tuple[str, str], Binding]:
    """Give the bindings of a team by kind and code."""
    rows = Binding.objects.filter(team=team).select_related("contact") if team else ()
    return {(row.kind, row.code): row for row in rows}


def resolve(team: Team | None, kind: str, code: str) -> Contact | None:
    """Give the contact that a code stands for in this team; one query."""
    return Contact.objects.filter(
        bindings__team=team, bindings__kind=kind, bindings__code=code
    ).first()


def playbook_of(team: Team | None) -> Playbook | None:
    """Give the team's playbook, else the one every installation starts with.

    A team whose playbook was retired works by that one too, until it chooses another.
    """
    return playbooks_of([team])[team]


def playbooks_of(teams: Iterable[Team | None]) -> dict[Team | None, Playbook | None]:
    """Give the playbook of each team; one query, if their own were selected."""
    found: dict[Team | None, Playbook | None] = {}
    for team in teams:
        own = team.playbook if team else None
        found[team] = own if own and own.retired_at is None else None
    if None in found.values():
        starting_first = Case(When(slug=DEFAULT, then=0), default=1)
        in_use = Playbook.in_use().filter(versions__isnull=False)
        usual = in_use.order_by(starting_first, "pk").first()
        found = {team: own or usual for team, own in found.items()}
    return found


def _roles(document: PlaybookDocument) -> Iterator[Unbound]:
    """Give the roles that people take or a rung tells, in the document's order."""
    wanted = {role.code for role in document.incident_roles}
    wanted |= {code for rung in document.ladder for code in rung.tells}
    for role in document.roles:
        if role.code in wanted:
            yield Unbound(BoundKind.ROLE, role.code, role.name)


def _audiences(document: PlaybookDocument) -> Iterator[Unbound]:
    wanted = {clock.audience for each in document.severities for clock in each.updates}
    wanted |= {message.audience for message in document.messages}
    for code, name in AUDIENCES.items():
        if code in wanted:
            yield Unbound(BoundKind.AUDIENCE, code, str(name))
