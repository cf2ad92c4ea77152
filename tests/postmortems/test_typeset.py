from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from postmortems.rendering import typeset as typesetting
from postmortems.rendering.typeset import Limits, TypesettingFailed, typeset

HELLO = "<!doctype html><title>Hello</title><p>Hello"
LONG = "<table>" + "<tr><td>row<td>of words" * 20_000 + "</table>"


def children():
    """Name the processes this one has started and not buried."""
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return path.read_text().split() if path.exists() else []


@pytest.fixture
def other_program(tmp_path, monkeypatch):
    """Put another program in the child's place: one that ends as it is told to."""

    def put(code: str) -> None:
        program = tmp_path / "program.py"
        program.write_text(code)
        monkeypatch.setattr(typesetting, "PROGRAM", program)

    return put


def failure(html, **limits):
    limits = Limits(**{"seconds": 60, "megabytes": 1_024, **limits})
    with pytest.raises(TypesettingFailed) as failed, typeset(html, limits):
        pass
    assert children() == []
    return str(failed.value)


def test_html_becomes_a_pdf_that_is_gone_afterwards():
    with typeset(HELLO) as pdf:
        assert pdf.read_bytes().startswith(b"%PDF-")

    assert not pdf.parent.exists()


def test_what_takes_too_long_is_stopped():
    began = time.monotonic()

    assert "longer than 2 seconds" in failure(LONG, seconds=2)

    assert time.monotonic() - began < 20


def test_a_crash_is_explained_and_the_next_document_is_made(other_program, monkeypatch):
    other_program("import os; os.abort()")
    assert "stopped unexpectedly" in failure(HELLO)
    monkeypatch.undo()

    with typeset(HELLO) as pdf:
        assert pdf.exists()


def test_a_child_that_makes_nothing_has_failed(other_program):
    other_program("")

    assert "stopped unexpectedly" in failure(HELLO)


def test_missing_libraries_are_explained(other_program):
    other_program("raise SystemExit(11)")

    assert "PDFs are off" in failure(HELLO)
    assert "apt-get install" in failure(HELLO)


def test_the_child_sees_nothing_of_our_environment(other_program):
    other_program(
        "import os, sys; open(sys.argv[1], 'w').write(' '.join([*os.environ, '.']))"
    )

    with typeset(HELLO) as listed:
        names = set(listed.read_text().split())

    assert names <= {"HOME", "XDG_CACHE_HOME", "LANG", "LC_CTYPE", "."}


def test_the_child_ends_with_its_parent(tmp_path):
    (tmp_path / "long.html").write_text(LONG)
    code = (
        "import django, sys; django.setup()\n"
        "from postmortems.rendering.typeset import Limits, typeset\n"
        f"with typeset(open('{tmp_path}/long.html').read(), Limits(60, 4096)): pass"
    )
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "TMPDIR": str(tmp_path)}
    environment = {**os.environ, **settings}
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment)
    listing = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    if not listing.exists():
        pytest.skip("this system does not list a process's children")
    while not (found := listing.read_text().split()):
        time.sleep(0.05)
    time.sleep(1)

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    deadline = time.monotonic() + 10
    while Path(f"/proc/{found[0]}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{found[0]}").exists()
