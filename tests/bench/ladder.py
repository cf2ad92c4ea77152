"""The ladder at size: a sweep over many running incidents, in queries and CPU.

Nothing due must cost next to nothing; a rung of each costs the same for few and many.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from time import process_time

import django
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

INCIDENTS = 1_000
IDLE_QUERIES, IDLE_CPU = 5, 0.1
DUE_CPU = 15


def main() -> int:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    now = timezone.now()
    fill(now)
    idle = measured(now)
    sweep(now + timedelta(minutes=1), INCIDENTS)
    began = process_time()
    marked = sweep(now + timedelta(minutes=3), INCIDENTS)
    due = process_time() - began
    met = [
        idle[0] <= IDLE_QUERIES and idle[1] <= IDLE_CPU,
        marked == INCIDENTS and due <= DUE_CPU,
    ]
    print(f"sweep, nothing due: {idle[0]} queries, {idle[1]:.3f} s CPU: {say(met[0])}")
    print(f"sweep, {marked:,} rungs due: {due:.1f} s CPU: {say(met[1])}")
    return 0 if all(met) else 1


def fill(now: datetime) -> None:
    """Make incidents, each with two rungs: in one minute, and in two."""
    from django.contrib.auth.models import User

    from incidents.models import Deadline, Incident, RoleAssignment, Team
    from tests.bench.playbooks import make_running

    lead = User.objects.create_user(
        "ladder-lead@debrief.example", "ladder-lead@debrief.example", is_superuser=True
    )
    team = Team.objects.create(name="Laddered", lead=lead)
    # What the other legs left is not measured here.
    Deadline.objects.filter(ended_at=None).update(ended_at=now, state="cancelled")
    made = make_running([lead], [team])
    running = [next(made) for _number in range(INCIDENTS)]
    for number, incident in enumerate(running):
        incident.reference = f"LAD-{number:05d}"
    incidents = Incident.objects.bulk_create(running)
    RoleAssignment.objects.bulk_create(
        RoleAssignment(incident=each, role="lead", person=lead, held_at=now)
        for each in incidents
    )
    Deadline.objects.bulk_create(
        Deadline(
            incident=each,
            key=f"rung:bench-{minutes}",
            kind="rung",
            label="The team lead is called",
            counts_from="declared",
            tells=["lead"],
            media=["pager"],
            starts_at=now,
            due_at=now + timedelta(minutes=minutes),
            late_at=now + timedelta(minutes=minutes),
            state="open",
        )
        for each in incidents
        for minutes in (1, 2)
    )


def sweep(at: datetime, most: int) -> int:
    from incidents.deadlines import mark_passed

    return min(mark_passed(at), most)


def measured(at: datetime) -> tuple[int, float]:
    """Give the queries and the seconds of one sweep that finds nothing."""
    sweep(at, 0)  # the first pays for what is read once in a process
    began = process_time()
    with CaptureQueriesContext(connection) as queries:
        sweep(at, 0)
    return len(queries), process_time() - began


def say(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
