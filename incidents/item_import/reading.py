"""Makes rows of a text: finds what separates its cells, and counts as people do."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.utils.translation import gettext as _

from incidents.item_import.columns import field_of
from incidents.item_import.decoding import BrokenFile
from incidents.spreadsheet_cells import original

DELIMITERS = (",", ";", "\t", "|")
# SQLite lets nobody else write while they are stored, and whoever waits for it gives
# up after 20 seconds: so many take a few.
MOST_ROWS = 10_000
MOST_COLUMNS = 100
# What a spreadsheet writes first to tell others of its delimiter.
HINT = "sep="


@dataclass(frozen=True, slots=True)
class Row:
    """A row as a spreadsheet numbers it: what holds the headings is the first."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    headings: list[str]
    rows: list[Row]
    first: int


def read(text: str) -> Table:
    """Read the headings and the rows below them; rows without a word are left out.

    Raises BrokenFile where the text cannot be taken apart, with the row it fails at.
    """
    skipped = 0
    if text[: len(HINT)].lower() == HINT:
        text, skipped = text.partition("\n")[2], 1
    rows = _rows(text, _delimiter(text), skipped)
    heading = next((row for row in rows if any(row.cells)), None)
    if heading is None:
        raise BrokenFile(_("The file holds no row. Its first one names the columns."))
    if len(heading.cells) > MOST_COLUMNS:
        sentence = _("The file has %(there)s columns; at most %(most)s are read.")
        facts = {"there": f"{len(heading.cells):,}", "most": MOST_COLUMNS}
        raise BrokenFile(sentence % facts, row=heading.number)
    found: list[Row] = []
    for row in rows:
        if any(row.cells):
            found.append(row)
        if len(found) > MOST_ROWS:
            sentence = _("More than %s rows: import them in several files.")
            raise BrokenFile(sentence % f"{MOST_ROWS:,}", row=row.number)
    if not found:
        raise BrokenFile(_("Below the headings, there is no row to import."))
    return Table(heading.cells, found, heading.number)


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = skipped
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenFile(_reason(error), row=number) from None
        yield Row(number, [original(cell).strip() for cell in cells])


def _reason(error: csv.Error) -> str:
    """Say in people's words what the reader of the standard library met."""
    said = str(error)
    if "limit" in said:
        sentence = _("A cell holds more than %s characters: shorten it.")
        return sentence % f"{csv.field_size_limit():,}"
    if "end of data" in said:
        return _("A quotation mark opens a cell here, and none closes it: add it.")
    return _(
        "The quotation marks do not fit: within a cell in quotation marks, each one "
        "of the text is written twice."
    )


def _delimiter(text: str) -> str:
    """Choose what makes most headings out of the first line; else most columns."""
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:
            return (0, 0)
        return (sum(field_of(cell) is not None for cell in cells), len(cells))

    return max(DELIMITERS, key=worth)
