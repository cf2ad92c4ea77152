"""Several child processes that live and die together, by honcho."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from honcho.manager import SIGNALS, SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer


class Lines:
    """Print what the children say, without honcho's own bookkeeping."""

    width = 0

    def write(self, message: Message) -> None:
        if message.name != SYSTEM_PRINTER_NAME:
            printer = Printer(sys.stdout, width=self.width)
            printer.write(message)


class Processes(Manager):  # type: ignore[misc]
    """honcho's manager, which may be stopped while it is still starting."""

    def __init__(self, commands: dict[str, str], started: Callable[[], Any]) -> None:
        super().__init__(printer=Lines())
        self.first_to_stop: list[str] = []
        self._started = started
        for name, command in commands.items():
            self.add_process(name, f"exec {command}")

    def loop(self) -> None:
        # A closed terminal ends everything too.
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        super().loop()

    def _start(self) -> None:
        super()._start()
        self._started()

    def terminate(self) -> None:
        """Stop every child; asked before all have their pid, ask again soon."""
        if self._terminating:
            return
        if not self._all_started():
            again = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM))
            again.start()
            return
        if not self._told_to_stop():
            self.first_to_stop = [
                name for name, child in self._processes.items() if "returncode" in child
            ]
        super().terminate()

    def _told_to_stop(self) -> bool:
        return self.returncode in {signalled["rc"] for signalled in SIGNALS.values()}
