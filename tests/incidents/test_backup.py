"""Backup and restore by the documented commands, on whatever database there is."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection

from incidents.choices import DeliveryState
from incidents.delivery import deliver_due
from incidents.holding import is_held
from incidents.models import Incident, Notification
from incidents.tasks import sweep
from tests.outgoing import queued
from tests.whole import by_hand

PAGE = project.BASE_DIR / "docs" / "operations.md"
COMMAND = re.compile(r"^ {4,}bin/manage ((\w+).*)$", re.MULTILINE)
DOCUMENTED = {name: line for line, name in COMMAND.findall(PAGE.read_text())}


def run(name: str, *arguments: object) -> str:
    said = io.StringIO()
    call_command(name, *map(str, arguments), stdout=said)
    return said.getvalue()


@pytest.fixture
def folder(tmp_path, settings) -> Path:
    """Where backups go; the files of the product are in another one."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path
    (settings.MEDIA_ROOT / "reports").mkdir(parents=True)
    (settings.MEDIA_ROOT / "reports" / "7.pdf").write_bytes(b"%PDF-1.7 as it was")
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def lost(transactional_db, item, inbox, folder, at_noon, settings) -> Path:
    """A backup of a system that went on for an hour, sent its mail, and was lost."""
    queued("Due soon", at=at_noon, due_at=at_noon + timedelta(minutes=5))
    queued("Next week", at=at_noon, due_at=at_noon + timedelta(days=7))
    run("backup", folder)
    deliver_due(now=at_noon + timedelta(minutes=10))
    (settings.MEDIA_ROOT / "reports" / "7.pdf").unlink()
    Incident.objects.update(title="Written after the backup")
    assert [letter["Subject"] for letter in inbox.letters] == ["Due soon"]
    return next(folder.iterdir())


def test_the_page_documents_the_commands():
    assert {"backup", "restore", "held_mail", "migrate"} <= DOCUMENTED.keys()


def test_a_restore_brings_back_the_rows_and_the_files(lost, settings):
    said = run("restore", lost, "--replace")

    assert Incident.objects.get().title == "Checkout fails"
    report = settings.MEDIA_ROOT / "reports" / "7.pdf"
    assert report.read_bytes() == b"%PDF-1.7 as it was"
    assert "1 file " in said
    assert "Mail is held" in said


def test_a_restored_system_sends_nothing_again_by_itself(
    lost, inbox, at_noon, time_machine
):
    time_machine.move_to(at_noon + timedelta(hours=1), tick=False)
    run("restore", lost, "--replace")
    time_machine.move_to(at_noon + timedelta(hours=2), tick=False)
    queued("Queued since", at=at_noon + timedelta(hours=2))

    sweep()

    assert is_held()
    assert len(inbox.letters) == 1
    listed = run("held_mail")
    assert "may have been sent" in listed
    assert re.search("queued since .*Queued since", listed)
    assert "Next week" not in listed


def test_a_person_decides_what_goes_out_after_a_restore(
    lost, inbox, at_noon, time_machine
):
    time_machine.move_to(at_noon + timedelta(hours=1), tick=False)
    run("restore", lost, "--replace")
    since = queued("Queued since", at=at_noon + timedelta(hours=1))
    words = DOCUMENTED["held_mail"].split()[1:]
    words = [word for word in words if not word.isdecimal()]
    words.insert(words.index("--release") + 1, since.pk)

    said = run("held_mail", *words)
    deliver_due(now=at_noon + timedelta(hours=1))

    assert "lifted" in said
    subjects = [letter["Subject"] for letter in inbox.letters]
    assert subjects == ["Due soon", "Queued since"]
    dropped = Notification.objects.get(key="Due soon")
    assert dropped.state == DeliveryState.SUPPRESSED
    assert "restore" in dropped.suppressed_because


@pytest.fixture
def empty_database(tmp_path):
    """The address of a database without any table."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite3"
        return
    name = f"{connection.settings_dict['NAME']}_empty"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield database_url(name)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def database_url(name: str) -> str:
    given = connection.settings_dict
    place = f"{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}"
    return f"postgres://{given['USER']}:{given['PASSWORD'] or ''}@{place}/{name}"


@by_hand
def test_an_empty_installation_is_restored_as_documented(
    lost, child_environment, empty_database, tmp_path
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = os.environ | {
        "DATABASE_URL": empty_database,
        "DATA_DIR": str(elsewhere),
        "EMAIL_URL": "",
    }
    name, path = DOCUMENTED["restore"].split()
    assert Path(path).suffix == lost.suffix

    done = subprocess.run(
        [sys.executable, "manage.py", name, lost],
        cwd=project.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Restored the database and 1 file" in done.stdout
    assert (elsewhere / "files" / "reports" / "7.pdf").exists()
    assert [path.name for path in elsewhere.iterdir() if path.suffix == ".part"] == []


def test_an_installation_that_is_not_empty_is_not_overwritten_unasked(lost):
    with pytest.raises(CommandError, match=r"not empty.*stop.*--replace"):
        run("restore", lost)

    assert Incident.objects.get().title == "Written after the backup"
    assert not is_held()


def test_a_backup_is_for_its_owner_and_overwrites_nothing(lost):
    assert lost.stat().st_mode & 0o777 == 0o600

    with pytest.raises(CommandError, match="exists: choose another name"):
        run("backup", lost)


def test_a_backup_says_where_it_is_and_takes_no_missing_folder_for_a_file(folder, db):
    said = run("backup", folder)

    assert str(next(folder.iterdir())) in said
    with pytest.raises(CommandError, match="is no folder: make it first"):
        run("backup", folder / "missing")


@pytest.mark.postgres
def test_without_the_programs_of_postgresql_it_says_what_to_install(
    lost, folder, monkeypatch
):
    monkeypatch.setenv("PATH", str(folder))

    with pytest.raises(CommandError, match="pg_dump is missing: install"):
        run("backup", folder / "second.zip")

    assert list(folder.iterdir()) == [lost]
