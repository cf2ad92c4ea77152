"""Every step that may be taken on an incident, and what must hold after each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from incidents.changes import Refused
from incidents.choices import WORK_DEADLINES, CloseReason, Status
from incidents.clocks import AUDIENCES, series_of
from incidents.deadlines import mark_passed
from incidents.models import Deadline, Incident, PlaybookVersion, Service
from incidents.playbooks.schema import PlaybookDocument
from incidents.sending import Draft
from incidents.targets import Target
from tests.clockwork import publish

Step = tuple[str, dict[str, Any]]
SETTLED = frozenset({"met", "missed", "reached"})
NEXT = Target.parse("20 min")
MILESTONES = ("acknowledged", "mitigation_started", "mitigated", "resolved")


def newer(document: PlaybookDocument) -> PlaybookDocument:
    """Edit a playbook as its owner might: other targets, fewer rungs and clocks."""
    levels = [
        level.model_copy(
            update={
                "respond": Target.parse("45 min"),
                "resolve": None if level.resolve else Target.parse("6 h"),
                "updates": level.updates[1:],
            }
        )
        for level in document.severities
    ]
    return document.model_copy(
        update={
            "severities": tuple(levels),
            "ladder": document.ladder[::2],
            "follow_ups": document.follow_ups[1:],
        }
    )


class World:
    """What the steps are taken with: a playbook in two versions, people, services."""

    def __init__(self, document: PlaybookDocument, team, people, at: datetime) -> None:
        self.document, self.team, self.people = document, team, people
        publish(document, at)
        self.newer: PlaybookVersion = publish(newer(document), at)
        self.version = publish(document, at)
        self.severities = list(self.version.playbook.severities.all())
        self.paid = Service.objects.create(name="Billing", tags=["payments"])

    def declare(self, severity: str, at: datetime, **known: Any) -> Incident:
        return Incident.declare(
            title="Checkout fails",
            severity=next(each for each in self.severities if each.code == severity),
            team=self.team,
            by=self.people[0],
            at=at,
            **known,
        )

    def steps(self, incident: Incident, at: datetime) -> Iterator[Step]:
        """List the steps worth trying, some of which will be refused."""
        yield from self._work(incident)
        yield from self._record(incident, at)
        yield from self._clocks(incident, at)

    def _work(self, incident: Incident) -> Iterator[Step]:
        yield from ((name, {}) for name in ("acknowledge", "mitigate", "resolve"))
        for status in self.document.statuses:
            yield "change_status", {"to": status.code}
        yield "close", {"reason": "false_alarm"}
        yield "close", {"reason": "duplicate", "duplicate_of": self.other(incident)}
        yield "close", {"reason": "completed"}
        yield "reopen", {"reason": "It is back"}
        yield "promote", {}
        yield "note", {"text": "Seen"}

    def _record(self, incident: Incident, at: datetime) -> Iterator[Step]:
        for severity in self.severities:
            yield "change_severity", {"to": severity}
        held = incident.roles.current().filter(role=self._role).first()
        taken = {"role": self._role, "instead_of": held and held.person}
        for person in (self.people[1], None):
            yield "assign_role", {**taken, "person": person, "note": "They sleep"}
        yield from self._handing(held and held.person)
        for name in MILESTONES:
            when = at - timedelta(minutes=3)
            yield "record_milestone", {"name": name, "when": when}
        unknown = {"name": "acknowledged", "unknown_because": "Nobody wrote it down"}
        yield "record_milestone", unknown
        services = set(incident.services.all())
        touched = set() if services else {self.paid}
        yield "amend", {"changes": {"services": (services, touched)}}
        yield "record_postmortem", {"state": "published", "text": "Published"}
        for verb in ("require_postmortem", "waive_postmortem"):
            yield verb, {"reason": "We agreed"}
        yield "follow_postmortem_rule", {}

    def _handing(self, holder: Any) -> Iterator[Step]:
        """Hand the leading role over in two steps, and freeze deployments."""
        for person in self.people:
            if person != holder:
                yield "offer_role", {"role": self._role, "to": person}
        for answer in ("accept_role", "decline_role", "withdraw_role"):
            yield answer, {"role": self._role}
        for verb in ("start_mode", "end_mode"):
            yield verb, {"kind": "freeze"}

    def _clocks(self, incident: Incident, at: datetime) -> Iterator[Step]:
        for audience in AUDIENCES:
            words = {"audience": audience, "text": "On it."}
            yield "post_update", words
            yield "post_update", {**words, "next_in": NEXT}
            yield "nothing_new", {"audience": audience}
        needed = {"tried": "Rolled back", "needed": "Somebody who knows it"}
        yield "escalate", {"to": self.people[1], **needed, "call": True}
        for call in incident.calls.all():
            yield "end_call", {"call": call, "outcome": "reached"}
        yield "record_copied", {"draft": Draft("customers", "On it.")}
        for flag in self.document.flags:
            yield "set_flag", {"code": flag.code}
            yield "clear_flag", {"code": flag.code}
        yield "apply_playbook", {"version": self.newer}
        yield "apply_playbook", {"version": self.version}
        for row in incident.deadlines.all():
            yield "meet_deadline", {"deadline": row}
            later = {"to": at + timedelta(days=3), "reason": "Holidays"}
            yield "move_deadline", {"deadline": row, **later}

    @property
    def _role(self) -> str:
        return self.document.leading_role.code

    def other(self, incident: Incident) -> Incident | None:
        return Incident.objects.exclude(pk=incident.pk).first()


class Watch:
    """Holds an incident to the rules while steps are taken and sweeps pass."""

    def __init__(self, incident: Incident) -> None:
        self.incident = Incident.objects.get(pk=incident.pk)
        self.settled: dict[str, str] = {}
        self.stated: dict[str, datetime] = {}
        self.keys: set[str] = set()
        self.look()

    def branch(self) -> Watch:
        """Give one that goes on from what this one saw last."""
        branch = copy(self)
        branch.incident = Incident.objects.get(pk=self.incident.pk)
        branch.stated = dict(self.stated)
        return branch

    def take(self, step: Step, *, by, at: datetime) -> bool:
        """Take a step; say whether it was taken. One event each, or none."""
        verb, named = step
        before, taken = self.incident.timeline.count(), 0
        with suppress(Refused):
            getattr(self.incident, verb)(by=by, at=at, **named)
            taken = 1
        written = self.incident.timeline.count() - before
        # The same words a second time are a second click, and nothing happens.
        is_again = verb in {"record_copied", "escalate"} and not written
        assert written == taken or is_again, step
        self.incident = Incident.objects.get(pk=self.incident.pk)
        self.look()
        return bool(written)

    def sweep(self, now: datetime) -> None:
        before, passed = self.incident.timeline.count(), self._passed()

        mark_passed(now)

        told = self.incident.timeline.count() - before
        self.look()
        assert told == self._passed() - passed
        assert mark_passed(now) == 0

    def _passed(self) -> int:
        return sum(state != "met" for state in self.settled.values())

    def look(self) -> None:
        """Check every deadline of the incident."""
        rows = list(self.incident.deadlines.all())
        states = {row.key: row.state for row in rows}
        assert self.keys <= states.keys(), "a deadline has vanished"
        for key, state in self.settled.items():
            assert states[key] == state, f"{key} was {state}, and is {states[key]}"
        self._look_for_broken_words(rows)
        self.keys = set(states)
        self.settled = {k: state for k, state in states.items() if state in SETTLED}
        running = [row for row in rows if row.ended_at is None]
        series = [series_of(row.kind, row.audience, row.key) for row in running]
        assert len(set(series)) == len(series), f"promised twice: {series}"
        for row in rows:
            self._look_at(row)

    def _look_for_broken_words(self, rows: list[Deadline]) -> None:
        """Hold updates to what they stated: it may come sooner, and ends with work."""
        for row in rows:
            if row.key in self.stated:
                said = f"{row.key}, stated by an update, is {row.state}"
                was_over = self.incident.resolved_at or self.incident.closed_at
                assert row.state != "waiting", said
                assert row.state != "cancelled" or was_over, said
                assert row.due_at, said
                assert row.due_at <= self.stated[row.key], said
        for row in rows:
            if row.counts_from == "stated" and row.ended_at is None:
                stated = Target.parse(row.rule).due(row.starts_at)
                self.stated[row.key] = stated
        over = {row.key for row in rows if row.ended_at}
        self.stated = {k: due for k, due in self.stated.items() if k not in over}

    def _look_at(self, row: Deadline) -> None:
        incident, said = self.incident, f"{row.key} is {row.state}"
        if row.due_at:
            assert row.starts_at, said
            assert row.starts_at <= row.due_at <= row.late_at, said
        if row.state == "waiting":
            assert row.due_at is None, said
        if row.met_at:
            assert row.ended_at, said
        if row.ended_at is None:
            is_over = incident.status == Status.RESOLVED and row.kind in WORK_DEADLINES
            is_void = incident.close_reason in {
                CloseReason.FALSE_ALARM,
                CloseReason.DUPLICATE,
            }
            assert not is_over, f"{said} after the resolution"
            assert not is_void, f"{said} of what was no incident"
