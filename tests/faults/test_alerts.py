"""Alerts, where processes are killed on the way: none lost, none worked off twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from itertools import cycle

import pytest
from django.utils import timezone

from incidents.alerts.signature import hash_of, sign
from incidents.alerts.working import work_off
from incidents.models import Alert, AlertSource, Incident
from tests.faults.processes import ROOT
from tests.incidents.alerts.conftest import SECRET, TOKEN, alert, post, written
from tests.whole import FULL

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 2 if FULL else 1
KEYS = [f"alert {number}" for number in range(3 * ROUNDS)]
TAKING = ["before the storing", "before the storing commits", "stored, not answered"]
FIRING = ["before the incident", "after the incident", "worked off, not committed"]
WELL = ["after a resolution", "after an entry", "worked off, not committed"]


@pytest.fixture
def source(team, severity) -> AlertSource:
    return AlertSource.objects.create(
        name="Monitoring",
        team=team,
        kind="generic",
        severity="P2",
        recovery="resolve",
        token_hash=hash_of(TOKEN),
        secret=SECRET,
    )


@pytest.fixture
def strike(child_environment, tmp_path):
    """Have a process of its own do each job; say how each of them ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.alert_victims"],
        cwd=ROOT,
        env={**child_environment, "DATA_DIR": str(tmp_path), "REDIS_URL": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def strike(jobs):
        ended = []
        for job in jobs:
            process.stdin.write(f"{json.dumps(job)}\n")
            process.stdin.flush()
            ended.append(process.stdout.readline().strip())
        return ended

    yield strike
    process.communicate(timeout=30)


def headers_of(content) -> dict[str, str]:
    time = str(int(timezone.now().timestamp()))
    signature = sign(SECRET, time, written(content))
    return {"X-Debrief-Time": time, "X-Debrief-Signature": signature}


def struck_at(points) -> list[dict[str, object]]:
    """Strike at each point, and again once one alert is through."""
    return [
        {"point": point, "skip": skip} for skip in range(ROUNDS) for point in points
    ]


def test_nothing_is_lost_and_nothing_comes_twice(source, strike):
    firing = [alert(key=key, title=key) for key in KEYS]
    told = [(each, headers_of(each)) for each in firing]
    path = f"/hooks/{TOKEN}/"
    taking = [
        {"point": point, "skip": 0, "path": path, "headers": headers}
        | {"body": written(content).decode()}
        for point, (content, headers) in zip(cycle(TAKING), told, strict=False)
    ]

    assert strike(taking) == ["killed"] * len(KEYS)
    # Who got no answer sends again, the very same.
    answers = [post(content, headers=headers).status_code for content, headers in told]
    assert Counter(answers) == {202: 2 * ROUNDS, 200: ROUNDS}
    assert strike(struck_at(FIRING)) == ["killed"] * len(KEYS)
    work_off(again=True)
    assert Incident.objects.running().count() == len(KEYS)
    for content in firing:
        well = content | {"status": "resolved"}
        assert post(well, headers=headers_of(well)).status_code == 202
    assert strike(struck_at(WELL)) == ["killed"] * len(KEYS)
    work_off(again=True)

    events = Counter(
        (event.incident.title, event.verb)
        for incident in Incident.objects.all()
        for event in incident.timeline.all()
    )
    verbs = ("declare", "resolve", "hear_alert")
    assert events == {(key, verb): 1 for key in KEYS for verb in verbs}
    assert set(Alert.objects.values_list("state", flat=True)) == {"worked"}
    assert Alert.objects.count() == 2 * len(KEYS)
