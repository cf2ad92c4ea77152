"""However it ends, the next document is made, and nothing lies around.

The child is the real one, and so are its limits: time, memory, depth, a full disk.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from postmortems.rendering import typeset as typesetting
from postmortems.rendering.typeset import Limits, TypesettingFailed, typeset
from tests.whole import by_hand, one_in

HEAD = '<!doctype html><html lang="en"><title>x</title>'
STYLED = f'{HEAD}<link rel="stylesheet" href="document.css"><h1>Checkout fails'
LONG = HEAD + "<table>" + "<tr><td>row<td>of words" * 20_000


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """Have an empty place for temporary files, which is empty again in the end."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []
    assert children() == []


def children():
    listing = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children")
    if not listing.exists():
        pytest.skip("this system does not list a process's children")
    return listing.read_text().split()


@contextmanager
def files_up_to(size):
    """Let the kernel refuse to write files that are longer, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def failure(html, *, seconds=60, megabytes=1_024):
    """Fail, and give the sentence."""
    with (
        pytest.raises(TypesettingFailed) as failed,
        typeset(html, Limits(seconds, megabytes)),
    ):
        pass
    return str(failed.value)


def assert_the_next_is_made():
    with typeset(f"{HEAD}<p>Next") as pdf:
        assert pdf.read_bytes().startswith(b"%PDF-")


def strike(number):
    """Send the next child a signal as soon as it works."""

    def wait_and_strike():
        while not (found := [*Path(f"/proc/{os.getpid()}/task").glob("*/children")]):
            time.sleep(0.01)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for listing in found:
                for pid in listing.read_text().split():
                    time.sleep(0.3)
                    os.kill(int(pid), number)
                    return
            time.sleep(0.01)

    striking = threading.Thread(target=wait_and_strike)
    striking.start()
    return striking


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_child_that_dies_is_explained(number):
    striking = strike(number)

    assert "stopped unexpectedly. Try again" in failure(LONG)

    striking.join()
    assert_the_next_is_made()


def test_a_child_that_hangs_is_stopped():
    striking = strike(signal.SIGSTOP)
    began = time.monotonic()

    assert "longer than 2 seconds" in failure(LONG, seconds=2)

    striking.join()
    assert time.monotonic() - began < 10
    assert_the_next_is_made()


def test_memory_is_bounded_and_the_sentence_says_by_what():
    assert "needed more than 120 MB" in failure(LONG, megabytes=120)
    assert_the_next_is_made()


@pytest.mark.parametrize(
    "nested",
    one_in(
        3,
        [
            "<blockquote>" * 300,
            "<b>" * 2_000 + "x",
            "<ul><li>" * 300,
            "<svg>" + "<g>" * 5_000 + "<rect/>",
            "<table><tr><td>" * 200,
        ],
    ),
)
def test_depth_without_end_is_explained(nested):
    assert "nested too deeply" in failure(HEAD + nested)


@pytest.mark.parametrize("size", one_in(2, [20, 900, 100_000]))
def test_a_full_disk_is_explained(size):
    """The document, the fonts or the PDF do not fit, one after the other."""
    with files_up_to(size):
        assert "The disk of the server is full" in failure(STYLED + "<p>word " * 9_000)

    assert_the_next_is_made()


def test_a_disk_that_fills_up_while_the_file_is_copied_is_explained():
    with (
        pytest.raises(TypesettingFailed, match="disk of the server is full"),
        typeset(f"{HEAD}<p>x") as pdf,
        open("/dev/full", "wb") as full,
    ):
        full.write(pdf.read_bytes())


@by_hand
def test_another_error_of_the_copying_is_not_taken_for_a_full_disk(tmp_path):
    with pytest.raises(FileNotFoundError), typeset(f"{HEAD}<p>x"):
        (tmp_path / "nowhere" / "copy.pdf").write_bytes(b"")


def test_on_a_disk_of_300_kilobytes_nothing_is_left_behind(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    code = (
        "import django, os; django.setup()\n"
        "from postmortems.rendering.typeset import TypesettingFailed, typeset\n"
        f"html = {STYLED!r} + '<p>word ' * 9_000\n"
        "try:\n"
        "    with typeset(html): print('made')\n"
        "except TypesettingFailed as failed: print(failed)\n"
        f"print(os.listdir({str(disk)!r}))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    done = subprocess.run(
        [
            *("unshare", "--map-root-user", "--mount", "sh", "-c"),
            f"mount -t tmpfs -o size=300k none {disk} && {sys.executable} {script}",
        ],
        env={**os.environ, "TMPDIR": str(disk), "PYTHONPATH": os.getcwd()}
        | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no disk of our own here: {done.stderr.splitlines()[0]}")

    said, left = done.stdout.splitlines()
    assert said.startswith("The disk of the server is full")
    assert left == "[]"


def test_what_a_killed_worker_left_is_cleared_up(folder):
    old, new = folder / "debrief-pdf-old", folder / "debrief-pdf-new"
    for left in (old, new):
        left.mkdir()
        (left / "document.html").write_text("left")
    os.utime(old, (0, time.time() - 2 * typesetting.FORGOTTEN))

    assert_the_next_is_made()

    assert list(folder.iterdir()) == [new]
    (new / "document.html").unlink()
    new.rmdir()
