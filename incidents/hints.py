"""Hints to the workers: published after a commit, and never at its expense.

The sweep finds everything in the database, so a hint may get lost; a save may not
wait for one. Whatever the broker does, only the thread in here notices.
"""

from __future__ import annotations

import logging
import os
import threading
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)

# Seconds after which a hint is worth nothing: the next sweep has come by then.
GOOD_FOR = 60


def hint(task: str) -> None:
    """Ask for this task as soon as the present transaction is committed."""
    transaction.on_commit(partial(_offer, task), robust=True)


class Publisher:
    """A thread that publishes the tasks asked for, each once however often asked.

    It is made at the first hint, so that a process that forks before has none.
    """

    def __init__(self) -> None:
        self._wanted: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def offer(self, task: str) -> None:
        with self._changed:
            self._wanted.add(task)
            if self._thread is None or not self._thread.is_alive():
                # A daemon: the end of the process does not wait for a broker.
                self._thread = threading.Thread(
                    target=self._run, name="hints", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted)
                wanted, self._wanted = self._wanted, set()
            publish(wanted)


def publish(tasks: set[str]) -> None:
    """Hand tasks to the broker; one that cannot take them is only logged."""
    # A connection of its own each time: none is inherited by a fork, none grows old.
    with current_app.connection_for_write(
        transport_options={"max_retries": 0}
    ) as connection:
        broken: tuple[type[BaseException], ...] = (
            OSError,
            KombuError,
            *connection.connection_errors,
        )
        try:
            for task in tasks:
                current_app.send_task(
                    task, connection=connection, retry=False, expires=GOOD_FOR
                )
        except broken as error:
            # No hint to the workers: the sweep will do.
            logger.warning("hint.lost", extra={"reason": type(error).__name__})


_publisher = Publisher()


def _offer(task: str) -> None:
    _publisher.offer(task)


def _begin_anew() -> None:
    """Forget, in a forked child, the thread and the lock of its parent."""
    global _publisher
    _publisher = Publisher()


os.register_at_fork(after_in_child=_begin_anew)
