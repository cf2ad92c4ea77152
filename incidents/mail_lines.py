"""Several lines to the mail server at once, each a thread with its own connection.

They know no database: mails come in, outcomes go out, by queues.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from incidents.letters import hang_up, say_good_bye
from incidents.mail_errors import Verdict
from incidents.models import Notification

logger = logging.getLogger(__name__)

HandOver = Callable[[Notification, EmailBackend], Verdict | None]


@dataclass(frozen=True)
class Outcome:
    """What became of a claimed mail: no verdict and tried means that it was taken."""

    mail: Notification
    verdict: Verdict | None = None
    was_tried: bool = True
    # Why it is not sent at all.
    unwanted: str = ""

    @property
    def is_general(self) -> bool:
        return self.verdict is not None and self.verdict.is_general

    @property
    def is_answer(self) -> bool:
        """Say whether the server spoke to this mail, be it to refuse it."""
        return self.was_tried and not self.unwanted and not self.is_general


class Lines:
    """Threads that hand mails over; a mail that may not begin comes back untried.

    When one meets trouble of the server, none of them begins another.
    """

    def __init__(
        self,
        most: int,
        hand_over: HandOver,
        may_begin: Callable[[Notification], bool],
    ) -> None:
        self._most = most
        self._hand_over = hand_over
        self._may_begin = may_begin
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._todo: SimpleQueue[Notification | None] = SimpleQueue()
        self._done: SimpleQueue[Outcome] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let every line end its conversation and its thread."""
        self.stop()
        for _thread in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()

    def put(self, mails: Iterable[Notification]) -> None:
        """Have mails sent, by as many lines as are worth it."""
        for mail in mails:
            self._todo.put(mail)
            if len(self._threads) < self._most:
                thread = threading.Thread(target=self._run, name="mail", daemon=True)
                self._threads.append(thread)
                thread.start()

    def take(self, *, seconds: float) -> list[Outcome]:
        """Give what is done by now, waiting so long for the first outcome."""
        outcomes = []
        try:
            outcomes.append(self._done.get(timeout=seconds))
            while True:
                outcomes.append(self._done.get_nowait())
        except Empty:
            return outcomes

    def stop(self) -> None:
        """Begin no further mail."""
        self._stopped.set()

    def _run(self) -> None:
        connection = EmailBackend()
        while mail := self._todo.get():
            if self._stopped.is_set() or not self._may_begin(mail):
                self._done.put(Outcome(mail, was_tried=False))
                continue
            outcome = Outcome(mail, self._tried(mail, connection))
            if outcome.is_general:
                self.stop()  # at once: whoever asked hears of it later
            self._done.put(outcome)
        say_good_bye(connection)

    def _tried(self, mail: Notification, connection: EmailBackend) -> Verdict | None:
        try:
            return self._hand_over(mail, connection)
        except Exception:
            # One mail that breaks our own code must not end the line of all others.
            logger.exception("mail.not_handed_over", extra={"notification": mail.pk})
            hang_up(connection)
            return Verdict(_("Debrief itself failed: its log says why."))
