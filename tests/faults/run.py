"""One run by the plan, and its table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from tests.faults.accounts import Books, Line, Tally, damaged_reports
from tests.faults.field import (
    COMPRESSED,
    PDF_MARGIN,
    PDF_SECONDS,
    SWEEP_SECONDS,
    Field,
    Runner,
)
from tests.faults.incident_accounts import enter_incidents
from tests.faults.incident_legs import IncidentLegs
from tests.faults.legs import Legs, together
from tests.faults.plan import Plan
from tests.faults.plugin_incidents import LEASE as CHAT_LEASE
from tests.faults.plugin_incidents import PATIENCE as CHAT_PATIENCE
from tests.faults.watch import PATIENCE, Watch
from tests.faults.world import World

LEASE = float(COMPRESSED["OUTBOX_LEASE_SECONDS"][1])


def run_plan(
    ground: Field, plan: Plan, only: set[str], runners: Sequence[Runner]
) -> Tally:
    """Go all legs, or only some; the PDFs are broken beside everything else."""
    legs = Legs(ground, World(), plan, runners)
    incidents = IncidentLegs(legs)
    legs.more_load = incidents.give_everything
    steps: dict[str, Callable[[], None]] = {
        "kills": lambda: legs.kills(plan.kills),
        "stalls": lambda: legs.stalls(plan.stalls),
        "mail": lambda: legs.mail_server(plan.scripts, plan.modes),
        "broker": lambda: legs.broker(plan.broker),
        "incidents": lambda: incidents.kills(plan.incidents),
        "chats": lambda: incidents.chats(plan.chats),
        "celery": lambda: legs.real_kills(plan.real_kills),
    }
    with Watch(LEASE) as watch:
        legs.excuse = watch.excuse
        together(
            [
                lambda: go(steps, only, watch),
                lambda: go({"pdf": lambda: legs.reports(plan.reports)}, only, watch),
            ]
        )
        # Last: a version of a post-mortem is not made while its database restarts.
        go({"database": lambda: legs.restarts(plan.restarts)}, only, watch)
        go({"drain": legs.drain}, set(), watch)
    return balance(ground, watch)


def go(steps: dict[str, Callable[[], None]], only: set[str], watch: Watch) -> None:
    for name, step in steps.items():
        if wanted(name, only):
            say(f"… {name}")
            watch.excuse()
            step()


def wanted(name: str, only: set[str]) -> bool:
    return not only or name in only


def balance(ground: Field, watch: Watch) -> Tally:
    """Hold what was promised against what the mail server took."""
    tally = Tally(Books(ground.events()))
    tally.enter_everything(damaged_reports())
    enter_incidents(tally)
    tally.enter_stuck(watch.stuck)
    return tally


def report(tally: Tally, plan: Plan, seconds: float) -> int:
    """Print the table; return 1 unless everything is as promised."""
    head = ("fault", "tries", "lost", "twice", "excused", "stuck", "longest delay")
    say("{:44}{:>7}{:>6}{:>7}{:>9}{:>7}{:>15}".format(*head))
    lines = sorted(tally.lines.values(), key=lambda line: line.fault)
    for line in [*lines, total(lines)]:
        say(row(line))
    counted = sum(line.tries for line in lines)
    say(f"\n{counted} faults, each at a row in a worker's hands, in {seconds:.0f} s.")
    say(f"Seed {plan.seed}, plan {plan.fingerprint}. Time is compressed:")
    for name, (usual, here) in COMPRESSED.items():
        say(f"  {name} {here} instead of {usual}")
    say(f"  a sweep each {SWEEP_SECONDS:g} s instead of 60; PDF_SECONDS {PDF_SECONDS}")
    say(f"  instead of 120 and its margin {PDF_MARGIN:g} instead of 60; a row is stuck")
    say(f"  when it is free for the lease and {PATIENCE:g} s more, instead of 60.")
    say(f"  a chat has {CHAT_PATIENCE:g} s instead of 20, its rows a lease of")
    say(f"  {CHAT_LEASE:g} instead of 120.")
    bad = [line.fault for line in lines if not line.is_clean]
    say(f"NOT as promised: {', '.join(bad)}" if bad else "As promised.")
    return 1 if bad else 0


def total(lines: list[Line]) -> Line:
    """Add lines up."""
    whole = Line("all")
    for line in lines:
        whole.tries += line.tries
        whole.lost += line.lost
        whole.twice += line.twice
        whole.excused += line.excused
        whole.stuck += line.stuck
        whole.delay = max(whole.delay, line.delay)
    return whole


def row(line: Line) -> str:
    figures = f"{line.tries:>7}{line.lost:>6}{line.twice:>7}{line.excused:>9}"
    return f"{line.fault:44}{figures}{line.stuck:>7}{line.delay:>13.1f} s"


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
