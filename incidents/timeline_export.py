"""The whole timeline as a file: for spreadsheets, and as a text to read.

Both are written line by line from one pass over the rows, oldest first. Nothing is left
out: what was struck stands there with who did it and why.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from incidents.item_csv import BYTE_ORDER_MARK, Echo
from incidents.names import name_of
from incidents.spreadsheet_cells import neutral
from incidents.timeline_filter import KIND_LABELS

if TYPE_CHECKING:
    from incidents.models import Incident, TimelineEvent

HEADINGS = (
    "happened",
    "zone",
    "happened utc",
    "written utc",
    "kind",
    "author",
    "text",
    "images",
    "pinned",
    "in post-mortem",
    "corrected",
    "struck out",
)
AT_A_TIME = 1_000
INDENT = " " * 4


class TimelineExport:
    """The timeline of an incident in a reader's zone, who is known to see it."""

    def __init__(self, incident: Incident, zone: ZoneInfo) -> None:
        self.incident, self.zone = incident, zone

    def csv(self) -> Iterator[str]:
        """Write a line for each event; each cell is quoted, as in `item_csv`."""
        yield BYTE_ORDER_MARK + csv.writer(Echo()).writerow(HEADINGS)
        writer, shown = csv.writer(Echo(), quoting=csv.QUOTE_ALL), self._shown()
        for event in self._events():
            cells = self._cells(event, shown.get(event.pk, []))
            yield writer.writerow([neutral(cell) for cell in cells])

    def text(self) -> Iterator[str]:
        """Write a head, then a paragraph for each event."""
        incident, shown = self.incident, self._shown()
        zone = _("Times are in %s.") % self.zone.key
        yield f"{incident.reference} {incident.title}\n{zone}\n"
        for event in self._events():
            yield self._paragraph(event, shown.get(event.pk, []))

    def _events(self) -> Iterator[TimelineEvent]:
        rows = self.incident.timeline.select_related("author", "struck_by")
        return rows.chronological().iterator(chunk_size=AT_A_TIME)

    def _shown(self) -> dict[int, list[str]]:
        """Read what each image shows, once: there are few."""
        from incidents.models import Attachment

        shown: dict[int, list[str]] = {}
        images = Attachment.objects.filter(event__incident=self.incident.pk)
        for event, words in images.values_list("event", "words"):
            shown.setdefault(event, []).append(words or _("Image, not described"))
        return shown

    def _cells(self, event: TimelineEvent, images: list[str]) -> list[str]:
        local = event.at.astimezone(self.zone)
        return [
            f"{local:%Y-%m-%d %H:%M:%S}",
            zone_of(local),
            f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            f"{event.recorded_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            str(KIND_LABELS[event.kind]),
            event.comes_from,
            event.text,
            "; ".join(images),
            _("yes") if event.is_pinned else "",
            _("yes") if event.in_postmortem else "",
            self._corrected(event),
            self._struck(event),
        ]

    def _paragraph(self, event: TimelineEvent, images: list[str]) -> str:
        local = event.at.astimezone(self.zone)
        who = event.comes_from or "Debrief"
        said = "\n".join(
            [
                *event.text.splitlines(),
                *(_("Image: %s") % words for words in images),
                *filter(None, [self._late(event), self._corrected(event)]),
                *filter(None, [self._struck(event)]),
            ]
        )
        head = f"{local:%Y-%m-%d %H:%M} {zone_of(local)}  {KIND_LABELS[event.kind]}"
        return f"\n{head}, {who}\n{INDENT}" + said.replace("\n", f"\n{INDENT}") + "\n"

    def _late(self, event: TimelineEvent) -> str:
        from incidents.timeline_page import LATE

        if event.recorded_at - event.at <= LATE:
            return ""
        return _("Written %s") % self._moment(event.recorded_at)

    def _corrected(self, event: TimelineEvent) -> str:
        told = event.facts.get("corrected")
        at = parse_datetime(told["at"]) if told else None
        if at is None:
            return ""
        words = {"name": told["by"], "at": self._moment(at)}
        return _("Corrected by %(name)s, %(at)s") % words

    def _struck(self, event: TimelineEvent) -> str:
        if event.struck_at is None:
            return ""
        words = {
            "name": name_of(event.struck_by) or "Debrief",
            "at": self._moment(event.struck_at),
            "why": event.struck_because,
        }
        return _("Struck out by %(name)s, %(at)s: %(why)s") % words

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local:%Y-%m-%d %H:%M} {zone_of(local)}"


def zone_of(local: datetime) -> str:
    """Name the time of a zone: “CET”, or “UTC+03” where it has no name."""
    name = f"{local:%Z}"
    return f"UTC{name}" if name[:1] in "+-" else name
