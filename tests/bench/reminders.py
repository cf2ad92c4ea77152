"""Reminders at size: the sweep's query on PostgreSQL, and the making of one digest.

The query is held against itself with its indexes out of reach; the digest against a
budget of processor time, from the rows of its items to the finished letter.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import ActionItem

ITEMS = 500_000
INCIDENTS = 1_000
LISTED = 200
ROUNDS = 7
INDEXES = ("actionitem_pending_due", "actionitem_snoozed")
MOST_TIMES = 0.3
MOST_CPU = 30


def main() -> int:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    person = fill(timezone.now().date())
    met = [digest(person)]
    if connection.vendor == "postgresql":
        met.append(query(timezone.now().date()))
    return 0 if all(met) else 1


def fill(today: date) -> User:
    """Make the items: most are done or far from due, one in a hundred is due."""
    from django.contrib.auth.models import User

    from incidents.models import ActionItem, Incident, Profile, Team
    from tests.bench.playbooks import make_running

    lead, person = (
        User.objects.create_user(f"{name}@debrief.example", is_superuser=True)
        for name in ("reminded-lead", "reminded-owner")
    )
    team = Team.objects.create(name="Reminded", lead=lead)
    Profile.objects.create(user=person, team=team)
    # What the other legs left is out of the way, so that one in a hundred is due.
    ActionItem.objects.update(due_on=today + timedelta(days=400), snoozed_until=None)
    running = list(islice(make_running([lead], [team]), INCIDENTS))
    for number, incident in enumerate(running):
        incident.reference = f"REM-{number:05d}"
    incidents = Incident.objects.bulk_create(running)
    pattern = ActionItem.objects.create(
        incident=incidents[0],
        title="Test the restore of the orders database every night",
        owner=person,
        due_on=today,
        created_at=timezone.now(),
    )
    if connection.vendor == "postgresql":
        multiply(pattern, today)
    ActionItem.objects.bulk_create(
        ActionItem(
            incident=incidents[number % INCIDENTS],
            title=f"Rehearse the restore of database {number}",
            owner=person,
            due_on=today - timedelta(days=number % 40),
            created_at=timezone.now(),
        )
        for number in range(LISTED - 1)
    )
    return person


def multiply(pattern: ActionItem, today: date) -> None:
    """Copy one item by the database's own hand, over all incidents and dates.

    The copies belong to nobody, so that the one person's digest stays as it is.
    """
    from incidents.models import ActionItem

    first = pattern.incident_id
    is_due, is_done = "n % 100 = 0", "n % 10 < 6 AND n % 100 <> 0"
    changed = {
        "incident_id": f"{first} + n % {INCIDENTS}",
        "owner_id": "NULL",
        "due_on": f"CASE WHEN {is_due} THEN DATE '{today}' - (n / 100) % 60 "
        f"ELSE DATE '{today}' + 20 + n % 300 END",
        "status": f"CASE WHEN {is_done} THEN 'done' ELSE 'open' END",
        "finished_at": f"CASE WHEN {is_done} THEN created_at END",
    }
    fields = ActionItem._meta.concrete_fields
    columns = [each.column for each in fields if not each.primary_key]
    values = ", ".join(changed.get(each, each) for each in columns)
    table = ActionItem._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "  # noqa: S608
            f"FROM {table}, generate_series(1, {ITEMS}) AS n WHERE id = {pattern.pk}"
        )
        cursor.execute(f"ANALYZE {table}")


def query(today: date) -> bool:
    """Time what a sweep reads of items, with its indexes and without."""
    from incidents.chasing import due_by, rows_by

    ours = timed(lambda: rows_by(today))
    found = len(rows_by(today))
    plan = due_by(today).explain()
    with transaction.atomic():
        with connection.cursor() as cursor:
            for name in INDEXES:
                cursor.execute(f"DROP INDEX {name}")
        other = timed(lambda: rows_by(today))
        transaction.set_rollback(True)
    is_named = INDEXES[0] in plan
    is_met = ours / other <= MOST_TIMES and is_named
    print(
        f"{f'sweep, {found:,} of {ITEMS:,} items : unindexed':46}"
        f"{ours:6.1f}ms{other:7.1f}ms{ours / other:8.2f}{MOST_TIMES:6.2f}"
        f"  {INDEXES[0]} {'in' if is_named else 'NOT in'} the plan"
        f"  {'met' if is_met else 'MISSED'}"
    )
    return is_met


def digest(person: User) -> bool:
    """Count the processor time of one person's digest: reading it, and writing it."""
    from incidents.chasing import Chase
    from incidents.digest import Draft, digests_of, latest_day
    from incidents.digest_mail import compose
    from incidents.outbox import styles

    now = timezone.now()
    chase = Chase.read(latest_day(now))
    monday = now + timedelta(days=-now.weekday() % 7)
    draft = Draft(person, monday, chase.due(person, monday))
    [made] = digests_of([draft])
    reading = timed(lambda: digests_of([draft]), time.process_time)
    writing = timed(lambda: styles.inline(compose(made).html), time.process_time)
    spent, items = reading + writing, len(made.lines)
    is_met = spent <= MOST_CPU and items >= LISTED
    print(
        f"{f'digest of {items} items':46}{spent:6.1f}ms CPU, most {MOST_CPU}: "
        f"{reading:.1f} from the rows to the lines, {writing:.1f} to the letter"
        f"  {'met' if is_met else 'MISSED'}"
    )
    return is_met


def timed(
    work: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Give the median of some rounds, in milliseconds."""
    work()
    rounds = []
    for _ in range(ROUNDS):
        began = clock()
        work()
        rounds.append((clock() - began) * 1000)
    return statistics.median(rounds)


if __name__ == "__main__":
    sys.exit(main())
