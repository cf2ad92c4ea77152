"""Steps in any order on every preset: deadlines keep to their rules."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from incidents.deadlines import mark_passed
from incidents.playbooks.presets import PRESETS, preset
from tests.every_step import Watch, World
from tests.taken_back import taken_back
from tests.whole import BY_HAND, FULL, one_in

RUNS = settings(
    max_examples=300 if FULL else 10 if BY_HAND else 4,
    stateful_step_count=8,
    deadline=None,
    derandomize=not FULL,
    suppress_health_check=list(HealthCheck),
)
PATIENCE = 1_800 if FULL else 180
GAPS = st.sampled_from([0, 0, 1, 4, 11, 31, 70, 300, 3_000, 50_000])
LATE_NOTES = st.sampled_from([0, 0, 0, 2, 40])

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(PATIENCE)]


@pytest.fixture
def world(request, team, lead, responder, noon, time_machine) -> World:
    time_machine.move_to(noon, tick=False)
    return World(preset(request.param), team, [lead, responder], noon)


class Walk(RuleBasedStateMachine):
    """An incident somebody works on in no order at all."""

    world: World
    clock: object

    @initialize(choice=st.integers(0, 9), is_late=st.booleans())
    def declare(self, choice, is_late):
        self.now = self.began
        self.clock.move_to(self.now, tick=False)
        level = self.world.severities[choice % len(self.world.severities)]
        self.watch = Watch(self.world.declare(level.code, self.now))

    @rule(choice=st.integers(0, 10_000), gap=GAPS, ago=LATE_NOTES)
    def step(self, choice, gap, ago):
        self.now += timedelta(minutes=gap)
        self.clock.move_to(self.now, tick=False)
        steps = list(self.world.steps(self.watch.incident, self.now))
        by = self.world.people[choice % 2]
        at = self.now - timedelta(minutes=ago)
        self.watch.take(steps[choice % len(steps)], by=by, at=at)

    @rule(gap=GAPS)
    def sweep(self, gap):
        self.now += timedelta(minutes=gap)
        self.clock.move_to(self.now, tick=False)
        self.watch.sweep(self.now)


@pytest.mark.parametrize("world", one_in(2, PRESETS), indirect=True)
def test_deadlines_keep_to_their_rules_whatever_is_done(world, noon, time_machine):
    given = {"world": world, "began": noon, "clock": time_machine}

    run_state_machine_as_test(type("OurWalk", (Walk,), given), settings=RUNS)


@pytest.mark.parametrize("which", ["worst", "least"] if FULL else ["worst"])
@pytest.mark.parametrize("world", one_in(2, PRESETS), indirect=True)
def test_every_two_steps_in_a_row(world, which, noon, time_machine):
    """The first of both is taken once, whatever comes second is taken back.

    By default a tenth of the first ones, and after each a fifth of the second ones.
    """
    severity = world.severities[0 if which == "worst" else -1]
    incident = world.declare(severity.code, noon)
    later = noon + timedelta(minutes=25)
    time_machine.move_to(later, tick=False)
    mark_passed(later)
    chance, taken = random.Random(severity.code + which), 0  # noqa: S311

    for first in some(list(world.steps(incident, later)), 10, chance):
        with taken_back():
            watch = Watch(incident)
            if watch.take(first, by=world.people[1], at=later):
                taken += try_next(world, watch, later, chance)

    assert taken


def some(steps, part, chance):
    return steps if FULL else chance.sample(steps, 1 + len(steps) // part)


def try_next(world, watch, at, chance):
    """Take second steps from here, each for itself; count those taken."""
    taken, by = 0, world.people[1]
    for second in some(list(world.steps(watch.incident, at)), 5, chance):
        with taken_back():
            branch = watch.branch()
            if branch.take(second, by=by, at=at):
                branch.sweep(at + timedelta(days=1))
                taken += 1
    return taken
