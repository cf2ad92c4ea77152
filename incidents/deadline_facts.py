"""What an incident's deadlines depend on: what is known at the moment of a verb.

Gathered once from the incident; what reads it needs no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from incidents.choices import (
    POSTMORTEM_DEADLINES,
    WORK_DEADLINES,
    CloseReason,
    DeadlineKind,
)
from incidents.clocks import POSTMORTEM_REQUIRED, Clock, Moments, calendar_of
from incidents.working_time import WorkingTime

if TYPE_CHECKING:
    from incidents.models import Incident

# They belong to the first run of an incident: reopening does not bring them back.
FIRST_RUN_ONLY = frozenset(
    {DeadlineKind.ACKNOWLEDGE, DeadlineKind.RESPOND, DeadlineKind.RUNG}
)


@dataclass
class Facts:
    """What of an incident its deadlines depend on, at the moment of a verb."""

    at: datetime
    moments: Moments
    calendar: WorkingTime
    responded: datetime | None = None
    replan: bool = False
    restart: bool = False
    is_void: bool = False
    is_complete: bool = False
    published: datetime | None = None

    def met(self, kind: str) -> datetime | None:
        """Say when a deadline of this kind was met by what is known, if it was."""
        known = self.moments
        if kind == DeadlineKind.ACKNOWLEDGE:
            return known.acknowledged
        if kind == DeadlineKind.RESPOND:
            return self.responded
        if kind == DeadlineKind.RESOLVE:
            return known.resolved
        return self.published if self.owes(kind) else None

    def owes(self, kind: str) -> bool:
        """Say whether this kind is a part of a post-mortem that is required."""
        is_part = kind in POSTMORTEM_DEADLINES
        return is_part and self.moments.postmortem_required

    def stopped(self, clock: Clock) -> bool:
        """Say whether what happened has made this clock pointless."""
        known, kind = self.moments, clock.kind
        if self.is_void or (kind in WORK_DEADLINES and known.resolved):
            return True
        if kind in FIRST_RUN_ONLY and not known.is_first_run:
            return True
        if kind in POSTMORTEM_DEADLINES:
            return self.is_complete and not known.postmortem_required
        if kind == DeadlineKind.ACKNOWLEDGE:
            return bool(known.mitigated)
        is_bounded = kind in {DeadlineKind.UPDATE, DeadlineKind.RUNG}
        return is_bounded and bool(clock.until and known.at(clock.until))

    def lapsed(self, clock: Clock) -> bool:
        """Say whether the condition of this clock does not hold."""
        if clock.condition == POSTMORTEM_REQUIRED:
            return not self.moments.postmortem_required
        return bool(clock.condition and not self.moments.condition(clock.condition))


def facts_of(
    incident: Incident,
    *,
    at: datetime,
    flags: Mapping[str, datetime] | None = None,
    replan: bool = False,
    restart: bool = False,
) -> Facts:
    """Gather what is known; flags that are not given are looked up."""
    if flags is None:
        holding = incident.conditions.holding()
        flags = dict(holding.values_list("code", "since_at"))
    moments = Moments(
        declared=incident.declared_at,
        acknowledged=incident.acknowledged_at,
        mitigated=incident.mitigated_at,
        resolved=incident.resolved_at,
        reopened=incident.reopened_at,
        flags=flags,
        postmortem_required=incident.postmortem_required,
    )
    void = {CloseReason.FALSE_ALARM, CloseReason.DUPLICATE}
    return Facts(
        at=at,
        moments=moments,
        calendar=calendar_of(incident.playbook, incident.team.working_time),
        is_void=incident.close_reason in void,
        is_complete=incident.close_reason == CloseReason.COMPLETED,
        published=at if incident.has_published_postmortem else None,
        responded=incident.responded_at,
        replan=replan,
        restart=restart,
    )
