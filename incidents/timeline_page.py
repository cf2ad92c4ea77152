"""The timeline of an incident as its page prints it, fifty entries at a time.

Times come out as text in the reader's zone here, once, so that the template of a long
timeline has nothing left to work out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from incidents.choices import Kind
from incidents.names import name_of

if TYPE_CHECKING:
    from incidents.models import Incident, TimelineEvent

PAGE_OF_ENTRIES = 50
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
