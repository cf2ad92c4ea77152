"""What somebody has to do at once: answer a call, or send an update that is late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.calls import is_wanted, reasons_of
from incidents.choices import DeadlineKind, DeadlineState
from incidents.due_lines import NextDue, clock_and_zone_of
from incidents.missed_updates import COMMUNICATIONS
from incidents.models import Call, Deadline, RoleAssignment

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident

MOST_SHOWN = 8
DO = "admin:incidents_incident_do"


@dataclass(frozen=True)
class UrgentLine:
    """One thing of an incident that waits for this very person."""

    url: str
    what: str
    when: str
    incident: Incident
    why: str = ""


def urgent_for(user: User, now: datetime) -> list[UrgentLine]:
    """List calls to them, then late updates of theirs; at most three queries."""
    return [*_calls(user, now), *_updates(user, now)]


def _calls(user: User, now: datetime) -> Iterator[UrgentLine]:
    """Give each incident once for which they are to be called, with the latest why."""
    rows = (
        Call.objects.visible_to(user)
        .waiting()
        .filter(person=user, incident__closed_at=None, incident__resolved_at=None)
    )
    found = rows.select_related("deadline", "incident__severity")
    latest = {row.incident_id: row for row in found if is_wanted(row, row.incident)}
    why = reasons_of(latest.values())
    for row in latest.values():
        url = f"{row.incident.get_absolute_url()}#calls"
        what = _("You are wanted on the telephone")
        since = _("since %s") % clock_and_zone_of(row.created_at, now)
        yield UrgentLine(url, what, since, row.incident, why[row.pk])


def _updates(user: User, now: datetime) -> Iterator[UrgentLine]:
    """Give what they are reminded of when it is missed: as lead, or as its writer."""
    held = RoleAssignment.objects.current().filter(person=user, role=COMMUNICATIONS)
    theirs = Q(incident__lead=user) | Q(incident__in=held.values("incident"))
    is_late = Q(state=DeadlineState.MISSED) | Q(late_at__lt=now)
    rows = (
        Deadline.objects.visible_to(user)
        .unended()
        .filter(theirs, is_late, kind=DeadlineKind.UPDATE)
    )
    found = rows.select_related("incident__severity").order_by("due_at", "pk")
    for row in found[:MOST_SHOWN]:
        home = reverse(DO, args=[row.incident_id, "post_update"])
        late = NextDue.at(row.label, row.due_at or now, now, is_late=True)
        url = f"{home}?audience={row.audience}"
        yield UrgentLine(url, late.label, late.when, row.incident)
