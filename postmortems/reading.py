"""A post-mortem to read on a screen: made of one snapshot, as every output is.

What stands in it does not depend on who reads; what its words lead to does.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.safestring import SafeString

from incidents.models import ActionItem, Attachment
from postmortems.choices import Edition
from postmortems.references import References, images_named_in
from postmortems.rendering import drawing
from postmortems.rendering.blocks import Setting
from postmortems.rendering.chronicle import zone_name
from postmortems.rendering.cover import Cover, cover_of, timeline_of
from postmortems.rendering.parts import SetPart, parts_of
from postmortems.rendering.pictures import Pictures, texts_of
from postmortems.rendering.prose import Picture

if TYPE_CHECKING:
    from incidents.models import Incident
    from incidents.querysets import Person
    from postmortems.snapshot import Snapshot


@dataclass(frozen=True)
class Chapter:
    """A part with the name of its place, which the list of contents leads to."""

    place: str
    part: SetPart


@dataclass(frozen=True)
class Reading:
    """All that a page to read shows."""

    snapshot: Snapshot
    cover: Cover
    chapters: list[Chapter]
    pictures: tuple[SafeString, ...]
    zone_name: str

    @property
    def is_internal(self) -> bool:
        return self.snapshot.edition == Edition.INTERNAL


def reading_of(
    snapshot: Snapshot,
    *,
    links: References | None = None,
    images: Mapping[int, Picture] | None = None,
    items: Mapping[int, str] | None = None,
) -> Reading:
    """Set a snapshot as a page; `items` says which action items lead where."""
    links = links or References.outside()
    setting = Setting(
        snapshot,
        pictures=Pictures(shown=images or {}),
        links=links,
        item_pages=items or {},
        is_on_screen=True,
    )
    drawn = timeline_of(snapshot)
    return Reading(
        snapshot=snapshot,
        cover=cover_of(snapshot, setting.paper, 1, links),
        chapters=[
            Chapter(f"part-{number}", part)
            for number, part in enumerate(parts_of(setting), start=1)
        ],
        pictures=(
            drawing.draw(drawn, drawing.WIDE, "drawing wide"),
            drawing.draw(drawn, drawing.NARROW, "drawing narrow"),
        ),
        zone_name=zone_name(snapshot.taken_at, snapshot.tz),
    )


def read_by(snapshot: Snapshot, incident: Incident, user: Person) -> Reading:
    """Set a snapshot for somebody who may see its incident, with what they may open."""
    if snapshot.edition == Edition.CUSTOMER:
        return reading_of(snapshot)
    keys = [item.id for item in snapshot.items]
    seen = ActionItem.objects.visible_to(user).filter(pk__in=keys)
    return reading_of(
        snapshot,
        links=References.seen_by(user, texts_of(snapshot)),
        images={
            row.pk: _picture(row, reverse(_IMAGE, args=[incident.pk, row.pk]))
            for row in images_of(snapshot, incident)
        },
        items={item.pk: item.get_absolute_url() for item in seen.only("pk")},
    )


def read_anywhere(snapshot: Snapshot, incident: Incident) -> Reading:
    """Set a snapshot for a file whose readers are unknown, with its images inside."""
    if snapshot.edition == Edition.CUSTOMER:
        return reading_of(snapshot)
    return reading_of(
        snapshot,
        links=References.for_everybody(texts_of(snapshot)),
        images={
            row.pk: _picture(row, _inside(row)) for row in images_of(snapshot, incident)
        },
    )


def images_of(snapshot: Snapshot, incident: Incident) -> Iterable[Attachment]:
    """Find the images a snapshot shows, of its own incident alone, that are stored."""
    wanted = {image.id for entry in snapshot.timeline for image in entry.images}
    wanted |= images_named_in(texts_of(snapshot))
    if not wanted:
        return []
    rows = Attachment.objects.filter(event__incident=incident, pk__in=wanted)
    return [row for row in rows if row.is_stored]


_IMAGE = "admin:incidents_incident_image"


def _picture(row: Attachment, source: str) -> Picture:
    return Picture(source, row.words, row.width, row.height)


def _inside(row: Attachment) -> str:
    """Write the file into the address itself, so that nothing has to be fetched."""
    with row.file.open("rb") as stored:
        return f"data:{row.media_type};base64,{b64encode(stored.read()).decode()}"
