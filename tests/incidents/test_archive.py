"""An archive is whole, what its manifest says it is, and fits; else it is refused."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from incidents.archive import DATABASE, Unusable, written_whole
from incidents.backup import back_up, restore

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def target(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path
    return tmp_path / "archive.zip"


def write(path: Path, parts=((DATABASE, b"rows"),), **changes) -> None:
    """Write an archive by hand, with what a good one would say of its parts."""
    manifest = {
        "product": "debrief",
        "format": 1,
        "version": "9.9",
        "at": NOON.isoformat(),
        "vendor": connection.vendor,
        "migrations": [],
        "parts": [
            {
                "name": name,
                "size": len(text),
                "sha256": hashlib.sha256(text).hexdigest(),
            }
            for name, text in parts
        ],
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in changes.pop("stored", parts):
            archive.writestr(name, text)
        archive.writestr("manifest.json", json.dumps(manifest | changes))


def refused(path: Path) -> str:
    with pytest.raises(Unusable) as refusal:
        restore(path, at=NOON)
    return str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"stored": [(DATABASE, b"rowz")]},
        {"stored": []},
        {"stored": [(DATABASE, b"rows"), ("files/stray.pdf", b"?")]},
        {"product": "another"},
        {"format": 2},
        {"at": "yesterday"},
        {"migrations": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_damaged_archive_is_refused_before_anything_is_touched(db, target, changes):
    write(target, **changes)

    assert "is no backup of Debrief, or is damaged" in refused(target)


@pytest.mark.parametrize("name", ["files/../../outside", "/files/outside"])
def test_no_part_is_written_outside_the_folder_of_files(db, target, name):
    write(target, parts=[(DATABASE, b"rows"), (name, b"x")])

    assert "damaged" in refused(target)
    assert not (target.parent.parent / "outside").exists()


def test_what_is_no_archive_is_refused(db, target):
    target.write_bytes(b"PK\x03\x04 and then nothing")

    assert "is no backup of Debrief" in refused(target)
    assert "cannot be read" in refused(target.with_name("missing.zip"))


def test_an_archive_of_a_newer_version_is_refused(db, target):
    write(target, migrations=["incidents.0099_from_tomorrow", "gone.0001_initial"])

    assert "newer version (9.9, with incidents.0099_from_tomorrow)" in refused(target)


def test_an_archive_of_another_kind_of_database_is_refused(db, target):
    write(target, vendor="oracle")

    assert "The backup is of oracle" in refused(target)


def give_up(path: Path) -> None:
    with written_whole(path) as draft:
        draft.write_bytes(b"half")
        raise KeyboardInterrupt


def test_a_file_that_is_given_up_half_way_is_not_there(target):
    with pytest.raises(KeyboardInterrupt):
        give_up(target)

    assert list(target.parent.iterdir()) == []


def test_where_nothing_can_be_written_it_says_so(db, target):
    with pytest.raises(Unusable, match="cannot be written: No such file"):
        back_up(target / "in" / "no" / "folder.zip", at=NOON)
