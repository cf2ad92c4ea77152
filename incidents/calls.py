"""Who is to be called for an incident, as its page lists them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from incidents.mail_wording import clipped
from incidents.names import name_of

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.models import Call, Incident, TimelineEvent

# What belongs to a number as a telephone dials it.
DIALLED = re.compile(r"[^0-9+]")
# So much of what is needed stands beside a name; all of it is on the timeline.
LONGEST_NEED = 140


@dataclass(frozen=True)
class CallLine:
    """Somebody who waits to be called; of several calls to them it is the latest."""

    pk: int
    name: str
    number: str
    why: str
    asked_at: datetime
    since: datetime
    times: int

    @property
    def dialled(self) -> str:
        """Give the number for a link; a telephone takes digits and the plus."""
        return DIALLED.sub("", self.number)


def waiting_calls(incident: Incident) -> list[CallLine]:
    """List whom nobody has said they called, each person once; at most two queries.

    Once it is over, nobody need be called any more; nor for a rung whose milestone
    was reached meanwhile.
    """
    if not incident.is_running:
        return []
    rows = incident.calls.waiting().select_related("deadline")
    asked: dict[str, list[Call]] = {}
    for row in rows:
        if is_wanted(row, incident):
            asked.setdefault(row.whom, []).append(row)
    why = reasons_of(calls[-1] for calls in asked.values())
    return [_line(calls, why[calls[-1].pk]) for calls in asked.values()]


def is_wanted(call: Call, incident: Incident) -> bool:
    """Say whether what asks for it still does: reached, a milestone stops its rung."""
    rung = call.deadline
    return not (rung and rung.until and incident.known_at(rung.until))


def reasons_of(calls: Iterable[Call]) -> dict[int, str]:
    """Say of each call what asks for it; one query, if a person asked for any."""
    from incidents.models import TimelineEvent

    rows = list(calls)
    by_hand = {row.asked_in for row in rows} - {None}
    events = TimelineEvent.objects.select_related("author")
    asked = events.in_bulk(by_hand) if by_hand else {}
    return {row.pk: _reason(row, asked.get(row.asked_in)) for row in rows}


def _line(calls: list[Call], why: str) -> CallLine:
    latest = calls[-1]
    return CallLine(
        pk=latest.pk,
        name=latest.name,
        number=next((row.number for row in reversed(calls) if row.number), ""),
        why=why,
        asked_at=latest.created_at,
        since=calls[0].created_at,
        times=len(calls),
    )


def _reason(call: Call, asked: TimelineEvent | None) -> str:
    if call.deadline:
        return call.deadline.label
    if asked is None:
        return ""
    words = {
        "who": name_of(asked.author) or _("Debrief"),
        "needed": clipped(asked.facts.get("needed", ""), LONGEST_NEED),
    }
    if not words["needed"]:  # as those written down before it was kept
        return _("asked by %(who)s") % words
    return _("asked by %(who)s: %(needed)s") % words
