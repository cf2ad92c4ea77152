"""What the incident page shows, gathered in a fixed number of queries.

Times come out as text in the reader's zone here, once, so that the template of a long
timeline has nothing left to work out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.changes import Blocker
from incidents.choices import (
    ENTRY_KINDS,
    STATUS_BADGES,
    UNRESOLVED,
    CloseReason,
    Kind,
    Milestone,
    RoleCode,
    Status,
)
from incidents.durations import say
from incidents.models.incident_record import OTHER_FACTS
from incidents.models.incident_work import NEEDED_MILESTONES
from incidents.names import name_of
from incidents.permissions import INCIDENT_VERBS, granted

if TYPE_CHECKING:
    from incidents.models import ActionItem, Incident, TimelineEvent

PAGE_OF_ENTRIES = 50
CLOSED_AS: dict[str, str | Promise] = {
    CloseReason.COMPLETED: gettext_lazy("Closed"),
    CloseReason.FALSE_ALARM: gettext_lazy("Closed: false alarm"),
    CloseReason.DUPLICATE: gettext_lazy("Closed: duplicate"),
}
# While it runs these are no gaps in the record, but what people work on.
STILL_TO_COME = {"not_resolved", f"missing_{Milestone.MITIGATED}"}
# Written this much after it happened, an entry says when it was written.
LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Line:
    """One line of the timeline, ready to be printed."""

    pk: int
    clock: str
    utc: str
    late: str
    kind: str
    label: str
    text: str
    author: str
    is_entry: bool
    item: int | None


@dataclass(frozen=True)
class Holder:
    """A role and who holds it; `person` is None for an empty one."""

    code: str
    label: str
    person: User | None

    @property
    def name(self) -> str:
        return name_of(self.person)


@dataclass(frozen=True)
class Remedy:
    """Something missing: the sentence, and how it is mended from the page."""

    sentence: str
    code: str
    fact: str = ""
    takes_time: bool = False
    edit: str = ""


class TimelinePage:
    """A page of the timeline, newest first, going on before a given event."""

    def __init__(self, incident: Incident, before: str = "") -> None:
        rows = incident.timeline.select_related("author")
        if before:
            rows = rows.filter(self._earlier(before))
        found = list(rows[: PAGE_OF_ENTRIES + 1])
        self.events = found[:PAGE_OF_ENTRIES]
        self.has_more = len(found) > PAGE_OF_ENTRIES
        self.address = reverse("admin:incidents_incident_timeline", args=[incident.pk])

    @staticmethod
    def _earlier(before: str) -> Q:
        """Read "<microseconds>.<key>"; whatever else somebody writes finds nothing."""
        micros, _dot, key = before.partition(".")
        if not (micros.isdecimal() and key.isdecimal()) or len(before) > 40:
            return Q(pk__in=[])
        at = EPOCH + timedelta(microseconds=min(int(micros), LATEST_MICROS))
        return Q(at__lt=at) | Q(at=at, pk__lt=int(key[:18]))

    @property
    def next(self) -> str:
        """Give the address of the page of older entries."""
        last = self.events[-1]
        micros = (last.at - EPOCH) // timedelta(microseconds=1)
        return f"{self.address}?before={micros}.{last.pk}"

    def days(self) -> Iterator[tuple[str, list[Line]]]:
        """Give the lines under their day, in the reader's zone."""
        zone = timezone.get_current_timezone()
        local = [(event.at.astimezone(zone), event) for event in self.events]
        for day, group in groupby(local, key=lambda pair: pair[0].date()):
            yield f"{day:%A, %-d %B %Y}", [line(*pair) for pair in group]


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.get_fixed_timezone(0))
# Of the year 9998, which every zone can show.
LATEST_MICROS = 253_000_000_000_000_000
KIND_LABELS = {kind.value: kind.label for kind in Kind}


def line(local: datetime, event: TimelineEvent) -> Line:
    late = ""
    if event.recorded_at - event.at > LATE:
        written = event.recorded_at.astimezone(local.tzinfo)
        style = "%H:%M" if written.date() == local.date() else "%Y-%m-%d %H:%M"
        late = written.strftime(style)
    return Line(
        pk=event.pk,
        clock=f"{local:%H:%M}",
        utc=f"{event.at:%Y-%m-%d %H:%M:%S} UTC",
        late=late,
        kind=event.kind,
        label=str(KIND_LABELS[event.kind]),
        text=event.text,
        author=name_of(event.author),
        is_entry=event.is_entry,
        item=event.item_id,
    )


class IncidentPage:
    """The view of one incident for one reader, who is known to see it."""

    def __init__(self, incident: Incident, user: User, now: datetime) -> None:
        self.incident, self.user, self.now = incident, user, now

    @cached_property
    def may(self) -> dict[str, bool]:
        return {
            verb: granted(self.user, verb, self.incident) for verb in INCIDENT_VERBS
        }

    @cached_property
    def timeline(self) -> TimelinePage:
        return TimelinePage(self.incident)

    @cached_property
    def services(self) -> str:
        return ", ".join(service.name for service in self.incident.services.all())

    @cached_property
    def roles(self) -> list[Holder]:
        held = {
            each.role: each.person
            for each in self.incident.roles.current().select_related("person")
        }
        return [Holder(r.value, str(r.label), held.get(r.value)) for r in RoleCode]

    @cached_property
    def items(self) -> list[ActionItem]:
        rows = self.incident.items.select_related("owner").worst_first()
        return sorted(rows, key=lambda item: not item.is_pending)

    @cached_property
    def pending_items(self) -> int:
        return sum(item.is_pending for item in self.items)

    @cached_property
    def links(self) -> list[Any]:
        """Keep the links to other incidents that the reader may see."""
        from incidents.models import Incident

        seen = Incident.objects.visible_to(self.user)
        return list(
            self.incident.links.filter(
                Q(other=None) | Q(other__in=seen.values("pk"))
            ).select_related("other")
        )

    @property
    def status_badge(self) -> str:
        return (
            "grey" if self.incident.closed_at else STATUS_BADGES[self.incident.status]
        )

    @property
    def state(self) -> str:
        """Say how far it is: the status, or what it was closed as."""
        if self.incident.closed_at:
            return str(CLOSED_AS[self.incident.close_reason])
        return self.incident.get_status_display()

    @property
    def clock(self) -> str:
        """Say how long it has been going on, or went on."""
        incident = self.incident
        start = incident.started_at or incident.detected_at or incident.declared_at
        end = incident.resolved_at or incident.closed_at
        local = timezone.localtime(start)
        today = timezone.localtime(self.now).date()
        style = "%H:%M %Z" if local.date() == today else "%Y-%m-%d %H:%M %Z"
        if end:
            return _("took %(span)s, from %(start)s") % {
                "span": say(max(end - start, timedelta())),
                "start": local.strftime(style),
            }
        return _("%(span)s since %(start)s") % {
            "span": say(max(self.now - start, timedelta())),
            "start": local.strftime(style),
        }

    @property
    def impact_line(self) -> str:
        incident = self.incident
        parts = []
        if incident.users_affected is not None:
            parts.append(_("%s users") % f"{incident.users_affected:,}")
        if incident.users_percent is not None:
            parts.append(
                _("%s %% of users") % f"{incident.users_percent.normalize():f}"
            )
        if self.services:
            parts.append(self.services)
        if incident.data_loss in {"suspected", "confirmed"}:
            parts.append(_("data loss %s") % incident.get_data_loss_display().lower())
        return " · ".join(parts)

    @property
    def statuses(self) -> list[tuple[str, str, bool, bool]]:
        """Give the path as (value, label, is now, can be pressed)."""
        now = self.incident.status
        free = self.incident.is_running and self.may["change_status"]
        return [
            (s.value, str(s.label), s == now, free and s in UNRESOLVED and s != now)
            for s in Status
        ]

    @cached_property
    def missing(self) -> list[Remedy]:
        """List what stands against closing it as completed, each with its remedy."""
        if self.incident.closed_at:
            return []
        blockers = self.incident.blockers_of_close()
        return [
            self._remedy(blocker)
            for blocker in blockers
            if not (self.incident.is_running and blocker.code in STILL_TO_COME)
        ]

    def _remedy(self, blocker: Blocker) -> Remedy:
        fact = str(blocker.field)
        edit = reverse("admin:incidents_incident_edit", args=[self.incident.pk])
        field = "users_affected" if fact == "impact" else fact
        return Remedy(
            sentence=blocker.sentence,
            code=blocker.code,
            fact=fact if blocker.code.startswith("missing_") else "",
            takes_time=fact in NEEDED_MILESTONES,
            edit=f"{edit}#id_{field}" if fact in OTHER_FACTS else "",
        )

    @property
    def milestones(self) -> list[tuple[str, str, str, str]]:
        """Give (name, label, time or empty, reason for not knowing it)."""
        rows = []
        for each in Milestone:
            at = self.incident.known_at(each)
            text = f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}" if at else ""
            reason = self.incident.unknown.get(each.value, "")
            rows.append((each.value, str(each.label), text, reason))
        return rows

    @property
    def other_unknown(self) -> list[tuple[str, str]]:
        unknown = self.incident.unknown
        return [
            (_(label), unknown[k]) for k, label in OTHER_FACTS.items() if k in unknown
        ]

    @cached_property
    def impact_intervals(self) -> list[tuple[Any, str]]:
        return [
            (each, say((each.ended_at or self.now) - each.started_at))
            for each in self.incident.impact_intervals.all()
        ]

    @property
    def entry_kinds(self) -> list[Kind]:
        return list(ENTRY_KINDS)
