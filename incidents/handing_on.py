"""What a person answers for, and how somebody else takes it over, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.changes import Blocker, Refused, locked, save_as
from incidents.models import ActionItem, RoleAssignment, Team
from incidents.people import group_of
from incidents.permissions import ADMINISTRATORS, may, may_change_item


@dataclass(frozen=True)
class HeldItem:
    """A pending action item somebody owns."""

    item: ActionItem

    @property
    def key(self) -> str:
        return f"item-{self.item.pk}"

    @property
    def what(self) -> str:
        return _("Action item")

    @property
    def url(self) -> str:
        return self.item.get_absolute_url()

    def __str__(self) -> str:
        return f"{self.item.title} ({self.item.belongs_to})"

    def hand_on(self, to: User, *, by: User, at: datetime) -> None:
        if not may_change_item(by, self.item):
            raise Refused([_not_allowed()])
        self.item.assign(to, by=by, at=at, instead_of=self.item.owner)


@dataclass(frozen=True)
class HeldRole:
    """A role somebody holds in an incident that is not closed."""

    role: RoleAssignment

    @property
    def key(self) -> str:
        return f"role-{self.role.pk}"

    @property
    def what(self) -> str:
        return self.role.incident.role_label(self.role.role)

    @property
    def url(self) -> str:
        return self.role.incident.get_absolute_url()

    def __str__(self) -> str:
        return f"{self.role.incident.reference} {self.role.incident.title}"

    def hand_on(self, to: User, *, by: User, at: datetime) -> None:
        incident = self.role.incident
        if not may(by, "assign_role", incident):
            raise Refused([_not_allowed()])
        incident.assign_role(
            self.role.role,
            to,
            by=by,
            at=at,
            instead_of=self.role.person,
            note=_("handed on"),
        )


@dataclass(frozen=True)
class HeldTeam:
    """A team somebody leads or manages."""

    team: Team
    field: str

    @property
    def key(self) -> str:
        return f"{self.field}-{self.team.pk}"

    @property
    def what(self) -> str:
        return _("Team lead") if self.field == "lead" else _("Team manager")

    @property
    def url(self) -> str:
        return reverse("admin:incidents_team_change", args=[self.team.pk])

    def __str__(self) -> str:
        return self.team.name

    def hand_on(self, to: User, *, by: User, at: datetime) -> None:
        """Put somebody else there; a manager may give away the lead, not the team."""
        holder = getattr(self.team, self.field)
        with locked(self.team) as current:
            is_theirs = self.field == "lead" and current.manager_id == by.pk
            if not (is_theirs or group_of(by) == ADMINISTRATORS):
                raise Refused([_not_allowed()])
            if not to.is_active:
                sentence = _("%s is deactivated: choose somebody else.") % to
                raise Refused.because("inactive", sentence, "to")
            if getattr(current, self.field) != holder or holder == to:
                sentence = _("Meanwhile it belongs to %s.")
                held_by = getattr(current, self.field) or _("nobody")
                raise Refused.because("moved", sentence % held_by, "to")
            setattr(current, self.field, to)
            save_as(current, by, fields=[self.field])


Held = HeldItem | HeldRole | HeldTeam


def held_by(person: User, *, seen_by: User) -> list[Held]:
    """List what a person answers for, as far as the other may see it."""
    items = ActionItem.objects.visible_to(seen_by).pending().filter(owner=person)
    roles = RoleAssignment.objects.visible_to(seen_by).current().filter(person=person)
    teams = Team.objects.all()
    return [
        *map(
            HeldRole,
            roles.filter(incident__closed_at=None).select_related("incident", "person"),
        ),
        *map(HeldItem, items.worst_first().select_related("incident", "owner", "team")),
        *(HeldTeam(team, "lead") for team in teams.filter(lead=person)),
        *(HeldTeam(team, "manager") for team in teams.filter(manager=person)),
    ]


def _not_allowed() -> Blocker:
    return Blocker("not_allowed", _("You may not hand this on."))
