"""The report, the draft and the review of an incident: due when, or done when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from incidents.choices import POSTMORTEM_DEADLINES, DeadlineKind, DeadlineState
from incidents.due_lines import DueLine, due_line

if TYPE_CHECKING:
    from postmortems.models import PostMortem


class Papers:
    """What the playbook asks for on paper, by its date; one query."""

    def __init__(self, postmortem: PostMortem, now: datetime) -> None:
        rows = postmortem.incident.deadlines.filter(
            kind__in=POSTMORTEM_DEADLINES, due_at__isnull=False
        ).exclude(state=DeadlineState.CANCELLED)
        self.zone = postmortem.incident.team.zone
        self.lines: list[DueLine] = [
            due_line(row, now) for row in rows.order_by("due_at", "pk")
        ]

    @property
    def report(self) -> DueLine | None:
        """Give the report that somebody may say went out."""
        kind = DeadlineKind.REPORT
        return next((x for x in self.lines if x.kind == kind and x.by_hand), None)
