"""Our own Markdown with values of other kinds in it, taken at random."""

from __future__ import annotations

import json
import random
import re

import pytest
import yaml
from django.db import transaction

from incidents.changes import Refused
from incidents.models import Incident
from postmortems.drafting import snapshot_of
from postmortems.importing import Choices
from postmortems.markdown_out import markdown_of
from postmortems.rendering.document import build
from tests.whole import FULL

from .hand import brought_in

MARK = re.compile(r"(<!-- debrief:[a-z]+ )(\{.*\})( -->)")
ODD = [
    *(None, True, -1, 2**64, 10**40, 1.5, float("inf"), float("nan"), [], {}, [{}]),
    *("", ",", "-5", "9" * 5_000, "a\r\nb: c", "\0", "<b>&", "../etc", "not known: x"),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-20T10:00:00"),
    *("1990-01-01T00:00:00Z", "9999-12-31", "2026-13-45", "12 %", "5 EUR", "done"),
]


def places(told, place=()):
    """List where a value stands in nested lists and keys."""
    inside = told.items() if isinstance(told, dict) else enumerate(told)
    for name, each in inside:
        yield (*place, name)
        if isinstance(each, (dict, list)):
            yield from places(each, (*place, name))


def damage(told, dice):
    """Take one value away, or put another one in its place."""
    *above, last = dice.choice(list(places(told)))
    around = told
    for name in above:
        around = around[name]
    if dice.random() < 0.2:
        del around[last]
    else:
        old = around[last]
        same = [each for each in ODD if type(each) is type(old)]
        around[last] = dice.choice(same if same and dice.random() < 0.7 else ODD)


def damaged(text, dice):
    _start, front, below = text.split("---\n", 2)
    record = yaml.safe_load(front)
    if dice.random() < 0.6:
        damage(record, dice)
        record["debrief"] = 1
    else:
        found = dice.choice(list(MARK.finditer(below)))
        facts = json.loads(found[2])
        damage(facts, dice)
        told = json.dumps(facts)
        below = f"{below[: found.start(2)]}{told}{below[found.end(2) :]}"
    return f"---\n{yaml.safe_dump(record, sort_keys=False)}---\n{below}"


@pytest.mark.parametrize("seed", range(20 if FULL else 1))
def test_what_is_damaged_is_refused_or_can_be_read(
    written, team, administrator, at_noon, seed
):
    text = markdown_of(snapshot_of(written))
    Incident.objects.filter(pk=written.incident_id).update(reference="X-1")
    dice = random.Random(seed)  # noqa: S311 - the same texts every time
    for _ in range(25):
        changed = damaged(text, dice)
        with transaction.atomic():
            try:
                taken = brought_in(changed, Choices(team), administrator, at_noon)
                said = build(snapshot_of(taken)) and markdown_of(snapshot_of(taken))
            except Refused as refused:
                said = str(refused)
            transaction.set_rollback(True)
        assert said, changed
