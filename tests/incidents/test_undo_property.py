"""Any step, taken back: the incident and its rows are as if it had not been taken."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from incidents.changes import Refused
from incidents.deadlines import mark_passed
from incidents.last_steps import OWN_COLUMNS, TABLES, UNDOABLE
from incidents.models import Incident
from incidents.playbooks.presets import PRESETS, preset
from tests.every_step import World
from tests.taken_back import taken_back
from tests.whole import FULL, one_in

BEFOREHAND = 4
# How many of the steps that are possible are tried in each world.
TRIED = 20 if FULL else 2
SOON = timedelta(seconds=100)


def picture(incident):
    """Give everything a step may change, apart from what only counts on."""
    values = Incident.objects.filter(pk=incident.pk).values().get()
    columns = {k: value for k, value in values.items() if k not in OWN_COLUMNS}
    rows = {
        table: list(getattr(incident, table).order_by("pk").values())
        for table in TABLES
    }
    services = sorted(incident.services.values_list("pk", flat=True))
    links = incident.links.count()
    calls = list(incident.calls.order_by("pk").values())
    # What was written and taken back stays, struck out.
    entries = incident.timeline.filter(verb="").exclude(struck_because="Taken back")
    said = list(entries.order_by("pk").values())
    more = {"services": services, "links": links, "calls": calls, "said": said}
    return {"columns": columns, **rows, **more}


def entry_steps(incident):
    """Give the steps on single entries, which write no event of their own."""
    for entry in incident.timeline.filter(verb=""):
        yield "unpin" if entry.is_pinned else "pin", {"entry": entry}
        yield "strike", {"entry": entry, "because": "Wrong"}


def taken(incident, step, *, by, at):
    """Take a step; say whether it was taken."""
    verb, named = step
    stored = Incident.objects.get(pk=incident.pk)
    with suppress(Refused):
        getattr(stored, verb)(by=by, at=at, **named)
        return True
    return False


@pytest.fixture(params=one_in(2, PRESETS))
def world(request, team, lead, responder, noon, time_machine):
    time_machine.move_to(noon, tick=False)
    return World(preset(request.param), team, [lead, responder], noon)


def test_a_step_taken_back_leaves_no_trace(world, lead, noon, time_machine):
    dice = random.Random(world.document.name)  # noqa: S311
    incident = world.declare(world.severities[0].code, noon, services=[])
    world.declare(world.severities[-1].code, noon)
    incident.pin(incident.note("Cold", by=lead, at=noon), by=lead, at=noon)
    incident.note("Warm", by=lead, at=noon)
    tried = set()
    for minutes in range(BEFOREHAND):
        at = noon + timedelta(minutes=7 * minutes)
        time_machine.move_to(at, tick=False)
        mark_passed(at)
        steps = [s for s in world.steps(incident, at) if s[0] in UNDOABLE]
        steps += entry_steps(incident)
        dice.shuffle(steps)
        fresh = sorted(steps, key=lambda step: step[0] in tried)
        now_tried = set()
        for step in fresh:
            if len(now_tried) == TRIED:
                break
            if step[0] not in now_tried and try_back(
                incident, step, lead, at, time_machine
            ):
                now_tried.add(step[0])
            time_machine.move_to(at, tick=False)
        tried |= now_tried
        taken(incident, dice.choice(steps), by=lead, at=at)
    assert len(tried) >= 4


def try_back(incident, step, by, at, time_machine):
    """Take a step and take it back: at once, and with a sweep in between."""
    was = picture(incident)
    with taken_back():
        is_taken = taken(incident, step, by=by, at=at)
        if is_taken:
            undo(incident, by, at)
            assert picture(incident) == was, step
    if not is_taken:
        return False
    later = at + SOON
    time_machine.move_to(later, tick=False)
    with taken_back():
        mark_passed(later)
        swept = picture(incident)
    with taken_back():
        time_machine.move_to(at, tick=False)
        assert taken(incident, step, by=by, at=at)
        time_machine.move_to(later, tick=False)
        mark_passed(later)
        undo(incident, by, later)
        mark_passed(later)
        assert told_alike(step, picture(incident)) == told_alike(step, swept), step
    return True


def told_alike(step, seen):
    """Leave out who was told of a miss, where the step left nobody to be told."""
    verb, named = step
    if verb != "assign_role" or named["person"]:
        return seen
    rows = [{**row, "nudged_at": None} for row in seen["deadlines"]]
    return {**seen, "deadlines": rows}


def undo(incident, by, at):
    Incident.objects.get(pk=incident.pk).undo(by=by, at=at)
