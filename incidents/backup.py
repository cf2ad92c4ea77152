"""Backup and restore: the database and the files, in one archive.

The database is copied first, so that every report in it has its file. A restored
installation holds all mail (`holding.py`), since the lost one may have sent it.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from incidents.archive import (
    DATABASE,
    FILES,
    MANIFEST,
    Manifest,
    Unusable,
    opened,
    product_version,
    put,
    take,
    written_whole,
)
from incidents.database_copy import dump, load
from incidents.models import Incident
from incidents.schema_state import applied, unapplied, unheard_of


def back_up(path: Path, *, at: datetime) -> tuple[Path, Manifest]:
    """Write an archive, whole or not at all; say where it is and what is in it.

    Into a folder it goes under a name with its time. Nothing is overwritten. Raises
    Unusable with what to do.
    """
    if path.is_dir():
        path /= f"debrief-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
    elif path.suffix != ".zip":
        # A folder that is missing, most likely, and tomorrow's would find a file there.
        raise Unusable(
            f"{path} is no folder: make it first, or name a new file that ends in .zip."
        )
    if path.exists():
        raise Unusable(f"{path} exists: choose another name, or take it away.")
    if missing := unapplied(applied()):
        raise Unusable(
            f"{len(missing)} migrations are not applied: run manage.py migrate with "
            "this version, or make the backup with the version that was running."
        )
    try:
        with written_whole(path) as draft, _scratch(path.parent) as scratch:
            return path, _write(draft, scratch / DATABASE, at)
    except OSError as error:
        raise Unusable(f"{path} cannot be written: {error.strerror}.") from error


def _write(draft: Path, database: Path, at: datetime) -> Manifest:
    dump(database)
    with zipfile.ZipFile(draft, "w") as archive:
        packed = connection.vendor == "sqlite"
        parts = [put(archive, DATABASE, database, packed=packed)]
        for file in _files():
            name = f"{FILES}{file.relative_to(settings.MEDIA_ROOT)}"
            with suppress(FileNotFoundError):  # a draft that was given up meanwhile
                parts.append(put(archive, name, file, packed=False))
        manifest = Manifest(
            product_version(), at, connection.vendor, sorted(applied()), parts
        )
        archive.writestr(MANIFEST, manifest.dump())
    return manifest


def restore(path: Path, *, at: datetime, replace: bool = False) -> Manifest:
    """Put an archive in the place of an empty installation, with all mail held.

    `replace` takes an installation that is not empty; the files that only it has stay.
    Nothing is touched before the whole archive was checked. Raises Unusable.
    """
    with opened(path) as (archive, manifest):
        _require_fitting(manifest)
        if not replace and not _is_empty():
            raise Unusable(
                "This installation is not empty: restore into an empty database, or "
                "stop its processes and add --replace, and what it has now is gone."
            )
        with _scratch(settings.DATA_DIR) as scratch:
            dumped = scratch / DATABASE
            by_name = {part.name: part for part in manifest.parts}
            take(archive, by_name[DATABASE], dumped)
            for part in manifest.files:
                name = part.name.removeprefix(FILES)
                take(archive, part, Path(settings.MEDIA_ROOT, name))
            load(dumped, backed_up_at=manifest.at, at=at)
    call_command("migrate", verbosity=0, interactive=False)
    return manifest


def _require_fitting(manifest: Manifest) -> None:
    if newer := unheard_of(set(manifest.migrations)):
        raise Unusable(
            f"The backup is of a newer version ({manifest.version}, with {newer[0]}): "
            "install that one, then restore."
        )
    if manifest.vendor != connection.vendor:
        raise Unusable(
            f"The backup is of {manifest.vendor}, and DATABASE_URL names "
            f"{connection.vendor}: restore into the same kind of database."
        )


def _is_empty() -> bool:
    """Say whether nobody has begun to work here: no table, or no row that matters."""
    if "auth_user" not in connection.introspection.table_names():
        return True
    return not User.objects.exists() and not Incident.objects.exists()


def _files() -> Iterator[Path]:
    """Find what is stored, without what is only just being written."""
    for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
        if path.is_file() and path.suffix != ".part":
            yield path


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Give a folder of our own, where there is room for what comes of it."""
    with tempfile.TemporaryDirectory(prefix=".debrief-", dir=folder) as name:
        yield Path(name)
