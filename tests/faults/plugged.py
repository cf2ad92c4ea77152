"""The product's workers, with the fault plug-in put in.

    python -m tests.faults.plugged runner            jobs on standard input, a line each
    python -m tests.faults.plugged celery worker …   Celery itself, with one job

A runner is a warmed-up process without a connection to anything. For each job it
forks a worker, which calls the product's own Celery tasks until it is struck or its
time is over: a kill then costs no start of Python.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from datetime import timedelta
from importlib import import_module
from typing import Any, NoReturn

from tests.faults.plugin import Fault, Plugin

JOURNAL = "FAULTS_JOURNAL"
JOB = "FAULTS_JOB"
SLOW = 5.0
GRACE = 2
BEAT_SECONDS = "FAULTS_BEAT_SECONDS"


def prepare() -> None:
    """Load everything that a worker needs, and connect to nothing."""
    import django

    import config.celery

    django.setup()
    config.celery.app.loader.import_default_modules()
    from django.template.loader import get_template

    get_template("postmortems/pdf/document.html")
    # What chats are posted to with, and what takes alerts in.
    import_module("apprise.plugins.custom_json")
    import_module("config.urls")


def plugin_of(job: dict[str, Any]) -> Plugin:
    """Put the plug-in into this process, with what the job plans."""
    from incidents import audit, delivery
    from tests.faults import (
        broker_blows,
        plugin,
        plugin_incidents,
        plugin_pdf,
        switches,
    )

    faults = [Fault(**fault) for fault in job.get("faults", [])]
    mine = Plugin(os.environ[JOURNAL], faults)
    for name in job.get("switches", []):
        switches.turn_off(name)
    plugin.plug_in(mine)
    plugin_pdf.plug_in(mine, margin=job.get("margin", 1.0))
    plugin_incidents.plug_in(mine, job)
    broker_blows.plug_in(mine)
    # Where the product waits a minute, as COMPRESSED does for its settings.
    audit.GRACE = timedelta(seconds=GRACE)
    if job.get("withhold"):
        delivery.claim = lambda *_, **__: []
    return mine


def work(job: dict[str, Any]) -> None:
    """Call the tasks over and over, as the job says."""
    from django.conf import settings
    from django.db import close_old_connections

    from config.celery import app

    for name, value in job.get("settings", {}).items():
        setattr(settings, name, value)
    mine = plugin_of(job)
    ends_at = time.monotonic() + job["seconds"]
    while time.monotonic() < ends_at:
        for name in job["tasks"]:
            # As Celery's fixup does around each task.
            close_old_connections()
            began = time.monotonic()
            result = app.tasks[name].apply(throw=False)
            seconds = time.monotonic() - began
            if seconds > SLOW:
                mine.note("slow task", task=name, seconds=seconds)
            if result.failed():
                mine.note("task failed", task=name, words=repr(result.result)[:300])
        if job.get("faults") and mine.is_done:
            break
        time.sleep(job.get("pause", 0.05))


def run() -> None:
    """Fork a worker for each line, and answer how it ended."""
    prepare()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while line := read_line():
        child = os.fork()
        if not child:
            be_worker(json.loads(line))
        _child, status = os.waitpid(child, 0)
        answer = {"pid": child, "code": os.waitstatus_to_exitcode(status)}
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def be_worker(job: dict[str, Any]) -> NoReturn:
    """Work, and leave this process without the good manners of its parent."""
    code = 1
    try:
        work(job)
        code = 0
    except Exception:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def read_line() -> str:
    """Read a line without reading ahead: what follows is for somebody else."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line.decode().strip()


def celery(arguments: list[str]) -> None:
    """Become Celery, whose scheduler knows no minutes here but seconds."""
    from celery.__main__ import main
    from celery.signals import worker_ready
    from django.conf import settings

    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        entry["schedule"] = float(os.environ.get(BEAT_SECONDS, "1"))
    prepare()
    mine = plugin_of(json.loads(os.environ.get(JOB, "{}")))
    worker_ready.connect(lambda **_: mine.note("worker ready"), weak=False)
    sys.argv = ["celery", *arguments]
    main()


if __name__ == "__main__":
    if sys.argv[1] == "runner":
        run()
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        celery(sys.argv[2:])
