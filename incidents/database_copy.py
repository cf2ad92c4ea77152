"""The whole database as one file, taken and put back while others may use it.

SQLite copies itself, page by page, at one moment. For PostgreSQL its own programs do
it, of which a container without them has none.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, connections
from psycopg.conninfo import make_conninfo

from incidents.archive import Unusable

PATIENCE = 20  # seconds to wait for whoever holds the database
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
IN_USE = "The database is in use: stop web, worker and scheduler, and try again."
# What is known of the old installation's health says nothing of the new one, and
# whoever had claimed a mail is gone.
HOLD = """
UPDATE incidents_notification SET claimed_by = '', lease_until = NULL
WHERE state = 'queued';
DELETE FROM incidents_vital;
INSERT INTO incidents_vital ("key", "at", "until", "count", "words", "facts")
VALUES ('hold', '{at}', '{until}', 0, '', '{{}}');
"""


def dump(target: Path) -> None:
    """Write the database as it is at one moment, while the product goes on."""
    if connection.vendor == "sqlite":
        with _sqlite() as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log
    else:
        plain = ["--format=custom", "--no-owner", "--no-privileges"]
        _run("pg_dump", *plain, f"--file={target}", f"--dbname={_address()}")


def load(source: Path, *, backed_up_at: datetime, at: datetime) -> None:
    """Put a dump in the place of what is there, with mail held, or change nothing.

    The hold comes with the data in one transaction: a worker that is running already
    finds no moment at which it could send.
    """
    connections.close_all()
    if connection.vendor == "sqlite":
        _load_sqlite(source, _hold(backed_up_at, at))
    else:
        _load_postgres(source, _hold(backed_up_at, at))


def _hold(backed_up_at: datetime, at: datetime) -> str:
    zone = "" if connection.vendor == "sqlite" else "+00"
    since, until = (
        f"{each.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}{zone}"
        for each in (backed_up_at, at)
    )
    return HOLD.format(at=since, until=until)


def _sqlite() -> closing[sqlite3.Connection]:
    name = connection.settings_dict["NAME"]
    return closing(sqlite3.connect(name, timeout=PATIENCE))


def _load_sqlite(source: Path, hold: str) -> None:
    give_up_at = time.monotonic() + PATIENCE

    def wait(status: int, _remaining: int, _total: int) -> None:
        if status in BUSY and time.monotonic() > give_up_at:
            raise Unusable(IN_USE)

    with closing(sqlite3.connect(source)) as copy:
        copy.executescript(hold)
        with _sqlite() as live:
            copy.backup(live, progress=wait)


def _load_postgres(source: Path, hold: str) -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    names = ", ".join(map(connection.ops.quote_name, tables))
    drop = f"SET lock_timeout = '{PATIENCE}s';\n"
    drop += f"DROP TABLE {names} CASCADE;\n" if names else ""
    before, script, after = (
        source.with_name(f"{step}.sql") for step in ("before", "script", "after")
    )
    before.write_text(drop)
    # A dump leaves the search path empty.
    after.write_text(f"RESET search_path;\n{hold}")
    plain = ["--no-owner", "--no-privileges"]
    _run("pg_restore", *plain, f"--file={script}", str(source))
    steps = [f"--file={step}" for step in (before, script, after)]
    calm = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run("psql", *calm, f"--dbname={_address()}", *steps)


def _address() -> str:
    """Say where the database is, without its password."""
    given = connection.get_connection_params()
    own = {"password", "prepare_threshold"}
    known = {
        name: value
        for name, value in given.items()
        if isinstance(value, str | int) and name not in own
    }
    return make_conninfo("", **known)


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL, or raise Unusable with what it said."""
    path = shutil.which(program)
    if path is None:
        raise Unusable(
            f"{program} is missing: install the client programs of PostgreSQL "
            "(on Debian: apt-get install postgresql-client)."
        )
    password = str(connection.settings_dict["PASSWORD"] or "")
    environment = {**os.environ, "LC_ALL": "C"}
    if password:
        environment["PGPASSWORD"] = password
    done = subprocess.run(  # noqa: S603 - a program found in PATH, our own arguments
        [path, "--no-password", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if "lock timeout" in done.stderr:
        raise Unusable(IN_USE)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [str(done.returncode)]
        raise Unusable(f"{program} could not do it: {last[0]}")
