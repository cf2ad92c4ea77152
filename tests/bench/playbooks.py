"""What playbooks cost: loading the largest, declaring by it, deadlines by the many."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.models import Deadline, Incident, Playbook, Service, Severity, Team
from incidents.playbooks.presets import PRESETS, preset_text

RUNNING = 10_000


@dataclass(frozen=True)
class Budget:
    """A figure that must not pass a limit."""

    name: str
    figure: float
    most: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.figure <= self.most


def largest() -> str:
    return max(PRESETS, key=lambda code: len(preset_text(code)))


def loading() -> Budget:
    """Load the largest preset as its command does, into an empty database."""
    began = time.process_time()
    call_command("load_playbook", largest(), stdout=StringIO())
    spent = time.process_time() - began
    return Budget("load of the largest preset", spent, 2, "s CPU")


def declaring(name: str, most: int) -> Budget:
    """Declare by the largest preset, and take it back."""
    playbook = Playbook.objects.get(slug=largest())
    severity = playbook.severities.get(rank=1)
    severity.playbook.current.content  # noqa: B018  # read once in a process
    with transaction.atomic():
        by, _made = User.objects.get_or_create(username="declarer")
        team, _made = Team.objects.get_or_create(name="Declarers")
        service, _made = Service.objects.get_or_create(name="Declared")
        with CaptureQueriesContext(connection) as queries:
            Incident.declare(
                title="Checkout fails",
                severity=severity,
                team=team,
                by=by,
                at=timezone.now(),
                services=[service],
            )
        transaction.set_rollback(True)
    return Budget(f"declaring, {name}", len(queries), most, "queries")


def make_running(people: list[User], teams: list[Team]) -> Iterator[Incident]:
    """Make incidents of the starting playbook that nobody has resolved yet."""
    now = timezone.now()
    severities = list(Severity.objects.filter(playbook__slug="default"))
    version = severities[0].playbook.current
    for n in range(RUNNING):
        declared_at = now - timedelta(minutes=n)
        severity = severities[n % len(severities)]
        yield Incident(
            reference=f"RUN-{n:05d}",
            title=f"Something is slow in region {n}",
            playbook_version=version,
            severity=severity,
            tracking=version.content.level(severity.code).tracking,
            team=teams[n % len(teams)],
            lead=people[n % len(people)],
            declared_at=declared_at,
        )


def make_deadlines(incidents: list[Incident], at: datetime) -> Iterator[Deadline]:
    """Give each the rows that one of its severity is declared with."""
    patterns = {
        each.severity_id: planned(each, at)
        for each in {one.severity_id: one for one in incidents}.values()
    }
    for incident in incidents:
        late = incident.declared_at - at
        for row in patterns[incident.severity_id]:
            values = dict(row)
            for name in ("starts_at", "due_at", "nudge_at", "late_at"):
                if values[name]:
                    values[name] += late
            yield Deadline(**values, incident=incident)


def planned(like: Incident, at: datetime) -> list[dict[str, object]]:
    """Declare one of this severity, note its rows, and take it back."""
    with transaction.atomic():
        one = Incident.declare(
            title="One", severity=like.severity, team=like.team, by=like.lead, at=at
        )
        rows = list(one.deadlines.values())
        transaction.set_rollback(True)
    return [
        {k: v for k, v in r.items() if k not in ("id", "incident_id")} for r in rows
    ]
