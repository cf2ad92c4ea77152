"""PDFs at size: our whole document against bare WeasyPrint with the same rows.

Bare is one plain unstyled table in a document of nothing else. Both are set in a
process of their own; ours may cost a quarter more, and the start of its process.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.core.management import call_command
from django.utils import timezone

if TYPE_CHECKING:
    from postmortems.models import PostMortem
    from postmortems.snapshot import Snapshot

SIZES = (500, 2_000)
ROUNDS = 3
MOST_TIMES = 1.25
MOST_START = 0.8  # seconds
MOST_MEMORY = 420  # MiB
MOST_GROWTH = 4.6
BARE = """
import json, sys, time, weasyprint
started = time.process_time()
weasyprint.HTML(string=sys.stdin.read()).write_pdf(sys.argv[1])
print(json.dumps([started, time.process_time() - started]))
"""
TEXT = (
    "Entry {}: the gateway answers one request in {} with an error; the queue grows, "
    "and whoever is on call looks at it."
)


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time, as the median of some rounds."""

    ours: float
    bare: float
    start: float

    @property
    def times(self) -> float:
        return (self.ours - min(self.start, MOST_START)) / self.bare


def main() -> int:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    snapshots = [snapshot(size) for size in SIZES]
    # Before anything else has run: the system keeps the most of all children.
    memory = [peak_of(each) for each in snapshots]
    costs = [compare(each) for each in snapshots]
    met = [
        show_cost(size, cost) for size, cost in zip(SIZES, costs, strict=True)
    ] + show_bounds(memory[-1], costs)
    return 0 if all(met) else 1


def snapshot(size: int) -> Snapshot:
    """Take down an incident with so many marked entries and its whole post-mortem."""
    from postmortems.drafting import snapshot_of

    made = snapshot_of(write_up(size), now=timezone.now())
    if len(made.timeline) != size:
        raise SystemExit(f"{len(made.timeline)} entries are printed instead of {size}.")
    return made


def write_up(size: int) -> PostMortem:
    from django.contrib.auth.models import User

    from incidents.choices import Kind
    from incidents.models import Incident, Severity, Team, TimelineEvent
    from postmortems.models import PostMortem

    lead, _made = User.objects.get_or_create(username="typeset@bench.localhost")
    team, _made = Team.objects.get_or_create(name="Typeset", lead=lead)
    severity = Severity.objects.filter(playbook__slug="default").first()
    began, now = timezone.now() - timedelta(hours=50), timezone.now()
    incident = Incident.declare(
        title="Checkout fails", severity=severity, team=team, by=lead, at=began
    )
    for number in range(20):
        incident.add_item(title=f"Rehearse restore {number}", by=lead, at=now)
    incident.resolve(by=lead, at=now)
    postmortem = PostMortem.open(incident, by=lead, at=now)
    sections = postmortem.sections.all()
    said = "What is said of this part, in the words that people use. " * 12
    sections.filter(kind="text").update(body=said)
    incident.timeline.update(in_postmortem=False)
    TimelineEvent.objects.bulk_create(
        TimelineEvent(
            incident=incident,
            at=began + timedelta(seconds=number * 85),
            recorded_at=now,
            kind=Kind.values[number % len(Kind.values)],
            text=TEXT.format(number, number % 7 + 2),
            author=lead,
            in_postmortem=True,
        )
        for number in range(size)
    )
    return postmortem


def peak_of(made: Snapshot) -> float:
    """Give the most memory, in MiB, that any child has used so far."""
    our_cost(made)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def compare(made: Snapshot) -> Cost:
    """Take turns, so that whatever else the machine does meets both alike."""
    rows = plain_rows(made)
    rounds = [(our_cost(made), *bare_cost(rows)) for _ in range(ROUNDS)]
    ours, starts, bares = map(statistics.median, zip(*rounds, strict=True))
    return Cost(ours, bares, starts)


def our_cost(made: Snapshot) -> float:
    """Count what both processes spend, from the snapshot to the finished file."""
    from postmortems.rendering.document import build
    from postmortems.rendering.typeset import typeset

    before = spent()
    with typeset(build(made)):
        return spent() - before


def spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def plain_rows(made: Snapshot) -> str:
    """Write what the timeline says as one table, without styles, heads or days."""
    rows = "".join(
        f"<tr><td>{each.at:%H:%M}<td>{escape(each.label)}<td>{escape(each.text)}"
        f"<td>{escape(each.author)}"
        for each in made.timeline
    )
    return f"<!doctype html><title>Rows</title><table>{rows}</table>"


def bare_cost(rows: str) -> tuple[float, float]:
    """Give what the start of the process cost, and setting the rows."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", BARE, str(Path(folder, "rows.pdf"))],
            input=rows,
            capture_output=True,
            text=True,
            check=True,
        )
    start, work = json.loads(done.stdout)
    return start, work


def show_cost(size: int, cost: Cost) -> bool:
    is_met = cost.times <= MOST_TIMES
    print(
        f"{f'PDF of {size:,} entries : bare table of them':46}"
        f"{cost.ours:7.2f}s{cost.bare:8.2f}s{cost.times:8.2f}{MOST_TIMES:6.2f}"
        f"  after a start of {min(cost.start, MOST_START):.2f} s"
        f"  {'met' if is_met else 'MISSED'}",
        flush=True,
    )
    return is_met


def show_bounds(memory: float, costs: list[Cost]) -> list[bool]:
    few, many = SIZES
    growth = costs[-1].ours / costs[0].ours
    bounds = [
        (f"memory of the child at {many:,} entries", memory, "MiB", MOST_MEMORY),
        (f"PDF of {many:,} entries : of {few}", growth, "times", MOST_GROWTH),
    ]
    for name, figure, unit, most in bounds:
        verdict = "met" if figure <= most else "MISSED"
        print(f"{name:46}{figure:7.2f} {unit}, most {most:g}  {verdict}")
    return [figure <= most for _name, figure, _unit, most in bounds]


if __name__ == "__main__":
    sys.exit(main())
