from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from incidents.alerts.signature import hash_of, sign
from incidents.alerts.working import work_off
from incidents.models import AlertSource

TOKEN, SECRET = "a-token-of-the-tests", "a-secret-of-the-tests"


@pytest.fixture
def source(team, severity) -> AlertSource:
    """One that signs, and speaks Debrief's own words."""
    return AlertSource.objects.create(
        name="Monitoring",
        team=team,
        kind="generic",
        severity="P2",
        token_hash=hash_of(TOKEN),
        secret=SECRET,
    )


@pytest.fixture
def unsigned(source) -> AlertSource:
    source.is_signed = False
    source.save()
    return source


def alert(**said) -> dict[str, object]:
    return {"key": "checkout", "title": "Checkout fails", "status": "firing", **said}


def written(content: object) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def post(content: object, *, token=TOKEN, headers=None, browser=None):
    return (browser or Client()).generic(
        "POST",
        f"/hooks/{token}/",
        written(content),
        content_type="application/json",
        headers=headers or {},
    )


def signed(content: object, *, secret=SECRET, late=0) -> dict[str, str]:
    time = str(int(timezone.now().timestamp()) - late)
    signature = sign(secret, time, written(content))
    return {"X-Debrief-Time": time, "X-Debrief-Signature": signature}


def send(content: object, **how) -> int:
    """Send it signed, work it off, and give the status of the answer."""
    answer = post(content, headers=signed(content, **how))
    work_off()
    return answer.status_code
