"""Switches: each takes one guard of the product away, in the worker alone.

They show that the harness would notice. What a switch breaks is what somebody might
break by a change that looks harmless.
"""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

SWITCHES: dict[str, Callable[[], None]] = {}


def turn_off(name: str) -> None:
    """Take a guard away, in this process, for good."""
    SWITCHES[name]()


def switch(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(step: Callable[[], None]) -> Callable[[], None]:
        SWITCHES[name] = step
        return step

    return register


@switch("leases are respected")
def _ignore_leases() -> None:
    from incidents.querysets import NotificationQuerySet

    NotificationQuerySet.claimable = lambda rows, now: rows.waiting().filter(
        due_at__lte=now
    )


@switch("expired leases are taken over")
def _leave_expired_leases() -> None:
    from incidents.querysets import NotificationQuerySet

    NotificationQuerySet.claimable = lambda rows, now: rows.waiting().filter(
        lease_until=None, due_at__lte=now
    )


@switch("one row for each key")
def _forget_keys() -> None:
    from incidents import outbox

    queue = outbox.queue

    def queue_anew(**facts: Any) -> Any:
        return queue(**{**facts, "key": f"{facts['key']}:{uuid.uuid4()}"})

    outbox.queue = queue_anew


@switch("marked after the 250")
def _mark_at_once() -> None:
    from django.utils import timezone

    from incidents import delivery
    from incidents.models import Notification

    hand_over = delivery.hand_over

    def mark_and_hand_over(mail: Any, connection: Any) -> Any:
        row = Notification.objects.filter(pk=mail.pk)
        row.update(state="sent", sent_at=timezone.now(), lease_until=None)
        return hand_over(mail, connection)

    delivery.hand_over = mark_and_hand_over


@switch("one recipient for each mail")
def _add_a_recipient() -> None:
    from incidents import letters

    def address_two(session: smtplib.SMTP, recipient: str) -> None:
        session.ehlo_or_helo_if_needed()
        session.mail("debrief@localhost")
        for address in (recipient, "ok.too@faults.example"):
            session.rcpt(address)  # one yes is enough for most libraries

    letters._address = address_two


@switch("the mail server has a time limit")
def _wait_for_ever() -> None:
    from django.conf import settings

    settings.EMAIL_TIMEOUT = 3_600


@switch("a hint never fails a save")
def _publish_within_the_save() -> None:
    from celery import current_app

    from incidents import outbox

    def publish_now(task: str) -> None:
        with current_app.connection_for_write() as connection:
            current_app.send_task(task, connection=connection, retry=False)

    outbox.hint = publish_now


@switch("only the claimer settles")
def _settle_for_others() -> None:
    from incidents import settling
    from incidents.models import Notification

    def write(mails: list[Any], **outcome: object) -> int:
        rows = Notification.objects.waiting().filter(pk__in=[each.pk for each in mails])
        return rows.update(lease_until=None, claimed_by="", **outcome)

    settling._write = write


@switch("the breaker counts no attempts")
def _count_every_attempt() -> None:
    from incidents import delivery

    judge = delivery.judge
    delivery.judge = lambda error: replace(judge(error), is_general=False)


@switch("mail and ledger in one transaction")
def _write_the_ledger_apart() -> None:
    from incidents import digest

    digest.transaction = SimpleNamespace(atomic=nullcontext)


@switch("the audit")
def _see_nothing() -> None:
    from incidents import audit

    audit.audit = lambda now: {}


@switch("expired leases of reports are taken over")
def _leave_reports() -> None:
    from postmortems.choices import ReportState
    from postmortems.models.report import ReportQuerySet

    ReportQuerySet.claimable = lambda rows, now: rows.filter(
        state=ReportState.QUEUED, lease_until=None
    ).order_by("requested_at")


@switch("a version is named once it is whole")
def _name_the_version_first() -> None:
    from pathlib import Path

    from django.core.files import File

    from postmortems.choices import ReportState
    from postmortems.models import Report

    def finish(report: Report, pdf: Path, *, is_draft: bool, at: Any) -> bool:
        name = f"reports/{report.pk}.pdf"
        report._mine().update(
            state=ReportState.DONE, file=name, sha256="0" * 64, finished_at=at
        )
        with pdf.open("rb") as content:
            Report._meta.get_field("file").storage.save(name, File(content))
        return True

    Report.finish = finish


@switch("mail is held after a restore")
def _ignore_the_hold() -> None:
    from incidents import delivery

    delivery.is_held = lambda: False


@switch("the Message-ID stays")
def _name_each_letter_anew() -> None:
    from incidents import letters

    letter_of = letters.letter_of

    def with_another_name(mail: Any) -> bytes:
        mail.message_id = f"<{uuid.uuid4()}@localhost>"
        return letter_of(mail)

    letters.letter_of = with_another_name


@switch("the sweep needs no hint")
def _deliver_by_hint_alone() -> None:
    from incidents import tasks

    tasks.deliver_due = lambda **_: None
