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

    def finish(report: Report, pdf: Path, *, at: Any) -> bool:
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


@switch("a rung tells each person once")
def _forget_whom_a_rung_told() -> None:
    from incidents import outbox

    queue_all = outbox.queue_all

    def queue_anew(rows: Any) -> None:
        ready = list(rows)
        for row in ready:
            row.key = f"{row.key}:{uuid.uuid4()}"
        queue_all(ready)

    outbox.queue_all = queue_anew


@switch("a rung is marked with what it tells")
def _tell_after_the_commit() -> None:
    from django.db import transaction

    from incidents import escalation, outbox

    def queue_later(rows: Any) -> None:
        ready = list(rows)
        transaction.on_commit(lambda: outbox.queue_all(ready))

    escalation.outbox = SimpleNamespace(queue_all=queue_later)


@switch("an incident is held while its ladder is climbed")
def _climb_without_a_lock() -> None:
    from incidents import sweeping

    sweeping.Incident = _unlocked(sweeping.Incident)


@switch("a draft is one message")
def _forget_drafts() -> None:
    from incidents.models import Incident

    Incident._went_out = lambda *_: False


@switch("a post is marked after the yes")
def _mark_posts_at_once() -> None:
    from django.utils import timezone

    from incidents import chat_delivery
    from incidents.models import Notification

    post = chat_delivery.post

    def mark_and_post(notification: Any) -> Any:
        row = Notification.objects.filter(pk=notification.pk)
        row.update(state="sent", sent_at=timezone.now(), lease_until=None)
        return post(notification)

    chat_delivery.post = mark_and_post


@switch("alerts of a source are worked off in turn")
def _work_off_without_a_lock() -> None:
    from incidents.alerts import working

    working.AlertSource = _unlocked(working.AlertSource)


@switch("an alert that comes again is known")
def _know_no_alert() -> None:
    from incidents.alerts import storing

    storing._signed = lambda time, body: uuid.uuid4().hex


def _unlocked(model: Any) -> Any:
    """Stand for a model whose rows nobody holds while they are read."""
    unlocked = SimpleNamespace(select_for_update=lambda **_: model.objects.all())
    return SimpleNamespace(objects=unlocked)
