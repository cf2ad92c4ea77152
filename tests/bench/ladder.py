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
MINUTE = timedelta(minutes=1)


def main() -> int:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from incidents.sweeping import BATCH

    now = timezone.now()
    fill(now, few=BATCH)
    mark_passed(now)  # the first pays for what is read once in a process
    none, idle_queries, idle_cpu = measured(now)
    few, per_batch, _cpu = measured(now + MINUTE)
    began = process_time()
    due = mark_passed(now + 2 * MINUTE)
    due_cpu = process_time() - began
    many, queries, _cpu = measured(now + 3 * MINUTE)
    batches = INCIDENTS / BATCH
    rows = [
        ("nothing due", none == 0 and idle_queries <= IDLE_QUERIES, idle_queries),
        (f"one for each of {few}", few == BATCH, per_batch),
        (
            f"one for each of {many:,}",
            many == due == INCIDENTS and queries <= per_batch * batches,
            queries,
        ),
    ]
    times = [("nothing due", idle_cpu, IDLE_CPU), (f"{due:,} due", due_cpu, DUE_CPU)]
    for name, is_met, asked in rows:
        print(f"{f'ladder, {name}':46}{asked:6} queries  {say(is_met)}")
    for name, spent, most in times:
        words = f"{spent:6.2f} s CPU, most {most:g}"
        print(f"{f'ladder, {name}':46}{words}  {say(spent <= most)}")
    met = [is_met for _name, is_met, _asked in rows]
    met += [spent <= most for _name, spent, most in times]
    return 0 if all(met) else 1


def fill(now: datetime, few: int) -> None:
    """Make incidents with rungs: a few in one minute, all in two and in three."""
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
        for number, each in enumerate(incidents)
        for minutes in ((1, 2, 3) if number < few else (2, 3))
    )


def mark_passed(at: datetime) -> int:
    from incidents import deadlines

    return deadlines.mark_passed(at)


def measured(at: datetime) -> tuple[int, int, float]:
    """Sweep; give what was marked, the queries, and the seconds of the processor."""
    began = process_time()
    with CaptureQueriesContext(connection) as queries:
        marked = mark_passed(at)
    return marked, len(queries), process_time() - began


def say(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
