"""What is overdue or due soon, who must hear of it, and what they were told already.

Everything is read at once, in the same number of queries whatever there is.
"""

from __future__ import annotations

import logging
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta, tzinfo
from itertools import starmap
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from incidents.choices import PENDING
from incidents.models import ActionItem, Reminder
from incidents.sight import Sight

logger = logging.getLogger(__name__)

# Days late at which a person is told anew; from the last one on, every week.
LADDER = (-2, 1, 3, 7)
WEEK = 7
SOON = timedelta(days=2)
DEFAULT_HOUR = 9


class Capacity(models.TextChoices):
    """Why somebody hears of an item: it is theirs, or its owner cannot."""

    OWNER = "owner", _("you own it")
    LEAD = "lead", _("you lead the incident")
    TEAM_LEAD = "team_lead", _("you lead the team")
    TEAM_MANAGER = "team_manager", _("you manage the team")


class Row(NamedTuple):
    """What of a pending item decides who hears of it, and when."""

    item_id: int
    due_on: date
    priority: int
    incident_id: int
    restricted: bool
    owner_id: int | None
    owner_is_active: bool | None
    lead_id: int | None
    lead_is_active: bool | None
    team_lead_id: int | None
    team_lead_is_active: bool | None
    team_manager_id: int | None
    team_manager_is_active: bool | None

    @property
    def owner(self) -> int | None:
        return self.owner_id if self.owner_is_active else None

    def stand_ins(self) -> Iterator[tuple[int, Capacity]]:
        """Name who hears of it instead of its owner, the nearest first."""
        for person, is_active, capacity in (
            (self.lead_id, self.lead_is_active, Capacity.LEAD),
            (self.team_lead_id, self.team_lead_is_active, Capacity.TEAM_LEAD),
            (self.team_manager_id, self.team_manager_is_active, Capacity.TEAM_MANAGER),
        ):
            if person and is_active:
                yield person, capacity


# In the order of Row.
COLUMNS = (
    "pk",
    "due_on",
    "priority",
    "incident",
    "incident__restricted",
    "owner",
    "owner__is_active",
    "incident__lead",
    "incident__lead__is_active",
    "incident__team__lead",
    "incident__team__lead__is_active",
    "incident__team__manager",
    "incident__team__manager__is_active",
)


class Duty(NamedTuple):
    """One item that one person hears of."""

    row: Row
    capacity: Capacity
    may_see_incident: bool


class Due(NamedTuple):
    """A duty on a certain day: how late, at which rung, and whether that is news."""

    duty: Duty
    days_late: int
    rung: str
    is_new: bool


@dataclass(frozen=True)
class Chase:
    """Everybody who may have to be reminded, with what was read about them."""

    people: list[User]
    duties: dict[int, list[Duty]]
    nobodys: list[int]
    told: dict[tuple[int, int], str]

    @classmethod
    def read(cls, last_day: date) -> Chase:
        """Read what is due by two days after `last_day`, the latest day asked for."""
        pending = ActionItem.objects.pending().filter(due_on__lte=last_day + SOON)
        rows = list(starmap(Row, pending.values_list(*COLUMNS)))
        sight = _sight(rows)
        duties: dict[int, list[Duty]] = defaultdict(list)
        nobodys = []
        for row in rows:
            person, capacity = _listener(row, sight)
            if person is None:
                nobodys.append(row.item_id)
            else:
                duties[person].append(Duty(row, capacity, sight.sees(person, row)))
        people = User.objects.filter(pk__in=duties).select_related("profile")
        return cls(list(people.order_by("pk")), duties, nobodys, _told())

    def due(self, person: User, day: date) -> list[Due]:
        """List what this person's mail of the day says; without news, nothing."""
        found = [
            Due(duty, days, rung, is_new=rung > self._last_told(duty, person))
            for duty in self.duties[person.pk]
            if (rung := rung_at(days := (day - duty.row.due_on).days))
        ]
        if not any(each.is_new for each in found):
            return []
        return sorted(found, key=_worst_first)

    def _last_told(self, duty: Duty, person: User) -> str:
        return self.told.get((duty.row.item_id, person.pk), "")


def rung_at(days_late: int) -> str:
    """Name the highest rung reached; rungs sort as they follow each other."""
    if days_late < LADDER[0]:
        return ""
    if days_late < LADDER[1]:
        return "due_soon"
    reached = max(step for step in LADDER if step <= days_late)
    if reached == LADDER[-1]:
        reached = days_late - days_late % WEEK
    return f"late_{reached:05d}"


def zone_of(person: User) -> tzinfo:
    """Give the person's zone; a name that is no zone must not stop everybody's mail."""
    name = person.profile.zone if hasattr(person, "profile") else "UTC"
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        logger.warning("User %s has an unknown zone: UTC is used", person.pk)
        return UTC


def digest_hour_of(person: User) -> int:
    return person.profile.digest_hour if hasattr(person, "profile") else DEFAULT_HOUR


def _sight(rows: Iterable[Row]) -> Sight:
    people: set[int] = set()
    restricted: set[int] = set()
    for row in rows:
        people.update(filter(None, [row.owner, *(who for who, _ in row.stand_ins())]))
        if row.restricted:
            restricted.add(row.incident_id)
    return Sight.of(people, restricted)


def _listener(row: Row, sight: Sight) -> tuple[int | None, Capacity]:
    """Find who hears of the item: its owner, else the nearest who sees the incident."""
    if row.owner:
        return row.owner, Capacity.OWNER
    for person, capacity in row.stand_ins():
        if sight.sees(person, row):
            return person, capacity
    return None, Capacity.OWNER


def _told() -> dict[tuple[int, int], str]:
    """Read the highest rung of which each person was told, of the present due dates."""
    ledger = Reminder.objects.filter(item__status__in=PENDING, due_on=F("item__due_on"))
    highest = ledger.values_list("item", "person").annotate(Max("rung")).order_by()
    return {(item, person): rung for item, person, rung in highest}


def _worst_first(due: Due) -> tuple[int, int, int]:
    return -due.days_late, due.duty.row.priority, due.duty.row.item_id
