"""Finds the write-ups of a folder or an archive; nothing outside of it is read."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from incidents.changes import Refused
from postmortems.markdown_in.decoding import LONGEST, too_long

ENDINGS = (".md", ".markdown", ".mdown", ".txt")
Thing = TypeVar("Thing")
MOST_FILES = 5_000
# What UTF-32 takes for a text of the most characters.
MOST_BYTES = 4 * LONGEST


@dataclass(frozen=True)
class Found:
    """A file by its name within the folder, with its content or why there is none."""

    name: str
    content: bytes = b""
    refused: str = ""


def files_in(path: Path) -> list[Path] | zipfile.ZipFile:
    """List what a path leads to, sorted; raise Refused where there is nothing."""
    if path.is_dir():
        found = sorted(_walk(path))
        if not found:
            sentence = _("%s has no file that ends in .md, .markdown or .txt.")
            raise Refused.because("empty", sentence % path)
        return _few(found)
    if not path.is_file():
        raise Refused.because("path", _("There is no file or folder %s.") % path)
    if zipfile.is_zipfile(path) and path.suffix.lower() == ".zip":
        try:
            return zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            sentence = _("%s cannot be opened: pack it again.")
            raise Refused.because("zip", sentence % path) from error
    return [path]


def read_all(path: Path) -> tuple[int, Iterator[Found]]:
    """Say how many files there are, and read one after the other."""
    found = files_in(path)
    if isinstance(found, zipfile.ZipFile):
        members = wanted_in(found)
        if not members:
            sentence = _("%s has no file that ends in .md, .markdown or .txt.")
            raise Refused.because("empty", sentence % path)
        return len(_few(members)), (unpacked(found, each) for each in members)
    base = path if path.is_dir() else path.parent
    return len(found), (_read(each, base) for each in found)


def _walk(folder: Path) -> Iterator[Path]:
    """Go through a folder; hidden ones and links are left alone."""
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in names:
            if _is_wanted(name) and not name.startswith("."):
                yield Path(place) / name


def _is_wanted(name: str) -> bool:
    parts = name.split("/")
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return name.lower().endswith(ENDINGS) and not hidden


def _few(found: list[Thing]) -> list[Thing]:
    if len(found) > MOST_FILES:
        sentence = _("There are %(there)d files, and at most %(most)d at once.")
        names = {"there": len(found), "most": MOST_FILES}
        raise Refused.because("many", sentence % names)
    return found


def _read(path: Path, base: Path) -> Found:
    """Read a file through no link, so that none leads out of the folder."""
    name = _shown(str(path.relative_to(base)))
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        if path.is_symlink():
            return Found(name, refused=_("It is a link: give the file itself."))
        sentence = _("It cannot be read: %s.")
        return Found(name, refused=sentence % (error.strerror or error))
    return _fitting(name, content)


def wanted_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [each for each in archive.infolist() if _is_wanted(each.filename)]


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Found:
    """Read a member, but no more of it than fits, whatever its head says."""
    name = _shown(member.filename)
    try:
        with archive.open(member) as file:
            content = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        sentence = _("It cannot be unpacked: pack it again, without a password.")
        return Found(name, refused=sentence)
    return _fitting(name, content)


def _fitting(name: str, content: bytes) -> Found:
    if len(content) > MOST_BYTES:
        return Found(name, refused=too_long())
    return Found(name, content)


def _shown(name: str) -> str:
    """Write a name so that it can be printed and stored, whatever the disk has."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(letter if letter.isprintable() else "?" for letter in text)
