"""What an alert costs the web process that takes it in: counted in queries."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.alerts.signature import hash_of, sign
from incidents.models import Alert, AlertSource, Team
from tests.bench.playbooks import Budget

TOKEN, SECRET = "a-token-of-the-bench", "a-secret-of-the-bench"
STORED = 10_000
MOST_QUERIES = 10


def taking_in() -> Budget:
    """Send a signed alert where many came in before; take everything back."""
    with transaction.atomic():
        source = _source()
        with CaptureQueriesContext(connection) as queries:
            status = _post()
        if status != 202 or source.alerts.count() != STORED + 1:
            raise SystemExit(f"The alert was answered {status}.")
        transaction.set_rollback(True)
    return Budget("an alert taken in", len(queries), MOST_QUERIES, "queries")


def _source() -> AlertSource:
    now = timezone.now()
    team, _made = Team.objects.get_or_create(name="Watched")
    source = AlertSource.objects.create(
        name="Monitoring",
        team=team,
        kind="generic",
        severity="P2",
        token_hash=hash_of(TOKEN),
        secret=SECRET,
    )
    Alert.objects.bulk_create(
        Alert(
            source=source,
            digest=f"{number:064}",
            body="{}",
            received_at=now - timedelta(minutes=number + 2),
            worked_at=now,
            state="worked",
        )
        for number in range(STORED)
    )
    return source


def _post() -> int:
    body = json.dumps({"key": "checkout", "title": "It fails", "status": "firing"})
    time = str(int(timezone.now().timestamp()))
    answer = Client(SERVER_NAME="localhost").generic(
        "POST",
        f"/hooks/{TOKEN}/",
        body.encode(),
        content_type="application/json",
        headers={
            "X-Debrief-Time": time,
            "X-Debrief-Signature": sign(SECRET, time, body.encode()),
        },
    )
    return answer.status_code
