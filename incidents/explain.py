"""What a playbook would do with an incident of a severity, declared at some time.

It reads the same clocks as an incident that runs, so that neither can say anything
the other does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.bindings import unbound
from incidents.choices import DeadlineKind, Priority, Tracking
from incidents.clocks import Clock, Moments, calendar_of, clocks_of
from incidents.names import enumerated
from incidents.patterns import channel_name, coming_reference, values_at
from incidents.playbooks.near import advice, excerpt
from incidents.playbooks.schema import Phase, PlaybookDocument, SeverityLevel, plain
from incidents.playbooks.schema.base import find
from incidents.postmortem_rule import verdict_on
from incidents.reminder_words import reminders_in_words
from incidents.targets import Target
from incidents.working_time import BUILT_IN, NeverWorks, WorkingTime

if TYPE_CHECKING:
    from incidents.models import Team

# Stands for the title that an incident would have, where a channel is named by it.
TITLE = "Brief description"
OF_A_RUNG = (
    "key",
    "order",
    "label",
    "rule",
    "condition",
    "condition_name",
    "from",
    "until",
    "due_at",
    "medium",
    "media",
    "tells",
    "names",
)


class CannotExplain(ValueError):
    """Says in a sentence what was asked for and is not there."""


def explain(
    document: PlaybookDocument,
    *,
    severity: str | None,
    at: datetime,
    team: Team | None = None,
    version: int | None = None,
) -> dict[str, Any]:
    """Say what would happen; without a severity, at the worst.

    Raises CannotExplain with what to ask instead.
    """
    level = document.level(severity) if severity else document.severities[0]
    if level is None:
        known = [each.code for each in document.severities]
        raise CannotExplain(no_such(_("There is no severity “%s”."), severity, known))
    try:
        computed = _Case(document, level, at, team).computed()
    except OverflowError as error:
        raise CannotExplain(
            _("%s is too far away: choose a time nearer to the present.")
            % f"{at:%Y-%m-%d}"
        ) from error
    except NeverWorks as error:
        raise CannotExplain(str(error)) from error
    return {"playbook": plain(document), "version": version, "computed": computed}


def no_such(sentence: str, name: str | None, known: Collection[str]) -> str:
    """Quote a wrong name in the sentence, and add the nearest and all there are."""
    return f"{sentence % excerpt(name)} {advice(name, known, '')}".strip()


class _Case:
    """An incident with nothing recorded yet but its declaration."""

    def __init__(
        self,
        document: PlaybookDocument,
        level: SeverityLevel,
        at: datetime,
        team: Team | None,
    ) -> None:
        self.document, self.level, self.at, self.team = document, level, at, team
        self.calendar = calendar_of(document, team.working_time if team else None)
        self.local = at.astimezone(team.zone if team else UTC)
        self.moments = Moments(declared=at)
        self.is_ticket = level.tracking == Tracking.TICKET.value
        self.clocks = clocks_of(document, level.code, tracking=level.tracking)

    def computed(self) -> dict[str, Any]:
        deadlines = [self._deadline(clock) for clock in self.clocks]
        return {
            "severity": self.level.code,
            "severity_name": self.level.name,
            "tracking": self.level.tracking,
            "declared_at": iso(self.at),
            "reference": coming_reference(self.document.record.reference, self.local),
            **self._channel(),
            "deadlines": deadlines,
            "ladder": [
                self._rung(row) for row in deadlines if row["kind"] == DeadlineKind.RUNG
            ],
            "phases": [self._phase(phase) for phase in self.document.phases],
            "postmortem": self._postmortem(deadlines),
            "action_items": dict(self._action_items()),
            "reminders": reminders_in_words(self.document.action_items.reminders),
            "calendar": self._calendar(),
            "unbound": self._unbound(),
        }

    def _deadline(self, clock: Clock) -> dict[str, Any]:
        dates = clock.dates(self.moments, self.calendar)
        target = clock.target
        return {
            "key": clock.key,
            "kind": clock.kind.value,
            "label": str(clock.label),
            "audience": clock.audience or None,
            "rule": str(target),
            "condition": clock.condition or None,
            "condition_name": self.document.flag_names.get(clock.condition),
            "from": clock.start,
            "until": clock.until or None,
            "due_at": iso(dates.due_at),
            "late_at": iso(dates.late_at),
            "nudge": str(clock.nudge) if clock.nudge else None,
            "nudge_at": iso(dates.nudge_at),
            "every": str(clock.every) if clock.every else None,
            "repeats": clock.repeats,
            "calendar": str(self.calendar) if target.needs_calendar else None,
            "order": clock.position or None,
            "medium": enumerated(clock.media, _(" or ")) or None,
            "media": list(clock.media),
            "tells": list(clock.tells),
            "names": [self._role(code) for code in clock.tells],
        }

    def _rung(self, row: dict[str, Any]) -> dict[str, Any]:
        rung = find(self.document.ladder, row["key"].removeprefix("rung:"))
        who = rung.who if rung else None
        return {**{key: row[key] for key in OF_A_RUNG}, "who": who}

    def _role(self, code: str) -> str:
        return self.document.role_names.get(code, code)

    def _channel(self) -> dict[str, str | None]:
        """Name where it is talked about; a thread and a ticket have no name."""
        channel = self.document.channel_for(self.level.code)
        if self.is_ticket or channel is None:
            kind = "ticket" if self.is_ticket else None
            return {"channel": None, "channel_kind": kind}
        name = channel.pattern
        if name and channel.kind == "own":
            code = self.level.code
            values = values_at(self.local, severity=code, title=TITLE)
            name = channel_name(name, values)
        return {"channel": name, "channel_kind": channel.kind}

    def _phase(self, phase: Phase) -> dict[str, str | None]:
        # A ticket is worked when there is time: its phases begin with its promotion.
        is_timed = phase.window == "fixed" and not self.is_ticket
        start = self.moments.at(phase.start) if is_timed else None
        return {
            "code": phase.code,
            "name": phase.name,
            "window": phase.window,
            "from": phase.start,
            "begins": str(phase.begins) if phase.begins else None,
            "ends": str(phase.ends) if phase.ends else None,
            "starts_at": self._after(start, phase.begins),
            "ends_at": self._after(start, phase.ends),
        }

    def _after(self, start: datetime | None, target: Target | None) -> str | None:
        return iso(target.due(start, self.calendar)) if start and target else None

    def _postmortem(self, deadlines: list[dict[str, Any]]) -> dict[str, Any]:
        rule = self.document.postmortem
        code, is_declared = self.level.code, not self.is_ticket
        verdict = verdict_on(self.document, code, is_declared=is_declared)
        due = {row["kind"]: row["due_at"] for row in deadlines}
        author = self._role(rule.author) if rule.author else None
        return {
            "required": verdict.required,
            "reason": verdict.reason,
            "report_due": due.get("report"),
            "draft_due": due.get("draft"),
            "review_due": due.get("review"),
            "from": "resolved",
            "report_rule": str(rule.report) if rule.report else None,
            "draft_rule": str(rule.draft) if rule.draft else None,
            "review_rule": str(rule.review) if rule.review else None,
            "review_means": rule.review_means,
            "author": author,
            "sections": [section.title for section in rule.sections],
            "section_keys": [section.key for section in rule.sections],
        }

    def _action_items(self) -> Iterator[tuple[str, str | None]]:
        """Date an item of each priority as if it were raised at the declaration."""
        for rule in self.document.action_items.priorities:
            label = str(Priority(rule.priority).label)
            yield label, iso(rule.due.due(self.at, self.calendar))

    def _calendar(self) -> dict[str, Any]:
        found = self.calendar
        return {
            "name": str(found),
            "whose": self._whose(),
            "zone": found.zone,
            "opens": f"{found.opens:%H:%M}",
            "closes": f"{found.closes:%H:%M}",
            "weekdays": sorted(found.weekdays),
            "country": found.country or None,
            "days_off": [day.isoformat() for day in sorted(found.days_off)],
            "sprint_weeks": found.sprint_weeks,
            "sprint_starts": found.sprint_anchor.isoformat(),
            "sentence": _sentence(found, self.local.date()),
        }

    def _whose(self) -> str:
        if self.document.calendar:
            return "playbook"
        return "built-in" if self.calendar is BUILT_IN else "team"

    def _unbound(self) -> list[dict[str, str]] | None:
        """List the codes the team has named no contact for; None without a team."""
        if self.team is None:
            return None
        return [
            {"kind": str(each.kind), "code": each.code, "name": each.name}
            for each in unbound(self.document, self.team)
        ]


def _sentence(calendar: WorkingTime, day: date) -> str:
    """Say what counts as working time, and when the next sprint begins."""
    weeks = calendar.sprint_weeks
    lasts = ngettext("%d week", "%d weeks", weeks) % weeks
    return _("%(hours)s; sprints of %(lasts)s, the next from %(day)s") % {
        "hours": calendar.description,
        "lasts": lasts,
        "day": calendar.next_sprint(day).isoformat(),
    }


def iso(at: datetime | None) -> str | None:
    """Write a moment in UTC, as in 2026-03-09T09:30:00Z."""
    if at is None:
        return None
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
