"""When a person gets their digest: their zone, their hour, their working days."""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User

from incidents.working_time import BUILT_IN, WorkingTime, instant

logger = logging.getLogger(__name__)

ONE_DAY = timedelta(days=1)
DEFAULT_HOUR = 9
UTC = zoneinfo.ZoneInfo("UTC")


class DigestTime(NamedTuple):
    """A person's local day, and the moment from which its digest may go out."""

    day: date
    at: datetime


def zone_of(person: User) -> zoneinfo.ZoneInfo:
    """Give the person's zone; a name that is no zone must not stop everybody's mail."""
    if not hasattr(person, "profile"):
        return UTC
    return zone_named(person.profile.zone, person.pk)


def zone_named(name: str, person: int) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        logger.warning("zone.unknown", extra={"user": person})
        return UTC


def digest_hour_of(person: User) -> int:
    return person.profile.digest_hour if hasattr(person, "profile") else DEFAULT_HOUR


def working_time_of(person: User) -> WorkingTime:
    """Give the calendar of the person's team; without one, Monday to Friday."""
    team = person.profile.team if hasattr(person, "profile") else None
    return team.working_time if team else BUILT_IN


def works_on(person: User, day: date) -> bool:
    """Say whether the person's own day is a working day of their team."""
    return working_time_of(person).works_on(day)


def digest_time(person: User, day: date) -> datetime | None:
    """Give the moment of the day's digest, in UTC; None for a day the zone skipped.

    An hour that the clocks skip is when they skip it, one that they show twice is the
    first of both. Where the last hour of a day is skipped, the one before it counts.
    """
    zone = zone_of(person)
    for hour in range(digest_hour_of(person), -1, -1):
        at = instant(day, time(hour), zone)
        if at.astimezone(zone).date() == day:
            return at
    return None


def digest_times(person: User, now: datetime, days: int) -> Iterator[DigestTime]:
    """Name the person's digest times from now on: today's too, if it is past."""
    zone = zone_of(person)
    for offset in range(days + 1):
        day = now.astimezone(zone).date() + offset * ONE_DAY
        if at := digest_time(person, day):
            yield DigestTime(day, max(at, now).astimezone(zone))


def is_time(person: User, now: datetime) -> bool:
    """Say whether the digest of the person's present day may go out by now."""
    at = digest_time(person, now.astimezone(zone_of(person)).date())
    return at is not None and now >= at
