"""Blows at the message queue, while a worker has mails in its hands.

The worker asks the harness, which owns the broker, for the blow, and waits until it
has fallen. Then it does what a page does: it saves something with a mail and a hint.
"""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any

from tests.faults.plugin import Fault, Plugin, around

# A save that takes longer has waited for the broker.
PATIENCE = 0.8


def plug_in(plugin: Plugin) -> None:
    """Teach the plug-in the blows "refused", "hung" and "flushed"."""
    from incidents import hints

    published = threading.Event()

    @around(hints, "publish")
    def _publish(original: Any, tasks: set[str]) -> None:
        plugin.note("publishing", tasks=sorted(tasks))
        plugin.is_publishing.set()
        original(tasks)
        published.set()
        plugin.note("published")

    def break_and_save(fault: Fault, keys: list[str]) -> None:
        plugin.is_publishing.clear()
        ask(fault, keys)
        save(plugin, fault)
        plugin.is_publishing.wait(5)

    def save_and_flush(fault: Fault, keys: list[str]) -> None:
        published.clear()
        save(plugin, fault)
        published.wait(5)
        ask(fault, keys)

    def save_twice(fault: Fault, keys: list[str]) -> None:
        save(plugin, fault)
        save(plugin, fault)

    plugin.blows["save twice"] = save_twice
    plugin.blows |= {"refuse": break_and_save, "hang": break_and_save}
    plugin.blows |= {"flush": save_and_flush}


def save(plugin: Plugin, fault: Fault) -> None:
    """Save as a person would, and note how long that took or how it failed."""
    from django.utils import timezone

    from incidents import outbox

    began, words, key = time.monotonic(), "", ""
    try:
        key = outbox.queue(
            key=f"saved:{fault.number}",
            kind="moved",
            subject="An action item moved again",
            text="Restore the backup",
            address=f"saved.{fault.number}@faults.example",
            now=timezone.now(),
        ).message_id
    except Exception as error:  # noqa: BLE001 - whatever it is, the save is lost
        words = repr(error)
    seconds = time.monotonic() - began
    lost = bool(words) or seconds > PATIENCE
    plugin.note(
        "saved", name=fault.name, keys=[key], seconds=seconds, words=words, lost=lost
    )


def ask(fault: Fault, keys: list[str]) -> None:
    """Ask the harness for the blow; come back when it has fallen."""
    from tests.faults.plugged import read_line

    os.write(1, json.dumps({"ask": fault.action, "keys": keys}).encode() + b"\n")
    read_line()
