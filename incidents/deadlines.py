"""Keeps an incident's deadlines in step with what happened; only verbs call it.

`reconcile` is pure: it changes rows in memory and says which are new. What was met or
missed stays so; what is open moves only if its start moves or the severity, tracking
or playbook changed (`replan`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from incidents.choices import DeadlineKind, DeadlineState
from incidents.clocks import (
    LAST_UPDATE,
    SERIES,
    STATED,
    Clock,
    Dates,
    clocks_of,
    next_update,
    series_of,
)
from incidents.deadline_facts import Facts
from incidents.hints import hint
from incidents.targets import Target

if TYPE_CHECKING:
    from incidents.models import Deadline, Incident

# The task that climbs the ladder at once, where a rung is reached by a step.
CLIMB = "incidents.climb"
# What people are told of when it passes, which is the sweep's part.
TOLD_OF = frozenset({DeadlineKind.RUNG, DeadlineKind.UPDATE})
DATES = ("starts_at", "due_at", "nudge_at", "late_at")
KEPT = (
    *DATES,
    "nudged_at",
    "state",
    "met_at",
    "ended_at",
    "kind",
    "label",
    "audience",
    "rule",
    "calendar",
    "counts_from",
    "until",
    "condition",
    "position",
    "tells",
    "media",
)


@dataclass(frozen=True)
class Sent:
    """An update that went out, and in how long it promised the next one."""

    audience: str
    next_in: Target | None = None


@dataclass
class Plan:
    """The rows of an incident and what a verb does to them."""

    rows: list[Deadline]
    new: list[Deadline] = field(default_factory=list)

    def latest(self, series: str) -> Deadline | None:
        """Give the newest row of a series, such as the updates to one audience."""
        found = [row for row in self.rows if _series(row) == series]
        return max(found, key=_number, default=None)

    def add(self, incident: Incident, clock: Clock) -> Deadline:
        latest = self.latest(clock.series)
        number = _number(latest) + 1 if latest else 1
        is_numbered = clock.kind == DeadlineKind.UPDATE or number > 1
        row = incident.deadlines.model(
            incident=incident,
            key=f"{clock.key}:{number}" if is_numbered else clock.key,
            kind=clock.kind,
            audience=clock.audience,
            state=DeadlineState.WAITING,
        )
        self.rows.append(row)
        self.new.append(row)
        return row

    def hint_if_climbing(self, at: datetime) -> None:
        """Have a worker climb as soon as this is committed, if a rung is reached."""
        open_rungs = (
            row
            for row in self.rows
            if row.kind == DeadlineKind.RUNG and row.state == DeadlineState.OPEN
        )
        if any(row.late_at and row.late_at <= at for row in open_rungs):
            hint(CLIMB)


def _series(row: Deadline) -> str:
    return series_of(row.kind, row.audience, row.key)


def _number(row: Deadline) -> int:
    last = row.key.rsplit(":", 1)[-1]
    return int(last) if last.isdecimal() else 1


def clocks_for(incident: Incident) -> tuple[Clock, ...]:
    """List what the incident's version of the playbook promises at its severity."""
    return clocks_of(
        incident.playbook,
        incident.severity.code,
        tracking=incident.tracking,
        is_record=incident.is_record,
    )


def follow(incident: Incident, facts: Facts, *, sent: Sent | None = None) -> Plan:
    """Bring the stored deadlines in step with the incident, in its transaction."""
    from incidents.models import Deadline

    plan = Plan(list(incident.deadlines.all()))
    before = {row.pk: _values(row) for row in plan.rows}
    reconcile(incident, plan, facts)
    if sent:
        note_update(incident, plan, facts, sent)
    changes = {row: _changed(row, before[row.pk]) for row in plan.rows if row.pk}
    changed = [row for row, names in changes.items() if names]
    if changed:
        Deadline.objects.bulk_update(changed, sorted(set().union(*changes.values())))
    Deadline.objects.bulk_create(plan.new)
    return plan


def reconcile(incident: Incident, plan: Plan, facts: Facts) -> None:
    """Apply what is known to the rows, in memory; new ones are added to the plan."""
    wanted = {clock.series: clock for clock in clocks_for(incident)}
    for series, clock in wanted.items():
        row = plan.latest(series)
        if _begins_anew(row, clock, facts):
            row = plan.add(incident, clock)
            _describe(row, clock, facts)
        elif row and _goes_on(row, clock, facts):
            told_at, row = row.met_at, plan.add(incident, clock)
            _describe(row, clock.following(), facts)
            row.starts_at = told_at
        if row and not _is_stated(row):
            _bring_in_step(row, clock, facts)
    for row in plan.rows:
        if _is_stated(row):
            _keep_word(row, wanted.get(_series(row)), facts)
        elif _series(row) not in wanted and row.ended_at is None:
            stop(row, facts.at)


def _begins_anew(row: Deadline | None, clock: Clock, facts: Facts) -> bool:
    """Say whether a new row begins: the first one, or another of a series.

    Another one begins when the incident is reopened, or when the condition of updates
    holds again after it did not.
    """
    if facts.stopped(clock):
        return False
    if row is None:
        return True
    if clock.kind not in SERIES or row.ended_at is None:
        return False
    since = facts.moments.condition(clock.condition) if clock.condition else None
    newest = max(facts.moments.began, since or facts.moments.began)
    return facts.restart or (row.starts_at or row.ended_at) < newest


def _goes_on(row: Deadline, clock: Clock, facts: Facts) -> bool:
    """Say whether updates go on, now asked for, where the last promise was kept."""
    is_asked = facts.replan and clock.repeats and not facts.stopped(clock)
    return is_asked and row.met_at is not None


def _is_stated(row: Deadline) -> bool:
    """Say whether an update told its readers when the next one comes."""
    return row.counts_from == STATED and row.ended_at is None


def _keep_word(row: Deadline, clock: Clock | None, facts: Facts) -> None:
    """Hold to what an update stated, or to what the playbook asks if that is sooner."""
    if facts.is_void or facts.moments.resolved:
        stop(row, facts.at)
        return
    word = next_update(clock, row.audience, Target.parse(row.rule))
    if row.state == DeadlineState.MISSED or row.starts_at is None or word is None:
        return
    asked = _asked_after(row.starts_at, clock, facts)
    if asked is None:
        return
    dates = word.dates_from(row.starts_at, facts.calendar)
    if asked.due_at and dates.due_at and asked.due_at < dates.due_at:
        dates = replace(asked, starts_at=row.starts_at)
    set_dates(row, dates)
    _judge(row, facts)


def _asked_after(told_at: datetime, clock: Clock | None, facts: Facts) -> Dates | None:
    """Date the update that a playbook asks for next; None where it has no say now."""
    if clock is None or facts.stopped(clock):
        return Dates()
    first = clock.dates(facts.moments, facts.calendar)
    if first.starts_at is None or first.starts_at > told_at:
        return first
    if not facts.replan:
        return None
    if not clock.repeats:
        return Dates()
    return clock.following().dates_from(told_at, facts.calendar)


def _bring_in_step(row: Deadline, clock: Clock, facts: Facts) -> None:
    if row.ended_at and not _may_return(row, facts):
        return
    met = None if facts.is_void else facts.met(row.kind)
    if met is None and facts.stopped(clock):
        if row.ended_at is None:
            stop(row, facts.at)
        return
    if row.state == DeadlineState.MISSED:
        row.ended_at = facts.at if facts.lapsed(clock) else None
    else:
        _date(row, clock, facts)
    if met and row.due_at and row.ended_at is None:
        meet(row, met, facts.at)


def _may_return(row: Deadline, facts: Facts) -> bool:
    """Say whether what ended without being done may be promised again."""
    is_undone = row.state in {DeadlineState.CANCELLED, DeadlineState.MISSED}
    is_asked_anew = facts.replan or facts.restart or facts.owes(row.kind)
    return is_undone and row.met_at is None and is_asked_anew


def _date(row: Deadline, clock: Clock, facts: Facts) -> None:
    """Give an open row the times that hold now; moved by hand, it stays."""
    dates = clock.dates(facts.moments, facts.calendar)
    if dates.starts_at and row.starts_at and row.counts_from == LAST_UPDATE:
        clock = clock.following()
        dates = clock.dates_from(row.starts_at, facts.calendar)
    is_by_hand = row.due_at is not None and not row.rule
    is_kept = row.due_at is not None and dates.due_at is None  # till an update says
    if dates.starts_at and row.ended_at is None and (is_by_hand or is_kept):
        return
    is_dated = row.due_at is not None and row.starts_at == dates.starts_at
    if is_dated and row.ended_at is None and not facts.replan:
        return
    _describe(row, clock, facts)
    set_dates(row, dates)
    _judge(row, facts)


def _judge(row: Deadline, facts: Facts) -> None:
    """Mark what a new plan finds late at once; otherwise the sweep does."""
    if not facts.replan or row.late_at is None or row.late_at >= facts.at:
        return
    if row.kind in TOLD_OF:
        # It was not there before, so it comes to pass now, and is soon due no more.
        row.late_at, row.nudge_at = facts.at, None
    elif not facts.met(row.kind):
        row.state = DeadlineState.MISSED


def _describe(row: Deadline, clock: Clock, facts: Facts) -> None:
    """Copy what the playbook says of it, so that the row explains itself."""
    row.kind, row.label, row.audience = clock.kind, clock.label, clock.audience
    row.rule = str(clock.target)
    row.calendar = str(facts.calendar) if clock.target.needs_calendar else ""
    row.counts_from, row.until = clock.start, clock.until
    is_again = clock.kind in SERIES and not facts.moments.is_first_run
    if row.counts_from == "declared" and is_again:
        row.counts_from = "reopened"
    row.condition, row.position = clock.condition, clock.position
    row.tells, row.media = list(clock.tells), list(clock.media)


def set_dates(row: Deadline, dates: Dates) -> None:
    """Let a row run by these dates, or wait where there is no due time."""
    if any(getattr(row, name) != getattr(dates, name) for name in DATES):
        row.nudged_at = None  # of another time people are reminded anew
    for name in DATES:
        setattr(row, name, getattr(dates, name))
    row.ended_at = None
    row.state = DeadlineState.OPEN if row.due_at else DeadlineState.WAITING


def meet(row: Deadline, met: datetime, now: datetime) -> None:
    """Note that it was done, in time or late; what was missed stays missed."""
    is_late = row.state == DeadlineState.MISSED or (row.late_at and met > row.late_at)
    row.state = DeadlineState.MISSED if is_late else DeadlineState.MET
    row.met_at, row.ended_at = met, now


def reopen(row: Deadline) -> None:
    """Let it be owed again, since what met it did not come to be; a miss stays one."""
    if row.state == DeadlineState.MET:
        row.state = DeadlineState.OPEN
    row.met_at = row.ended_at = None


def stop(row: Deadline, now: datetime) -> None:
    """Note that it no longer matters; what was missed stays missed.

    Also what no sweep has seen yet: a worker that is down must not hide a miss.
    """
    is_promise = row.kind != DeadlineKind.RUNG and row.state == DeadlineState.OPEN
    if is_promise and row.late_at and row.late_at < now:
        row.state = DeadlineState.MISSED
    if row.state != DeadlineState.MISSED:
        row.state = DeadlineState.CANCELLED
    row.ended_at = now


def note_update(incident: Incident, plan: Plan, facts: Facts, sent: Sent) -> None:
    """Let an update meet the promise that runs, and open the next one."""
    clock = update_clock(incident, sent.audience)
    row = plan.latest(series_of(DeadlineKind.UPDATE, sent.audience, ""))
    is_over = facts.is_void or facts.moments.resolved or incident.is_record
    if is_over or facts.at < _newest(row, facts):
        return  # nothing to promise, or an earlier update written down late
    if row and row.ended_at is None and row.starts_at:
        meet(row, facts.at, facts.at)
    if clock and not sent.next_in and not _runs(clock, facts):
        clock = None
    following = next_update(clock, sent.audience, sent.next_in)
    if following is None:
        return
    if row is None or row.ended_at:
        row = plan.add(incident, following)
    _describe(row, following, facts)
    set_dates(row, following.dates_from(facts.at, facts.calendar))


def _newest(row: Deadline | None, facts: Facts) -> datetime:
    """Give the last moment at which something else was promised or done."""
    known = [facts.moments.reopened]
    if row:
        known += [row.starts_at, row.met_at]
    return max(filter(None, known), default=facts.at)


def _runs(clock: Clock, facts: Facts) -> bool:
    """Say whether a clock has started, and nothing has stopped it since."""
    started = clock.dates(facts.moments, facts.calendar).starts_at
    return bool(started) and not facts.stopped(clock)


def update_clock(incident: Incident, audience: str) -> Clock | None:
    """Give what the playbook promises this audience at the present severity."""
    wanted = series_of(DeadlineKind.UPDATE, audience, "")
    return next((each for each in clocks_for(incident) if each.series == wanted), None)


def mark_passed(now: datetime) -> int:
    """Mark what was missed or reached by now, and tell of it; say how many."""
    from incidents.models import Deadline
    from incidents.sweeping import pass_all

    touched = {
        pk
        for rows in (Deadline.objects.passed(now), Deadline.objects.to_nudge(now))
        for pk in rows.order_by().values_list("incident", flat=True)
    }
    return pass_all(touched, now) if touched else 0


def _values(row: Deadline) -> dict[str, object]:
    return {name: getattr(row, name) for name in KEPT}


def _changed(row: Deadline, before: dict[str, object]) -> set[str]:
    return {name for name, value in _values(row).items() if value != before[name]}
