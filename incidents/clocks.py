"""Which clocks a playbook sets for an incident, and when each is due.

Pure: from a document and what is known, without a database, so that an incident that
runs, the explanation of a playbook and a preview all say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.choices import WORK_DEADLINES, DeadlineKind, Tracking
from incidents.playbooks.schema import (
    PlaybookDocument,
    Rung,
    SeverityLevel,
    UpdateClock,
)
from incidents.targets import Target
from incidents.working_time import BUILT_IN, WorkingTime

AT_ONCE = Target.parse("immediate")
# The condition of report, draft and review; no flag, but the playbook's own rule.
POSTMORTEM_REQUIRED = "postmortem_required"
# What the updates after the first count from.
LAST_UPDATE = "last_update"
# And where the last update said itself when the next one comes.
STATED = "stated"
# There are several of these in one incident, one after the other.
SERIES = frozenset({DeadlineKind.UPDATE, DeadlineKind.RESOLVE})
AUDIENCES = {
    "team": gettext_lazy("the team"),
    "stakeholders": gettext_lazy("stakeholders"),
    "company": gettext_lazy("the whole company"),
    "customers": gettext_lazy("customers"),
    "status_page": gettext_lazy("the status page"),
    "social_media": gettext_lazy("social media"),
}


@dataclass(frozen=True)
class Moments:
    """What is known of an incident that starts or ends clocks."""

    declared: datetime
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None
    reopened: datetime | None = None
    flags: Mapping[str, datetime] = field(default_factory=dict)
    postmortem_required: bool = False

    @property
    def began(self) -> datetime:
        """Give the moment at which the present run of the work began."""
        return max(self.declared, self.reopened or self.declared)

    @property
    def is_first_run(self) -> bool:
        """Say whether it was not reopened since it was declared."""
        return self.reopened is None or self.reopened < self.declared

    def at(self, name: str) -> datetime | None:
        """Give a moment by the name the playbook uses for it."""
        return getattr(self, name)  # type: ignore[no-any-return]

    def condition(self, code: str) -> datetime | None:
        """Say since when a condition holds, or None."""
        if code == POSTMORTEM_REQUIRED:
            return self.resolved if self.postmortem_required else None
        return self.flags.get(code)


@dataclass(frozen=True)
class Dates:
    """When a clock starts, nudges, is due and counts as missed; None while it waits."""

    starts_at: datetime | None = None
    due_at: datetime | None = None
    nudge_at: datetime | None = None
    late_at: datetime | None = None


@dataclass(frozen=True)
class Clock:
    """One promise of the playbook, for a severity."""

    key: str
    kind: DeadlineKind
    label: str
    target: Target
    start: str
    until: str = ""
    audience: str = ""
    condition: str = ""
    position: int = 0
    tells: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    # Of an update: the interval of those that follow, and its reminder.
    every: Target | None = None
    repeats: bool = False
    nudge: Target | None = None

    @property
    def series(self) -> str:
        """Name the row of deadlines this clock goes on with: updates, resolutions."""
        return series_of(self.kind, self.audience, self.key)

    def dates(self, moments: Moments, calendar: WorkingTime) -> Dates:
        """Date the clock by what is known now."""
        start = moments.at(self.start)
        since = moments.condition(self.condition) if self.condition else start
        if start is None or since is None:
            return Dates()
        if self.kind in WORK_DEADLINES:
            # Acknowledged as a ticket, say, or before it was reopened.
            start = max(start, moments.began)
        if self.kind == DeadlineKind.UPDATE:
            return self.dates_from(max(start, since), calendar)
        dates = self.dates_from(start, calendar)
        if dates.due_at and dates.due_at < since:  # a delay and a condition: the later
            return Dates(start, since, None, since)
        return dates

    def dates_from(self, start: datetime, calendar: WorkingTime) -> Dates:
        """Date it from this start."""
        due = self.target.due(start, calendar)
        if due is None:
            return Dates(starts_at=start)
        nudge = self.nudge.due(start, calendar) if self.nudge else None
        if nudge and nudge >= due:
            nudge = None
        # Grace is for people: a rung is reached when it is due.
        is_rung = self.kind == DeadlineKind.RUNG
        return Dates(start, due, nudge, due if is_rung else due + self.target.grace)

    def following(self) -> Clock:
        """Give the clock of the updates after the first."""
        return replace(self, target=self.every or self.target, start=LAST_UPDATE)


def next_update(
    clock: Clock | None, audience: str, stated: Target | None = None
) -> Clock | None:
    """Give the clock that an update starts, if it promises another one at all.

    What it states counts whatever the playbook promises this audience, and ends only
    with the work.
    """
    if stated is None:
        return clock.following() if clock and clock.repeats else None
    known = clock.following() if clock else _unasked(audience, stated)
    return replace(known, target=stated, start=STATED, until="resolved", condition="")


def series_of(kind: str, audience: str, key: str) -> str:
    """Name what a deadline belongs to; updates and resolutions come several times."""
    return f"{kind}:{audience}" if kind in SERIES else key


def clocks_of(
    document: PlaybookDocument, code: str, *, tracking: str, is_record: bool = False
) -> tuple[Clock, ...]:
    """List the clocks of a severity, in the order people read them."""
    level = document.level(code)
    if level is None:
        return ()
    is_declared = tracking == Tracking.DECLARED
    found: list[Clock] = []
    if not is_record:
        found += _targets(level)
        if is_declared:
            found += [_update(clock) for clock in level.updates]
            found += _rungs(document, code)
    if is_declared:
        found += _follow_ups(document, code)
    # A ticket waits for it too: it may touch what always needs a post-mortem.
    found += _postmortem(document)
    return tuple(found)


def calendar_of(document: PlaybookDocument, team: WorkingTime | None) -> WorkingTime:
    """Give the calendar that counts: the playbook's own, else the team's."""
    if document.calendar:
        return document.calendar.working_time()
    return team or BUILT_IN


def _targets(level: SeverityLevel) -> Iterator[Clock]:
    for kind, target, label in (
        (DeadlineKind.ACKNOWLEDGE, level.acknowledge, _("Acknowledge")),
        (DeadlineKind.RESPOND, level.respond, _("Respond")),
        (DeadlineKind.RESOLVE, level.resolve, _("Resolve")),
    ):
        if target:
            until = "acknowledged" if kind == DeadlineKind.ACKNOWLEDGE else "resolved"
            yield Clock(kind.value, kind, label, target, "declared", until)


def _unasked(audience: str, target: Target) -> Clock:
    label = _("Update to %s") % AUDIENCES.get(audience, audience)
    return Clock(
        f"update:{audience}",
        DeadlineKind.UPDATE,
        label,
        target,
        STATED,
        audience=audience,
    )


def _update(clock: UpdateClock) -> Clock:
    label = clock.label or _("Update to %s") % AUDIENCES[clock.audience]
    return Clock(
        key=f"update:{clock.audience}",
        kind=DeadlineKind.UPDATE,
        label=label,
        target=clock.first or clock.every,
        start=clock.start,
        until=clock.until,
        audience=clock.audience,
        condition=clock.condition or "",
        every=clock.every,
        repeats=clock.repeats,
        nudge=clock.nudge,
    )


def _rungs(document: PlaybookDocument, code: str) -> Iterator[Clock]:
    for position, rung in enumerate(document.rungs_for(code), start=1):
        yield _rung(rung, position)


def _rung(rung: Rung, position: int) -> Clock:
    return Clock(
        key=f"rung:{rung.code}",
        kind=DeadlineKind.RUNG,
        label=rung.label,
        target=rung.after or AT_ONCE,
        start=rung.start,
        until=rung.until,
        condition=rung.condition or "",
        position=position,
        tells=tuple(rung.tells),
        media=tuple(rung.media),
    )


def _follow_ups(document: PlaybookDocument, code: str) -> Iterator[Clock]:
    for each in document.follow_ups:
        if not each.severities or code in each.severities:
            yield Clock(
                f"follow_up:{each.code}",
                DeadlineKind.FOLLOW_UP,
                each.label,
                each.due,
                each.start,
            )


def _postmortem(document: PlaybookDocument) -> Iterator[Clock]:
    rule = document.postmortem
    review = (
        _("Review scheduled")
        if rule.review_means == "scheduled"
        else _("Post-mortem review")
    )
    for kind, target, label in (
        (DeadlineKind.REPORT, rule.report, _("Incident report")),
        (DeadlineKind.DRAFT, rule.draft, _("Post-mortem draft")),
        (DeadlineKind.REVIEW, rule.review, review),
    ):
        if target:
            yield Clock(
                kind.value,
                kind,
                label,
                target,
                "resolved",
                condition=POSTMORTEM_REQUIRED,
            )
