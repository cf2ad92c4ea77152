"""The archive of a backup: a ZIP with a manifest, the database and the files.

The manifest is read and every part compared with its fingerprint before anything of
an archive is used. Whoever has one has everything, so it is for its owner alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings

MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "files/"
FORMAT = 1
CHUNK = 1024**2


class Unusable(Exception):
    """Why an archive cannot be written or restored, as a sentence with the remedy."""


@dataclass(frozen=True)
class Part:
    """A member of the archive, with the fingerprint it had when it was written."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive is: of which version and time, on which database, with what."""

    version: str
    at: datetime
    vendor: str
    migrations: list[str]
    parts: list[Part]

    def dump(self) -> str:
        head = {"product": "debrief", "format": FORMAT}
        return json.dumps({**head, **asdict(self), "at": self.at.isoformat()}, indent=1)

    @classmethod
    def load(cls, text: bytes) -> Manifest:
        content: Any = json.loads(text)
        if content["product"] != "debrief" or content["format"] != FORMAT:
            raise ValueError(content["format"])
        return cls(
            version=content["version"],
            at=datetime.fromisoformat(content["at"]),
            vendor=content["vendor"],
            migrations=[str(name) for name in content["migrations"]],
            parts=[Part(**part) for part in content["parts"]],
        )

    @property
    def files(self) -> list[Part]:
        return [part for part in self.parts if part.name.startswith(FILES)]


def product_version() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a file to write that becomes `path` only when nothing was raised."""
    handle, name = tempfile.mkstemp(prefix=".debrief-", suffix=".part", dir=path.parent)
    os.close(handle)  # made with mode 0600
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def put(archive: zipfile.ZipFile, name: str, source: Path, *, packed: bool) -> Part:
    """Copy a file into the archive; `packed` deflates what is not compressed yet."""
    member = zipfile.ZipInfo.from_file(source, name, strict_timestamps=False)
    member.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with source.open("rb") as file, archive.open(member, "w", force_zip64=True) as copy:
        size, sha256 = _copy(file, copy)
    return Part(name, size, sha256)


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open an archive whose every part is as its manifest says, or raise Unusable."""
    archive, manifest = _verified(path)
    with archive:
        yield archive, manifest


def take(archive: zipfile.ZipFile, part: Part, target: Path) -> None:
    """Write a part to a file, which is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(part.name) as file, written_whole(target) as draft:
        with draft.open("wb") as copy:
            shutil.copyfileobj(file, copy, CHUNK)
        draft.chmod(0o644 if part.name.startswith(FILES) else 0o600)


def _verified(path: Path) -> tuple[zipfile.ZipFile, Manifest]:
    try:
        archive = zipfile.ZipFile(path)
        manifest = Manifest.load(archive.read(MANIFEST))
        _verify(archive, manifest)
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError) as error:
        raise Unusable(
            f"{path} is no backup of Debrief, or is damaged: take another one."
        ) from error
    return archive, manifest


def _verify(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Compare what is in the archive with what its manifest says."""
    names = sorted(name for name in archive.namelist() if name != MANIFEST)
    if names != sorted(part.name for part in manifest.parts):
        raise ValueError("other parts")
    for part in manifest.parts:
        inside = PurePosixPath(part.name)
        if inside.is_absolute() or ".." in inside.parts:
            raise ValueError(part.name)
        with archive.open(part.name) as file:
            if _copy(file, None) != (part.size, part.sha256):
                raise ValueError(part.name)


def _copy(source: IO[bytes], target: IO[bytes] | None) -> tuple[int, str]:
    """Copy what there is, if to somewhere; give its size and fingerprint."""
    size, seen = 0, hashlib.sha256()
    while chunk := source.read(CHUNK):
        size += len(chunk)
        seen.update(chunk)
        if target:
            target.write(chunk)
    return size, seen.hexdigest()
