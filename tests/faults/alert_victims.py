"""Processes that are killed while they take an alert in, or work it off.

    python -m tests.faults.alert_victims        jobs on standard input, a line each

A job is a point, how many times it is passed before the kill, and, where an alert is
to be taken in, its body and headers. Each is done by a process that is forked for it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any, NoReturn

# The function that is wrapped, and whether the kill comes before it or after it.
POINTS: dict[str, tuple[str, str, bool]] = {
    "before the storing": ("config.hooks", "store", True),
    "before the storing commits": ("incidents.alerts.storing", "hint", False),
    "stored, not answered": ("config.hooks", "store", False),
    "before the incident": ("incidents.alerts.working", "raise_once", True),
    "after the incident": ("incidents.alerts.working", "raise_once", False),
    "after a resolution": ("incidents.alerts.working", "_write", True),
    "after an entry": ("incidents.alerts.working", "_write", False),
    "worked off, not committed": ("incidents.alerts.working", "_work", False),
}


def main() -> None:
    import django

    django.setup()
    for line in sys.stdin:
        job = json.loads(line)
        if (child := os.fork()) == 0:
            _be(job)
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else "done\n")
        sys.stdout.flush()


def _be(job: dict[str, Any]) -> NoReturn:
    from django.db import connection
    from django.test import Client

    from incidents.alerts.working import work_off

    connection.close()
    _strike_at(job["point"], job["skip"])
    if "body" in job:
        Client().generic(
            "POST",
            job["path"],
            job["body"].encode(),
            content_type="application/json",
            headers=job["headers"],
        )
    else:
        work_off(again=True)
    os._exit(0)


def _strike_at(point: str, skip: int) -> None:
    from importlib import import_module

    home, name, comes_before = POINTS[point]
    module = import_module(home)
    original, left = getattr(module, name), [skip]

    def instead(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if comes_before and left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, name, instead)


if __name__ == "__main__":
    main()
