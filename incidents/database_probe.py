"""What is asked of the database so that one which hangs costs seconds at most.

While its process is stopped, the kernel beneath it goes on to take what is sent, and
no time-out of a connection ever ends. So a thread asks, over the connection of the
thread that waits for it; when that gives up, the connection is cut.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import get_language, override

PATIENCE = 5.0  # seconds, as long as a connection may take to be made
Found = TypeVar("Found")
# Held by the thread that asks, however long it hangs: there is never another one.
_asking = threading.Lock()


class Unanswered(OperationalError):
    """The database did not answer in time."""


def ask(question: Callable[[], Found]) -> Found:
    """Give what a question finds in the database, or raise after `PATIENCE`."""
    if not _asking.acquire(timeout=PATIENCE):
        raise Unanswered
    answer: Future[Found] = Future()
    lent = connections[DEFAULT_DB_ALIAS]
    lent.inc_thread_sharing()
    thread = threading.Thread(
        target=_answer,
        args=(question, lent, get_language(), answer),
        name="database-probe",
        daemon=True,
    )
    thread.start()
    try:
        found = answer.result(PATIENCE)
    except TimeoutError:
        # The thread keeps it: the next question is asked over a new one.
        del connections[DEFAULT_DB_ALIAS]
        _cut(lent)
        raise Unanswered from None
    finally:
        lent.dec_thread_sharing()
    return found


def _answer(
    question: Callable[[], Found],
    lent: BaseDatabaseWrapper,
    language: str | None,
    answer: Future[Found],
) -> None:
    connections[DEFAULT_DB_ALIAS] = lent
    try:
        with override(language):
            answer.set_result(question())
    except Exception as error:  # noqa: BLE001 - raised again by who waits for it
        answer.set_exception(error)
    finally:
        _asking.release()


def _cut(lent: BaseDatabaseWrapper) -> None:
    """End the wait of the thread that hangs; one that still connects gives up alone."""
    if lent.vendor == "postgresql" and lent.connection and not lent.connection.closed:
        with socket.socket(fileno=os.dup(lent.connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
