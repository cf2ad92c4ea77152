"""The timeline of an incident as its page prints it, fifty entries at a time.

Times come out as text in the reader's zone here, once, so that the template of a long
timeline has nothing left to work out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from incidents.choices import Kind
from incidents.deliveries import by_event
from incidents.names import name_of
from incidents.text_links import linked
from incidents.timeline_filter import KIND_LABELS, NOBODY_ASKS, EntryFilter

if TYPE_CHECKING:
    from incidents.models import Attachment, Incident, TimelineEvent

PAGE_OF_ENTRIES = 50
# Written this much after it happened, an entry says when it was written.
LATE = timedelta(minutes=5)
# Of what the system wrote; what else it does is in sight anyway.
WORTH_PINNING = frozenset({Kind.COMMUNICATION, Kind.ESCALATION, Kind.SEVERITY})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Of the year 9998, which every zone can show.
LATEST_MICROS = 253_000_000_000_000_000


@dataclass(frozen=True)
class Shot:
    """An image of an entry, as the page shows it."""

    url: str
    words: str
    width: int
    height: int


@dataclass(frozen=True)
class Line:
    """One line of the timeline, ready to be printed.

    `extra` is for what others know of it, such as how far a message has come.
    """

    pk: int
    clock: str
    utc: str
    day: str
    late: str
    kind: str
    label: str
    text: str
    author: str
    is_entry: bool
    item: int | None
    images: Sequence[Shot] = ()
    corrected: str = ""
    struck: str = ""
    is_pinned: bool = False
    can_be_pinned: bool = False
    at_page: str = ""
    extra: Any = None


class TimelinePage:
    """A page of the timeline, newest first: what is asked for, before an event."""

    def __init__(
        self, incident: Incident, asked: Mapping[str, str] = NOBODY_ASKS
    ) -> None:
        self.incident = incident
        self.filter = EntryFilter(incident, asked)
        self.address = reverse("admin:incidents_incident_timeline", args=[incident.pk])
        rows = _with_people(incident).filter(self.filter.condition)
        before = asked.get("before", "")
        if before:
            rows = rows.filter(self._earlier(before))
        found = list(rows[: PAGE_OF_ENTRIES + 1])
        self.is_first = not before
        self.events = found[:PAGE_OF_ENTRIES]
        self.has_more = len(found) > PAGE_OF_ENTRIES

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
        asked = f"&{self.filter.query}" if self.filter.is_narrow else ""
        return f"{self.address}?before={_place(last.at, last.pk)}{asked}"

    def days(self) -> Iterator[tuple[str, list[Line]]]:
        """Give the lines under their day, in the reader's zone."""
        zone = timezone.get_current_timezone()
        local = [(event.at.astimezone(zone), event) for event in self.events]
        for day, group in groupby(local, key=lambda pair: pair[0].date()):
            yield f"{day:%A, %-d %B %Y}", [self._line(*pair) for pair in group]

    @cached_property
    def pinned(self) -> list[Line]:
        """Give what is kept in sight, oldest first, whatever the page is asked for."""
        if not self.is_first:
            return []
        zone = timezone.get_current_timezone()
        rows = _with_people(self.incident).pinned().chronological()
        return [line(event.at.astimezone(zone), event) for event in rows]

    def _line(self, local: datetime, event: TimelineEvent) -> Line:
        return line(
            local,
            event,
            images=self.images.get(event.pk, ()),
            extra=self.extras.get(event.pk),
        )

    @cached_property
    def images(self) -> dict[int, list[Shot]]:
        """Find the images of the entries shown, in one query."""
        from incidents.models import Attachment

        shots: dict[int, list[Shot]] = {}
        for image in Attachment.objects.filter(event__in=[e.pk for e in self.events]):
            shots.setdefault(image.event_id, []).append(shot(image, self.incident.pk))
        return shots

    @cached_property
    def extras(self) -> Mapping[int, Any]:
        """Find what stands behind the text of the entries shown, by their keys."""
        return by_event(self.events)


def _with_people(incident: Incident) -> Any:
    return incident.timeline.select_related("author", "struck_by")


def _place(at: datetime, pk: int) -> str:
    return f"{(at - EPOCH) // timedelta(microseconds=1)}.{pk}"


def shot(image: Attachment, incident: int) -> Shot:
    address = reverse("admin:incidents_incident_image", args=[incident, image.pk])
    words = image.words or _("Image, not described")
    return Shot(address, words, image.width, image.height)


def line(
    local: datetime,
    event: TimelineEvent,
    images: Sequence[Shot] = (),
    extra: Any = None,
) -> Line:
    late = event.recorded_at - event.at > LATE
    page = reverse("admin:incidents_incident_timeline", args=[event.incident_id])
    return Line(
        pk=event.pk,
        clock=f"{local:%H:%M}",
        utc=f"{event.at:%Y-%m-%d %H:%M:%S} UTC",
        day=f"{local:%-d %b}",
        late=_clock(event.recorded_at, local) if late else "",
        kind=event.kind,
        label=str(KIND_LABELS[event.kind]),
        text=linked(event.text),
        author=event.comes_from,
        is_entry=event.is_entry,
        item=event.item_id,
        images=images,
        corrected=_corrected(event, local),
        struck=_struck(event, local),
        is_pinned=event.is_pinned,
        can_be_pinned=_can_be_pinned(event),
        at_page=f"{page}?before={_place(event.at, event.pk + 1)}#event-{event.pk}",
        extra=extra,
    )


def line_of(event: TimelineEvent) -> Line:
    """Give the line of one event, in the zone of whoever asks."""
    local = event.at.astimezone(timezone.get_current_timezone())
    incident = event.incident_id
    shots = [shot(each, incident) for each in event.images.all()] if incident else []
    return line(local, event, shots)


def _clock(at: datetime, local: datetime) -> str:
    """Say when, by the clock alone where it was the same day."""
    then = at.astimezone(local.tzinfo)
    is_same_day = then.date() == local.date()
    return then.strftime("%H:%M" if is_same_day else "%Y-%m-%d %H:%M")


def _can_be_pinned(event: TimelineEvent) -> bool:
    is_worth_it = event.is_entry or event.kind in WORTH_PINNING
    return is_worth_it and event.struck_at is None


def _corrected(event: TimelineEvent, local: datetime) -> str:
    told = event.facts.get("corrected")
    at = parse_datetime(told["at"]) if told else None
    if at is None:
        return ""
    words = {"name": told["by"], "at": _clock(at, local)}
    return _("corrected by %(name)s, %(at)s") % words


def _struck(event: TimelineEvent, local: datetime) -> str:
    if event.struck_at is None:
        return ""
    words = {
        "name": name_of(event.struck_by) or _("Debrief"),
        "at": _clock(event.struck_at, local),
        "why": event.struck_because,
    }
    return _("struck out by %(name)s, %(at)s: %(why)s") % words
