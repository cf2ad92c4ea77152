"""The plan is the seed’s: the same faults again, in the same order."""

from __future__ import annotations

import pytest

from tests.faults.plan import INCIDENTS, WHOLE, Plan


def test_a_seed_repeats_its_plan():
    assert Plan.of(7, 100) == Plan.of(7, 100)
    assert Plan.of(7, 100).fingerprint != Plan.of(8, 100).fingerprint


def test_the_whole_plan_has_enough_of_everything():
    plan = Plan.of(1, WHOLE)

    kills = [*plan.kills, *plan.real_kills]
    assert len(kills) >= 270
    assert {fault.point for fault in kills} >= {
        "scanning",
        "after the claim",
        "in DATA",
        "after the 250",
        "before the commit",
    }
    assert len(plan.reports) >= 105
    assert len(plan.broker) >= 105
    assert len(plan.restarts) == 20
    assert {fault.point for fault in plan.incidents} == set(INCIDENTS)
    assert len(plan.incidents) >= 240
    assert len(plan.chats) >= 60
    assert len(kills) + len(plan.scripts) + len(plan.modes) + len(plan.reports) > 900


@pytest.mark.parametrize("faults", [20, 100, WHOLE])
def test_a_plan_is_about_as_long_as_asked_for(faults):
    plan = Plan.of(3, faults)

    legs = [plan.kills, plan.real_kills, plan.stalls, plan.reports, plan.broker]
    legs += [plan.restarts, plan.incidents, plan.chats]
    planned = sum(map(len, [*legs, plan.scripts, plan.modes]))
    assert faults <= planned <= faults + 30
