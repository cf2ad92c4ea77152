"""What would move if an incident went on under another version, or was declared.

The same code as the verb, on copies: nothing is stored.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.choices import DeadlineState, Tracking
from incidents.clocks import POSTMORTEM_REQUIRED
from incidents.deadline_facts import facts_of
from incidents.deadlines import Plan, reconcile

if TYPE_CHECKING:
    from incidents.models import Deadline, Incident, PlaybookVersion

WORDS: dict[str, str | Promise] = {
    "new": _("New"),
    "moved": _("Moves"),
    "late": _("Would be late at once"),
    "gone": _("No longer needed"),
    "back": _("Comes back"),
    "rule": _("Another rule"),
}
BADGES = {
    "new": "blue",
    "moved": "yellow",
    "late": "red",
    "gone": "grey",
    "back": "blue",
    "rule": "grey",
}


@dataclass(frozen=True)
class Move:
    """One deadline that would change: how, and its rule and time before and after."""

    label: str
    change: str
    rule_before: str = ""
    rule_after: str = ""
    due_before: datetime | None = None
    due_after: datetime | None = None

    @property
    def words(self) -> str:
        return str(WORDS[self.change])

    @property
    def badge(self) -> str:
        return BADGES[self.change]


def preview_of_apply(
    incident: Incident, version: PlaybookVersion, *, at: datetime
) -> list[Move]:
    """List what applying this version now would change, in order of time."""
    would_be = copy(incident)
    would_be.playbook_version = version
    return _moves(incident, would_be, at)


def preview_of_promote(incident: Incident, *, at: datetime) -> list[Move]:
    """List the clocks that declaring a ticket now would start or move."""
    would_be = copy(incident)
    would_be.tracking, would_be.declared_at = Tracking.DECLARED, at
    return _moves(incident, would_be, at)


def _moves(incident: Incident, would_be: Incident, at: datetime) -> list[Move]:
    verdict = would_be.judge_postmortem(at)
    would_be.postmortem_required = verdict.required
    before = list(incident.deadlines.all())
    plan = Plan([copy(row) for row in before])
    reconcile(would_be, plan, facts_of(would_be, at=at, replan=True))
    was = {row.pk: row for row in before}
    moves = [
        _move(was.get(row.pk), row)
        for row in plan.rows
        # What only a required post-mortem dates is no news where none is.
        if row.pk in was or verdict.required or row.condition != POSTMORTEM_REQUIRED
    ]
    return sorted(filter(None, moves), key=_by_time)


def _move(before: Deadline | None, after: Deadline) -> Move | None:
    change = _change(before, after)
    if not change:
        return None
    return Move(
        label=after.label,
        change=change,
        rule_before=before.rule if before else "",
        rule_after="" if change == "gone" else after.rule,
        due_before=before.due_at if before else None,
        due_after=None if change == "gone" else after.due_at,
    )


def _change(before: Deadline | None, after: Deadline) -> str:
    """Name what happens to a row; empty where nothing does."""
    gone = DeadlineState.CANCELLED
    if before is None:
        return "late" if after.state == DeadlineState.MISSED else "new"
    if after.state == gone or (after.ended_at and not before.ended_at):
        return "" if before.state == after.state == gone else "gone"
    if before.state == gone:
        return "back"
    if after.state == DeadlineState.MISSED != before.state:
        return "late"
    if before.due_at != after.due_at:
        return "moved"
    same = (before.rule, before.label) == (after.rule, after.label)
    return "" if same else "rule"


def _by_time(move: Move) -> tuple[bool, float, str]:
    at = move.due_after or move.due_before
    return at is None, at.timestamp() if at else 0.0, move.label
