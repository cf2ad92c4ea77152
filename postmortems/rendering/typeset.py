"""Runs the child that makes the PDF, watches it, and explains how it failed."""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from postmortems.rendering import child

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
PROGRAM = Path(child.__file__)
GLANCE = 0.05  # seconds between two looks at the child
INSTALL_LIBRARIES = (
    "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


class TypesettingFailed(Exception):
    """There is no PDF; the text says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """What one document may use before it is stopped."""

    seconds: int
    megabytes: int

    @classmethod
    def from_settings(cls) -> Limits:
        return cls(settings.PDF_SECONDS, settings.PDF_MEGABYTES)


@contextmanager
def typeset(html: str, limits: Limits | None = None) -> Iterator[Path]:
    """Give the PDF of a document as a file that is gone afterwards."""
    limits = limits or Limits.from_settings()
    with tempfile.TemporaryDirectory(prefix="debrief-pdf-") as name:
        folder = Path(name)
        source, output = folder / "document.html", folder / "document.pdf"
        source.write_text(html, encoding="utf-8")
        code, said = _run(source, output, folder, limits)
        if code or not output.exists():
            ended = {"code": code, "reason": _kind(said)}
            logger.warning("typesetting.ended", extra=ended)
            raise TypesettingFailed(_explain(code, limits))
        yield output


def _run(source: Path, output: Path, folder: Path, limits: Limits) -> tuple[int, str]:
    arguments = [output, ASSETS.resolve(), limits.megabytes, limits.seconds]
    with source.open("rb") as html, (folder / "said").open("w+b") as said:
        process = subprocess.Popen(  # noqa: S603 - our own program and arguments
            [sys.executable, "-I", PROGRAM, *map(str, arguments)],
            stdin=html,
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd=folder,
            env={"HOME": str(folder), "XDG_CACHE_HOME": str(folder), "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        try:
            code = _watch(process, limits)
        finally:
            _end(process)
        said.seek(0)
        return code, said.read().decode(errors="replace")


def _kind(said: str) -> str:
    """Name the exception that ended the child; its words may be the document's."""
    last = said.strip().rpartition("\n")[2].partition(":")[0]
    return last if last.replace(".", "").isidentifier() else ""


def _watch(process: subprocess.Popen[bytes], limits: Limits) -> int:
    """Wait for the child; give the code it would use for what it overstepped."""
    give_up_at = time.monotonic() + limits.seconds
    while True:
        try:
            return process.wait(timeout=GLANCE)
        except subprocess.TimeoutExpired:
            if _resident(process.pid) > limits.megabytes << 20:
                return child.NO_MEMORY
            if time.monotonic() > give_up_at:
                return -signal.SIGXCPU


def _resident(pid: int) -> int:
    """Measure the memory a process really uses; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * resource.getpagesize()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing running; a group that has ended may be somebody else's by now."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _explain(code: int, limits: Limits) -> str:
    """Say what went wrong in a sentence, and what to do about it in another."""
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        sentence = _(
            "Typesetting took longer than %d seconds and was stopped. Leave entries "
            "out or shorten the longest tables, then try again."
        )
        return sentence % limits.seconds
    if code == child.NO_MEMORY:
        sentence = _(
            "The document needed more than %d MB of memory and was stopped. Leave "
            "entries out or shorten its longest tables, then try again."
        )
        return sentence % limits.megabytes
    if code == child.TOO_DEEP:
        return _(
            "Some text is nested too deeply to be set, such as quotes within quotes. "
            "Flatten it, then try again."
        )
    if code == child.REFUSED:
        return _(
            "The document asked for something outside its own folder. It was not "
            "fetched and nothing was made; an administrator finds it in the log."
        )
    if code == child.NO_LIBRARIES:
        sentence = _(
            "PDFs are off: the server lacks the Pango libraries. Ask an administrator "
            "to run “%s”, then try again."
        )
        return sentence % INSTALL_LIBRARIES
    return _(
        "The typesetter stopped unexpectedly. Try again; if it stops again, an "
        "administrator finds the reason in the log."
    )
