"""The verbs of an incident's record: what is known of it, and who may see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from incidents.amending import amend_fields
from incidents.changes import Blocker, changing
from incidents.choices import (
    AUTOMATIC_MILESTONES,
    RESPONSES,
    Kind,
    Milestone,
    Status,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import (
        ImpactInterval,
        Incident,
        Severity,
    )

# Beside the milestones, what closing asks for and may be "not known, because …".
OTHER_FACTS = {
    "impact": "users affected",
    "detection_source": "how it was detected",
    "cause_category": "kind of cause",
}
# What `amend` may set; everything else has a verb of its own.
AMENDABLE = frozenset(
    {
        "title",
        "summary",
        "team",
        "is_drill",
        "drill_outside",
        "users_affected",
        "users_percent",
        "users_reach",
        "transactions_affected",
        "impact_trend",
        "features_affected",
        "revenue_lost",
        "revenue_currency",
        "data_loss",
        "data_loss_details",
        "reputation",
        "detection_source",
        "cause_category",
    }
)


class RecordVerbs(models.Model):
    class Meta:
        abstract = True

    @property
    def has_impact(self: Incident) -> bool:
        return self.users_affected is not None or self.users_percent is not None

    def change_severity(
        self: Incident,
        to: Severity,
        *,
        by: User,
        at: datetime,
        because: str = "",
        seen: Severity | None = None,
    ) -> None:
        """Move to another severity of the same playbook."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_if_closed())
            if to.playbook_id != incident.playbook_version.playbook_id:
                sentence = _("This severity belongs to another playbook.")
                change.refuse("playbook", sentence, "severity")
            if incident.severity == to or (seen and seen != incident.severity):
                sentence = _("Its severity is already %s.") % incident.severity_label
                change.refuse("severity_moved", sentence, "severity")
            change.stop_if_blocked()
            if incident.playbook.level(to.code) is None:
                sentence = _(
                    "The incident's version of the playbook has no such level."
                )
                change.refuse("severity", sentence, "to")
            change.stop_if_blocked()
            is_raised = to.rank < incident.severity.rank
            was = incident.playbook.level(incident.severity.code)
            move = {"was": incident.severity.code, "now": to.code}
            text = _("Severity: %(was)s → %(now)s") % move
            text = ": ".join(filter(None, [text, because.strip()]))
            change.set(severity=to)
            incident.follow_severity(change)
            if freeze := incident.asked_freeze(change, was=was):
                change.also(freeze)
                text = f"{text} · {freeze.announcement}"
            change.say("change_severity", Kind.SEVERITY, text, **move)
            change.commit(incident)
            if is_raised:
                incident._flag_raised_severity(by, at)
            incident.follow_clocks(at, replan=True)

    def _flag_raised_severity(self: Incident, by: User, at: datetime) -> None:
        """Set the flags that the playbook ties to a raised severity."""
        holding = set(self.conditions.holding().values_list("code", flat=True))
        for flag in self.playbook.flags:
            if flag.set_by == "severity_raised" and flag.code not in holding:
                self.conditions.create(code=flag.code, since_at=at, set_by=by)

    def record_milestone(
        self: Incident,
        name: str,
        *,
        by: User,
        at: datetime,
        when: datetime | None = None,
        unknown_because: str = "",
    ) -> None:
        """Set when something happened, or why that cannot be known.

        `name` is a milestone, or one of impact, detection_source and cause_category,
        which can only be unknown here. `at` is the time of the entry itself.
        """
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident._blockers_of_milestone(name, when, unknown_because))
            if when and when > change.at:
                change.refuse("future", _("The time lies in the future."), name)
            change.stop_if_blocked()
            label = Milestone(name).label if name in Milestone else _(OTHER_FACTS[name])
            if when:
                change.set(**{f"{name}_at": when})
                if name in RESPONSES:
                    incident.take_as_response(change, when)
                text = (
                    f"{label}: {when.astimezone(incident.team.zone):%Y-%m-%d %H:%M %Z}"
                )
            else:
                change.set(unknown={**incident.unknown, name: unknown_because.strip()})
                if name in Milestone:
                    change.set(**{f"{name}_at": None})
                text = _("%(what)s: not known, because %(why)s") % {
                    "what": capfirst(label),
                    "why": unknown_because.strip(),
                }
            change.set(unknown=incident.unknown)
            change.say("record_milestone", Kind.MILESTONE, text, milestone=name)
            incident.follow_impact(change)
            change.commit(incident)
            incident.follow_clocks(at)

    def _blockers_of_milestone(
        self: Incident, name: str, when: datetime | None, unknown_because: str
    ) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if name not in Milestone and name not in OTHER_FACTS:
            return [*blockers, Blocker("milestone", _("There is no such milestone."))]
        if bool(when) == bool(unknown_because.strip()):
            sentence = _("Give the time, or say why it is not known.")
            blockers.append(Blocker("time_or_reason", sentence, name))
        if name in OTHER_FACTS and when:
            sentence = _("This is not a time: edit the record instead.")
            blockers.append(Blocker("not_a_time", sentence, name))
        if name in AUTOMATIC_MILESTONES:
            sentence = _("Declaring and closing are recorded by themselves.")
            blockers.append(Blocker("automatic", sentence, name))
        if name == Milestone.RESOLVED and self.status != Status.RESOLVED:
            sentence = _("It is not resolved: resolve it instead.")
            blockers.append(Blocker("not_resolved", sentence, "resolve"))
        if name == Milestone.RESOLVED and not when:
            sentence = _("A resolved incident needs the time of its resolution.")
            blockers.append(Blocker("needs_time", sentence, name))
        return blockers

    def correct_impact(
        self: Incident,
        interval: ImpactInterval,
        *,
        started_at: datetime,
        ended_at: datetime | None,
        reason: str,
        by: User,
        at: datetime,
    ) -> None:
        """Set an impact interval by hand; milestones no longer move it."""
        with changing(self, by=by, at=at) as change:
            if not reason.strip():
                change.refuse("reason", _("Say why the interval changes."), "reason")
            if interval.incident_id != change.row.pk:
                sentence = _("This interval belongs to another incident.")
                change.refuse("interval", sentence)
            change.require(
                change.row._blockers_of_interval(interval, started_at, ended_at, at)
            )
            interval.started_at, interval.ended_at = started_at, ended_at
            interval.is_corrected = True
            change.also(interval)
            text = _("Impact interval corrected: %s") % reason.strip()
            change.say("correct_impact", Kind.RECORD, text)
            change.commit(change.row)
            change.row.follow_clocks(at)

    def _blockers_of_interval(
        self: Incident,
        interval: ImpactInterval,
        started_at: datetime,
        ended_at: datetime | None,
        now: datetime,
    ) -> list[Blocker]:
        blockers = []
        if max(started_at, ended_at or started_at) > now:
            sentence = _("The impact cannot lie in the future.")
            blockers.append(Blocker("future", sentence, "started_at"))
        if not ended_at and (self.mitigated_at or not self.is_running):
            sentence = _("This impact is over: say until when it went on.")
            blockers.append(Blocker("over", sentence, "ended_at"))
        elif any(
            (other.ended_at is None or started_at < other.ended_at)
            and (ended_at is None or other.started_at < ended_at)
            for other in self.impact_intervals.exclude(pk=interval.pk)
        ):
            sentence = _("It overlaps with another impact of this incident.")
            blockers.append(Blocker("overlap", sentence, "started_at"))
        return blockers

    def restrict(
        self: Incident, restricted: bool, *, by: User, at: datetime, reason: str
    ) -> None:
        """Hide it from all but those with a role in it, or show it again."""
        with changing(self, by=by, at=at) as change:
            if change.row.restricted == restricted:
                sentence = (
                    _("It is restricted already.")
                    if restricted
                    else _("It is not restricted.")
                )
                change.refuse("restricted", sentence)
            if not reason.strip():
                change.refuse("reason", _("Say why."), "reason")
            change.set(restricted=restricted)
            text = _("Restricted: %s") if restricted else _("No longer restricted: %s")
            change.say("restrict", Kind.RECORD, text % reason.strip())
            change.commit(change.row)

    def amend(
        self: Incident,
        changes: Mapping[str, tuple[Any, Any]],
        *,
        by: User,
        at: datetime,
    ) -> None:
        """Change plain fields: {name: (what the person saw, what they wrote)}.

        A field that somebody else changed meanwhile is refused with its present
        value; fields not named stay as they are stored. Nothing changed: no event.
        """
        with changing(self, by=by, at=at) as change:
            if amended := amend_fields(
                change, changes, allowed=AMENDABLE | {"services"}
            ):
                labels = ", ".join(amended)
                change.say("amend", Kind.RECORD, _("Record edited: %s") % labels)
                change.commit(change.row)
                change.row.follow_clocks(at)
