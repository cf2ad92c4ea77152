"""What is overdue or due soon, who must hear of it, and what they were told already.

Everything is read at once, in the same number of queries whatever there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import F, Max, QuerySet

from incidents.choices import Priority
from incidents.digest_times import works_on, zone_of
from incidents.listeners import NEVER, Duty, People, Row
from incidents.models import ActionItem, Incident, Reminder, Team
from incidents.playbooks.schema import ReminderRule
from incidents.rungs import MOST_BEFORE, Rules

# In the order of Row: of the item, then of its incident or else of its team.
OF_ITEM = (
    "pk",
    "due_on",
    "priority",
    "snoozed_until",
    "owner",
    "incident",
    "team",
)
INCIDENT, TEAM = -2, -1
OF_INCIDENT = (
    "playbook_version",
    "restricted",
    "lead",
    "team__lead",
    "team__manager",
)
OF_TEAM = ("lead", "manager")
WITHOUT_INCIDENT = (None, None, None)
Duties = dict[int, list[Duty]]


class Due(NamedTuple):
    """A duty on a certain day: how late, at which rung, and whether that is news."""

    duty: Duty
    days_late: int
    rung: int
    is_new: bool

    @property
    def cannot_wait(self) -> bool:
        """Say whether it is told on any day, working or not."""
        is_worst = self.duty.row.priority == Priority.P0
        return self.is_new and is_worst and self.days_late > 0


@dataclass(frozen=True)
class Chase:
    """Everybody who may have to be reminded, with what was read about them."""

    rows: list[tuple[Row, ReminderRule]]
    known: People
    people: list[User]
    told: dict[tuple[int, int], int]
    _duties: dict[frozenset[int], Duties] = field(default_factory=dict)

    @classmethod
    def read(cls, last_day: date, *, also: int | None = None) -> Chase:
        """Read what somebody may hear of by `last_day`, the latest day asked for.

        `also` reads one more item, however far away its date is.
        """
        rows = rows_by(last_day, also)
        versions = {row.version_id for row in rows if row.version_id}
        teams = {row.team_id for row in rows if row.team_id}
        rules = Rules.read(versions, teams)
        known = People.read(rows)
        people = User.objects.filter(pk__in=known.active)
        profiles = people.select_related("profile__team__calendar")
        return cls(
            [(row, rules.of(row.version_id, row.team_id)) for row in rows],
            known,
            list(profiles.order_by("pk")),
            _told(),
        )

    def duties(self, at: datetime) -> Duties:
        """Give what each person hears of at a moment; it moves with who is away."""
        away = self.known.away(at)
        if away not in self._duties:
            found: Duties = defaultdict(list)
            for row, rule in self.rows:
                for person, duty in self.known.duties(row, rule, away):
                    found[person].append(duty)
            self._duties[away] = found
        return self._duties[away]

    def due(self, person: User, at: datetime) -> list[Due]:
        """List what this person's mail of the day says; without news, nothing."""
        day = at.astimezone(zone_of(person)).date()
        found = [
            due
            for duty in self.duties(at).get(person.pk, ())
            if (due := self._due(duty, person, day))
        ]
        news = [each for each in found if each.is_new]
        if any(each.cannot_wait for each in news) or (news and works_on(person, day)):
            return sorted(found, key=_worst_first)
        return []

    def nobodys(self, at: datetime) -> list[int]:
        """List the items of which nobody can be reminded, though it is time."""
        away = self.known.away(at)
        return [
            row.item_id
            for row, rule in self.rows
            if row.days_late(at.date()) >= -rule.soon
            and self.known.listener(row, away)[0] is None
        ]

    def last_told(self, item: int, person: int) -> int:
        """Give the highest rung of its present date of which a person was told."""
        return self.told.get((item, person), NEVER)

    def _due(self, duty: Duty, person: User, day: date) -> Due | None:
        rung = duty.rung(day)
        is_new = rung > self.last_told(duty.row.item_id, person.pk)
        if not is_new and not duty.is_listed(day):
            return None
        return Due(duty, duty.row.days_late(day), rung, is_new)


def due_by(day: date) -> QuerySet[ActionItem]:
    """Select what a sweep must look at: pending, and due by some days after `day`."""
    last = day + timedelta(days=MOST_BEFORE)
    return ActionItem.objects.pending().filter(due_on__lte=last).order_by()


def rows_by(last_day: date, also: int | None = None) -> list[Row]:
    """Read what a sweep must look at, and one more if asked for."""
    # A snooze ends on a day of its own, which may be long before the due date.
    woken = ActionItem.objects.pending().filter(
        due_on__gt=last_day + timedelta(days=MOST_BEFORE), snoozed_until__lte=last_day
    )
    asked = ActionItem.objects.pending().filter(pk=also or 0, due_on__isnull=False)
    parts = [due_by(last_day), woken, *([asked] if also else [])]
    items = {
        item[0]: item
        for part in parts
        for item in part.order_by().values_list(*OF_ITEM)
    }
    return list(_with_rest(items.values()))


def _with_rest(items: Collection[tuple[Any, ...]]) -> Iterator[Row]:
    """Add what is known of each incident and team, which many items share."""
    wanted = {item[INCIDENT] for item in items}
    incidents = _by_key(Incident.objects.filter(pk__in=wanted), OF_INCIDENT)
    wanted = {item[TEAM] for item in items}
    teams = _by_key(Team.objects.filter(pk__in=wanted), OF_TEAM)
    for item in items:
        if rest := incidents.get(item[INCIDENT]):
            yield Row._make(item + rest)
        elif rest := teams.get(item[TEAM]):
            yield Row._make(item + WITHOUT_INCIDENT + rest)


def _by_key(rows: QuerySet[Any], names: tuple[str, ...]) -> dict[int, tuple[Any, ...]]:
    return {key: tuple(rest) for key, *rest in rows.values_list("pk", *names)}


def _told() -> dict[tuple[int, int], int]:
    """Read the highest rung of which each person was told, of the present due dates."""
    ledger = Reminder.objects.filter(item__finished_at=None, due_on=F("item__due_on"))
    highest = ledger.values_list("item", "person").annotate(Max("rung")).order_by()
    return {(item, person): rung for item, person, rung in highest}


def _worst_first(due: Due) -> tuple[int, int, int]:
    return -due.days_late, due.duty.row.priority, due.duty.row.item_id
