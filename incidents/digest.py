"""The digest: one mail a person and local day, if something newly falls due.

Reminders belong to the item, not to the state of its incident. `plan` only reads;
`queue_digests` writes each mail together with its lines in the ledger.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from incidents import outbox
from incidents.chasing import Chase, Due, digest_hour_of, zone_of
from incidents.choices import NotificationKind
from incidents.digest_mail import Digest, Line, compose, digest_key
from incidents.models import ActionItem, Notification, Reminder

logger = logging.getLogger(__name__)

ONE_DAY = timedelta(days=1)


class Draft(NamedTuple):
    """What a person would be told at a local time; empty where there is no news."""

    person: User
    at: datetime
    due: list[Due]


def plan(now: datetime) -> list[Digest]:
    """Say who gets a digest at this moment, and why; write nothing."""
    chase = Chase.read(_latest_day(now))
    drafts = []
    for person in chase.people:
        at = now.astimezone(zone_of(person))
        if at.hour >= digest_hour_of(person):
            drafts.append(Draft(person, at, chase.due(person, at.date())))
    return _digests(drafts)


def upcoming(now: datetime, *, days: int = 7) -> list[Digest]:
    """Give the next digest of each person, as it will be if nothing changes."""
    chase = Chase.read(_latest_day(now) + days * ONE_DAY)
    drafts = (
        Draft(person, at, chase.due(person, at.date()))
        for person in chase.people
        for at in _digest_times(person, now, days)
    )
    nearest: dict[User, Digest] = {}
    for digest in _digests(drafts):
        nearest.setdefault(digest.person, digest)
    return sorted(nearest.values(), key=lambda digest: digest.at)


def nobodys(now: datetime) -> list[ActionItem]:
    """List what is overdue or due soon with nobody who could be reminded of it."""
    return list(_items(Chase.read(_latest_day(now)).nobodys).values())


def queue_digests(now: datetime, *, as_of: datetime | None = None) -> int:
    """Queue what is due, or was at `as_of`; return how many mails that made."""
    return sum(_queue(digest, now) for digest in plan(as_of or now))


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
                now=now,
            )
            if mail.reminders.exists():
                return False  # another sweep was quicker
            Reminder.objects.bulk_create(_ledger(digest, mail, now))
    except IntegrityError:
        # At midnight two sweeps may make the mails of two days from the same news.
        logger.info("User %s is being reminded by another sweep", digest.person.pk)
        return False
    return True


def _ledger(digest: Digest, mail: Notification, now: datetime) -> list[Reminder]:
    return [
        Reminder(
            item=line.item,
            person=digest.person,
            rung=line.rung,
            due_on=line.due_on,
            notification=mail,
            created_at=now,
        )
        for line in digest.lines
        if line.is_new
    ]


def _latest_day(now: datetime) -> date:
    """Give the latest date that anybody on earth may have now."""
    return now.astimezone(UTC).date() + ONE_DAY


def _digest_times(person: User, now: datetime, days: int) -> Iterator[datetime]:
    """Name the person's digest times from now on: today's too, if it is past."""
    zone = zone_of(person)
    today = now.astimezone(zone).date()
    for offset in range(days + 1):
        day = today + offset * ONE_DAY
        at = datetime.combine(day, time(digest_hour_of(person)), zone)
        yield max(at, now.astimezone(zone))


def _digests(drafts: Iterable[Draft]) -> list[Digest]:
    """Fill in the items, leaving out days without news and days already served."""
    wanted = {digest_key(each.person, each.at): each for each in drafts if each.due}
    sent = Notification.objects.filter(key__in=wanted).values_list("key", flat=True)
    for key in sent:
        del wanted[key]
    items = _items(
        {due.duty.row.item_id for each in wanted.values() for due in each.due}
    )
    return [
        Digest(each.person, each.at, [_line(due, items) for due in each.due])
        for each in wanted.values()
    ]


def _items(keys: Iterable[int]) -> dict[int, ActionItem]:
    items = ActionItem.objects.select_related("incident", "owner")
    return items.in_bulk(list(keys))


def _line(due: Due, items: dict[int, ActionItem]) -> Line:
    return Line(
        item=items[due.duty.row.item_id],
        due_on=due.duty.row.due_on,
        days_late=due.days_late,
        rung=due.rung,
        is_new=due.is_new,
        capacity=due.duty.capacity,
        names_incident=due.duty.may_see_incident,
    )
