"""`make faults`: breaks real parts of the product, and counts what became of mails.

    python -m tests.faults --faults 1400 --seed 7

Each fault hits a row that a worker had claimed, by the journal; the table says what
was lost, sent twice or left lying. The exit code is 1 unless all of it is as promised.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.field import Field, Runner, field
from tests.faults.plan import WHOLE, Plan

# Two for mail, so that workers meet, and one for PDFs.
RUNNERS = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--faults", type=int, default=WHOLE)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="legs, separated by commas")
    parser.add_argument("--scenarios", default="", help="for the tests: names or all")
    parser.add_argument("--keep", default="", help="a folder for journal and logs")
    options = parser.parse_args()
    began = time.monotonic()
    # Whoever stops the harness stops everything that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with field() as ground, ExitStack() as running:
        # They load the product while the database is being made.
        runners = [running.enter_context(Runner(ground)) for _ in range(RUNNERS)]
        os.environ.update(ground.environment)
        prepare_database()
        try:
            if options.scenarios:
                return play(ground, options.scenarios.split(","), runners)
            return run(ground, options, runners, began)
        finally:
            keep(ground, options.keep)


def prepare_database() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def run(
    ground: Field, options: argparse.Namespace, runners: list[Runner], began: float
) -> int:
    """Break everything by the plan, and print the table."""
    from tests.faults.run import report, run_plan

    plan = Plan.of(options.seed, options.faults)
    only = set(filter(None, options.only.split(",")))
    tally = run_plan(ground, plan, only, runners)
    return report(tally, plan, time.monotonic() - began)


def play(ground: Field, names: list[str], runners: list[Runner]) -> int:
    """Play scenarios, and print what became of each as a line of JSON."""
    from tests.faults import dead_server
    from tests.faults.scenarios import play_all

    if names == ["dead server"]:
        sys.stdout.write(json.dumps(dead_server.play(ground, runners)) + "\n")
        return 0
    for played in play_all(ground, names, runners):
        sys.stdout.write(json.dumps(played) + "\n")
        sys.stdout.flush()
    return 0


def keep(ground: Field, folder: str) -> None:
    """Copy what tells how it went to where somebody wants to read it."""
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for file in (ground.journal, ground.mail.truth, ground.log):
            if file.exists():
                shutil.copy(file, folder)


if __name__ == "__main__":
    sys.exit(main())
