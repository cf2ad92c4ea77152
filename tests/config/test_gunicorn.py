"""What the web process takes from the environment before Django is there."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with gunicorn's settings, and an environment without any of ours."""
    for name in ("PORT", "WEB_CONCURRENCY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    shutil.copy(ROOT / "gunicorn.conf.py", tmp_path)
    return tmp_path


def test_the_port_and_the_number_of_processes_may_stand_in_the_file(
    folder: Path,
) -> None:
    (folder / ".env").write_text("PORT=8123\nWEB_CONCURRENCY=5\n")
    read = runpy.run_path(str(folder / "gunicorn.conf.py"))
    assert (read["bind"], read["workers"]) == ("127.0.0.1:8123", 5)


def test_the_environment_comes_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "8124")
    (folder / ".env").write_text("PORT=8123\n")
    read = runpy.run_path(str(folder / "gunicorn.conf.py"))
    assert read["bind"] == "127.0.0.1:8124"


def test_neither_is_needed(folder: Path) -> None:
    read = runpy.run_path(str(folder / "gunicorn.conf.py"))
    assert (read["bind"], read["workers"]) == ("127.0.0.1:8000", 2)


LOG_ONE_LINE = """
import runpy
from gunicorn.config import Config
from gunicorn.glogging import Logger

config = Config()
read = runpy.run_path("gunicorn.conf.py")
config.set("logconfig_dict", read["logconfig_dict"])
Logger(config).error("Error handling request %s", "/?q=quetzalcoatlus")
"""


def test_its_log_leaves_out_what_people_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOG_ONE_LINE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "gunicorn.error: Error handling request …" in done.stderr
    assert "quetzalcoatlus" not in done.stderr
