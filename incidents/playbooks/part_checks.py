"""Whether a part of a playbook makes sense by itself.

Each check gives the key at fault, or an empty one for the part, and a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from typing import Any, get_args

from django.utils.translation import gettext as _

from incidents.models.team import known_zones
from incidents.playbooks.near import excerpt, nearest
from incidents.playbooks.schema import Part, PlaybookCalendar, Span, Threshold
from incidents.playbooks.schema.learning import (
    AgendaPoint,
    EscalationRule,
    LongImpact,
    ReminderRule,
    SectionPrompt,
)
from incidents.playbooks.schema.levels import CustomerRule, UpdateClock
from incidents.playbooks.schema.response import Phase, Rung, WatchWindow
from incidents.targets import How, Target
from incidents.working_time import known_countries

Found = Iterator[tuple[str, str]]
# What happens to an incident, in order.
MOMENTS = ("declared", "acknowledged", "mitigated", "resolved")
AT_ONCE = Target(How.ELAPSED)


def length(target: Target) -> tuple[str, float] | None:
    """Give a length that compares with others of its kind, or None where none does."""
    if target.how in {How.ELAPSED, How.IMMEDIATE}:
        return How.ELAPSED, target.span.total_seconds()
    if target.how == How.DAILY:
        return How.ELAPSED, timedelta(days=1).total_seconds()
    if target.how == How.BUSINESS:
        return target.how, target.span.total_seconds()
    if target.how in {How.MONTHS, How.WORKING_DAYS}:
        return target.how, target.count
    return None


def is_shorter(one: Target | None, other: Target | None) -> bool:
    """Say whether one certainly ends before the other; nothing is at once."""
    first, second = length(one or AT_ONCE), length(other or AT_ONCE)
    if first is None or second is None:
        return False
    if first[0] == second[0]:
        return first[1] < second[1]
    return first == length(AT_ONCE) and second[1] > 0


def check_part(part: Part, unknown: Collection[str]) -> Found:
    """Give the faults of one part; what it says under some keys may not be known."""
    for kind, keys, check in CHECKS:
        if isinstance(part, kind) and not any(key in unknown for key in keys):
            yield from check(part)
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name == "zone" and value is not None:
            yield from _zone(value)
        is_stated = isinstance(value, Target) and value.how == How.STATED
        if is_stated and not isinstance(part, UpdateClock):
            sentence = _("Only updates can be “%s”: write how long it may take.")
            yield name, sentence % value


def _zone(name: str) -> Found:
    if name not in known_zones():
        sentence = _("“%s” is no time zone. ") % excerpt(name)
        yield "zone", sentence + _like(nearest(name, known_zones()), "Europe/Berlin")


def _like(near: str, example: str) -> str:
    if near:
        return _("Did you mean “%s”?") % near
    return _("Write one such as %s.") % example


def _threshold(band: Threshold) -> Found:
    lows = [each for each in (band.above, band.at_least) if each is not None]
    highs = [each for each in (band.below, band.at_most) if each is not None]
    if not lows and not highs:
        yield (
            "",
            _("Say where the band begins or ends: above, at_least, below, at_most."),
        )
    if len(lows) > 1:
        yield "at_least", _("Write “above” or “at_least”, not both.")
    if len(highs) > 1:
        yield "at_most", _("Write “below” or “at_most”, not both.")
    if lows and highs:
        low, high = max(lows), min(highs)
        is_closed = band.above is None and band.below is None
        if low > high or (low == high and not is_closed):
            yield "", _("No figure lies in this band: let it begin below its end.")


def _customers(rule: CustomerRule) -> Found:
    if rule.rule == "required_after" and rule.after is None:
        yield "", _("Say after how long customers must be told: add “after: 1 h”.")
    if rule.rule != "required_after" and rule.after is not None:
        yield "after", _("This counts only with “rule: required_after”.")


def _clock(clock: UpdateClock) -> Found:
    for name in ("every", "nudge"):
        target: Target | None = getattr(clock, name)
        if target and (length(target) or ("", 1))[1] == 0:
            yield name, _("Write how much time goes by in between, such as 30 min.")
    if clock.nudge and is_shorter(clock.every, clock.nudge):
        sentence = _("This reminder would come too late: write less than every, %s.")
        yield "nudge", sentence % clock.every


def _order(part: UpdateClock | Rung) -> Found:
    later = MOMENTS[MOMENTS.index(part.start) + 1 :]
    if part.until in later:
        return
    facts = {"start": part.start, "until": part.until, "later": ", ".join(later)}
    sentence = _("It begins once %(start)s, but ends once %(until)s.") % facts
    if later:
        remedy = _("Write a later “until” (%(later)s) or an earlier “from”.") % facts
    else:
        remedy = _("Write an earlier “from”.")
    yield "until", f"{sentence} {remedy}"


def _phase(phase: Phase) -> Found:
    if phase.ends and is_shorter(phase.ends, phase.begins):
        facts = {"ends": phase.ends, "begins": phase.begins}
        sentence = _("It would end (%(ends)s) before it begins (%(begins)s).")
        yield "ends", sentence % facts


def _span(span: Span) -> Found:
    if span.at_least is None and span.at_most is None:
        yield "", _("Say how long: at_least, at_most or both.")
    elif span.at_least and span.at_most and is_shorter(span.at_most, span.at_least):
        sentence = _("This must not be shorter than at_least, %s.")
        yield "at_most", sentence % span.at_least


def _watch(watch: WatchWindow) -> Found:
    if watch.at_most and is_shorter(watch.at_most, watch.lasts):
        yield "at_most", _("This must not be shorter than lasts, %s.") % watch.lasts


def _section(section: SectionPrompt) -> Found:
    if section.kind == "block" and section.block is None:
        sentence = _("A section of kind block says which: add “block:” with one of %s.")
        yield "", sentence % ", ".join(BLOCKS)
    if section.kind != "block" and section.block is not None:
        yield "block", _("This counts only with “kind: block”.")


def _over(rule: LongImpact) -> Found:
    return _elapsed(rule, "over")


def _lasts(part: AgendaPoint | WatchWindow) -> Found:
    return _elapsed(part, "lasts")


def _elapsed(part: Part, name: str) -> Found:
    if getattr(part, name).how != How.ELAPSED:
        yield name, _("Write minutes, hours or days, such as 30 min.")


def _country(calendar: PlaybookCalendar) -> Found:
    if calendar.country and calendar.country not in known_countries():
        sentence = _("No public holidays are known for “%s”. ")
        near = nearest(calendar.country, known_countries())
        remedy = _like(near, "DE or US-CA")
        yield "country", sentence % excerpt(calendar.country) + remedy


def _weekdays(calendar: PlaybookCalendar) -> Found:
    if not set(calendar.weekdays) <= set(range(7)):
        yield "weekdays", _("Write weekdays from 0 (Monday) to 6 (Sunday).")
    elif not calendar.weekdays:
        yield "weekdays", _("Nobody would ever work: write at least one weekday.")
    elif len(set(calendar.weekdays)) < len(calendar.weekdays):
        yield "weekdays", _("Write each weekday once.")


def _hours(calendar: PlaybookCalendar) -> Found:
    if calendar.opens >= calendar.closes:
        opens = f"{calendar.opens:%H:%M}"
        yield "closes", _("Work must end later than it begins, at %s.") % opens


def _reminders(rule: ReminderRule) -> Found:
    if list(rule.before) != sorted(set(rule.before), reverse=True):
        yield "before", _("Write each day once, the most days before first: [7, 2].")
    if list(rule.overdue) != sorted(set(rule.overdue)):
        yield "overdue", _("Write each day once, the fewest days first: [1, 3, 7].")


def _escalation(rule: EscalationRule) -> Found:
    if len(set(rule.priorities)) < len(rule.priorities):
        yield "priorities", _("Write each priority once.")
    if len(set(rule.tells)) < len(rule.tells):
        yield "tells", _("Name each of them once.")


BLOCKS: tuple[str, ...] = get_args(
    get_args(SectionPrompt.model_fields["block"].annotation)[0]
)
# Each with the keys it reads that may be absent.
CHECKS: tuple[tuple[type[Part], tuple[str, ...], Callable[[Any], Found]], ...] = (
    (Threshold, ("above", "at_least", "below", "at_most"), _threshold),
    (CustomerRule, ("after",), _customers),
    (UpdateClock, ("nudge",), _clock),
    (UpdateClock, ("from", "until"), _order),
    (Rung, ("from", "until"), _order),
    (Phase, ("begins", "ends"), _phase),
    (Span, ("at_least", "at_most"), _span),
    (WatchWindow, ("at_most",), _watch),
    (WatchWindow, (), _lasts),
    (SectionPrompt, ("kind", "block"), _section),
    (LongImpact, (), _over),
    (AgendaPoint, (), _lasts),
    (ReminderRule, ("before", "overdue"), _reminders),
    (EscalationRule, ("priorities", "tells"), _escalation),
    (PlaybookCalendar, ("country",), _country),
    (PlaybookCalendar, ("weekdays",), _weekdays),
    (PlaybookCalendar, ("opens", "closes"), _hours),
)
