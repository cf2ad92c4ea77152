"""The field of the harness: its servers, its database, and workers to be broken."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from tests.faults import journal
from tests.faults.plugin import Fault
from tests.faults.surroundings import (
    LOOPBACK,
    ROOT,
    Broker,
    ChatServer,
    Cluster,
    MailServer,
    stopping,
)

# Seconds in the product's settings, and here. The table says so.
COMPRESSED = {
    "OUTBOX_LEASE_SECONDS": ("120", "2"),
    "OUTBOX_BACK_OFF_SECONDS": ("60,300,900,3600", "1,1,2,2"),
    "OUTBOX_GIVE_UP_SECONDS": ("86400", "30"),
    "BREAKER_SECONDS": ("30,60,120,300", "1,1,1,1"),
    "EMAIL_TIMEOUT": ("10", "1"),
}
# What the scheduler asks for over and over: mails and much else, and posts to chats.
EACH_MINUTE = ("incidents.sweep", "incidents.post_to_chats")
# A sweep each second instead of each minute; the margin of a report's lease.
SWEEP_SECONDS = 1.0
PDF_SECONDS = 30
PDF_MARGIN = 2.0


@dataclass(frozen=True)
class Field:
    """Where everything is; what happens is in the journal and in the truth."""

    folder: Path
    cluster: Cluster
    broker: Broker
    mail: MailServer
    chat: ChatServer
    environment: dict[str, str]

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    @property
    def log(self) -> Path:
        return self.folder / "workers.log"

    def events(self) -> list[journal.Event]:
        """Give what workers and servers wrote down, in the order of time."""
        both = [*journal.read(self.journal), *journal.read(self.mail.truth)]
        return sorted(both, key=lambda event: event["at"])

    def note(self, what: str, **facts: Any) -> None:
        journal.write(self.journal, what, **facts)


@contextmanager
def field() -> Iterator[Field]:
    """Start everything, with an empty migrated database; leave nothing behind."""
    with TemporaryDirectory(
        prefix="debrief-faults-", ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster, broker = Cluster(folder / "postgres"), Broker(folder / "redis")
        mail, chat = MailServer(folder / "truth"), ChatServer(folder / "truth")
        with stopping(mail, chat, broker, cluster):
            environment = {
                **os.environ,
                **{name: here for name, (_, here) in COMPRESSED.items()},
                "SECRET_KEY": secrets.token_urlsafe(60),
                "ALLOWED_HOSTS": "localhost",
                "SITE_URL": "http://localhost:8000",
                "DATABASE_URL": cluster.create("debrief").replace("+", "%2B"),
                "REDIS_URL": broker.url,
                "EMAIL_URL": mail.url,
                "CHAT_PRIVATE_HOSTS": LOOPBACK,
                "ALERTS_PER_MINUTE": "0",
                "DATA_DIR": str(folder / "data"),
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "LOG_LEVEL": "WARNING",
                "PDF_SECONDS": str(PDF_SECONDS),
                "DEMO": "",
                "FAULTS_JOURNAL": str(folder / "journal"),
                "FAULTS_BEAT_SECONDS": str(SWEEP_SECONDS),
            }
            yield Field(folder, cluster, broker, mail, chat, environment)


class Runner:
    """A warmed-up process that forks a worker for each job; see `plugged`."""

    def __init__(self, field: Field) -> None:
        self._field = field
        with field.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.plugged", "runner"],
                cwd=ROOT,
                env=field.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                text=True,
            )
        self.is_ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # With the worker that it may have forked.
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def begin(self, *faults: Fault, seconds: float, **job: Any) -> None:
        """Start a worker that ends when it was struck, or when its time is over."""
        if not self.is_ready:
            self.answer()
            self.is_ready = True
        job |= {"faults": [asdict(fault) for fault in faults], "seconds": seconds}
        job.setdefault("tasks", [*EACH_MINUTE])
        job.setdefault("margin", PDF_MARGIN)
        self.say(json.dumps(job))

    def answer(self) -> dict[str, Any]:
        """Wait for what the worker asks, or for how it ended."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The runner died; see {self._field.log}")
        return {} if line == "ready\n" else dict(json.loads(line))

    def say(self, words: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()

    def run(self, *faults: Fault, seconds: float, **job: Any) -> dict[str, Any]:
        """Run a job to its end."""
        self.begin(*faults, seconds=seconds, **job)
        return self.answer()


@contextmanager
def celery(
    field: Field, *arguments: str, **job: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a real Celery process with the plug-in; nothing of it is left afterwards."""
    command = [sys.executable, "-m", "tests.faults.plugged", "celery"]
    job.setdefault("margin", PDF_MARGIN)
    with field.log.open("ab") as log:
        process = subprocess.Popen(
            [*command, "--app", "config", *arguments],
            cwd=ROOT,
            env={**field.environment, "FAULTS_JOB": json.dumps(job)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
