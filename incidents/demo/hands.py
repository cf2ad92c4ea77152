"""How the demo's present is told: times counted back, steps taken by its people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from incidents.choices import ItemKind, Kind, Priority
from incidents.demo.people import Cast, services
from incidents.models import ActionItem, Incident, Team


class Hands:
    """The people of the demo, and what they do again and again."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast = cast
        self.now = now.replace(second=0, microsecond=0)

    def ago(self, **span: int) -> datetime:
        return self.now - timedelta(**span)

    def when(self, incident: Incident, **ago: int) -> datetime:
        """Give the time of a step, once the sweep has seen what came before it."""
        at = self.ago(**ago)
        incident.pass_deadlines(at=at, is_silent=True)
        return at

    def declare(
        self, title: str, rank: int, team: Team, names: list[str], **known: Any
    ) -> Incident:
        return Incident.declare(
            title=title,
            severity=self.cast.severity(team, rank),
            team=team,
            services=services(names, team, tier=rank),
            is_record=False,
            **known,
        )

    def update(
        self,
        incident: Incident,
        minutes: int,
        by: User,
        text: str,
        *,
        audience: str = "team",
    ) -> None:
        at = self.when(incident, minutes=minutes)
        incident.post_update(audience, text, by=by, at=at)

    def role(self, incident: Incident, role: str, person: User, at: datetime) -> None:
        incident.assign_role(role, person, by=self.cast.lead, at=at)

    def tell(self, incident: Incident, *entries: tuple[int, User, Kind, str]) -> None:
        """Write entries, each with the minutes that have gone by since."""
        for minutes, writer, kind, text in entries:
            incident.note(text, by=writer, at=self.ago(minutes=minutes), kind=kind)

    def item(
        self,
        incident: Incident,
        title: str,
        priority: Priority,
        owner: User | None,
        *,
        at: datetime,
        due_in: int,
        kind: ItemKind = ItemKind.PREVENT,
    ) -> ActionItem:
        today = self.now.astimezone(incident.team.zone).date()
        return incident.add_item(
            title=title,
            kind=kind,
            priority=priority,
            owner=owner,
            due_on=today + timedelta(days=due_in),
            by=self.cast.lead,
            at=at,
        )
