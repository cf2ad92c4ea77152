"""What the page of an import shows: its rows as they will be stored, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.choices import (
    ITEM_STATUS_BADGES,
    PRIORITY_BADGES,
    Horizon,
    ImportState,
    ItemKind,
    ItemStatus,
    Priority,
)
from incidents.item_import.checking import LEFT_FINISHED, LEFT_TWIN
from incidents.models import Incident, ItemImport
from incidents.names import name_of
from incidents.ticket_links import Ticket, ticket_at

PER_PAGE = 50
SHOWN: dict[str, str | Promise] = {
    "": gettext_lazy("All rows"),
    "in": gettext_lazy("To be imported"),
    "out": gettext_lazy("Left out"),
}
IMPORTED = gettext_lazy("Imported")


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One row of the file in words; `why` says why it is left out."""

    number: int
    title: str
    url: str
    details: str
    priority: str
    priority_badge: str
    owner: str
    due_on: date | None
    by_rule: bool
    belongs_to: str
    kind: str
    horizon: str
    status: str
    status_badge: str
    ticket: Ticket | None
    is_out: bool
    why: str


@dataclass(frozen=True)
class Preview:
    """One page of the rows of a file, and which of them are shown."""

    lines: list[PreviewLine]
    page: Page[dict[str, Any]]
    shown: str
    choices: list[tuple[str, str | Promise, int]]

    @classmethod
    def of(cls, file: ItemImport, *, shown: str, number: str) -> Preview:
        """Show what an address asks for; what it cannot mean is everything."""
        shown = shown if shown in SHOWN else ""
        out = [row for row in file.rows if row["left"]]
        kept = [row for row in file.rows if not row["left"]]
        rows = {"": file.rows, "in": kept, "out": out}
        page = Paginator(rows[shown], PER_PAGE).get_page(number)
        labels = {**SHOWN, "in": IMPORTED} if file.finished_at else SHOWN
        choices = [(code, labels[code], len(rows[code])) for code in SHOWN]
        return cls(_lines(file, list(page.object_list)), page, shown, choices)

    @property
    def first(self) -> int:
        return self.page.start_index()

    @property
    def last(self) -> int:
        return self.page.end_index()


def _lines(file: ItemImport, rows: Sequence[dict[str, Any]]) -> list[PreviewLine]:
    """Put rows into words, with one query for all owners and one for all incidents."""
    owners = User.objects.in_bulk([row["owner"] for row in rows if row["owner"]])
    named = [row["incident"] for row in rows if row["incident"]]
    found = Incident.objects.filter(pk__in=named).values_list("pk", "reference")
    references, team = dict(found), str(file.team)
    is_done = file.state == ImportState.DONE
    return [
        PreviewLine(
            number=row["row"],
            title=row["title"],
            url=_url(row.get("item")) if is_done else "",
            details=row["details"],
            priority=str(Priority(row["priority"]).label),
            priority_badge=PRIORITY_BADGES[Priority(row["priority"])],
            owner=name_of(owners.get(row["owner"])),
            due_on=date.fromisoformat(row["due"]) if row["due"] else None,
            by_rule=row["by_rule"],
            belongs_to=references.get(row["incident"], "—")
            if row["incident"]
            else team,
            kind=str(ItemKind(row["kind"]).label),
            horizon=str(Horizon(row["horizon"]).label),
            status=str(ItemStatus(row["status"]).label),
            status_badge=ITEM_STATUS_BADGES[ItemStatus(row["status"])],
            ticket=ticket_at(row["ticket"]),
            is_out=bool(row["left"]),
            why=_why(row),
        )
        for row in rows
    ]


def _url(item: int | None) -> str:
    return reverse("admin:incidents_actionitem_change", args=[item]) if item else ""


def _why(row: dict[str, Any]) -> str:
    if row["left"] == LEFT_FINISHED:
        return _("Left out: there is nothing to be done any more.")
    if row["left"] == LEFT_TWIN and row["twin"]:
        return _("The same as row %d.") % int(row["twin"])
    if row["left"] == LEFT_TWIN:
        return _("It is to be done already.")
    return ""
