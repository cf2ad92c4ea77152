"""Delivery to chats: the outbox's promises, with one thread for each post.

A chat that does not answer holds up nobody: after a while its row is put off, and what
its thread still hears is too late. Mail knows nothing of chats, nor they of it.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime
from queue import Empty, SimpleQueue

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.chat import post
from incidents.choices import Medium
from incidents.concealing import conceal
from incidents.delivery import take
from incidents.hints import hint
from incidents.holding import is_held
from incidents.mail_errors import Verdict
from incidents.mail_lines import Outcome
from incidents.models import Notification
from incidents.outbox import POST
from incidents.settling import Delivered, settle

logger = logging.getLogger(__name__)

AT_ONCE = 8
# Longer than a connection and an answer may take, shorter than any lease.
PATIENCE = 20.0  # seconds
LONGEST_RUN = 40.0


def post_due(*, now: datetime) -> Delivered:
    """Post what is due to chats, some at a time, and say what became of it."""
    delivered = Delivered()
    if is_held():
        return delivered
    ends_at = time.monotonic() + LONGEST_RUN
    ahead = now - timezone.now()
    while posts := claim(AT_ONCE, now=timezone.now() + ahead):
        conceal(posts)
        for outcome in _posted(posts):
            delivered.add(settle([outcome], at=timezone.now() + ahead))
        if time.monotonic() > ends_at:
            hint(POST)
            break
    return delivered


def claim(limit: int, *, now: datetime) -> list[Notification]:
    """Take up to so many due posts for the length of a lease, longest due first."""
    claimable = Notification.objects.claimable(now).filter(medium=Medium.CHAT)
    with transaction.atomic():
        keys = claimable.lock(limit)
        if not keys:
            return []
        mine = take(claimable, keys, now=now)
    return list(mine.select_related("contact").order_by("due_at", "pk"))


def _posted(posts: list[Notification]) -> list[Outcome]:
    """Post each in a thread of its own; what takes too long comes back put off."""
    answers: SimpleQueue[Outcome] = SimpleQueue()
    for each in posts:
        threading.Thread(
            target=_post, args=(each, answers), name="chat", daemon=True
        ).start()
    waiting = {each.pk: each for each in posts}
    outcomes = []
    ends_at = time.monotonic() + PATIENCE
    while waiting:
        try:
            outcome = answers.get(timeout=max(ends_at - time.monotonic(), 0.0))
        except Empty:
            break
        outcomes.append(outcome)
        del waiting[outcome.mail.pk]
    late = Verdict(_("It did not answer in time."))
    return outcomes + [Outcome(each, late) for each in waiting.values()]


def _post(notification: Notification, answers: SimpleQueue[Outcome]) -> None:
    try:
        verdict = post(notification)
    except Exception:
        # One post that breaks our own code must not leave its row without outcome.
        logger.exception("chat.not_posted", extra={"notification": notification.pk})
        verdict = Verdict(_("Debrief itself failed: its log says why."))
    answers.put(Outcome(notification, verdict))
