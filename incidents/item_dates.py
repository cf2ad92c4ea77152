"""When an action item is due: the playbook's rule, counted from its creation."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.clocks import calendar_of

if TYPE_CHECKING:
    from incidents.models import Team
    from incidents.playbooks.schema import PlaybookDocument

# What lies outside is a slip of the hand, and calendars end soon after 9999.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def item_due(
    document: PlaybookDocument, priority: int, at: datetime, team: Team
) -> date | None:
    """Give the date in the team's zone; None where the playbook is silent."""
    rule = document.rule_for(priority)
    if rule is None:
        return None
    due = rule.due.due(at, calendar_of(document, team.working_time))
    return due.astimezone(team.zone).date() if due else None


def require_likely(day: date) -> None:
    """Raise Refused for a date that nobody can have meant."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        sentence = _("The year lies outside %(first)s to %(last)s: check it.")
        facts = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise Refused.because("year", sentence % facts, "due_on")
