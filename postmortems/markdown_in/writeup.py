"""What was recognised in a write-up. Every word of it is in here, in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from postmortems.meanings import Meaning


@dataclass(frozen=True)
class WrittenField:
    """A value of the head, under our name for it or, unknown, under none."""

    name: str
    label: str
    words: str
    source: str
    at: datetime | None = None
    day: date | None = None
    lasts: timedelta | None = None
    names: tuple[str, ...] = ()
    number: int | None = None
    # Whether its line still stands in the text of its section as well.
    stays: bool = False


@dataclass(frozen=True)
class WrittenMoment:
    """An entry of the timeline; without `at`, `time` keeps what could not be read."""

    at: datetime | None
    text: str
    time: str
    kind: str
    raw: str
    until: datetime | None = None


@dataclass(frozen=True)
class WrittenItem:
    """An action item; `details` is what stood beside it under other headings."""

    title: str
    raw: str
    owner: str = ""
    due: date | None = None
    due_words: str = ""
    ticket: str = ""
    ticket_url: str = ""
    priority: int | None = None
    state: str = ""
    kind: str = ""
    horizon: str = ""
    details: str = ""
    group: str = ""


@dataclass(frozen=True)
class WrittenSection:
    """A section in its place: `body` is all of its Markdown but entries and items."""

    meaning: Meaning | None
    heading: str
    level: int
    body: str = ""
    kind: str = "text"
    # The points of its lists, and what else it says; both are in `body`, too.
    entries: tuple[str, ...] = ()
    note: str = ""
    # Headings within it, such as days, that only group its entries or items.
    groups: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    moments: tuple[WrittenMoment, ...] = ()
    items: tuple[WrittenItem, ...] = ()


@dataclass(frozen=True)
class WriteUp:
    """A write-up as it was recognised; nothing is stored yet."""

    name: str
    title: str
    # The heading the title was taken from, with what was left off.
    heading: str
    fields: tuple[WrittenField, ...]
    sections: tuple[WrittenSection, ...]
    # What was not understood or had to be assumed, in sentences.
    notes: tuple[str, ...] = ()

    def field(self, name: str) -> WrittenField | None:
        """Give the first value of that name."""
        return next((each for each in self.fields if each.name == name), None)

    def about(self, meaning: Meaning) -> tuple[WrittenSection, ...]:
        return tuple(each for each in self.sections if each.meaning == meaning)

    @property
    def moments(self) -> tuple[WrittenMoment, ...]:
        return tuple(each for part in self.sections for each in part.moments)

    @property
    def items(self) -> tuple[WrittenItem, ...]:
        return tuple(each for part in self.sections for each in part.items)

    def pieces(self) -> Iterator[str]:
        """Give all that it holds, each once, as it was written."""
        yield self.heading or self.title
        yield from (each.source for each in self.fields if not each.stays)
        for section in self.sections:
            yield from pieces_of(section)


def pieces_of(section: WrittenSection) -> Iterator[str]:
    yield section.heading
    yield from section.groups
    yield from section.columns
    yield section.body
    yield from (each.raw for each in section.moments)
    yield from (each.raw for each in section.items)
