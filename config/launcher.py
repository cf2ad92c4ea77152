"""`make run`: prepare, then keep web, workers and scheduler going until Ctrl-C.

Without DATABASE_URL this is the embedded demo: one folder holds its database, key,
broker and mail. With it nothing is invented: what is missing stops the start.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import signal
import socket
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

import django
import environ
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import OperationalError, connections
from django.urls import reverse

from config.processes import Processes
from config.queues import MAIL, PDF, queue_name

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
SLOWEST_START = 60  # seconds


def main() -> None:
    # While there is nothing to stop, Ctrl-C ends at once: as an exception it would
    # get lost in whatever library swallows it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    environ.Env.read_env(BASE_DIR / ".env")
    os.chdir(BASE_DIR)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["PYTHONUNBUFFERED"] = "1"
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    port = chosen_port()
    folder = data_folder()
    with locked(folder):
        mail_port = None
        if not os.environ.get("DATABASE_URL"):
            mail_port = free_port()
            embed_demo(folder, port=port, mail_port=mail_port)
        prepare()
        sys.exit(run(commands(folder, mail_port)))


def chosen_port() -> int:
    """Return PORT, or end with a sentence when nothing can listen there."""
    asked = os.environ.setdefault("PORT", "8000")
    if not asked.isdecimal() or not 0 < int(asked) < 65536:
        sys.exit(f"PORT={asked} is no port: give a number, as in PORT=8010 make run.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, int(asked)))
        except PermissionError:
            sys.exit(f"Port {asked} is reserved: take one above 1023.")
        except OSError:
            sys.exit(
                f"Port {asked} is taken: stop what listens there, "
                f"or take another, as in PORT={int(asked) + 10} make run."
            )
    return int(asked)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def data_folder() -> Path:
    folder = Path(os.environ.get("DATA_DIR") or BASE_DIR / "var").resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"The data folder {folder} cannot be made: {error.strerror}.")
    os.environ["DATA_DIR"] = str(folder)
    return folder


def locked(folder: Path) -> TextIO:
    """Hold the folder for as long as the returned file is open."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"Debrief already runs on {folder}: stop it first.")
    return lock


def embed_demo(folder: Path, *, port: int, mail_port: int) -> None:
    """Set the whole configuration of the demo, whatever the shell says of it."""
    for name in ("EMAIL_URL", "REDIS_URL"):
        if os.environ.get(name):
            print(f"{name} is left aside: the demo keeps to {folder}.")
    demo = {
        "DEMO": "1",
        "DATA_DIR": str(folder),
        "SECRET_KEY": secret_key(folder / "secret_key"),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "SITE_URL": f"http://localhost:{port}",
        "DATABASE_URL": f"sqlite:///{folder}/debrief.sqlite3",
        "REDIS_URL": "",
        "EMAIL_URL": f"smtp://{LOOPBACK}:{mail_port}",
        # On one's own machine this is nobody's concern.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
    os.environ.update(demo)
    # For bin/manage, which runs a command on the same data.
    lines = "".join(f"{name}={shlex.quote(text)}\n" for name, text in demo.items())
    write_privately(folder / "demo.env", lines)


def secret_key(path: Path) -> str:
    if not path.exists():
        write_privately(path, secrets.token_urlsafe(60))
    return path.read_text()


def write_privately(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def prepare() -> None:
    """Bring database and static files up to date, and load the demo once."""
    django.setup()
    if not settings.DEMO:
        say_what_does_not_fit()
    print("Preparing the database and the static files …")
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        sys.exit(f"The database cannot be used: {' '.join(str(error).split())}")
    collect_static()
    if settings.DEMO and not apps.get_model("incidents", "Incident").objects.exists():
        call_command("seed_demo")
    connections.close_all()


def say_what_does_not_fit() -> None:
    """Print the findings of the system checks; errors among them stop the start."""
    findings = run_checks()
    for finding in findings:
        print(f"Note: {finding.msg} {finding.hint or ''}")
    if any(finding.is_serious() for finding in findings):
        sys.exit("Nothing was started: mend what is noted above.")


def collect_static() -> None:
    """Collect the static files, unless they are as they were the last time."""
    stamp = Path(settings.STATIC_ROOT) / "collected.txt"
    found = [
        f"{storage.path(name)} {Path(storage.path(name)).stat().st_mtime_ns}"
        for finder in get_finders()
        for name, storage in finder.list([])
    ]
    if not stamp.exists() or stamp.read_text().splitlines() != found:
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text("\n".join(found))


def commands(folder: Path, mail_port: int | None) -> dict[str, str]:
    """Name the processes and their command lines."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "config"]
    worker = [*celery, "worker", "--loglevel=WARNING", "--pool=threads"]
    calm = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    schedule = ["--schedule", str(folder / "beat"), "--pidfile", ""]
    lines = {
        "web": [sys.executable, "-m", "gunicorn", "config.wsgi"],
        "mail-worker": [*worker, *calm, *takes(MAIL, threads=4)],
        "pdf-worker": [*worker, *calm, *takes(PDF, threads=2)],
        "scheduler": [*celery, "beat", "--loglevel=WARNING", *schedule],
    }
    if mail_port:
        mailbox = ["-c", "aiosmtpd.handlers.Mailbox", str(folder / "mail")]
        listen = ["-n", "-l", f"{LOOPBACK}:{mail_port}"]
        lines["mail"] = [sys.executable, "-m", "aiosmtpd", *listen, *mailbox]
    return {name: shlex.join(line) for name, line in lines.items()}


def takes(which: str, *, threads: int) -> list[str]:
    """Say from which queue a worker takes, how much at once, and what it is called."""
    queue = queue_name(settings.QUEUE, which)
    return [
        "--queues",
        queue,
        "--concurrency",
        str(threads),
        "--hostname",
        f"{which}@%h",
    ]


def run(lines: dict[str, str]) -> int:
    """Keep the processes going until one stops or we are told to; return the code."""
    banner = threading.Thread(target=announce, daemon=True)
    processes = Processes(lines, started=banner.start)
    processes.loop()
    if processes.first_to_stop:
        names = " and ".join(processes.first_to_stop)
        print(f"{names} stopped by itself, so everything was stopped.", file=sys.stderr)
        return 1
    print("Debrief has stopped.")
    return 0


def announce() -> None:
    """Say where the product is and who may log in, once it answers."""
    give_up_at = time.monotonic() + SLOWEST_START
    while not answers():
        if time.monotonic() > give_up_at:
            print(f"Debrief does not answer after {SLOWEST_START} s: see above.")
            return
        time.sleep(0.2)
    lines = [f"Debrief is running: {settings.SITE_URL}/", *log_ins()]
    bar = "-" * max(map(len, lines))
    print("\n".join(["", bar, *lines, "Stop it with Ctrl-C.", bar, ""]), flush=True)


def answers() -> bool:
    site = urlsplit(settings.SITE_URL)
    connection = HTTPConnection(LOOPBACK, int(os.environ["PORT"]), timeout=5)
    try:
        connection.request("GET", "/healthz/", headers={"Host": site.netloc})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def log_ins() -> list[str]:
    if not settings.DEMO:
        return first_start()
    from incidents.demo import LOGINS, PASSWORD

    width = max(len(name) for name, _ in LOGINS)
    return [
        f"Log in with the password {PASSWORD} as",
        *(f"  {name:<{width}}  {group}" for name, group in LOGINS),
        f"Mail lands in {settings.DATA_DIR / 'mail'}.",
    ]


def first_start() -> list[str]:
    """Say where the first administrator is made, while there is none."""
    from incidents.people import first_start_token, needs_first_start

    if not needs_first_start():
        return []
    address = settings.SITE_URL + reverse("first_start")
    return [
        f"Make the first administrator at {address}",
        f"and give this token there: {first_start_token()}",
    ]


if __name__ == "__main__":
    main()
