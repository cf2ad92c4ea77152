"""An incident and the clock on the wall, for stories about deadlines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.text import slugify

from incidents.deadlines import mark_passed
from incidents.models import Deadline, Incident, Playbook, PlaybookVersion, Severity
from incidents.playbooks.schema import PlaybookDocument


def level(code: str = "S1", **promises: Any) -> dict[str, Any]:
    words = {"name": code, "badge": "red", "definition": "It is broken."}
    return {"code": code, **words, **promises}


def playbook(*levels: dict[str, Any], **parts: Any) -> PlaybookDocument:
    """Write a small playbook that asks for no post-mortem unless it says so."""
    silent = {"postmortem": {"required": {}}}
    content = {"name": "Ours", "severities": levels or (level(),), **silent, **parts}
    return PlaybookDocument.model_validate(content)


def publish(document: PlaybookDocument, at: datetime) -> PlaybookVersion:
    slug = f"{slugify(document.name)}-played"
    book, _made = Playbook.objects.get_or_create(slug=slug, name=document.name)
    return book.publish(document, by=None, at=at)


class Story:
    """One incident, told in minutes since its declaration."""

    incident: Incident
    version: PlaybookVersion

    def __init__(self, clock, team, person, began: datetime) -> None:
        self.clock, self.team, self.person, self.began = clock, team, person, began

    def begin(self, document: PlaybookDocument, code: str = "S1", **known: Any) -> None:
        self.version = publish(document, self.began)
        self.incident = Incident.declare(
            title="Checkout fails",
            severity=self.severity(code),
            team=self.team,
            by=self.person,
            at=self.began,
            **known,
        )

    def severity(self, code: str) -> Severity:
        return Severity.objects.get(playbook=self.version.playbook, code=code)

    def at(self, minutes: float) -> datetime:
        """Let the clock show this, and the sweep pass."""
        moment = self.began + timedelta(minutes=minutes)
        self.clock.move_to(moment, tick=False)
        mark_passed(moment)
        return moment

    def do(self, verb: str, *given: Any, after: float = 0, **named: Any) -> None:
        getattr(self.incident, verb)(*given, by=self.person, at=self.at(after), **named)

    def row(self, key: str) -> Deadline:
        return self.incident.deadlines.get(key=key)

    def due(self, key: str) -> float | None:
        """Give the due time in minutes since the declaration."""
        due = self.row(key).due_at
        return due and (due - self.began).total_seconds() / 60

    def state(self, key: str) -> str:
        """Give the state; "late" is what was missed and still has to be done."""
        row = self.row(key)
        return "late" if row.is_late else row.state

    def states(self, *kinds: str) -> dict[str, str]:
        rows = self.incident.deadlines.order_by("pk")
        chosen = rows.filter(kind__in=kinds) if kinds else rows
        return {row.key: self.state(row.key) for row in chosen}

    def events(self, *verbs: str) -> list[str]:
        told = self.incident.timeline.chronological().filter(verb__in=verbs)
        return [event.text for event in told]


@pytest.fixture
def story(time_machine, team, lead, noon) -> Story:
    time_machine.move_to(noon, tick=False)
    return Story(time_machine, team, lead, noon)
