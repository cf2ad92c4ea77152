"""Real workers, on the database of the test and a message queue of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from celery import current_app

from config.queues import MAIL, queue_name

ROOT = Path(__file__).resolve().parents[2]
CALM = ("--without-gossip", "--without-mingle", "--without-heartbeat")
FOLDERS = {
    "data_folder_in": "queue",
    "data_folder_out": "queue",
    "processed_folder": "processed",
    "control_folder": "control",
}
Environment = dict[str, str]


def own_queue(environment: Environment, folder: Path, redis_url: str) -> Environment:
    """Point children at a queue of this test: in Redis, or without it in a folder."""
    queue = f"tests-{uuid.uuid4()}"
    return {
        **environment,
        "REDIS_URL": redis_url,
        "QUEUE": queue,
        "DATA_DIR": str(folder),
    }


@contextmanager
def running(
    *arguments: str, environment: Environment, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module; whatever happens, nothing of it is left."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children without any warning."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def worker(environment: Environment, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    celery = ["celery", "--quiet", "--app", "config", "worker", "--loglevel=INFO"]
    pool = ["--pool=threads", "--concurrency=2", *CALM]
    with running(*celery, *pool, environment=environment, log=log) as process:
        yield process


def ask_for_sweeps(environment: Environment, number: int = 1) -> None:
    """Put as many requests into the queue that workers of this environment share."""
    folders = {}
    if not environment["REDIS_URL"]:
        broker = Path(environment["DATA_DIR"], "broker")
        for name, folder in FOLDERS.items():
            (broker / folder).mkdir(parents=True, exist_ok=True)
            folders[name] = str(broker / folder)
    with current_app.connection_for_write(
        environment["REDIS_URL"] or "filesystem://", transport_options=folders
    ) as connection:
        queue = queue_name(environment["QUEUE"], MAIL)
        for _ in range(number):
            current_app.send_task("incidents.sweep", connection=connection, queue=queue)


def manage(environment: Environment, *arguments: str) -> str:
    """Run a management command and return what it says."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def wait_until(holds: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait for something to become true; the clock of the test may stand still."""
    for _ in range(int(seconds / 0.05)):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(f"Not within {seconds} s: {holds}")
