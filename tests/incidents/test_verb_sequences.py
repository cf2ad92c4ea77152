"""Verbs in any order, at any time: each is recorded once, or refused as a whole."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from incidents.changes import Refused, unfit
from incidents.choices import (
    ENTRY_KINDS,
    CloseReason,
    ItemStatus,
    Milestone,
    Status,
)
from incidents.models import Incident, Severity, TimelineEvent
from incidents.models.incident_record import OTHER_FACTS
from tests.whole import FULL

CALLS = 50
ROLES = ["lead", "communications", "operations", "scribe"]
WALKS = range(40 if FULL else 4)
STRANGE_TIMES = (
    datetime.min.replace(tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
)


class Walk:
    """A seeded walk over two incidents and whatever their verbs bring forth."""

    def __init__(self, seed, incidents, people, noon):
        self.dice = random.Random(seed)  # noqa: S311
        self.incidents, self.people, self.noon = incidents, people, noon
        self.severities = list(Severity.objects.all())

    def time(self):
        if self.dice.random() < 0.03:
            return self.dice.choice(STRANGE_TIMES)
        return self.noon + timedelta(minutes=self.dice.randint(-300, 2))

    def some(self, choices, nothing=None):
        """Choose one, now and then what is not among them."""
        return self.dice.choice([*choices, nothing])

    def verb(self):
        incident = self.dice.choice(self.incidents)
        items = list(incident.items.all())
        if items and self.dice.random() < 0.4:
            item = self.dice.choice(items)
            return item, *self.dice.choice(self.item_verbs(item))
        return incident, *self.dice.choice(self.incident_verbs(incident))

    def incident_verbs(self, incident):
        others = [*self.incidents, None]
        intervals = list(incident.impact_intervals.all())
        role = self.some(ROLES, "king")
        held = incident.roles.current().filter(role=role).first()
        return [
            ("acknowledge", {}),
            ("change_status", {"to": self.some(Status.values, "asleep")}),
            ("mitigate", {}),
            ("resolve", {}),
            ("close", self.closing(others)),
            ("reopen", {"reason": self.some(["It came back"], "")}),
            ("note", {"text": "Seen", "kind": self.some(ENTRY_KINDS, "status")}),
            ("change_severity", {"to": self.dice.choice(self.severities)}),
            ("assign_role", self.role(role, held)),
            ("record_milestone", self.milestone()),
            ("correct_impact", self.correction(intervals)),
            ("restrict", {"restricted": self.some([True], False), "reason": "Law"}),
            ("amend", self.amendment(incident)),
            ("add_item", {"title": "Test", "owner": self.some(self.people)}),
            ("add_link", {"url": "https://a.example", "other": self.some(others)}),
        ]

    def item_verbs(self, item):
        day = (self.time() if self.dice.random() < 0.9 else self.noon).date()
        reason = {"reason": self.some(["Because"], " ")}
        person = {"person": self.some(self.people), "instead_of": item.owner}
        return [
            ("assign", person),
            ("start", {}),
            ("complete", {}),
            ("drop", reason),
            ("reopen", reason),
            ("move_due_date", {"to": day, **reason}),
        ]

    def closing(self, others):
        reason = self.some(CloseReason.values, "bored")
        return {"reason": reason, "duplicate_of": self.dice.choice(others)}

    def role(self, role, held):
        holder = held.person if held else None
        return {"role": role, "person": self.some(self.people), "instead_of": holder}

    def milestone(self):
        name = self.some([*Milestone.values, *OTHER_FACTS], "lunch")
        when, why = self.some([self.time()]), self.some(["Not logged"], "")
        return {"name": name, "when": when, "unknown_because": why}

    def correction(self, intervals):
        started, ended = self.time(), self.some([self.time()])
        interval = self.dice.choice(intervals)
        return {
            "interval": interval,
            "started_at": started,
            "ended_at": ended,
            "reason": "Logs",
        }

    def amendment(self, incident):
        users = self.some([0, 7, -1, 10**9])
        return {"changes": {"users_affected": (incident.users_affected, users)}}


@pytest.fixture
def walk(request, incident, severity, team, lead, responder, at_noon):
    other = Incident.declare(
        title="Slow", severity=severity, team=team, by=lead, at=at_noon
    )
    return Walk(request.param, [incident, other], [lead, responder], at_noon)


@pytest.mark.parametrize("walk", WALKS, indirect=True)
def test_every_call_writes_one_event_or_is_refused_with_sentences(walk, lead):
    refused = 0
    for _call in range(CALLS):
        row, name, arguments = walk.verb()
        before, status = TimelineEvent.objects.count(), row.status
        sentences = refusal_of(getattr(row, name), by=lead, at=walk.time(), **arguments)
        row.refresh_from_db()
        written = TimelineEvent.objects.count() - before
        if sentences:
            assert all(sentences)
            assert (written, row.status) == (0, status), (name, arguments)
            refused += 1
        elif name != "amend" or written:  # an edit without a change says nothing
            assert written == 1, (name, arguments)
        assert_is_sound(Incident.objects.get(pk=getattr(row, "incident_id", row.pk)))
    assert 0 < refused < CALLS


def refusal_of(verb, **arguments):
    """Take the step; give the sentences against it, none if it was taken."""
    try:
        verb(**arguments)
    except Refused as refusal:
        return [str(each.sentence).strip() for each in refusal.blockers] or [""]
    return []


def assert_is_sound(incident):
    assert unfit(incident) == []
    assert (incident.status == Status.RESOLVED) == bool(incident.resolved_at)
    assert bool(incident.closed_at) == bool(incident.close_reason)
    said = incident.timeline.exclude(facts__status=None).order_by("pk").last()
    ended = incident.timeline.filter(verb__in=["resolve", "reopen"])
    assert said or ended or incident.status == Status.OPEN
    spans = [(i.started_at, i.ended_at) for i in incident.impact_intervals.all()]
    assert spans
    assert all(end is None or start <= end for start, end in spans)
    assert all(end and end <= start for (_, end), (start, _) in pairwise(spans)), spans
    if not incident.is_running:
        assert spans[-1][1], "it is over, but its impact goes on"
    for item in incident.items.all():
        is_over = item.status in {ItemStatus.DONE, ItemStatus.DROPPED}
        assert is_over == bool(item.finished_at)
