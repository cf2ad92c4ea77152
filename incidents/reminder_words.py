"""A playbook's rungs in words: when people are reminded, and who else is told."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.choices import Priority
from incidents.names import enumerated
from incidents.playbooks.schema import EscalationRule, ReminderRule

CHASERS: dict[str, str | Promise] = {
    "lead": gettext_lazy("the incident’s lead"),
    "team_lead": gettext_lazy("the team’s lead"),
    "team_manager": gettext_lazy("the team’s manager"),
}


def reminders_in_words(rule: ReminderRule) -> list[str]:
    """Say the rungs in a sentence, and each escalation in another."""
    return [_rungs(rule), *map(_escalation, rule.escalate)]


def rung_in_words(days_late: int) -> str:
    """Say a rung as people do: two days before, on the day, three days late."""
    if days_late == 0:
        return _("on the day it is due")
    if days_late < 0:
        text = ngettext(
            "%d day before it is due", "%d days before it is due", -days_late
        )
        return text % -days_late
    return ngettext("%d day late", "%d days late", days_late) % days_late


def _rungs(rule: ReminderRule) -> str:
    late = enumerated(map(str, rule.overdue), _(" and "))
    number = rule.overdue[-1]
    parts = [
        *_before(rule),
        ngettext("%s day late", "%s days late", number) % late,
        ngettext("then every day", "then every %d days", rule.then_every)
        % ((rule.then_every,) if rule.then_every > 1 else ()),
    ]
    return _("Reminded %s.") % "; ".join(parts)


def _before(rule: ReminderRule) -> Iterator[str]:
    if days := [each for each in rule.before if each]:
        text = ngettext("%s day before it is due", "%s days before it is due", days[0])
        yield text % enumerated(map(str, days), _(" and "))
    if 0 in rule.before:
        yield _("on the day it is due")


def _escalation(rule: EscalationRule) -> str:
    whom = enumerated((str(CHASERS[each]) for each in rule.tells), _(" and "))
    which = ", ".join(str(Priority(each).label) for each in sorted(rule.priorities))
    text = ngettext(
        "%(which)s: from %(days)d day late also %(whom)s.",
        "%(which)s: from %(days)d days late also %(whom)s.",
        rule.after,
    )
    return text % {"which": which, "days": rule.after, "whom": whom}
