"""What a file becomes: an incident with its rows, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from incidents.choices import Horizon, ItemKind, ItemStatus, Kind, Priority
from postmortems.laying_out import SectionPlan
from postmortems.meanings import meaning_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, Service, Severity, Team
    from postmortems.snapshot import Gathering, Sent


@dataclass(frozen=True)
class ToldEntry:
    """An entry of the timeline; `raw` is how the file had it.

    `written_by` names an author whom nobody is called here.
    """

    number: int
    at: datetime
    text: str
    kind: str = Kind.NOTE
    author: User | None = None
    is_public: bool = False
    raw: str = ""
    written_by: str = ""


@dataclass(frozen=True)
class ToldItem:
    number: int
    title: str
    details: str = ""
    kind: str = ItemKind.PREVENT
    horizon: str = Horizon.SHORT
    priority: int = Priority.P2
    owner: User | None = None
    due_on: date | None = None
    status: str = ItemStatus.OPEN
    finished_at: datetime | None = None
    dropped_because: str = ""
    evidence: str = ""
    ticket: str = ""
    is_public: bool = False
    raw: str = ""


@dataclass(frozen=True)
class ToldLine:
    """A line of a list; evidence and item are numbers of theirs, earlier of a line."""

    number: int
    text: str
    category: str = ""
    priority: int | None = None
    evidence: int | None = None
    earlier: int | None = None
    item: int | None = None
    is_public: bool = False


@dataclass(eq=False)
class ToldPart:
    """A section as it will be stored, with what is written in it."""

    plan: SectionPlan
    body: str = ""
    lines: tuple[ToldLine, ...] = ()
    is_public: bool = False
    is_filled: bool = False

    @property
    def meaning(self) -> str:
        found = meaning_of(self.plan.key) or meaning_of(self.plan.title)
        return self.plan.block or (found.value if found else "")


@dataclass(frozen=True)
class ToldLink:
    label: str = ""
    url: str = ""
    other: Incident | None = None


@dataclass(frozen=True)
class ToldRole:
    role: str
    person: User
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Story:
    """All that a file says, as rows that refer to each other by numbers.

    With `incident` it only fills the post-mortem of that one. `known` are columns of
    an incident; `left` is what held the file together and has no place of its own.
    """

    title: str
    team: Team
    severity: Severity
    declared_at: datetime
    author: User
    parts: tuple[ToldPart, ...]
    known: Mapping[str, Any] = field(default_factory=dict)
    incident: Incident | None = None
    lead: User | None = None
    services: tuple[Service, ...] = ()
    spans: tuple[tuple[datetime, datetime | None], ...] = ()
    entries: tuple[ToldEntry, ...] = ()
    items: tuple[ToldItem, ...] = ()
    links: tuple[ToldLink, ...] = ()
    roles: tuple[ToldRole, ...] = ()
    messages: tuple[Sent, ...] = ()
    meeting: Gathering | None = None
    left: str = ""
    notes: tuple[str, ...] = ()

    @property
    def open_items(self) -> int:
        return sum(each.finished_at is None for each in self.items)
