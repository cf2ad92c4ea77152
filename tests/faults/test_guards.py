"""Each guard is what it says: with it the books are clean, without it they are not.

Run with FAULTS=all in the environment, or with FAULTS=4 for so many of them: another
choice each day, or that of SEED.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.faults.scenarios import SCENARIOS
from tests.faults.surroundings import ROOT
from tests.faults.switches import SWITCHES

pytestmark = pytest.mark.timeout(900)
FEWEST_GUARDS = 20


def chosen() -> list[str]:
    """Name the scenarios to play."""
    number = os.environ.get("FAULTS", "")
    if not number.isdigit():
        return list(SCENARIOS)
    seed = int(os.environ.get("SEED") or datetime.now(UTC).toordinal())
    choose = random.Random(seed)  # noqa: S311  # no secret: the same each day
    return choose.sample(sorted(SCENARIOS), int(number))


def harness(names: str) -> list[dict[str, Any]]:
    """Play scenarios in a process of their own: they have their own database."""
    command = [sys.executable, "-m", "tests.faults", "--scenarios", names]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


CHOSEN = chosen()


@pytest.fixture(scope="module")
def played():
    return {each["name"]: each for each in harness(",".join(CHOSEN))}


def test_there_is_a_switch_for_each_scenario():
    assert set(SWITCHES) == set(SCENARIOS)
    assert len(SWITCHES) >= FEWEST_GUARDS


@pytest.mark.parametrize("guard", CHOSEN)
def test_the_books_notice_that_a_guard_is_away(played, guard):
    guarded, bare = played[guard]["with"], played[guard]["without"]

    assert (guarded["lost"], guarded["twice"], guarded["stuck"]) == (0, 0, 0)
    assert bare["lost"] + bare["twice"] + bare["stuck"] > 0


def test_half_an_hour_without_a_mail_server_costs_nothing_but_time():
    [found] = harness("dead server")

    assert found["sent"] == found["promised"]
    assert (found["twice"], found["lost"], found["waiting"]) == (0, 0, 0)
    assert (found["worker"], found["workers"]) == (0, 1)
    assert (found["meanwhile"]["code"], found["meanwhile"]["status"]) == (
        200,
        "degraded",
    )
    assert any("mail server" in words for words in found["meanwhile"]["words"].values())
