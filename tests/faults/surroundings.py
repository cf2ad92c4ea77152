"""What the harness breaks: PostgreSQL, Redis, a mail server, a chat, all throw-away.

Each is a process of its own, on a free port of the loopback address, and is stopped
by the pid it was started with.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psycopg
import redis
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
CLUSTER_RULES = ["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"]
# Nobody pulls the plug on this machine, so what the kernel has is safe enough.
CLUSTER_OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "listen_addresses": LOOPBACK,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def wait_for_port(port: int, seconds: float = 30) -> None:
    give_up_at = time.monotonic() + seconds
    while not answers(port):
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"Nothing answers on port {port}")
        time.sleep(0.02)


def program_of_postgres(name: str) -> str:
    """Find a program of the server, which Debian keeps out of the path."""
    inside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(inside[-1]) if inside else "")
    if not found:
        raise FileNotFoundError(f"PostgreSQL’s {name} is not installed")
    return found


def servant() -> dict[str, Any]:
    """Name who runs PostgreSQL, which refuses to be run by root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    raise LookupError("PostgreSQL cannot be run by root, and there is nobody else")


class Cluster:
    """A PostgreSQL cluster with one database, made anew."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._as = servant()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o755)
        if self._as:
            os.chown(folder, self._as["user"], self._as["group"])
        subprocess.run(
            [
                program_of_postgres("initdb"),
                f"--pgdata={folder / 'data'}",
                *CLUSTER_RULES,
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=True,
            **self._as,
        )
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def url(self, name: str = "postgres") -> str:
        return f"postgres://postgres@{LOOPBACK}:{self.port}/{name}"

    def start(self) -> None:
        options = {**CLUSTER_OPTIONS, "port": str(self.port)}
        options["unix_socket_directories"] = str(self._folder)
        settings = [f"--{name}={value}" for name, value in options.items()]
        folder = self._folder
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [program_of_postgres("postgres"), "-D", folder / "data", *settings],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as,
            )
        self.wait()

    def wait(self, seconds: float = 30) -> None:
        """Wait until it lets somebody in: the port alone answers during recovery."""
        give_up_at = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT throws everybody out, SIGQUIT leaves it to recover."""
        if self._process:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database like another one, and give its address."""
        with psycopg.connect(self.url(), autocommit=True) as admin:
            made, like = sql.Identifier(name), sql.Identifier(template)
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
            admin.execute(statement.format(made, like))
        return self.url(name)


class Broker:
    """A Redis that forgets everything when it stops."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        rules = ["--bind", LOOPBACK, "--port", str(self.port), "--save", ""]
        self._process = subprocess.Popen(
            ["redis-server", *rules, "--dir", self._folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for_port(self.port)

    def freeze(self) -> None:
        """Let it accept and never answer."""
        os.kill(self.pid, signal.SIGSTOP)

    def flush(self) -> None:
        """Let it forget everything, as a restart without a disk does."""
        with redis.Redis(LOOPBACK, self.port) as connection:
            connection.flushall()

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


class MailServer:
    """The scripted mail server; `say` tells it how to behave from now on."""

    def __init__(self, truth: Path) -> None:
        self.port = free_port()
        self.truth = truth
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.mail_server", str(self.port), truth],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        wait_for_port(self.port)

    @property
    def url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.port}"

    def say(self, mode: str, pace: float = 0) -> None:
        """Set the mode for whoever connects, and the seconds before each reply."""
        order = json.dumps({"mode": mode, "pace": pace})
        _pipe(self._process.stdin).write(f"{order}\n".encode())
        _pipe(self._process.stdin).flush()
        _pipe(self._process.stdout).readline()  # it has changed

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


class ChatServer:
    """The scripted chat; what it takes is in the truth of the mail server."""

    def __init__(self, truth: Path) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.chat_server", str(self.port), truth],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for_port(self.port)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


@contextmanager
def stopping(*things: Cluster | Broker | MailServer | ChatServer) -> Iterator[None]:
    """Whatever happens, leave none of them running."""
    try:
        yield
    finally:
        for thing in things:
            with suppress(OSError, subprocess.TimeoutExpired):
                thing.stop()
