"""The digest: one mail a person and local day, if something newly falls due.

Reminders belong to the item, not to the state of its incident. `plan` only reads;
`queue_digests` writes each mail together with its lines in the ledger.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction

from incidents import outbox
from incidents.chasing import Chase, Due
from incidents.choices import NotificationKind
from incidents.digest_mail import Digest, Line, compose, digest_key
from incidents.digest_times import ONE_DAY, digest_times, is_time, zone_of
from incidents.models import ActionItem, Notification, Reminder

logger = logging.getLogger(__name__)

# As far ahead as people are told what comes; longer than most holidays.
DAYS_AHEAD = 10


# What a line of a digest says: the rest of an incident would cost more to read.
TOLD = (
    "title",
    "due_on",
    "priority",
    "incident__reference",
    "incident__title",
    "incident__severity__code",
    "incident__severity__name",
    "owner__username",
    "owner__first_name",
    "owner__last_name",
    "owner__is_active",
    "team__name",
)


class DigestsFailed(Exception):
    """So many digests could not be made; the log says whose, and why."""


class Draft(NamedTuple):
    """What a person would be told at a local time; empty where there is no news."""

    person: User
    at: datetime
    due: list[Due]


def plan(now: datetime, *, only: User | None = None) -> list[Digest]:
    """Say who gets a digest at this moment, and why; write nothing."""
    chase = Chase.read(latest_day(now))
    return digests_of(
        _unsent(
            Draft(person, now.astimezone(zone_of(person)), chase.due(person, now))
            for person in chase.people
            if only in (None, person) and is_time(person, now)
        )
    )


def upcoming(
    now: datetime, *, days: int = DAYS_AHEAD, only: User | None = None
) -> list[Digest]:
    """Give the next digest of each person, as it will be if nothing changes."""
    chase = Chase.read(latest_day(now) + days * ONE_DAY)
    nearest: dict[User, Draft] = {}
    for draft in _unsent(
        Draft(person, at, chase.due(person, at))
        for person in chase.people
        if only in (None, person)
        for _day, at in digest_times(person, now, days)
    ):
        nearest.setdefault(draft.person, draft)
    return sorted(digests_of(nearest.values()), key=lambda digest: digest.at)


def nobodys(now: datetime) -> list[ActionItem]:
    """List what is overdue or due soon with nobody who could be reminded of it."""
    return list(_items(Chase.read(latest_day(now)).nobodys(now)).values())


def queue_digests(now: datetime, *, as_of: datetime | None = None) -> int:
    """Queue what is due, or was at `as_of`; return how many mails that made.

    One that cannot be made keeps nobody else from theirs; DigestsFailed says so in
    the end.
    """
    made, failed = 0, 0
    for digest in plan(as_of or now):
        try:
            made += _queue(digest, now)
        except DatabaseError:
            raise  # the next one would fare no better
        except Exception:
            logger.exception("digest.failed", extra={"user": digest.person.pk})
            failed += 1
    if failed:
        raise DigestsFailed(failed)
    return made


def _queue(digest: Digest, now: datetime) -> bool:
    subject, text, html = compose(digest)
    try:
        with transaction.atomic():
            mail = outbox.queue(
                key=digest.key,
                kind=NotificationKind.DIGEST,
                subject=subject,
                text=text,
                html=html,
                user=digest.person,
                thread=digest.thread,
                now=now,
            )
            if mail.reminders.exists():
                return False  # another sweep was quicker
            Reminder.objects.bulk_create(_ledger(digest, mail, now))
    except IntegrityError:
        # At midnight two sweeps may make the mails of two days from the same news.
        # Another sweep was quicker.
        logger.info("digest.queued_elsewhere", extra={"user": digest.person.pk})
        return False
    return True


def _ledger(digest: Digest, mail: Notification, now: datetime) -> list[Reminder]:
    return [
        Reminder(
            item=line.item,
            person=digest.person,
            rung=line.rung,
            capacity=line.capacity,
            due_on=line.due_on,
            notification=mail,
            created_at=now,
        )
        for line in digest.lines
        if line.is_new
    ]


def latest_day(now: datetime) -> date:
    """Give the latest date that anybody on earth may have now."""
    return now.astimezone(UTC).date() + ONE_DAY


def _unsent(drafts: Iterable[Draft]) -> list[Draft]:
    """Leave out days without news and days already served."""
    wanted = {digest_key(each.person, each.at): each for each in drafts if each.due}
    sent = Notification.objects.filter(key__in=wanted).values_list("key", flat=True)
    for key in sent:
        del wanted[key]
    return list(wanted.values())


def digests_of(drafts: Iterable[Draft]) -> list[Digest]:
    """Fill the items in; one query."""
    drafts = list(drafts)
    items = _items({due.duty.row.item_id for each in drafts for due in each.due})
    return [
        Digest(
            draft.person,
            draft.at,
            [
                _line(due, items[due.duty.row.item_id])
                for due in draft.due
                # One that was deleted or done between two reads is no news.
                if due.duty.row.item_id in items
            ],
        )
        for draft in drafts
    ]


def _items(keys: Iterable[int]) -> dict[int, ActionItem]:
    items = ActionItem.objects.select_related("incident__severity", "owner", "team")
    return items.only(*TOLD).in_bulk(list(keys))


def _line(due: Due, item: ActionItem) -> Line:
    return Line(
        item=item,
        due_on=due.duty.row.due_on,
        days_late=due.days_late,
        rung=due.rung,
        is_new=due.is_new,
        capacity=due.duty.capacity,
        names_incident=due.duty.may_see_incident,
    )
