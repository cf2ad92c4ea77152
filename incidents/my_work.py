"""What one person has to do: their items, those they stand in for, their incidents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.choices import POSTMORTEM_DEADLINES
from incidents.due_lines import DueLine, due_line
from incidents.filters import end_of_week
from incidents.lines import IncidentLine, ItemLine, incident_lines, item_lines, narrow
from incidents.models import ActionItem, Deadline, Incident, Profile, RoleAssignment
from incidents.names import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.querysets import ActionItemQuerySet

# Beyond these the list of action items goes on.
MOST_SHOWN = 50
PARTS: dict[str, str | Promise] = {
    "overdue": _("Overdue"),
    "week": _("This week"),
    "later": _("Later"),
    "undated": _("Without a date"),
}


@dataclass(frozen=True)
class Part:
    """Items that fall due in the same span of days."""

    code: str
    title: str | Promise
    lines: list[ItemLine]


@dataclass(frozen=True)
class OwnIncident:
    """An incident in which the person holds roles, and what is due there next."""

    line: IncidentLine
    roles: str


@dataclass(frozen=True)
class Draft:
    """A post-mortem the person owes, and by when."""

    incident: IncidentLine
    due: DueLine


class MyWork:
    """The page of one person, in a fixed number of queries."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        self.today = timezone.localdate(now)

    @cached_property
    def profile(self) -> Profile | None:
        rows = Profile.objects.select_related("stand_in")
        return rows.filter(user=self.user.pk).first()

    @property
    def away_until(self) -> date | None:
        until = self.profile.away_until if self.profile else None
        return until if until and until >= self.today else None

    @property
    def stand_in(self) -> str:
        return name_of(self.profile.stand_in) if self.profile else ""

    @cached_property
    def own(self) -> list[Part]:
        """Give their pending items by when they fall due, the worst first."""
        return self._parts(self._owned[:MOST_SHOWN])

    @cached_property
    def _owned(self) -> list[ItemLine]:
        return self._items(self._seen.filter(owner=self.user.pk))

    @property
    def has_more(self) -> bool:
        return len(self._owned) > MOST_SHOWN

    @cached_property
    def stood_in_for(self) -> list[ItemLine]:
        """Give the pending items of those away whom the person stands in for."""
        absent = Q(owner__profile__stand_in=self.user.pk)
        absent &= Q(owner__profile__away_until__gte=self.today)
        return self._items(self._seen.filter(absent))

    @cached_property
    def _seen(self) -> ActionItemQuerySet:
        return ActionItem.objects.visible_to(self.user).pending()

    def _items(self, rows: ActionItemQuerySet) -> list[ItemLine]:
        chosen = rows.worst_first().select_related("incident", "owner", "team")
        return item_lines(chosen[: MOST_SHOWN + 1], self.user, today=self.today)

    def _parts(self, lines: Iterable[ItemLine]) -> list[Part]:
        found: dict[str, list[ItemLine]] = {code: [] for code in PARTS}
        for each in lines:
            found[self._part(each.due_on)].append(each)
        return [Part(c, PARTS[c], rows) for c, rows in found.items() if rows]

    def _part(self, due_on: date | None) -> str:
        if due_on is None:
            return "undated"
        if due_on < self.today:
            return "overdue"
        return "week" if due_on <= end_of_week(self.today) else "later"

    @property
    def all_url(self) -> str:
        return f"{reverse('admin:incidents_actionitem_changelist')}?mine=1"

    @cached_property
    def _roles(self) -> Mapping[int, list[str]]:
        """Give the codes of the roles they hold now, by the key of the incident."""
        held = RoleAssignment.objects.current().filter(person=self.user.pk)
        found: dict[int, list[str]] = {}
        for incident, role in held.order_by("pk").values_list("incident", "role"):
            found.setdefault(incident, []).append(role)
        return found

    @cached_property
    def _incidents(self) -> list[Incident]:
        """Fetch those with a role of theirs that are not closed, running ones first."""
        seen = Incident.objects.visible_to(self.user).filter(pk__in=self._roles)
        rows = narrow(seen.filter(closed_at=None))
        order = F("resolved_at").desc(nulls_first=True)
        return list(rows.order_by(order, "-declared_at", "-pk")[:MOST_SHOWN])

    @cached_property
    def _lines(self) -> dict[int, IncidentLine]:
        lines = incident_lines(self._incidents, {}, now=self.now)
        return {line.pk: line for line in lines}

    @property
    def incidents(self) -> list[OwnIncident]:
        """Give the incidents that run, or in which something is still due."""
        return [
            OwnIncident(line, self._names(incident))
            for incident in self._incidents
            if (line := self._lines[incident.pk]).is_running or line.due
        ]

    @cached_property
    def drafts(self) -> list[Draft]:
        """Give what is due of the post-mortems that are theirs to write."""
        lines = self._lines  # which also reads their playbooks, all at once
        rows = Deadline.objects.unended().filter(
            incident__in=[i.pk for i in self._incidents if self._writes(i)],
            kind__in=POSTMORTEM_DEADLINES,
        )
        return [
            Draft(lines[row.incident_id], due_line(row, self.now))
            for row in rows.order_by("due_at", "pk")
        ]

    def _writes(self, incident: Incident) -> bool:
        """Say whether they write the post-mortem: by the playbook, else as lead."""
        playbook = incident.playbook
        author = playbook.postmortem.author or playbook.leading_role.code
        return author in self._roles[incident.pk]

    def _names(self, incident: Incident) -> str:
        names = incident.playbook.role_names
        return ", ".join(names.get(code, code) for code in self._roles[incident.pk])
