"""`make bench`: pages and mail at size against plain Django, on SQLite and PostgreSQL.

Each database is made for the occasion and thrown away. The exit code is 1 if a
target was missed.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
# What is measured, one after the other, on the same database.
LEGS = ("leg", "imports", "mail", "reminders", "ladder")
# What does not depend on the database, and is measured on the first one alone.
ONCE = ("typesetting",)
LOCAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="debrief-bench-") as folder:
        lite = f"sqlite:///{folder}/bench.sqlite3"
        missed = run("SQLite", lite, folder, (*LEGS, *ONCE))
        with postgres_database() as url:
            if url:
                missed += run("PostgreSQL", url, folder, LEGS)
    return min(missed, 1)


def run(name: str, url: str, folder: str, legs: tuple[str, ...]) -> int:
    """Measure on one database, in processes of their own; 1 if a target fails."""
    print(f"\n{name}", flush=True)
    production = {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": "http://localhost:8000",
        "DATA_DIR": folder,
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "EMAIL_URL": "",
        "DEMO": "",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    missed = 0
    for leg in legs:
        command = [sys.executable, "-m", f"tests.bench.{leg}"]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **production})
        missed |= min(done.returncode, 1)
    return missed


@contextmanager
def postgres_database() -> Iterator[str]:
    """Make a database and drop it in the end; empty text where no server answers."""
    asked = os.environ.get("DATABASE_URL", "")
    server = asked if asked.startswith("postgres") else LOCAL_POSTGRES
    name = f"debrief_bench_{os.getpid()}"
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        print(f"\nPostgreSQL was left out: {error}")
        yield ""
        return
    with admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(name)))


if __name__ == "__main__":
    sys.exit(main())
