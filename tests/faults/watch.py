"""Watches for rows that are due and free, and that nobody takes all the same."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from types import TracebackType
from typing import Self

from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from incidents import vitals
from incidents.holding import is_held
from incidents.models import Notification

# Beyond the lease: a minute in production, and here by so much less.
PATIENCE = 12.0
GLANCE = 0.5


class Watch:
    """A thread that looks into the outbox; `stuck` are the Message-IDs it found."""

    def __init__(self, lease: float) -> None:
        self.stuck: set[str] = set()
        self._lease = timedelta(seconds=lease)
        self._is_over = threading.Event()
        self._excused_at = time.monotonic()
        self._thread = threading.Thread(target=self._look_on)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def excuse(self) -> None:
        """Forget until now: nobody was there to take anything."""
        self._excused_at = time.monotonic()

    def _look_on(self) -> None:
        while not self._is_over.wait(GLANCE):
            try:
                close_old_connections()
                self._look()
            except DatabaseError:
                connection.close()
                self.excuse()
        connection.close()

    def _look(self) -> None:
        sign = vitals.read(vitals.MAIL)
        if is_held() or (sign and sign.until):
            self.excuse()
        patience = self._lease + timedelta(seconds=PATIENCE)
        if time.monotonic() - self._excused_at < patience.total_seconds():
            return
        before = timezone.now() - patience
        free = Q(lease_until=None) | Q(lease_until__lt=before + self._lease)
        untaken = Notification.objects.waiting().filter(free, due_at__lt=before)
        self.stuck |= set(untaken.values_list("message_id", flat=True))
