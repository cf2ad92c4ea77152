"""Held mail: after a restore nothing leaves before a person has looked at it.

Between the backup and the restore the lost system may have sent what the restored
one still has waiting. So `deliver_due` asks `is_held`, while sweeps go on queueing;
somebody releases or drops what waits, and lifts the hold.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents import vitals
from incidents.changes import Refused
from incidents.digest_times import digest_time
from incidents.hints import hint
from incidents.models import Notification, Team, Vital
from incidents.outbox import DELIVER, suppress
from incidents.weekly import week_time

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.querysets import NotificationQuerySet

logger = logging.getLogger(__name__)

# What the key of a digest says of its day, and that of a team's week.
DAY = re.compile(r"digest:\d+:(?P<day>\d{4}-\d\d-\d\d)")
WEEK = re.compile(r"weekly:(?P<team>\d+):\d+:(?P<year>\d{4})-W(?P<week>\d\d)")


def is_held() -> bool:
    """Say whether mail waits for a person's decision after a restore."""
    return vitals.read(vitals.HOLD) is not None


@dataclass(frozen=True)
class Hold:
    """What a restore left for a person to decide."""

    backed_up_at: datetime
    restored_at: datetime
    released: frozenset[int]

    @classmethod
    def of(cls, sign: Vital) -> Hold:
        restored_at = sign.until or sign.at
        if sign.at is None or restored_at is None:
            raise ValueError("A hold has the times of backup and restore.")
        return cls(sign.at, restored_at, frozenset(sign.facts.get("released", ())))

    def undecided(self) -> NotificationQuerySet:
        """Keep what may have been sent already, and all that was queued since.

        What was to leave only after the restore was not sent by anybody.
        """
        in_doubt = Q(due_at__lte=self.restored_at) | Q(created_at__gte=self.restored_at)
        rows = Notification.objects.waiting().filter(in_doubt)
        return rows.exclude(pk__in=self.released).order_by("due_at", "pk")

    def told_apart(
        self, rows: NotificationQuerySet
    ) -> Iterator[tuple[Notification, bool]]:
        """Give each mail, and whether the lost system may have sent it.

        The backup does not know what was sent after it. So the first sweep queues
        anew a digest whose hour came before the restore.
        """
        mails = list(
            rows.select_related("user__profile").defer("text", "html", "calendar")
        )
        teams = _teams_of(mails)
        for mail in mails:
            hour = _digest_hour(mail, teams)
            is_told_again = hour is not None and hour <= self.restored_at
            yield mail, is_told_again or mail.created_at < self.restored_at


def current() -> Hold | None:
    sign = vitals.read(vitals.HOLD)
    return Hold.of(sign) if sign else None


def hold(*, backed_up_at: datetime, at: datetime) -> None:
    """Hold all mail, as of a restore at `at` from a backup made at `backed_up_at`."""
    vitals.write(vitals.HOLD, at=backed_up_at, until=at, facts={})


def release(keys: Collection[int] | None, *, by: User | None) -> int:
    """Let these, or all that is undecided, go out when the hold is lifted."""
    with _locked() as sign:
        found = Hold.of(sign)
        rows = _chosen(found, keys)
        sign.facts = {"released": sorted(found.released.union(row.pk for row in rows))}
        sign.save(update_fields=["facts"])
    logger.info("hold.released", extra={"count": len(rows), "user": by and by.pk})
    return len(rows)


def drop(keys: Collection[int] | None, *, by: User | None) -> int:
    """Keep these, or all that is undecided, from ever being sent; raises Refused."""
    because = _("Dropped after a restore: it may have been sent before.")
    with _locked() as sign:
        rows = _chosen(Hold.of(sign), keys)
        for row in rows:
            suppress(row, because=because, by=by)
    return len(rows)


def lift(*, by: User | None) -> None:
    """Let mail leave again; raises Refused while something is undecided."""
    with _locked() as sign:
        if count := Hold.of(sign).undecided().count():
            said = ngettext(
                "%s message is undecided: release or drop it first.",
                "%s messages are undecided: release or drop them first.",
                count,
            )
            raise Refused.because("undecided", said % count)
        sign.delete()
        hint(DELIVER)
    logger.warning("hold.lifted", extra={"user": by and by.pk})


@contextmanager
def _locked() -> Iterator[Vital]:
    """Lock the hold, so that two people decide one after the other."""
    with transaction.atomic():
        sign = Vital.objects.select_for_update().filter(key=vitals.HOLD).first()
        if sign is None:
            raise Refused.because("not_held", _("Mail is not held any more."))
        yield sign


def _chosen(found: Hold, keys: Collection[int] | None) -> list[Notification]:
    rows = found.undecided().defer("text", "html", "calendar")
    return list(rows if keys is None else rows.filter(pk__in=keys))


def _teams_of(mails: Iterable[Notification]) -> dict[int, Team]:
    """Read the teams whose weeks these mails tell, all at once."""
    keys = {int(found["team"]) for mail in mails if (found := WEEK.fullmatch(mail.key))}
    return Team.objects.select_related("calendar").in_bulk(keys)


def _digest_hour(mail: Notification, teams: Mapping[int, Team]) -> datetime | None:
    """Give when a digest or a team's week fell due; None for any other mail."""
    if mail.user is None:
        return None
    if found := DAY.fullmatch(mail.key):
        return digest_time(mail.user, date.fromisoformat(found["day"]))
    found = WEEK.fullmatch(mail.key)
    team = teams.get(int(found["team"])) if found else None
    if not found or not team:
        return None
    monday = date.fromisocalendar(int(found["year"]), int(found["week"]), 1)
    return week_time(team, mail.user, monday)
