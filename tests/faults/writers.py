"""Processes that write at once: `python -m tests.faults.writers WRITERS WRITES ITEM`.

Each takes verbs on the one item that all share, on its incident, and on items of its
own. Prints as JSON how often each verb succeeded, and every error of the database.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
from collections import Counter
from datetime import timedelta

import django
from django.db import DatabaseError

# One write in so many declares an incident, which takes a number that all share.
DECLARE_EVERY = 25


def main(writers: int, writes: int, item: int) -> int:
    django.setup()
    # Forked before anybody has a connection, so that each opens its own.
    fork = multiprocessing.get_context("fork")
    with fork.Pool(writers) as pool:
        tasks = [(seed, writes, item) for seed in range(writers)]
        counts = pool.starmap(write, tasks, chunksize=1)
    print(json.dumps(sum(counts, Counter())))  # noqa: T201
    return 0


def write(seed: int, writes: int, item: int) -> Counter[str]:
    """Take so many steps; a refused one is tried anew with what is stored by then."""
    from incidents.changes import Refused

    dice, done = random.Random(seed), Counter[str]()  # noqa: S311
    while sum(done.values()) - done["refused"] < writes:
        made = sum(done.values()) - done["refused"]
        verb = "declare" if made % DECLARE_EVERY == 0 else dice.choice(VERBS)
        try:
            take(verb, item)
            done[verb] += 1
        except Refused:
            done["refused"] += 1
        except DatabaseError as error:
            done[f"error: {error}"] += 1
    return done


VERBS = ("comment", "move", "note", "raise")


def take(verb: str, pk: int) -> None:
    from django.utils import timezone

    from incidents.models import ActionItem, Incident

    item = ActionItem.objects.select_related("incident__severity").get(pk=pk)
    incident, who = item.incident, {"by": item.created_by, "at": timezone.now()}
    if verb == "comment":
        item.comment("Still on it", **who)
    elif verb == "move":
        seen = item.due_on
        item.move_due_date(seen + timedelta(days=1), seen=seen, reason="Late", **who)
    elif verb == "note":
        incident.note("Seen", **who)
    elif verb == "raise":
        incident.add_item(title="Another", **who)
    else:
        known = {"severity": incident.severity, "team": incident.team}
        Incident.declare(title="Another", **known, **who)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
