"""Who hears of an action item: its owner, who stands in, who leads, and who else.

The owner hears of everything that is theirs. Anybody else hears only of what they may
see, so that a stand-in learns nothing of a restricted incident.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from incidents.choices import Capacity, Priority
from incidents.digest_times import zone_named
from incidents.models import Profile
from incidents.playbooks.schema import ReminderRule
from incidents.playbooks.schema.learning import MOST_DAYS
from incidents.sight import Sight

# From the owner to who stands in for who stands in for who stands in.
MOST_HOPS = 3
# Below every rung: nobody is told of anything so long before it is due.
NEVER = -32_000


class Row(NamedTuple):
    """What of a pending item decides who hears of it, and when."""

    item_id: int
    due_on: date
    priority: int
    snoozed_until: date | None
    owner_id: int | None
    incident_id: int | None
    team_id: int | None
    version_id: int | None
    restricted: bool | None
    lead_id: int | None
    team_lead_id: int | None
    team_manager_id: int | None

    @property
    def chasers(self) -> Iterator[tuple[int, Capacity]]:
        """Name who answers for it besides its owner, the nearest first."""
        for person, capacity in (
            (self.lead_id, Capacity.LEAD),
            (self.team_lead_id, Capacity.TEAM_LEAD),
            (self.team_manager_id, Capacity.TEAM_MANAGER),
        ):
            if person:
                yield person, capacity

    @property
    def people(self) -> Iterator[int]:
        yield from filter(None, (self.owner_id, *(who for who, _ in self.chasers)))

    def days_late(self, day: date) -> int:
        return (day - self.due_on).days

    def is_snoozed(self, day: date) -> bool:
        return self.snoozed_until is not None and day < self.snoozed_until


class Duty(NamedTuple):
    """One item that one person hears of; `after` so many days late, if not at once."""

    row: Row
    rule: ReminderRule
    capacity: Capacity
    may_see_incident: bool
    after: int | None = None

    def rung(self, day: date) -> int:
        """Give the highest rung reached on a day; NEVER where there is none."""
        days = self.row.days_late(day)
        if self.row.is_snoozed(day) or (self.after and days < self.after):
            return NEVER
        reached = self.rule.reached(days)
        return max(NEVER if reached is None else reached, self._waking(days), self._own)

    def is_listed(self, day: date) -> bool:
        """Say whether it is overdue or due soon, for this person, on this day."""
        days = self.row.days_late(day)
        if self.row.is_snoozed(day):
            return False
        if self.after:
            return days >= self.after
        return days > 0 or days >= -self.rule.soon

    @property
    def _own(self) -> int:
        """An escalation is news from its own day on, whatever the rungs are."""
        return self.after or NEVER

    def _waking(self, days: int) -> int:
        """The day on which a snooze ends is a rung of the item."""
        if self.row.snoozed_until is None:
            return NEVER
        wakes = self.row.days_late(self.row.snoozed_until)
        return max(-MOST_DAYS, min(wakes, MOST_DAYS)) if wakes <= days else NEVER


class Absence(NamedTuple):
    """Until which day somebody is away, in their zone, and who stands in."""

    until: date
    zone: ZoneInfo
    stand_in: int | None


@dataclass(frozen=True)
class People:
    """Who is active, who is away, and who may see what; read once."""

    active: frozenset[int]
    absences: dict[int, Absence]
    sight: Sight

    @classmethod
    def read(cls, rows: Collection[Row]) -> People:
        absences = _absences()
        involved = {person for row in rows for person in row.people}
        involved |= {each.stand_in for each in absences.values() if each.stand_in}
        active = User.objects.filter(pk__in=involved, is_active=True)
        restricted = {
            row.incident_id for row in rows if row.incident_id and row.restricted
        }
        return cls(
            frozenset(active.values_list("pk", flat=True)),
            absences,
            Sight.of(involved, restricted),
        )

    def away(self, at: datetime) -> frozenset[int]:
        """Name everybody who is away at a moment, by the date where they live."""
        return frozenset(
            person
            for person, absence in self.absences.items()
            if at.astimezone(absence.zone).date() <= absence.until
        )

    def duties(
        self, row: Row, rule: ReminderRule, away: Collection[int]
    ) -> Iterator[tuple[int, Duty]]:
        """Give everybody who hears of an item while these people are away."""
        person, capacity = self.listener(row, away)
        if person is None:
            return
        sees = self.sight.sees
        yield person, Duty(row, rule, capacity, sees(person, row))
        told = {person}
        for after, chaser, capacity in _escalations(row, rule):
            if chaser in told or chaser in away or not self._may(chaser, row):
                continue
            told.add(chaser)
            yield chaser, Duty(row, rule, capacity, may_see_incident=True, after=after)

    def listener(self, row: Row, away: Collection[int]) -> tuple[int | None, Capacity]:
        """Find who hears of it first; nobody where nobody may."""
        owner = row.owner_id if row.owner_id in self.active else None
        if owner and owner not in away:
            return owner, Capacity.OWNER
        if owner and (stand_in := self.stand_in(owner, row, away)):
            return stand_in, Capacity.STAND_IN
        able = [each for each in row.chasers if self._may(each[0], row)]
        present = [each for each in able if each[0] not in away]
        # Where everybody is away, the mail waits with who it concerns most.
        alone = [(owner, Capacity.OWNER)] if owner else able
        return next(iter([*present, *alone]), (None, Capacity.OWNER))

    def stand_in(self, owner: int, row: Row, away: Collection[int]) -> int | None:
        """Follow who stands in for whom to somebody who is here and may see it."""
        passed, person = {owner}, owner
        for _hop in range(MOST_HOPS):
            absence = self.absences.get(person)
            following = absence.stand_in if absence else None
            if following is None or following in passed:
                return None
            if following not in away:
                return following if self._may(following, row) else None
            passed.add(following)
            person = following
        return None

    def _may(self, person: int, row: Row) -> bool:
        return person in self.active and self.sight.sees(person, row)


def _escalations(row: Row, rule: ReminderRule) -> list[tuple[int, int, Capacity]]:
    """List who is told from which day late on, the earliest first."""
    whom = {capacity.value: person for person, capacity in row.chasers}
    return sorted(
        (each.after, whom[told], Capacity(told))
        for each in rule.escalations(Priority(row.priority))
        for told in each.tells
        if told in whom
    )


def _absences() -> dict[int, Absence]:
    absent = Profile.objects.filter(away_until__isnull=False)
    return {
        each.user_id: Absence(
            each.away_until, zone_named(each.zone, each.user_id), each.stand_in_id
        )
        for each in absent.only("user", "away_until", "zone", "stand_in")
        if each.away_until
    }
