"""What each row of a file becomes, and everything that is wrong with it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import PENDING
from incidents.item_import import cells
from incidents.item_import.columns import CONTROL, Columns, few, recognise
from incidents.item_import.dating import Dating
from incidents.item_import.days import Order, Unfit, read_day
from incidents.item_import.decoding import BrokenFile, decode
from incidents.item_import.known import (
    Key,
    People,
    Places,
    key_of,
    pending_titles,
)
from incidents.item_import.reading import Row, Table, read
from incidents.models import Team

EVERY = 250
MOST_SHOWN = 500
# Why a row is not imported: it is no longer to be done, or it is there already.
LEFT_FINISHED, LEFT_TWIN = "finished", "twin"
# Told how many rows are done, of how many.
Tell = Callable[[int, int], None]


@dataclass
class Checked:
    """What was found: rows as they will be stored, or what is wrong with the file."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    found: int = 0
    notes: list[str] = field(default_factory=list)

    def object_to(self, row: int, column: str, sentence: str) -> None:
        """Note a problem; beyond what people read, it is only counted."""
        self.found += 1
        if len(self.problems) < MOST_SHOWN:
            self.problems.append({"row": row, "column": column, "sentence": sentence})

    @property
    def left(self) -> Counter[str]:
        return Counter(row["left"] for row in self.rows)


def check(
    content: bytes, *, team: Team, by: User, now: datetime, tell: Tell
) -> Checked:
    """Check a whole file; nothing is stored."""
    checked = Checked()
    try:
        text, assumed = decode(content)
        table = read(text)
    except BrokenFile as broken:
        checked.object_to(broken.row, broken.column, broken.sentence)
        return checked
    columns, clashes = recognise(table.headings)
    for clash in clashes:
        checked.object_to(table.first, clash.column, clash.sentence)
    if clashes:
        return checked
    order = Order.of(columns.cell(row.cells, "due") for row in table.rows)
    checked.notes = [note for note in (assumed, _unknown(columns), order.note) if note]
    checker = _Checker(checked, columns, order, table, team, by, now)
    for done, row in enumerate(table.rows):
        if done % EVERY == 0:
            tell(done, len(table.rows))
        checker.take(row)
    tell(len(table.rows), len(table.rows))
    return checked


def _unknown(columns: Columns) -> str:
    if not columns.unknown:
        return ""
    sentence = ngettext(
        "One column is not imported, since Debrief has no place for it: %s.",
        "Columns that are not imported, since Debrief has no place for them: %s.",
        len(columns.unknown),
    )
    return sentence % few(columns.unknown)


class _Checker:
    """Reads row after row against what is known once for all of them."""

    def __init__(
        self,
        checked: Checked,
        columns: Columns,
        order: Order,
        table: Table,
        team: Team,
        by: User,
        now: datetime,
    ) -> None:
        self.checked, self.columns, self.order = checked, columns, order
        self.width = len(table.headings)
        self.people = People.known()
        named = (columns.cell(_filled(r, self.width), "incident") for r in table.rows)
        self.places = Places.named(named, by)
        incidents = self.places.by_reference.values()
        self.there = dict.fromkeys(pending_titles(team, incidents), 0)
        self.dating = Dating(team, incidents, now)

    def take(self, row: Row) -> None:
        """Turn a row into what will be stored, or say what is wrong with it."""
        if self._is_ragged(row):
            return
        before = self.checked.found
        values = {
            "title": self._read(row, "title", cells.read_title),
            "owner": self._read(row, "owner", self.people.find),
            "due": self._read(row, "due", self._day),
            "priority": self._read(row, "priority", cells.read_priority),
            "incident": self._read(row, "incident", self.places.find),
            "ticket": self._read(row, "ticket", cells.read_link),
            "kind": self._read(row, "kind", cells.read_kind),
            "horizon": self._read(row, "horizon", cells.read_horizon),
            "details": self._read(row, "details", cells.read_details),
            "status": self._read(row, "status", cells.read_status),
        }
        if self.checked.found == before:
            self._keep(row.number, values)

    def _keep(self, number: int, values: dict[str, Any]) -> None:
        left, twin = "", self.there.get(_key(values))
        if values["status"] not in PENDING:
            left = LEFT_FINISHED
        elif twin is not None:
            left = LEFT_TWIN
        else:
            self.there[_key(values)] = number
        by_rule = values["due"] is None
        if by_rule:
            values["due"] = self.dating.by_rule(values["incident"], values["priority"])
        due: date | None = values["due"]
        stored = {**values, "due": due and due.isoformat(), "by_rule": by_rule}
        self.checked.rows.append(
            {"row": number, **stored, "left": left, "twin": twin or 0}
        )

    def _is_ragged(self, row: Row) -> bool:
        there = len(_filled(row, self.width))
        if there == self.width:
            return False
        sentence = ngettext(
            "The row has %(there)s cell, and the headings are %(wanted)s. ",
            "The row has %(there)s cells, and the headings are %(wanted)s. ",
            there,
        )
        sentence += (
            _("Give it as many, be they empty.")
            if there < self.width
            else _(
                "Put a cell that holds the separator or a line break into quotation "
                "marks."
            )
        )
        facts = {"there": there, "wanted": self.width}
        self.checked.object_to(row.number, "", sentence % facts)
        return True

    def _day(self, text: str) -> date | None:
        return read_day(text, self.order) if text else None

    def _read(self, row: Row, name: str, reader: Callable[[str], Any]) -> Any:
        text = self.columns.cell(row.cells, name)
        try:
            if name != "details" and CONTROL.search(text):
                raise Unfit(_("The cell holds characters that are no text."))
            return reader(text)
        except Unfit as unfit:
            column = self.columns.heading(name)
            self.checked.object_to(row.number, column, unfit.sentence)
            return None


def _key(values: dict[str, Any]) -> Key:
    return key_of(values["incident"], values["title"])


def _filled(row: Row, width: int) -> list[str]:
    """Leave out the empty cells that a spreadsheet writes beyond the headings."""
    found = row.cells
    while len(found) > width and not found[-1]:
        found = found[:-1]
    return found
