"""A team's follow-through in figures: what is open, late, done, put off, and whose.

Read by the team's lead each week, by mail and as a page. Each figure names the list
of its rows, and counts what its reader may see, in as many queries as ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import ItemStatus
from incidents.models import ActionItem, Incident, Team, TimelineEvent
from incidents.names import name_of

if TYPE_CHECKING:
    from incidents.querysets import ActionItemQuerySet, Person

# What an address asks a list for.
Filters: TypeAlias = dict[str, str | int]
NOBODY = "nobody"
MOVED = ("item__owner", "item", "facts__was", "facts__to")
MONDAY_TO_SUNDAY = timedelta(days=6)


class Week(NamedTuple):
    """From a Monday to its Sunday, in the zone of whoever reads."""

    first: date

    @classmethod
    def before(cls, day: date) -> Week:
        """Give the whole week before the one a day lies in."""
        return cls(day - timedelta(days=day.weekday() + 7))

    @property
    def last(self) -> date:
        return self.first + MONDAY_TO_SUNDAY

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Give its first moment and the first one after it."""
        midnights = (self.first, self.first + timedelta(weeks=1))
        began, ended = (
            timezone.make_aware(datetime.combine(day, time.min)) for day in midnights
        )
        return began, ended

    def holds(self, column: str) -> Q:
        began, ended = self.span
        return Q(**{f"{column}__gte": began, f"{column}__lt": ended})


class Tally(NamedTuple):
    """The figures of one person, or of the whole team."""

    open: int = 0
    overdue: int = 0
    done: int = 0
    slipped: int = 0
    slipped_days: int = 0

    def __add__(self, other: object) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, and where its rows are."""

    code: str
    number: int
    label: str
    url: str
    note: str = ""

    @property
    def is_bad(self) -> bool:
        return bool(self.number) and self.code in ("overdue", "papers")


@dataclass(frozen=True)
class PersonLine:
    name: str
    figures: list[Figure]

    @property
    def told(self) -> list[Figure]:
        """Give what a mail says of the person: no noughts."""
        return [figure for figure in self.figures if figure.number]


@dataclass(frozen=True)
class TeamWeek:
    """What a team's lead reads of a week; rows of people, those most behind first."""

    team: Team
    week: Week
    total: Tally
    figures: list[Figure]
    people: list[PersonLine]

    @classmethod
    def of(cls, team: Team, reader: Person, now: datetime) -> TeamWeek:
        """Count it for a reader, by the days of the current time zone."""
        today = timezone.localdate(now)
        week = Week.before(today)
        items = ActionItem.objects.visible_to(reader).answered_by(team.pk)
        tallies = _tallies(items, week, today)
        total = sum(tallies.values(), Tally())
        unowned = tallies.get(None, Tally()).open
        papers = Incident.objects.visible_to(reader).with_late_papers()
        return cls(
            team,
            week,
            total,
            [
                *_figures(total, {"team": team.pk}),
                _of_items("unowned", unowned, {"team": team.pk, "unowned": 1}),
                _of_papers(papers.filter(team=team).count(), team),
            ],
            list(_people(tallies, team)),
        )

    @property
    def is_empty(self) -> bool:
        return not any(figure.number for figure in self.figures)


def done_in(week: Week) -> Q:
    return Q(status=ItemStatus.DONE) & week.holds("finished_at")


def put_off_in(week: Week) -> QuerySet[TimelineEvent]:
    """Select the moves to a later date; a first date is none."""
    moves = TimelineEvent.objects.filter(week.holds("at"), verb="item_move_due_date")
    # As text, ISO dates lie in order.
    later = GreaterThan(KT("facts__to"), KT("facts__was"))
    return moves.filter(~Q(facts__was=""), later)


def _tallies(
    items: ActionItemQuerySet, week: Week, today: date
) -> dict[int | None, Tally]:
    """Count by owner, in a query for the items and one for what was put off."""
    pending, done = Q(finished_at=None), done_in(week)
    counted = items.filter(pending | done).order_by().values_list("owner")
    tallies = {
        owner: Tally(*numbers)
        for owner, *numbers in counted.annotate(
            pending=Count("pk", filter=pending),
            late=Count("pk", filter=pending & Q(due_on__lt=today)),
            done=Count("pk", filter=done),
        )
    }
    for owner, slips in _slips(items, week).items():
        slipped = Tally(slipped=len(slips), slipped_days=slips.total())
        tallies[owner] = tallies.get(owner, Tally()) + slipped
    return tallies


def _slips(items: ActionItemQuerySet, week: Week) -> dict[int | None, Counter[int]]:
    """Sum by owner and item the days by which it was put off in a week."""
    moves = put_off_in(week).filter(item__in=items.values("pk"))
    slips: dict[int | None, Counter[int]] = {}
    facts = moves.order_by().values_list(*MOVED)
    for owner, item, was, to in facts:
        days = (date.fromisoformat(to) - date.fromisoformat(was)).days
        slips.setdefault(owner, Counter())[item] += days
    return slips


def _people(tallies: dict[int | None, Tally], team: Team) -> Iterator[PersonLine]:
    owners = User.objects.only("first_name", "last_name", "username")
    named = owners.in_bulk([owner for owner in tallies if owner])
    worst_first = sorted(
        tallies.items(), key=lambda row: (-row[1].overdue, -row[1].open, row[0] or 0)
    )
    for owner, tally in worst_first:
        name = name_of(named[owner]) if owner else _("Nobody")
        whose: Filters = {"team": team.pk, "owner": owner or NOBODY}
        yield PersonLine(name, _figures(tally, whose))


def _figures(tally: Tally, whose: Filters) -> list[Figure]:
    days = ngettext("+%d day", "+%d days", tally.slipped_days) % tally.slipped_days
    slipped: Filters = {"last_week": "slipped", "status": "all"}
    return [
        _of_items("open", tally.open, whose),
        _of_items("overdue", tally.overdue, whose | {"overdue": 1}),
        _of_items("done", tally.done, whose | {"last_week": "done", "status": "done"}),
        _of_items(
            "slipped", tally.slipped, whose | slipped, days if tally.slipped else ""
        ),
    ]


def _of_items(code: str, number: int, filters: Filters, note: str = "") -> Figure:
    home = reverse("admin:incidents_actionitem_changelist")
    return Figure(
        code, number, label_of(code, number), f"{home}?{urlencode(filters)}", note
    )


def _of_papers(number: int, team: Team) -> Figure:
    home = reverse("admin:incidents_incident_changelist")
    filters: Filters = {"team": team.pk, "due": "papers"}
    url = f"{home}?{urlencode(filters)}"
    return Figure("papers", number, label_of("papers", number), url)


def label_of(code: str, number: int) -> str:
    """Name what a figure counts, in the language of whoever reads."""
    return {
        "open": _("open"),
        "overdue": _("overdue"),
        "done": _("done last week"),
        "slipped": _("put off last week"),
        "unowned": _("unowned"),
        "papers": ngettext("post-mortem late", "post-mortems late", number),
    }[code]
