"""What the suite finds around it: own folders and databases, and what may be absent.

Every xdist worker has a data folder, a database, a Redis number and a queue of its own.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
import tempfile
from ctypes.util import find_library
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import hypothesis
import pytest
from django.conf import settings
from django.db import connection

from config.queues import celery_settings
from tests.whole import BY_HAND, FULL

# The first has no windows to draw, and takes two thirds of the time.
CHROMIUMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
)
LOCAL_REDIS = "redis://127.0.0.1:6379/9"
REDIS_NUMBERS = 16


def pytest_configure(config: pytest.Config) -> None:
    for name, examples in (("full", 2_000), ("ci", 100), ("part", 25)):
        hypothesis.settings.register_profile(name, max_examples=examples)
    hypothesis.settings.load_profile("full" if FULL else "ci" if BY_HAND else "part")
    folder = Path(tempfile.mkdtemp(prefix="debrief-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    use_folder(folder)
    use_own_redis_number()
    # Quick, where the real ones are slow on purpose or need collectstatic.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}


def use_folder(folder: Path) -> None:
    """Keep whatever the tests write out of the data of the embedded product."""
    os.environ["DATA_DIR"] = str(folder)
    before, settings.DATA_DIR = settings.DATA_DIR, folder
    settings.MEDIA_ROOT = folder / "files"
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    if not settings.REDIS_URL:
        broker = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        for name, path in broker.items():
            if isinstance(path, str):
                broker[name] = path.replace(str(before), str(folder))
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        # A file: threads of a live server that share a database in memory meet
        # "table is locked".
        test = settings.DATABASES["default"].setdefault("TEST", {})
        test["NAME"] = str(folder / "test.sqlite3")


def use_own_redis_number() -> None:
    os.environ["QUEUE"] = settings.QUEUE = f"tests-{os.getpid()}"
    for name, value in celery_settings(settings.QUEUE).items():
        setattr(settings, name, value)
    if settings.REDIS_URL:
        settings.REDIS_URL = settings.CELERY_BROKER_URL = own_redis_url()
        os.environ["REDIS_URL"] = settings.REDIS_URL


def own_redis_url() -> str:
    """Return the address of this worker's Redis number, whoever asked for it first."""
    parts = urlsplit(os.environ.get("REDIS_URL") or LOCAL_REDIS)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = int(parts.path.strip("/") or 0)
    number = (first + int(worker)) % REDIS_NUMBERS
    return parts._replace(path=f"/{number}").geturl()


@cache
def redis_answers() -> bool:
    parts = urlsplit(os.environ.get("REDIS_URL") or LOCAL_REDIS)
    try:
        address = (parts.hostname or "127.0.0.1", parts.port or 6379)
        with socket.create_connection(address, timeout=1) as probe:
            probe.sendall(b"PING\r\n")
            return bool(probe.recv(64))
    except OSError:
        return False


def chromium_path() -> str:
    """Return where chromium is, or an empty text."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), "")


@cache
def has_libatomic() -> bool:
    return bool(find_library("atomic"))


def missing_service(item: pytest.Item) -> str:
    """Say which service the test needs and does not find, or nothing."""
    wanted = {mark.name for mark in item.iter_markers()}
    if "postgres" in wanted and connection.vendor != "postgresql":
        return "needs PostgreSQL: DATABASE_URL names none"
    if "redis" in wanted and not redis_answers():
        return "needs Redis: none answers at REDIS_URL or 127.0.0.1:6379"
    if "browser" in wanted and not chromium_path():
        return "needs chromium: none is installed"
    if "browser" in wanted and not has_libatomic():
        return "needs libatomic1, by which playwright's driver runs: not installed"
    return ""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if reason := missing_service(item):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Look for garbage less often, and never among the tests: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture
def redis_url() -> str:
    """The address of a Redis number that no other worker of this run uses."""
    return own_redis_url()


@pytest.fixture
def chromium() -> str:
    """Where the browser is."""
    return chromium_path()


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:
    """The environment in which a child process meets the database of this test."""
    return {**os.environ, "DATABASE_URL": database_url()}


def database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    user, password = quote(database["USER"]), quote(database["PASSWORD"] or "")
    place = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
    return f"postgres://{user}:{password}@{place}/{database['NAME']}"
