from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.whole import by_hand

PATIENCE = 150  # seconds
CONFIGURED = (
    "ALLOWED_HOSTS", "DATABASE_URL", "DEMO", "EMAIL_URL", "QUEUE", "REDIS_URL",
    "SECRET_KEY", "SITE_URL",
)  # fmt: skip


@pytest.fixture
def bare():
    """An environment without any configuration of ours."""
    return {name: text for name, text in os.environ.items() if name not in CONFIGURED}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("start") / "var"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def finished(*arguments, environment):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["manage.py", "check"],
        ["-m", "gunicorn", "config.wsgi"],
        ["-m", "celery", "--app", "config", "worker"],
        ["-m", "celery", "--app", "config", "beat"],
        ["-m", "config.launcher"],
    ],
    ids=["manage.py", "gunicorn", "worker", "scheduler", "launcher"],
)
def test_a_missing_secret_is_one_sentence(arguments, bare, tmp_path):
    bare["DATABASE_URL"] = f"sqlite:///{tmp_path}/debrief.sqlite3"
    bare |= {"DATA_DIR": str(tmp_path), "PORT": free_port()}

    run = finished(*arguments, environment=bare)

    assert run.returncode == 1
    assert run.stderr.startswith("SECRET_KEY is missing")
    assert len(run.stderr.splitlines()) == 1


def test_a_taken_port_is_one_sentence_before_anything_starts(bare, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        bare |= {"DATA_DIR": str(tmp_path / "var"), "PORT": taken}
        run = finished("-m", "config.launcher", environment=bare)

    assert run.returncode == 1
    assert run.stderr.startswith(f"Port {taken} is taken")
    assert len(run.stderr.splitlines()) == 1
    assert not (tmp_path / "var").exists()


def test_a_port_that_is_none_is_one_sentence(bare, tmp_path):
    bare |= {"DATA_DIR": str(tmp_path), "PORT": "eighty"}

    run = finished("-m", "config.launcher", environment=bare)

    assert run.returncode == 1
    assert run.stderr.startswith("PORT=eighty is no port")


def test_a_database_that_does_not_answer_is_one_sentence(bare, tmp_path):
    bare |= {
        "DATABASE_URL": f"postgres://nobody@127.0.0.1:{free_port()}/none",
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": "http://localhost",
        "DATA_DIR": str(tmp_path),
        "PORT": free_port(),
    }

    run = finished("-m", "config.launcher", environment=bare)

    assert run.returncode == 1
    assert run.stderr.startswith("The database cannot be used:")
    assert len(run.stderr.splitlines()) == 1


class Running:
    """The embedded product, started as `make run` starts it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder.parent / f"log-{self.port}.txt"
        self.environment = {
            **environment,
            "DATA_DIR": str(folder),
            "PORT": self.port,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.launcher"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for(self, text):
        end = time.monotonic() + PATIENCE
        while text not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)

    def interrupt(self):
        """Press Ctrl-C: the terminal tells the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def children(self):
        """Every process that was started on this folder, by its environment."""
        mark = f"DATA_DIR={self.folder}\0".encode()
        return {
            int(path.parent.name): path.with_name("cmdline").read_bytes()
            for path in Path("/proc").glob("[0-9]*/environ")
            if mark in readable(path)
        }


def readable(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture
def running(folder, bare):
    product = Running(folder, bare)
    yield product
    if product.process.poll() is None:
        product.process.terminate()
        product.process.wait(PATIENCE)


def test_a_folder_serves_one_at_a_time(bare, tmp_path):
    bare |= {"DATA_DIR": str(tmp_path), "PORT": free_port()}

    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = finished("-m", "config.launcher", environment=bare)

    assert run.returncode == 1
    assert run.stderr.startswith("Debrief already runs on")


@by_hand
@pytest.mark.slow
@pytest.mark.timeout(2 * PATIENCE)
def test_ctrl_c_leaves_no_process_and_the_data(running, folder):
    running.wait_for("Debrief is running")
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/healthz/") as answer:
        assert answer.status == 200
    assert len(running.children()) >= 5

    running.interrupt()

    assert running.process.wait(PATIENCE) == 0
    assert running.children() == {}
    assert (folder / "debrief.sqlite3").exists()
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600


@by_hand
@pytest.mark.slow
@pytest.mark.timeout(2 * PATIENCE)
def test_one_that_dies_takes_the_others_along(running):
    running.wait_for("Debrief is running")
    scheduler = next(
        pid for pid, line in running.children().items() if b"\0beat\0" in line
    )

    os.kill(scheduler, signal.SIGKILL)

    assert running.process.wait(PATIENCE) == 1
    assert "scheduler stopped by itself" in running.log.read_text()
    assert running.children() == {}


@pytest.mark.slow
@pytest.mark.timeout(2 * PATIENCE)
def test_stopping_while_it_starts_leaves_no_process(running):
    running.wait_for("Preparing")

    running.interrupt()

    running.process.wait(PATIENCE)
    assert running.children() == {}
