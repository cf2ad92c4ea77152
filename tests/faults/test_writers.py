"""Many at once on the database of the test: no write is lost, no click counts twice.

A twentieth of the writes by default, all of them in `make full`.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.urls import reverse

from incidents.item_import import jobs
from incidents.models import ActionItem, Incident, TimelineEvent
from tests.faults.processes import ROOT, kill
from tests.whole import FULL, by_hand

WRITERS, WRITES = 8, 500 if FULL else 25
CLICKS = 100
# How the events of each step are found; what a person wrote names no verb.
TOLD = {"note": "", "comment": "item_comment", "move": "item_move_due_date"}
TOLD["raise"] = "add_item"
TOKEN = "t" * 32


@by_hand
@pytest.mark.timeout(1_200)
def test_no_write_is_lost_among_eight_writers(child_environment, item):
    due_on, before = item.due_on, {verb: verb == "raise" for verb in TOLD}
    program = [sys.executable, "-m", "tests.faults.writers"]

    ran = subprocess.run(
        [*program, *map(str, (WRITERS, WRITES, item.pk))],
        cwd=ROOT,
        env={**child_environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=110 if WRITES < 500 else 1_000,
        check=True,
    )

    done = json.loads(ran.stdout)
    done.pop("refused", 0)
    assert [name for name in done if name.startswith("error")] == []
    assert sum(done.values()) == WRITERS * WRITES
    item.refresh_from_db()
    assert (item.moves, item.slipped_days) == (done["move"], done["move"])
    assert item.due_on == due_on + timedelta(days=done["move"])
    assert item.history.count() == 1 + done["move"]
    assert item.incident.items.count() == 1 + done["raise"]
    assert Incident.objects.count() == 1 + done["declare"]
    for verb, name in TOLD.items():
        there = TimelineEvent.objects.filter(verb=name).count()
        assert there == done[verb] + before[verb], verb


@contextmanager
def web_server(environment, log):
    """Run the product behind gunicorn, on a socket that is open before it starts."""
    with socket.create_server(("127.0.0.1", 0), backlog=2 * CLICKS) as listening:
        command = [sys.executable, "-m", "gunicorn", "tests.faults.plain_wsgi"]
        command += ["--bind", f"fd://{listening.fileno()}", "--threads", "8"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                pass_fds=[listening.fileno()],
                start_new_session=True,
            )
        try:
            yield listening.getsockname()[1]
        finally:
            kill(process)


def clicked_at_once(port: int, path: str, session: str) -> list[int]:
    """Post the same at the same moment from many windows; give what each is told."""
    barrier = Barrier(CLICKS)
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}"
    headers = {"Cookie": cookies, "X-CSRFToken": TOKEN, "Host": "localhost"}

    def click(_number: int) -> int:
        window = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
        window.connect()
        barrier.wait(timeout=60)
        window.request("POST", path, headers=headers)
        answer = window.getresponse()
        answer.read()
        window.close()
        return answer.status

    with ThreadPoolExecutor(CLICKS) as windows:
        return list(windows.map(click, range(CLICKS)))


@pytest.fixture
def server(child_environment, tmp_path):
    with web_server(child_environment, tmp_path / "web.log") as port:
        yield port


@by_hand
def test_a_hundred_clicks_at_once_have_one_effect(
    server, item, lead, client_of, team, at_noon
):
    session = client_of(lead).cookies[settings.SESSION_COOKIE_NAME].value
    file = jobs.upload(b"title\nOnce\n", name="x", team=team, by=lead, at=at_noon)
    jobs.work_waiting()
    complete = reverse("admin:incidents_actionitem_do", args=[item.pk, "complete"])
    confirm = reverse("admin:incidents_itemimport_confirm", args=[file.pk])

    completed = clicked_at_once(server, complete, session)
    confirmed = clicked_at_once(server, confirm, session)

    assert completed.count(302) == 1, completed
    assert completed.count(422) == CLICKS - 1, completed
    assert item.events.filter(verb="item_complete").count() == 1
    assert set(confirmed) == {302}
    assert [jobs.work_waiting(), jobs.work_waiting()] == [1, 0]
    assert ActionItem.objects.filter(title="Once").count() == 1
