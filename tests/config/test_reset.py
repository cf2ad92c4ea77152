from __future__ import annotations

import fcntl
import os
import shutil
import subprocess

import pytest
from django.conf import settings


@pytest.fixture
def clone(tmp_path):
    """A folder that looks like a clone with local data."""
    (tmp_path / "bin").mkdir()
    shutil.copy(settings.BASE_DIR / "bin" / "reset", tmp_path / "bin")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "debrief.sqlite3").touch()
    return tmp_path


def reset(clone, answer, **environment):
    return subprocess.run(
        [clone / "bin" / "reset"],
        env={"PATH": os.environ["PATH"], **environment},
        input=answer,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_reset_empties_after_yes(clone):
    run = reset(clone, "yes\n")

    assert run.returncode == 0
    assert not (clone / "var").exists()


@pytest.mark.parametrize("answer", ["", "\n", "no\n", "y\n"])
def test_reset_keeps_everything_after_anything_else(clone, answer):
    run = reset(clone, answer)

    assert run.returncode == 1
    assert "Nothing was emptied." in run.stdout
    assert (clone / "var" / "debrief.sqlite3").exists()


def test_reset_refuses_while_the_product_runs(clone):
    with (clone / "var" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = reset(clone, "yes\n")

    assert run.returncode == 1
    assert "stop it first" in run.stderr
    assert (clone / "var" / "debrief.sqlite3").exists()


def test_reset_leaves_a_real_product_alone(clone):
    run = reset(clone, "yes\n", DATABASE_URL="postgres://127.0.0.1/debrief")

    assert run.returncode == 1
    assert (clone / "var" / "debrief.sqlite3").exists()


def test_reset_leaves_a_real_product_alone_that_env_names(clone):
    (clone / ".env").write_text("DATABASE_URL=postgres://127.0.0.1/debrief\n")

    run = reset(clone, "yes\n")

    assert run.returncode == 1
    assert (clone / "var" / "debrief.sqlite3").exists()


def test_reset_of_nothing_says_so(clone):
    shutil.rmtree(clone / "var")

    run = reset(clone, "")

    assert run.returncode == 0
    assert "nothing to empty" in run.stdout
