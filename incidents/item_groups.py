"""How the list of action items is grouped: by what, in which order, under which words.

Groups only order the rows and put headings between them, so that every row is on
some page; a heading says how many rows its group has on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, TruncWeek
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from incidents.names import name_of

if TYPE_CHECKING:
    from incidents.lines import ItemLine
    from incidents.models import ActionItem

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Grouping:
    """One way to group: the key in the database and of a row, the order, the words.

    `words` gets the first row of a group with its line, and today.
    """

    label: str | Promise
    key: Any
    of: Callable[[ActionItem], Any]
    order: tuple[Any, ...]
    words: Callable[[ActionItem, ItemLine, date], str]
    # What the address of the rows of one group asks for.
    query: Callable[[ActionItem], dict[str, object]] = lambda item: {}


@dataclass(frozen=True)
class Group:
    """The rows of a group on one page; without grouping, all of them unnamed."""

    heading: str
    count: str
    lines: Sequence[ItemLine]
    # Where the list shows nothing but this group; empty where no filter does that.
    url: str = ""


def monday(item: ActionItem) -> date | None:
    due = item.due_on
    return due - timedelta(days=due.weekday()) if due else None


def week_in_words(item: ActionItem, line: ItemLine, today: date) -> str:
    first = monday(item)
    if first is None:
        return gettext("No date")
    this = today - timedelta(days=today.weekday())
    named = {
        this - WEEK: gettext("Last week"),
        this: gettext("This week"),
        this + WEEK: gettext("Next week"),
    }
    until = date_format(first + timedelta(days=6), "j M Y")
    days = f"{date_format(first, 'j M')} – {until}"
    return f"{named[first]}, {days}" if first in named else days


def owner_in_words(item: ActionItem, line: ItemLine, today: date) -> str:
    return name_of(item.owner) or gettext("Nobody")


def owner_query(item: ActionItem) -> dict[str, object]:
    return {"owner": item.owner_id or "nobody"}


def incident_in_words(item: ActionItem, line: ItemLine, today: date) -> str:
    if item.incident is None:
        return gettext("No incident")
    return f"{line.incident} {line.incident_title}".strip()


def incident_query(item: ActionItem) -> dict[str, object]:
    return {"q": item.incident.reference} if item.incident else {"loose": 1}


GROUPINGS: dict[str, Grouping] = {
    "owner": Grouping(
        _("Owner"),
        F("owner"),
        lambda item: item.owner_id,
        (
            F("owner__first_name").asc(nulls_first=True),
            "owner__last_name",
            "owner__username",
        ),
        owner_in_words,
        owner_query,
    ),
    "team": Grouping(
        _("Team"),
        Coalesce("incident__team", "team"),
        lambda item: item.answerable.pk,
        (Coalesce("incident__team__name", "team__name"),),
        lambda item, line, today: str(item.answerable),
        lambda item: {"team": item.answerable.pk},
    ),
    "incident": Grouping(
        _("Incident"),
        F("incident"),
        lambda item: item.incident_id,
        (F("incident__declared_at").desc(nulls_last=True), "incident"),
        incident_in_words,
        incident_query,
    ),
    "week": Grouping(
        _("Week"),
        TruncWeek("due_on"),
        monday,
        (TruncWeek("due_on").asc(nulls_last=True),),
        week_in_words,
    ),
}


def grouped(
    grouping: Grouping | None,
    rows: Sequence[ActionItem],
    lines: Sequence[ItemLine],
    every: QuerySet[ActionItem],
    *,
    today: date,
    address: Callable[[dict[str, object]], str],
) -> list[Group]:
    """Put the lines of a page under headings; one query counts the groups it shows."""
    if grouping is None:
        return [Group("", "", lines)]
    pairs = list(zip(rows, lines, strict=True))
    totals = counted(grouping, {grouping.of(row) for row in rows}, every)
    groups = []
    for key, found in groupby(pairs, lambda pair: grouping.of(pair[0])):
        own = list(found)
        row, line = own[0]
        total = max(totals.get(key, 0), len(own))
        groups.append(
            Group(
                grouping.words(row, line, today),
                ngettext("%d action item", "%d action items", total) % total,
                [each for _row, each in own],
                address(query) if (query := grouping.query(row)) else "",
            )
        )
    return groups


def counted(
    grouping: Grouping, keys: set[Any], every: QuerySet[ActionItem]
) -> dict[Any, int]:
    """Count the rows of these groups on all pages."""
    rows = every.order_by().annotate(group_key=grouping.key)
    wanted = Q(group_key__in=keys - {None})
    if None in keys:
        wanted |= Q(group_key=None)
    found = rows.filter(wanted).values("group_key").annotate(total=Count("pk"))
    return dict(found.values_list("group_key", "total"))
