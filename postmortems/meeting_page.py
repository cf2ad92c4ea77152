"""The page of a review meeting: its running order, what it decided, who does what."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from incidents.choices import ITEM_STATUS_BADGES, ItemStatus
from incidents.names import name_of
from postmortems.agenda import MINUTE, Point, minutes_of, running_order
from postmortems.meetings import decisions_section
from postmortems.models import Meeting
from postmortems.review_page import review_due

if TYPE_CHECKING:
    from datetime import tzinfo

    from incidents.models import ActionItem, Deadline
    from postmortems.models import Finding, PostMortem, Section


class MeetingPage:
    def __init__(self, postmortem: PostMortem, now: datetime) -> None:
        self.postmortem = postmortem
        self.incident = postmortem.incident
        self.now = now

    @cached_property
    def meeting(self) -> Meeting | None:
        rows = Meeting.objects.filter(postmortem=self.postmortem)
        found = rows.select_related("called_by").first()
        if found:
            found.postmortem = self.postmortem
        return found

    @property
    def is_on(self) -> bool:
        return self.meeting is not None and self.meeting.is_on

    @property
    def may_be_held(self) -> bool:
        meeting = self.meeting if self.is_on else None
        return bool(meeting and not meeting.held_at and meeting.starts_at <= self.now)

    @property
    def zone(self) -> tzinfo:
        return self.incident.team.zone

    @property
    def called_by(self) -> str:
        return name_of(self.meeting.called_by) if self.meeting else ""

    @cached_property
    def attendees(self) -> list[str]:
        people = self.meeting.attendees.all() if self.meeting else ()
        guests = self.meeting.guests.splitlines() if self.meeting else []
        return [*map(name_of, people), *guests]

    @property
    def points(self) -> list[Point]:
        """Give the agenda by the clock."""
        if not self.meeting:
            return []
        agenda = self.incident.playbook.postmortem.agenda
        return running_order(agenda, self.meeting.starts_at, self.zone)

    @property
    def topics(self) -> list[tuple[str, int]]:
        """Give the agenda before there is a time for it: what, and how long."""
        agenda = self.incident.playbook.postmortem.agenda
        return [(each.topic, each.lasts.span // MINUTE) for each in agenda]

    @cached_property
    def due(self) -> Deadline | None:
        return review_due(self.postmortem)

    @property
    def overrun(self) -> int:
        """Say how many minutes the agenda takes more than there are."""
        agenda = self.incident.playbook.postmortem.agenda
        if not self.meeting or not agenda:
            return 0
        return max(minutes_of(agenda) - self.meeting.minutes, 0)

    @cached_property
    def section(self) -> Section | None:
        return decisions_section(self.postmortem)

    @cached_property
    def decisions(self) -> list[Finding]:
        if self.section is None:
            return []
        rows = self.section.findings.select_related("item__owner")
        return list(rows.order_by("order", "pk"))

    @cached_property
    def items(self) -> list[ItemLine]:
        rows = self.incident.items.select_related("owner").worst_first()
        return [ItemLine(row) for row in rows]


class ItemLine:
    """One action item of the incident, and what it still lacks."""

    def __init__(self, item: ActionItem) -> None:
        self.item = item
        self.owner = name_of(item.owner)
        self.badge = ITEM_STATUS_BADGES[ItemStatus(item.status)]
        self.is_open = item.status not in {ItemStatus.DONE, ItemStatus.DROPPED}
