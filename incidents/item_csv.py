"""Action items as a file for spreadsheets, in the columns that an import takes back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from incidents.choices import Priority
from incidents.spreadsheet_cells import neutral

if TYPE_CHECKING:
    from incidents.models import ActionItem

# Without it, spreadsheets on Windows read UTF-8 as something else.
BYTE_ORDER_MARK = "\ufeff"
HEADINGS = (
    "title",
    "owner",
    "due",
    "priority",
    "incident",
    "link",
    "kind",
    "horizon",
    "status",
    "details",
    "moves",
    "slipped days",
    "created",
)


class Echo:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_of(items: Iterable[ActionItem]) -> Iterator[str]:
    """Write the headings, then a line for each item, one at a time.

    Of the incident it says the reference alone, which an owner knows even where the
    incident is restricted. Codes and ISO dates, so that the file reads the same in
    every language. Each cell is quoted: where a semicolon parts cells too, one that
    has a semicolon would be taken apart, and a formula behind it run.
    """
    yield BYTE_ORDER_MARK + csv.writer(Echo()).writerow(HEADINGS)
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    for item in items:
        yield writer.writerow([neutral(cell) for cell in cells(item)])


def cells(item: ActionItem) -> list[str]:
    owner = item.owner
    return [
        item.title,
        (owner.email or owner.username) if owner else "",
        item.due_on.isoformat() if item.due_on else "",
        str(Priority(item.priority).label),
        item.incident.reference if item.incident else "",
        item.ticket,
        item.kind,
        item.horizon,
        item.status,
        item.details,
        str(item.moves),
        str(item.slipped_days),
        timezone.localdate(item.created_at).isoformat(),
    ]
