"""The verbs of working an incident: declare it, move it on, end it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.changes import Blocker, Change, Refused, changing
from incidents.choices import (
    RESPONSES,
    STATUS_MILESTONES,
    CloseReason,
    Kind,
    Milestone,
    Status,
    Tracking,
)
from incidents.patterns import next_reference

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import ImpactInterval, Incident, Service, Severity, Team

# Without these, or a reason for not knowing them, an incident is not complete.
# A sentence each: no language makes them all of one.
MISSING_MILESTONES = {
    Milestone.STARTED: gettext_lazy("When it started is missing."),
    Milestone.DETECTED: gettext_lazy("When it was detected is missing."),
    Milestone.ACKNOWLEDGED: gettext_lazy("When it was acknowledged is missing."),
    Milestone.MITIGATED: gettext_lazy("When it was mitigated is missing."),
}
NEEDED_MILESTONES = tuple(MISSING_MILESTONES)


class WorkVerbs(models.Model):
    class Meta:
        abstract = True

    @classmethod
    @transaction.atomic
    def declare(
        cls,
        *,
        title: str,
        severity: Severity,
        team: Team,
        by: User | None,
        at: datetime,
        services: Iterable[Service] = (),
        lead: User | None = None,
        is_record: bool | None = None,
        **known: Any,
    ) -> Incident:
        """Open an incident and give it its reference, its lead and its deadlines.

        `known` holds other columns that are known already, such as `summary`,
        `started_at`, `is_drill`, or the `reference` it had elsewhere. What is entered
        long afterwards is a record, unless `is_record` says otherwise. Nobody declares
        what an alert does: then nobody leads it yet. Raises Refused with every blocker.
        """
        incident = cls._under_playbook(severity, **known)
        incident.title, incident.declared_at = title, at
        incident.team, incident.lead = team, lead or by
        late = incident.is_entered_late
        incident.is_record = late if is_record is None else is_record
        incident.responded_at = incident._first_known_step()
        change = Change(incident, by=by, at=at)
        change.stop_if_blocked()
        local = at.astimezone(team.zone)
        pattern = incident.playbook.record.reference
        incident.reference = incident.reference or next_reference(pattern, local)
        incident.take_channel(change)
        services, interval = list(services), incident._known_impact()
        verdict = incident.judge_postmortem(at, services=services, spans=[interval])
        incident.postmortem_required = verdict.required
        incident.postmortem_reason = verdict.reason
        freeze = incident.asked_freeze(change)
        said = [incident._declaration(), freeze.announcement if freeze else ""]
        # That it was entered long afterwards is no part of what happened.
        kind = Kind.RECORD if incident.is_record else Kind.STATUS
        change.say("declare", kind, " · ".join(filter(None, said)))
        change.commit(incident)
        if freeze:
            freeze.save()
        incident.services.add(*services)
        if leader := lead or by:
            incident._start_lead(leader, at)
        interval.save()
        incident.plan_clocks(at)
        return incident

    @classmethod
    def _under_playbook(cls, severity: Severity, **known: Any) -> Incident:
        """Begin an incident as the newest version of the playbook has it."""
        from incidents.models import Incident, PlaybookVersion

        versions = PlaybookVersion.objects.filter(playbook=severity.playbook_id)
        version = versions.order_by("-number").first()
        if version is None:
            raise Refused.because(
                "playbook", _("The playbook has no published version."), "severity"
            )
        level = version.content.level(severity.code)
        if level is None:
            sentence = _("The playbook no longer has this severity: choose another.")
            raise Refused.because("severity", sentence, "severity")
        begun = {"tracking": level.tracking, "status": version.content.first_status}
        return Incident(
            severity=severity, playbook_version=version, **{**begun, **known}
        )

    @property
    def is_entered_late(self: Incident) -> bool:
        """Whether it was over, or long known, when it was entered."""
        if self.resolved_at:
            return True
        known = self.detected_at or self.started_at
        late = timedelta(hours=settings.RECORD_AFTER_HOURS)
        return known is not None and self.declared_at - known > late

    def _first_known_step(self: Incident) -> datetime | None:
        """Give the first step that somebody took before it was declared."""
        known = (self.known_at(name) for name in RESPONSES)
        return min(filter(None, known), default=None)

    def _declaration(self: Incident) -> str:
        if self.is_record:
            return _("Entered afterwards: %s") % self.title
        if self.tracking == Tracking.TICKET:
            return _("Entered as a ticket: %s") % self.title
        return _("Declared: %s") % self.title

    def acknowledge(self: Incident, *, by: User, at: datetime) -> None:
        """Say that somebody has taken it up."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_of_acknowledge())
            change.set(acknowledged_at=at)
            change.row.take_as_response(change)
            change.say("acknowledge", Kind.STATUS, _("Acknowledged"))
            change.commit(change.row)
            change.row.follow_clocks(at)

    def change_status(
        self: Incident, to: str, *, by: User, at: datetime, seen: str | None = None
    ) -> None:
        """Move to another unresolved status; `seen` is the one the person saw."""
        if to == Status.RESOLVED:
            return self.resolve(by=by, at=at)
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_of_change_status(to, seen))
            change.stop_if_blocked()
            was = incident.status_label
            change.set(status=to)
            incident.take_as_response(change)
            name = STATUS_MILESTONES.get(to)
            if name and incident.known_at(name) is None:
                change.set(**{f"{name}_at": at})
            text = _("Status: %(was)s → %(now)s") % {
                "was": was,
                "now": incident.status_label,
            }
            change.say("change_status", Kind.STATUS, text, status=to)
            change.commit(incident)
            incident.follow_clocks(at)
        return None

    def mitigate(self: Incident, *, by: User, at: datetime) -> None:
        """Say that users are no longer affected: the impact interval ends."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_of_mitigate())
            change.set(mitigated_at=at)
            change.row.take_as_response(change)
            change.say("mitigate", Kind.STATUS, _("Mitigated: the impact has ended"))
            change.row.follow_impact(change)
            change.commit(change.row)
            change.row.follow_clocks(at)

    def resolve(self: Incident, *, by: User | None, at: datetime) -> None:
        """End the work: nothing more has to be done for users."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_of_resolve())
            change.set(status=Status.RESOLVED, resolved_at=at)
            change.row.take_as_response(change)
            change.say("resolve", Kind.STATUS, _("Resolved"))
            change.row.follow_impact(change)
            change.commit(change.row)
            change.row.follow_clocks(at)

    def close(
        self: Incident,
        *,
        by: User,
        at: datetime,
        reason: str,
        note: str = "",
        duplicate_of: Incident | None = None,
    ) -> None:
        """Close the record. A false alarm or a duplicate closes from any status."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_of_close(reason))
            change.stop_if_blocked()
            change.set(
                closed_at=at,
                close_reason=reason,
                close_note=note,
                duplicate_of=duplicate_of,
            )
            label = _("Closed as %s") % CloseReason(reason).label
            text = ": ".join(filter(None, [label, note.strip()]))
            text = " · ".join(filter(None, [text, change.row.end_modes(change)]))
            change.row.end_offers(at)
            change.say("close", Kind.STATUS, text, reason=reason)
            change.row.follow_impact(change)
            change.commit(change.row)
            change.row.follow_clocks(at)

    def reopen(self: Incident, *, by: User, at: datetime, reason: str) -> None:
        """Take it up again; the earlier impact interval stays, a new one begins."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_of_reopen(reason))
            change.require(incident._blockers_of_overlap(at))
            change.stop_if_blocked()
            was = incident._end_of_work()
            if incident.status == Status.RESOLVED:
                change.set(status=incident.playbook.reopened_status)
            change.set(mitigated_at=None, resolved_at=None, verified_at=None)
            change.set(reopened_at=at)
            change.set(closed_at=None, close_reason="", close_note="")
            change.set(duplicate_of=None)
            incident.unknown.pop(Milestone.MITIGATED, None)
            change.set(unknown=incident.unknown)
            change.also(
                incident.impact_intervals.model(incident=incident, started_at=at)
            )
            change.say("reopen", Kind.STATUS, _("Reopened: %s") % reason, was=was)
            change.commit(incident)
            incident.follow_clocks(at, restart=True)

    @property
    def status_label(self: Incident) -> str:
        """Name the status in the words of the playbook."""
        return self.playbook.status_label(self.status) or self.get_status_display()

    def blockers_of_acknowledge(self: Incident) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if self.acknowledged_at:
            blockers.append(Blocker("acknowledged", _("It is already acknowledged.")))
        return blockers

    def blockers_of_change_status(
        self: Incident, to: str, seen: str | None = None
    ) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if self.playbook.status_label(to) is None:
            sentence = _("Choose one of the playbook's statuses.")
            blockers.append(Blocker("status_unknown", sentence, "status"))
        if self.status == Status.RESOLVED:
            sentence = _("It is resolved; reopen it with a reason to go on working.")
            blockers.append(Blocker("resolved", sentence, "reopen"))
        elif self.status == to or (seen and seen != self.status):
            sentence = _("Its status is already %s.") % self.status_label
            blockers.append(Blocker("status_moved", sentence, "status"))
        return blockers

    def blockers_of_mitigate(self: Incident) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if self.mitigated_at:
            blockers.append(Blocker("mitigated", _("It is already mitigated.")))
        return blockers

    def blockers_of_resolve(self: Incident) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if self.status == Status.RESOLVED:
            blockers.append(Blocker("resolved", _("It is already resolved.")))
        return blockers

    def blockers_of_close(
        self: Incident, reason: str = CloseReason.COMPLETED
    ) -> list[Blocker]:
        """List what stands against closing; only a completed one must be complete."""
        if self.closed_at:
            return [Blocker("closed", _("It is already closed."))]
        if reason not in CloseReason:
            return [Blocker("reason", _("Choose a reason for closing."), "reason")]
        if reason != CloseReason.COMPLETED:
            return []
        return [*self._missing(), *self.blockers_of_modes()]

    def blockers_of_reopen(self: Incident, reason: str = "-") -> list[Blocker]:
        blockers = []
        if self.status != Status.RESOLVED and not self.closed_at:
            blockers.append(Blocker("running", _("It is not resolved: go on.")))
        if not reason.strip():
            sentence = _("Say why it is opened again.")
            blockers.append(Blocker("reason", sentence, "reason"))
        return blockers

    def _blockers_of_overlap(self: Incident, at: datetime) -> list[Blocker]:
        """Keep impact intervals apart: a new one begins once it was over."""
        ends = [each.ended_at for each in self.impact_intervals.all()]
        known = list(filter(None, [*ends, self.resolved_at, self.closed_at]))
        if not known or at >= max(known):
            return []
        moment = f"{max(known).astimezone(self.team.zone):%Y-%m-%d %H:%M %Z}"
        sentence = _("Until %s it was not over: say when it came back after that.")
        return [Blocker("overlap", sentence % moment, "at")]

    def blockers_if_closed(self: Incident) -> list[Blocker]:
        if not self.closed_at:
            return []
        sentence = _("It is closed; reopen it with a reason to change it.")
        return [Blocker("closed", sentence, "reopen")]

    def _missing(self: Incident) -> list[Blocker]:
        """List what a complete record lacks: a value, or a reason for not knowing."""
        missing = []
        if self.status != Status.RESOLVED:
            sentence = _("It is not resolved yet.")
            missing.append(Blocker("not_resolved", sentence, "resolve"))
        for name in NEEDED_MILESTONES:
            if not self.known_at(name) and name not in self.unknown:
                sentence = str(MISSING_MILESTONES[name])
                missing.append(Blocker(f"missing_{name}", sentence, name))
        for fact, present, sentence in (
            ("impact", self.has_impact, _("How many users were affected is missing.")),
            (
                "detection_source",
                bool(self.detection_source),
                _("How it was detected is missing."),
            ),
            (
                "cause_category",
                bool(self.cause_category),
                _("The kind of cause is missing."),
            ),
        ):
            if not present and fact not in self.unknown:
                missing.append(Blocker(f"missing_{fact}", sentence, fact))
        return missing

    def _end_of_work(self: Incident) -> dict[str, str]:
        ends = ("mitigated_at", "resolved_at", "verified_at", "closed_at")
        return {
            name: getattr(self, name).isoformat()
            for name in ends
            if getattr(self, name)
        }

    def _start_lead(self: Incident, person: User, at: datetime) -> None:
        code = self.playbook.leading_role.code
        self.roles.create(role=code, person=person, held_at=at)

    def _known_impact(self: Incident) -> ImpactInterval:
        """Give the first interval, of an incident that is being declared."""
        ended = self.mitigated_at or self.resolved_at or self.closed_at
        started = self.started_at or self._noticed_at(ended)
        return self.impact_intervals.model(
            incident=self, started_at=started, ended_at=ended
        )

    def _noticed_at(self: Incident, ended: datetime | None) -> datetime:
        """Say since when users are known to be affected, where nobody said so."""
        noticed = self.detected_at or self.declared_at
        return min(noticed, ended or noticed)  # it may be over when it is entered

    def follow_impact(self: Incident, change: Change[Incident]) -> None:
        """Let impact run from started to mitigated, else resolved.

        One that was corrected by hand keeps its times, but an open end is closed.
        The interval is checked and saved together with the incident.
        """
        intervals = list(self.impact_intervals.all())
        before = [(each.started_at, each.ended_at) for each in intervals]
        first, latest = intervals[0], intervals[-1]
        if not latest.is_corrected or latest.ended_at is None:
            latest.ended_at = self.mitigated_at or self.resolved_at or self.closed_at
        if not first.is_corrected:
            first.started_at = self.started_at or self._noticed_at(first.ended_at)
        for interval, times in zip(intervals, before, strict=True):
            if times != (interval.started_at, interval.ended_at):
                change.also(interval)
