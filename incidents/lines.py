"""What lists say of incidents and action items: plain words, badges and addresses.

A page of rows becomes a page of plain objects, with one query for whatever all of
them need; templates only print.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from incidents.choices import (
    ITEM_STATUS_BADGES,
    PRIORITY_BADGES,
    STATUS_BADGES,
    CloseReason,
    Horizon,
    ItemKind,
    ItemStatus,
    PostMortemState,
    Priority,
    Tracking,
)
from incidents.due_lines import NextDue, first_dues
from incidents.durations import say
from incidents.item_rules import read_rules_ahead, rule_in_words
from incidents.models import ActionItem, Incident, PlaybookVersion
from incidents.names import name_of
from incidents.querysets import SEE_RESTRICTED

if TYPE_CHECKING:
    from incidents.querysets import IncidentQuerySet, Person

MOST_NAMED = 3
PARTS_OF_A_LINE = (
    "reference",
    "title",
    "is_drill",
    "restricted",
    "status",
    "tracking",
    "close_reason",
    "postmortem_state",
    "started_at",
    "detected_at",
    "declared_at",
    "resolved_at",
    "closed_at",
    "severity__code",
    "severity__name",
    "severity__badge",
    "lead__first_name",
    "lead__last_name",
    "lead__username",
    "playbook_version__sha256",
)
CLOSED_LABELS = {
    CloseReason.COMPLETED: _("Closed"),
    CloseReason.FALSE_ALARM: _("Closed: false alarm"),
    CloseReason.DUPLICATE: _("Closed: duplicate"),
}
POSTMORTEM_BADGES = {
    PostMortemState.NONE: "",
    PostMortemState.DRAFT: "yellow",
    PostMortemState.PUBLISHED: "green",
}


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One line of the list, in words and badge colours."""

    pk: int
    reference: str
    title: str
    url: str
    is_drill: bool
    restricted: bool
    severity: str
    severity_code: str
    severity_name: str
    severity_badge: str
    status: str
    status_badge: str
    lead: str
    services: str
    is_running: bool
    took: str
    since: datetime
    open_items: int
    postmortem: str
    postmortem_badge: str
    is_ticket: bool
    due: str
    due_when: str
    due_css: str


NOTHING_DUE = NextDue("", "", False)


def narrow(rows: IncidentQuerySet) -> IncidentQuerySet:
    """Fetch what a line is made of, and no more of the long rows than that."""
    return rows.select_related("severity", "lead", "playbook_version").only(
        *PARTS_OF_A_LINE
    )


def incident_lines(
    rows: Iterable[Incident], open_items: Mapping[int, int], *, now: datetime
) -> list[IncidentLine]:
    """Put incidents into words; one query for all services, one for what is due."""
    rows = list(rows)
    PlaybookVersion.read_ahead(row.playbook_version for row in rows)
    services = service_names(rows)
    dues = first_dues(rows, now)
    home = reverse("admin:incidents_incident_changelist")
    return [
        _line(
            row,
            home,
            services[row.pk],
            open_items.get(row.pk, 0),
            dues.get(row.pk, NOTHING_DUE),
            now,
        )
        for row in rows
    ]


def open_items_of(rows: Iterable[Incident]) -> dict[int, int]:
    """Count the pending items of each incident that has any."""
    pending = ActionItem.objects.pending().filter(incident__in=[r.pk for r in rows])
    return dict(pending.order_by().values_list("incident").annotate(Count("pk")))


def service_names(rows: Iterable[Incident]) -> dict[int, list[str]]:
    """Give the names of the services of each incident, without making the rows."""
    names: dict[int, list[str]] = defaultdict(list)
    ties = Incident.services.through.objects.filter(incident__in=[r.pk for r in rows])
    for incident, name in ties.order_by("service__name").values_list(
        "incident", "service__name"
    ):
        names[incident].append(name)
    return names


def _line(
    row: Incident,
    home: str,
    services: list[str],
    open_items: int,
    due: NextDue,
    now: datetime,
) -> IncidentLine:
    since = row.started_at or row.detected_at or row.declared_at
    until = row.resolved_at or row.closed_at or now
    status, status_badge = status_of(row)
    level = row.level
    return IncidentLine(
        pk=row.pk,
        reference=row.reference,
        title=row.title,
        url=f"{home}{row.pk}/change/",
        is_drill=row.is_drill,
        restricted=row.restricted,
        severity=str(level),
        severity_code=level.code,
        severity_name=level.name,
        severity_badge=level.badge,
        status=status,
        status_badge=status_badge,
        lead=name_of(row.lead),
        services=few_of(services),
        is_running=row.is_running,
        took=say(max(until - since, until - until)),
        since=since,
        open_items=open_items,
        postmortem=str(PostMortemState(row.postmortem_state).label),
        postmortem_badge=POSTMORTEM_BADGES[PostMortemState(row.postmortem_state)],
        is_ticket=row.tracking == Tracking.TICKET,
        due=due.label,
        due_when=due.when,
        due_css="due-when late" if due.is_late else "due-when",
    )


def status_of(incident: Incident) -> tuple[str, str]:
    """Give the status as a word and a badge; a closed record says so, and as what."""
    if incident.close_reason:
        return str(CLOSED_LABELS[CloseReason(incident.close_reason)]), "grey"
    return incident.status_label, STATUS_BADGES[incident.status]


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One action item of a list; `incident_title` is empty where it is hidden.

    `rule` and `offer` are filled where the rules were read ahead: which rule set the
    date, and the date that the present priority asks for instead.
    """

    pk: int
    title: str
    url: str
    row_url: str
    kind: str
    horizon: str
    priority: str
    priority_badge: str
    status: str
    status_badge: str
    owner: str
    due: str
    due_on: date | None
    days_late: int
    moved: str
    snoozed_until: date | None
    rule: str
    offer: date | None
    incident: str
    incident_title: str
    incident_url: str


def item_lines(
    rows: Iterable[ActionItem], user: Person, *, today: date, rules: bool = False
) -> list[ItemLine]:
    """Put action items into words; names no incident the person may not see.

    With `rules` the line also says which rule set the date, and what it offers now.
    """
    rows = list(rows)
    if rules:
        read_rules_ahead(rows)
    open_to = incidents_open_to(user, [row.incident for row in rows if row.incident])
    home = reverse("admin:incidents_actionitem_changelist")
    incidents = reverse("admin:incidents_incident_changelist")
    return [
        _item_line(row, home, incidents, row.incident_id in open_to, today, rules)
        for row in rows
    ]


def incidents_open_to(user: Person, incidents: Iterable[Incident]) -> set[int]:
    """Give the keys of those a person may see; asks only about restricted ones."""
    every = {incident.pk: incident.restricted for incident in incidents}
    closed = [key for key, restricted in every.items() if restricted]
    if not closed or user.has_perm(SEE_RESTRICTED):
        return set(every)
    seen = Incident.objects.visible_to(user).filter(pk__in=closed)
    return set(every).difference(closed).union(seen.values_list("pk", flat=True))


def _item_line(
    row: ActionItem,
    home: str,
    incidents: str,
    is_open: bool,
    today: date,
    rules: bool,
) -> ItemLine:
    days_late = row.days_late(today)
    return ItemLine(
        pk=row.pk,
        title=row.title,
        url=f"{home}{row.pk}/change/",
        row_url=f"{home}{row.pk}/row/",
        kind=str(ItemKind(row.kind).label),
        horizon=str(Horizon(row.horizon).label),
        priority=str(Priority(row.priority).label),
        priority_badge=PRIORITY_BADGES[row.priority],
        status=str(ItemStatus(row.status).label),
        status_badge=ITEM_STATUS_BADGES[row.status],
        owner=name_of(row.owner),
        due=due_in_words(row, today),
        due_on=row.due_on,
        days_late=days_late,
        moved=moved_in_words(row),
        snoozed_until=row.snoozed_until if row.is_snoozed(today) else None,
        rule=rule_in_words(row) if rules else "",
        offer=row.offered_date if rules else None,
        incident=row.belongs_to,
        incident_title=row.incident.title if row.incident and is_open else "",
        incident_url=f"{incidents}{row.incident_id}/change/" if is_open else "",
    )


def due_in_words(item: ActionItem, today: date) -> str:
    """Say when a pending item is due as people say it; a finished one has no due."""
    if not item.is_pending or item.due_on is None:
        return ""
    days = (item.due_on - today).days
    if days < 0:
        return ngettext("%d day late", "%d days late", -days) % -days
    if days == 0:
        return _now("due today")
    if days == 1:
        return _now("due tomorrow")
    if days <= 14:
        return ngettext("in %d day", "in %d days", days) % days
    return date_format(item.due_on, "j M Y")


def moved_in_words(item: ActionItem) -> str:
    """Say how often the date was moved and how far in all; empty if it never was."""
    if not item.moves:
        return ""
    times, days = item.moves, item.slipped_days
    moved = _now("moved %d×") % times
    if not days:
        return moved
    sign = "+" if days > 0 else "−"
    return f"{moved}, {sign}{ngettext('%d day', '%d days', abs(days)) % abs(days)}"


def few_of(names: Sequence[str]) -> str:
    """Name the first ones, and say how many more there are."""
    shown = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{shown} +{more}" if more > 0 else shown
