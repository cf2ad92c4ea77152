"""What is due, what is late and what comes then: deadlines in plain words.

Pure but for `first_dues`, which finds the one deadline a list shows of each incident.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.choices import DEADLINE_BADGES, BoundKind, DeadlineKind, DeadlineState
from incidents.clocks import AUDIENCES, LAST_UPDATE, POSTMORTEM_REQUIRED, STATED
from incidents.durations import MINUTE, say
from incidents.models.incident_clocks import BY_HAND
from incidents.targets import Target

if TYPE_CHECKING:
    from incidents.models import Deadline, Incident

SOON = timedelta(minutes=30)
# What is far off is told by its day, not counted down.
COUNTED_DOWN = timedelta(days=2)
MISSED = DeadlineState.MISSED.value
FROM: dict[str, str | Promise] = {
    "declared": gettext_lazy("the declaration"),
    "acknowledged": gettext_lazy("the acknowledgement"),
    "mitigated": gettext_lazy("the mitigation"),
    "resolved": gettext_lazy("the resolution"),
    "reopened": gettext_lazy("the reopening"),
    LAST_UPDATE: gettext_lazy("the last update"),
}
UNLESS: dict[str, str | Promise] = {
    "acknowledged": gettext_lazy("unless acknowledged"),
    "mitigated": gettext_lazy("unless mitigated"),
    "resolved": gettext_lazy("unless resolved"),
}
STATES: dict[str, str | Promise] = {
    DeadlineState.WAITING: gettext_lazy("Waiting"),
    DeadlineState.OPEN: gettext_lazy("Open"),
    DeadlineState.MET: gettext_lazy("Met"),
    DeadlineState.MISSED: gettext_lazy("Missed"),
    DeadlineState.REACHED: gettext_lazy("Reached"),
    DeadlineState.CANCELLED: gettext_lazy("No longer needed"),
}


@dataclass(frozen=True, slots=True)
class DueLine:
    """One deadline as pages and lists print it."""

    pk: int
    key: str
    kind: str
    label: str
    audience: str
    when: str
    at: datetime | None
    nudge_at: datetime | None
    is_late: bool
    why: str
    tells: str
    unless: str
    state: str
    badge: str
    met: datetime | None
    is_cancelled: bool
    is_pending: bool
    is_by_hand: bool
    is_untold: bool

    @property
    def by_hand(self) -> bool:
        """Whether a person says that it is done, and has not yet."""
        return self.is_by_hand and self.is_pending

    @property
    def clock(self) -> str:
        return clock_of(self.at) if self.at else ""

    @property
    def can_move(self) -> bool:
        return self.by_hand and not self.is_late


def due_line(row: Deadline, now: datetime, names: Names | None = None) -> DueLine:
    """Put one deadline into words; `names` knows the playbook's flags and roles."""
    is_late = lateness(row, now)
    return DueLine(
        pk=row.pk,
        key=row.key,
        kind=row.kind,
        label=row.label,
        audience=row.audience,
        when=in_words(row.due_at, now) if row.due_at else "",
        at=row.due_at,
        nudge_at=None if row.nudged_at else row.nudge_at,
        is_late=is_late,
        why=why(row, names),
        tells=names.told_by(row) if names else "",
        unless=str(UNLESS.get(row.until, "")) if row.kind == DeadlineKind.RUNG else "",
        state=_("Met late") if is_met_late(row) else str(STATES[row.state]),
        badge="orange" if is_met_late(row) else DEADLINE_BADGES[row.state],
        met=row.met_at,
        is_cancelled=row.state == DeadlineState.CANCELLED,
        is_pending=row.ended_at is None and row.due_at is not None,
        is_by_hand=row.kind in BY_HAND,
        is_untold=row.state == DeadlineState.REACHED and row.nudged_at is None,
    )


@dataclass(frozen=True)
class Names:
    """What an incident's deadlines only hint at: the names behind their codes."""

    flags: dict[str, str]
    roles: dict[str, str]
    bound: dict[str, str]
    needs_postmortem: bool

    @classmethod
    def of(cls, incident: Incident, rows: Iterable[Deadline]) -> Names:
        """Gather them; one query, where a rung tells anybody."""
        document = incident.playbook
        tells = any(row.tells for row in rows)
        return cls(
            document.flag_names,
            document.role_names,
            _bound_roles(incident) if tells else {},
            incident.postmortem_required,
        )

    def told_by(self, row: Deadline) -> str:
        """Name the roles a rung tells, each with whom the team has bound to it."""
        return ", ".join(
            _("%(role)s (%(contact)s)")
            % {
                "role": self.roles.get(code, code),
                "contact": self.bound.get(code) or _("nobody bound"),
            }
            for code in row.tells
        )


def _bound_roles(incident: Incident) -> dict[str, str]:
    from incidents.bindings import bound_by

    return {
        code: str(binding.contact)
        for (kind, code), binding in bound_by(incident.team).items()
        if kind == BoundKind.ROLE
    }


def lateness(row: Deadline, now: datetime) -> bool:
    """Say whether it should be done by now and is not, marked by the sweep or not."""
    if row.is_late:
        return True
    is_promise = row.state == DeadlineState.OPEN and row.kind != DeadlineKind.RUNG
    return bool(is_promise and row.late_at and row.late_at < now)


def is_met_late(row: Deadline) -> bool:
    return row.state == DeadlineState.MISSED and row.met_at is not None


def in_words(due: datetime, now: datetime) -> str:
    """Say “in 4 min”, “by 3 min” once it is past, or the day where it is far off."""
    left = due - now
    if abs(left) < MINUTE:
        return _("now")
    if left < timedelta():
        return _("by %s") % say(-left)
    if left > COUNTED_DOWN:
        return _("on %s") % f"{timezone.localtime(due):%a %-d %b, %H:%M}"
    # Rounded up: what has 3 min 59 s left is due in 4 min.
    return _("in %s") % say(left if left % MINUTE == timedelta() else left + MINUTE)


def clock_of(at: datetime, now: datetime | None = None) -> str:
    """Give the time of day in the reader's zone, with the day where it is not today."""
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localdate(now)
    return f"{local:%H:%M}" if is_today else f"{local:%a %-d %b, %H:%M}"


def clock_and_zone_of(at: datetime, now: datetime | None = None) -> str:
    """Say the same with the name of that zone."""
    return f"{clock_of(at, now)} {timezone.localtime(at):%Z}"


def why(row: Deadline, names: Names | None = None) -> str:
    """Say which rule made the date: “15 min from the declaration”."""
    start = str(FROM.get(row.counts_from, row.counts_from))
    if not row.rule:
        parts = [_("set by hand")]
    elif row.counts_from == STATED:
        parts = [_stated(row)]
    elif row.rule == "immediate":
        parts = [] if row.condition else [_("immediately after %s") % start]
    else:
        parts = [_("%(rule)s from %(start)s") % {"rule": row.rule, "start": start}]
    if _is_conditional(row):
        if row.due_at is None and not (names and names.needs_postmortem):
            parts.append(_("if a post-mortem is required"))
    elif row.condition:
        flag = names.flags.get(row.condition, row.condition) if names else row.condition
        parts.append(_("once “%s” is set") % flag)
    if row.calendar:
        parts.append(_("by %s") % row.calendar)
    if row.tells and names:
        parts.append(_("tells %s") % names.told_by(row))
    return ", ".join(parts)


def _stated(row: Deadline) -> str:
    """Say what the last update stated, and whether the playbook wants it sooner."""
    stated = row.starts_at and Target.parse(row.rule).due(row.starts_at)
    is_sooner = row.due_at and stated and row.due_at < stated
    return (
        _("sooner than the %s stated in the last update")
        if is_sooner
        else _("%s, stated in the last update")
    ) % row.rule


def audiences_of(incident: Incident) -> list[tuple[str, str]]:
    """List whom an update may go to, those first whom the playbook promises one."""
    level = incident.playbook.level(incident.severity.code)
    promised = [clock.audience for clock in level.updates] if level else []
    order = dict.fromkeys([*promised, *AUDIENCES])
    return [(code, capfirst(str(AUDIENCES[code]))) for code in order]


def _is_conditional(row: Deadline) -> bool:
    return row.condition == POSTMORTEM_REQUIRED


class Board:
    """The deadlines of one incident, sorted into what people ask of them."""

    def __init__(self, rows: Sequence[Deadline], now: datetime, names: Names) -> None:
        self.lines = [due_line(row, now, names) for row in rows]
        pending = [line for line in self.lines if line.is_pending]
        self.late = [line for line in pending if line.is_late]
        self.due = [
            line
            for line in pending
            if not line.is_late and line.kind != DeadlineKind.RUNG
        ]
        self.has_rungs = any(line.kind == DeadlineKind.RUNG for line in self.lines)
        self.then = [line for line in pending if line.kind == DeadlineKind.RUNG]
        # Rungs that were reached and found nobody, which somebody must mend by hand.
        self.untold = [line for line in self.lines if line.is_untold]
        self.afterwards = [
            line
            for row, line in zip(rows, self.lines, strict=True)
            if line.is_by_hand
            and not line.is_cancelled
            and (line.at or names.needs_postmortem or not _is_conditional(row))
        ]

    def __bool__(self) -> bool:
        return bool(self.due or self.late or self.then)


class NextDue(NamedTuple):
    """What a list says of an incident: what it is late with, or what is due next."""

    label: str
    when: str
    is_late: bool

    @classmethod
    def at(cls, label: str, due: datetime, now: datetime, *, is_late: bool) -> NextDue:
        when = in_words(due, now)
        return cls(label, _("late %s") % when if is_late else when, is_late)


def first_dues(incidents: Iterable[Incident], now: datetime) -> dict[int, NextDue]:
    """Find what each incident is the longest late with, else what is due next.

    One query for all of their promises: an incident has few that run, and to let the
    database choose among them takes longer than to read them.
    """
    from incidents.models import Deadline

    keys = [incident.pk for incident in incidents]
    running = Deadline.objects.unended().promises().filter(incident__in=keys)
    first: dict[int, NextDue] = {}
    for incident, label, due, late, state in running.order_by(
        "due_at", "pk"
    ).values_list("incident_id", "label", "due_at", "late_at", "state"):
        # Both have a time: the database promises it of what runs.
        if incident not in first and due and late:
            is_late = state == MISSED or late < now
            first[incident] = NextDue.at(label, due, now, is_late=is_late)
    return first
