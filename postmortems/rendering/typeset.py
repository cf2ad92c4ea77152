"""Runs the child that makes the PDF, watches it, and explains how it failed."""

from __future__ import annotations

import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from postmortems.rendering import child

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
PROGRAM = Path(child.__file__).with_name("__main__.py")
FOLDERS = "debrief-pdf-"
SOURCE, OUTPUT = "document.html", "document.pdf"
GLANCE = 0.05  # seconds between two looks at the child
# A folder this old was left by a worker that was killed: no document takes so long.
FORGOTTEN = 24 * 3_600
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
def typeset(
    html: str,
    limits: Limits | None = None,
    *,
    pictures: Mapping[str, Path] | None = None,
) -> Iterator[Path]:
    """Give the PDF of a document as a file that is gone afterwards.

    A picture is shown where the document says <img src="picture:NAME">; its name ends
    in .png, .jpg or .webp. A disk that is full has failed us here, too, if it happens
    to whoever copies the file.
    """
    limits = limits or Limits.from_settings()
    _clear_up()
    try:
        with tempfile.TemporaryDirectory(prefix=FOLDERS) as name:
            folder = Path(name)
            _lay_out(html, pictures or {}, folder)
            _make(folder, limits)
            yield folder / OUTPUT
    except OSError as error:
        if error.errno not in child.DISK_IS_FULL:
            raise
        logger.warning("typesetting.disk_full", extra={"errno": error.errno})
        raise TypesettingFailed(_explain(child.NO_SPACE, limits)) from error


def _clear_up() -> None:
    """Remove what killed workers left behind, as far as it is ours to remove."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*"):
        with suppress(OSError):
            if folder.lstat().st_mtime < time.time() - FORGOTTEN:
                shutil.rmtree(folder)


def _lay_out(html: str, pictures: Mapping[str, Path], folder: Path) -> None:
    """Put what the child needs into its folder; it sees no other."""
    (folder / SOURCE).write_text(html, encoding="utf-8", errors="replace")
    (folder / child.PICTURES).mkdir()
    for name, path in pictures.items():
        shutil.copyfile(path, folder / child.PICTURES / Path(name).name)


def _make(folder: Path, limits: Limits) -> None:
    code, said = _run(folder / SOURCE, folder / OUTPUT, folder, limits)
    if code or not (folder / OUTPUT).exists():
        ended = {"code": code, "reason": _kind(said)}
        logger.warning("typesetting.ended", extra=ended)
        raise TypesettingFailed(_explain(code, limits))


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
    if code == child.NO_SPACE:
        return _(
            "The disk of the server is full, so that the PDF could not be written. "
            "Have an administrator make room, then try again."
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
