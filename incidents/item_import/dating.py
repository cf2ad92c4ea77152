"""When items are due that a file gives no day: by the playbook's rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from incidents.item_import.known import AT_ONCE, in_portions
from incidents.models import ActionItem, Incident, PlaybookVersion, Team

RELATED = ("team__calendar", "playbook_version")


class Dating:
    """Dates items of many incidents and of a team, with a few queries for all."""

    def __init__(self, team: Team, incidents: Iterable[int], at: datetime) -> None:
        self.team, self.at = team, at
        wanted = Incident.objects.select_related(*RELATED)
        self.incidents: dict[int, Incident] = {}
        for some in in_portions(sorted(set(incidents)), AT_ONCE):
            self.incidents |= wanted.in_bulk(some)
        versions = (each.playbook_version for each in self.incidents.values())
        PlaybookVersion.read_ahead(versions)
        self._found: dict[tuple[int | None, int], ActionItem] = {}

    def by_rule(self, incident: int | None, priority: int) -> date | None:
        return self._pattern(incident, priority).due_on

    def date(self, item: ActionItem, due_on: date | None) -> None:
        """Date an item as `ActionItem.set_date` does."""
        if due_on:
            item.set_date(due_on)
            return
        pattern = self._pattern(item.incident_id, item.priority)
        for name in ("due_on", "due_source", "due_priority"):
            setattr(item, name, getattr(pattern, name))

    def _pattern(self, incident: int | None, priority: int) -> ActionItem:
        """Give an item that the rule has dated, of those that it dates alike."""
        key = (incident, priority)
        if key not in self._found:
            item = self.new(incident, priority=priority)
            item.set_date(None)
            self._found[key] = item
        return self._found[key]

    def new(self, incident: int | None, *, priority: int) -> ActionItem:
        """Make an item of the incident, or else of the team; it is not stored."""
        item = ActionItem(priority=priority, created_at=self.at)
        if incident is None:
            item.team = self.team
        else:
            item.incident = self.incidents[incident]
        return item
