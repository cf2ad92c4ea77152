from __future__ import annotations

import subprocess
import sys
import time
from queue import Empty

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction

from incidents.hints import Publisher, hint
from tests.faults.processes import ROOT, own_queue, wait_until
from tests.whole import by_hand

TASK = "incidents.sweep"
HINT_THEN_FORK = """
import os
from pathlib import Path
from incidents.hints import hint
from tests.faults.processes import wait_until
def published(number):
    return len(list(Path("{queue}").glob("*.msg"))) >= number
hint("incidents.sweep")
wait_until(lambda: published(1))
child = os.fork()
hint("incidents.sweep")
wait_until(lambda: published(3))
os.waitpid(child, 0) if child else os._exit(0)
"""

HINT_WITHOUT_FOLDER = """
import shutil, time
from celery import current_app
from incidents.hints import hint
with current_app.connection_for_write() as connection:
    shutil.rmtree(connection.transport_options["data_folder_out"])
hint("incidents.sweep")
time.sleep(1)
"""


@pytest.fixture
def published(transactional_db):
    """Give what waits in the message queue, and take it out."""

    def taken() -> list:
        messages = []
        with current_app.connection_for_read() as connection:
            queue = connection.SimpleQueue(settings.CELERY_TASK_DEFAULT_QUEUE)
            while True:
                try:
                    messages.append(queue.get(block=False))
                except Empty:
                    return messages
                messages[-1].ack()

    taken()
    return taken


def test_a_hint_is_published_after_the_commit(published):
    with transaction.atomic():
        hint(TASK)
        time.sleep(0.3)
        before = published()

    found = []
    wait_until(lambda: found.extend(published()) or found)
    assert before == []
    assert [message.headers["task"] for message in found] == [TASK]
    assert found[0].headers["expires"]


def test_what_is_rolled_back_gives_no_hint(published):
    with transaction.atomic():
        hint(TASK)
        transaction.set_rollback(True)

    time.sleep(0.3)
    assert published() == []


def test_many_hints_at_once_become_one(published):
    publisher = Publisher()

    with publisher._changed:
        for _ in range(100):
            publisher.offer(TASK)

    found = []
    wait_until(lambda: found.extend(published()) or found)
    time.sleep(0.3)
    assert len(found + published()) == 1


@by_hand
def test_a_missing_folder_costs_the_hint_alone(child_environment, tmp_path):
    environment = own_queue(child_environment, tmp_path, redis_url="")

    done = run(HINT_WITHOUT_FOLDER, environment)

    assert "hint.lost" in done.stderr


@by_hand
def test_a_forked_process_gives_hints_of_its_own(child_environment, tmp_path):
    environment = own_queue(child_environment, tmp_path, redis_url="")

    queue = tmp_path / "broker" / "queue"

    run(HINT_THEN_FORK.format(queue=queue), environment)

    assert len(list(queue.glob("*.msg"))) == 3


def run(code, environment):
    shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", code]
    return subprocess.run(
        shell, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
