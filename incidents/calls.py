"""Who is to be called for an incident, as its page lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.models import Deadline, Incident

# What belongs to a number as a telephone dials it.
DIALLED = re.compile(r"[^0-9+]")


@dataclass(frozen=True)
class CallLine:
    """Somebody who waits to be called."""

    pk: int
    name: str
    number: str
    why: str
    since: datetime

    @property
    def dialled(self) -> str:
        """Give the number for a link; a telephone takes digits and the plus."""
        return DIALLED.sub("", self.number)


def waiting_calls(incident: Incident) -> list[CallLine]:
    """List the calls of which nobody has said how they went; one query.

    Once it is over, nobody need be called any more; nor for a rung whose milestone
    was reached meanwhile.
    """
    if not incident.is_running:
        return []
    rows = incident.calls.waiting().select_related("deadline")
    return [
        CallLine(
            pk=row.pk,
            name=row.name,
            number=row.number,
            why=row.deadline.label if row.deadline else "",
            since=row.created_at,
        )
        for row in rows
        if not (row.deadline and _is_stopped(row.deadline, incident))
    ]


def _is_stopped(rung: Deadline, incident: Incident) -> bool:
    return bool(rung.until and incident.known_at(rung.until))
