"""The roles that somebody is offered and has not answered yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.models import PlaybookVersion, RoleAssignment
from incidents.names import name_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User


@dataclass(frozen=True)
class OfferLine:
    """A role that waits for the reader's answer, on the page of its incident."""

    url: str
    incident: str
    reference: str
    severity: str
    severity_badge: str
    role: str
    by: str
    at: datetime


def offers_to(user: User) -> list[OfferLine]:
    """List them, the oldest first; the number of queries is fixed."""
    asked = RoleAssignment.objects.visible_to(user).offered().filter(person=user)
    rows = asked.filter(incident__closed_at=None).order_by("offered_at", "pk")
    found = rows.select_related(
        "incident__playbook_version", "incident__severity", "offered_by"
    )
    PlaybookVersion.read_ahead(row.incident.playbook_version for row in found)
    return [_line(row) for row in found]


def _line(row: RoleAssignment) -> OfferLine:
    incident = row.incident
    return OfferLine(
        url=incident.get_absolute_url(),
        incident=incident.title,
        reference=incident.reference,
        severity=str(incident.severity),
        severity_badge=incident.severity.badge,
        role=incident.playbook.role_names.get(row.role, row.role),
        by=name_of(row.offered_by),
        at=row.offered_at or incident.declared_at,
    )
