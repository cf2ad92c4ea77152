"""An append-only file of JSON lines, to which many processes write at once.

A line is one write to a file opened for appending, so lines never mix; and it is in
the kernel's hands before the writer goes on, so a kill takes nothing back.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

Event = dict[str, Any]


def write(path: str | Path, what: str, **facts: Any) -> None:
    """Add what happened, with the time in seconds and the pid."""
    event = {"what": what, "at": time.time(), "pid": os.getpid(), **facts}
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, json.dumps(event).encode() + b"\n")
    finally:
        os.close(file)


def read(path: str | Path) -> list[Event]:
    """Give the events in the order in which they were written."""
    try:
        lines = Path(path).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]
