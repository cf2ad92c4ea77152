"""What the workers of the harness have to do: people, items, mails and versions.

Everything is written by the product's own functions, as its pages do it; a database
that is being restarted is asked again.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import OperationalError, close_old_connections, connection, transaction
from django.utils import timezone

from incidents import outbox
from incidents.choices import DeliveryState, NotificationKind, Priority
from incidents.models import (
    ActionItem,
    Calendar,
    Incident,
    Notification,
    Profile,
    Severity,
    Team,
)
from postmortems.choices import ReportState
from postmortems.models import PostMortem, Report
from postmortems.reports import request_report, retry_report

Result = TypeVar("Result")
DOMAIN = "faults.example"


def persistently(step: Callable[[], Result], seconds: float = 20) -> Result:
    """Do it, again and again if need be, while the database is away."""
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            close_old_connections()
            return step()
        except OperationalError:
            connection.close()
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)


class World:
    """An incident, and ever more people with something to do for it."""

    def __init__(self) -> None:
        self.lead = User.objects.create_user(f"lead@{DOMAIN}", is_active=False)
        calendar = Calendar.objects.create(name="Always", weekdays=list(range(7)))
        self.team = Team.objects.create(name="Faults", calendar=calendar)
        severity = Severity.objects.get(playbook__slug="default", code="P1")
        self.incident = Incident.declare(
            title="Checkout fails",
            severity=severity,
            team=self.team,
            by=self.lead,
            at=timezone.now(),
        )
        self._numbers = itertools.count(1)

    def owe_digests(self, number: int) -> None:
        """Give that many new people an item that became overdue yesterday."""
        people = [self._next(f"owner.{{}}@{DOMAIN}") for _ in range(number)]

        def write() -> None:
            with transaction.atomic():
                users = User.objects.bulk_create(
                    User(username=address, email=address) for address in people
                )
                Profile.objects.bulk_create(
                    Profile(user=user, team=self.team, digest_hour=0) for user in users
                )
                ActionItem.objects.bulk_create(map(self._item, users))

        persistently(write)

    def _item(self, owner: User) -> ActionItem:
        now = timezone.now()
        return ActionItem(
            incident=self.incident,
            title="Test the restore",
            owner=owner,
            priority=Priority.P0,
            due_on=now.date() - timedelta(days=1),
            created_at=now - timedelta(days=9),
        )

    def queue(self, scripts: Iterable[str], times: int = 1) -> list[str]:
        """Queue a mail for each script of the mail server; give their Message-IDs."""
        return [self._queue(script, times) for script in scripts]

    def _queue(self, script: str, times: int) -> str:
        address = self._next(f"{script}.{{}}@{DOMAIN}")
        now = timezone.now()
        mails = [
            persistently(
                lambda: outbox.queue(
                    key=f"fault:{address}",
                    kind=NotificationKind.MOVED,
                    subject="An action item moved again",
                    text="Restore the backup on another machine.",
                    address=address,
                    now=now,
                )
            )
            for _ in range(times)
        ]
        return str(mails[0].message_id)

    def _next(self, form: str) -> str:
        return form.format(next(self._numbers))

    def ask_for_report(self) -> Report:
        """Ask for a version of a new post-mortem."""
        incident = Incident.declare(
            title=f"Checkout fails, time {self._next('{}')}",
            severity=self.incident.severity,
            team=self.team,
            by=self.lead,
            at=timezone.now(),
        )
        postmortem = PostMortem.open(incident, by=self.lead, at=timezone.now())
        return request_report(postmortem, by=self.lead, at=timezone.now())

    def ask_again(self) -> None:
        """Try what failed last once more, as a person does."""
        failed = Report.objects.filter(state=ReportState.FAILED)
        if report := failed.order_by("-finished_at").first():
            retry_report(report, by=self.lead, at=timezone.now())


def waiting() -> int:
    """Count the mails that are queued."""
    states = Notification.objects.filter(state=DeliveryState.QUEUED)
    return persistently(states.count)


def unmade() -> int:
    """Count the versions that are neither there nor failed."""
    return persistently(Report.objects.filter(state=ReportState.QUEUED).count)
