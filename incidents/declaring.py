"""What declaring offers: the team's playbook, and what each of its severities sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.choices import DeadlineKind, Tracking
from incidents.clocks import Clock, Moments, calendar_of, clocks_of
from incidents.due_lines import FROM, UNLESS, clock_and_zone_of
from incidents.models import Severity
from incidents.playbooks.schema import PlaybookDocument, SeverityLevel
from incidents.postmortem_rule import Verdict, verdict_on
from incidents.working_time import BUILT_IN, NeverWorks, WorkingTime

if TYPE_CHECKING:
    from incidents.models import Team

CUSTOMER_RULES = {
    "required": gettext_lazy("Customers must be told."),
    "required_after": gettext_lazy("Customers must be told if it takes longer."),
    "if_significant": gettext_lazy("Customers are told if it is significant."),
    "if_they_notice": gettext_lazy("Customers are told if they notice."),
    "affected_users_identified": gettext_lazy("Find out which users are affected."),
    "not_needed": gettext_lazy("Customers need not be told."),
}
# What a level asks of everybody, in the order in which it matters.
NOTES = {
    "all_hands": gettext_lazy("Everybody drops what they are doing."),
    "needs_commander": gettext_lazy("Somebody must lead it."),
    "deploy_freeze": gettext_lazy("Nobody deploys anything else."),
    "work_hours_only": gettext_lazy("It is worked on in business hours only."),
    "opens_ticket": gettext_lazy("A ticket is opened beside it."),
}


@dataclass(frozen=True)
class Promise:
    """A clock that declaring would start, in words."""

    label: str
    rule: str
    due: str


@dataclass(frozen=True)
class LevelCard:
    """A severity with everything somebody wants to know before they pick it."""

    severity: Severity
    level: SeverityLevel
    promises: tuple[Promise, ...]
    ladder: tuple[Promise, ...]
    customers: str
    notes: tuple[str, ...]
    postmortem: str

    @property
    def label(self) -> str:
        return str(self.level)

    @property
    def is_ticket(self) -> bool:
        return self.level.tracking == Tracking.TICKET.value


def cards_of(
    document: PlaybookDocument,
    severities: Iterable[Severity],
    *,
    team: Team | None,
    now: datetime,
) -> list[LevelCard]:
    """Lay out the severities that this version of the playbook has, in its order.

    Times are those of an incident declared at `now`.
    """
    offered = {severity.code: severity for severity in severities}
    calendar = calendar_of(document, team.working_time if team else BUILT_IN)
    return [
        _card(document, offered[level.code], level, calendar, now)
        for level in document.severities
        if level.code in offered
    ]


def _card(
    document: PlaybookDocument,
    severity: Severity,
    level: SeverityLevel,
    calendar: WorkingTime,
    now: datetime,
) -> LevelCard:
    clocks = clocks_of(document, level.code, tracking=level.tracking)
    is_declared = level.tracking == Tracking.DECLARED.value
    verdict = verdict_on(document, level.code, is_declared=is_declared)
    work = {DeadlineKind.ACKNOWLEDGE, DeadlineKind.RESPOND, DeadlineKind.RESOLVE}
    work.add(DeadlineKind.UPDATE)
    return LevelCard(
        severity=severity,
        level=level,
        promises=tuple(
            _promise(document, clock, calendar, now)
            for clock in clocks
            if clock.kind in work
        ),
        ladder=tuple(
            _promise(document, clock, calendar, now)
            for clock in clocks
            if clock.kind == DeadlineKind.RUNG
        ),
        customers=" ".join(_customers(level)),
        notes=tuple(_notes(level)),
        postmortem=_on_post_mortem(verdict),
    )


def _on_post_mortem(verdict: Verdict) -> str:
    if not verdict.required:
        return verdict.reason
    return _("%s A drill needs none.") % verdict.reason


def _notes(level: SeverityLevel) -> Iterator[str]:
    if level.declaring == "optional":
        yield _("Declaring it is optional.")
    yield from (str(text) for name, text in NOTES.items() if getattr(level, name))
    if level.status_page:
        yield _("The status page says: %s") % level.status_page


def _customers(level: SeverityLevel) -> Iterator[str]:
    rule = level.customers
    if rule is None:
        return
    if rule.rule == "required_after" and rule.after:
        yield _("Customers must be told once it takes longer than %s.") % rule.after
        if rule.text:
            yield rule.text
    elif rule.text:
        yield _("Telling customers: %s") % rule.text
    else:
        yield str(CUSTOMER_RULES[rule.rule])


def _promise(
    document: PlaybookDocument, clock: Clock, calendar: WorkingTime, now: datetime
) -> Promise:
    return Promise(clock.label, rule_of(document, clock), _due(clock, calendar, now))


def rule_of(document: PlaybookDocument, clock: Clock) -> str:
    """Say the rule in full: its span, what it counts from, and what ends it."""
    parts = [str(clock.target)]
    if clock.repeats and clock.every and str(clock.every) != parts[0]:
        parts.append(_("then %s") % clock.every)
    elif clock.repeats:
        parts[0] = parts[0] if clock.every is None else _again(parts[0])
    if clock.start != "declared":
        parts.append(_("from %s") % FROM[clock.start])
    if clock.condition:
        name = document.flag_names.get(clock.condition, clock.condition)
        parts.append(_("once “%s” is set") % name)
    if clock.kind == DeadlineKind.RUNG and clock.until:
        parts.append(str(UNLESS[clock.until]))
    return ", ".join(parts)


def _again(target: str) -> str:
    return (
        target
        if target in {"daily", "stated in each update"}
        else _("every %s") % target
    )


def _due(clock: Clock, calendar: WorkingTime, now: datetime) -> str:
    """Give the moment it would be due if it were declared now, where that is known."""
    try:
        due = clock.dates(Moments(declared=now), calendar).due_at
    except (NeverWorks, OverflowError):
        return ""
    if due is None:
        return ""
    return clock_and_zone_of(due)
