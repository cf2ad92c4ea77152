"""How a verb works: lock the row, guard, change, check the whole row, say so once.

Every verb of an incident or an action item runs inside `changing`, so that whatever
route calls it, a change and its one timeline event are written together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.choices import BOOKKEEPING
from incidents.last_steps import Before
from incidents.revisions import touch

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, TimelineEvent

Row = TypeVar("Row", bound=models.Model)
# Clocks of browsers and servers differ by seconds; later than this is a typing error.
CLOCK_SKEW = timedelta(minutes=1)
# So is what is earlier; and a day that every zone can show.
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)


# By which door a step comes, where that is worth keeping beside what it did.
_route: ContextVar[dict[str, str] | None] = ContextVar("route", default=None)


@dataclass(frozen=True)
class Blocker:
    """One reason against a step: a code, a sentence, and the field that mends it."""

    code: str
    sentence: str
    field: str = ""


class Refused(Exception):
    """A step that was not taken, with every reason against it."""

    def __init__(self, blockers: Iterable[Blocker]) -> None:
        self.blockers = tuple(blockers)
        super().__init__(" ".join(str(blocker.sentence) for blocker in self.blockers))

    @classmethod
    def because(cls, code: str, sentence: str, field: str = "") -> Refused:
        return cls([Blocker(code, sentence, field)])


@dataclass
class Entry:
    """The timeline event a verb is about to write."""

    verb: str
    kind: str
    text: str
    facts: dict[str, Any]


class Change(Generic[Row]):
    """One verb at work on a locked row."""

    def __init__(self, row: Row, *, by: User | None, at: datetime) -> None:
        self.row = row
        self.by = by
        self.at = at
        self.blockers: list[Blocker] = []
        self._fields: set[str] = set()
        self._others: list[models.Model] = []
        self._entry: Entry | None = None
        self.event: TimelineEvent | None = None
        self._lists: tuple[list[int], list[int]] | None = None
        if at > timezone.now() + CLOCK_SKEW:
            self.refuse("future", _("The time lies in the future."), "at")
        if at < EARLIEST:
            self.refuse("too_early", too_early(), "at")

    def refuse(self, code: str, sentence: str, field: str = "") -> None:
        self.blockers.append(Blocker(code, sentence, field))

    def require(self, blockers: Iterable[Blocker]) -> None:
        self.blockers.extend(blockers)

    def stop_if_blocked(self) -> None:
        """Raise now, where going on would make no sense."""
        if self.blockers:
            raise Refused(self.blockers)

    def set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.row, name, value)
            self._fields.add(name)

    def also(self, other: models.Model) -> None:
        """Check and save another row in the same step."""
        self._others.append(other)

    def put_list(self, before: Iterable[int], after: Iterable[int]) -> None:
        """Note what the services were, and what they are instead."""
        self._lists = (sorted(before), sorted(after))

    def say(self, verb: str, kind: str, text: str, /, **facts: Any) -> None:
        self._entry = Entry(verb, kind, text, facts)

    def commit(self, incident: Incident | None, **about: Any) -> TimelineEvent:
        """Check the whole row, save what was set, write the one event.

        An action item of no incident has its events to itself: `item` is `about`.
        """
        self.stop_if_blocked()  # what was refused would only draw follow-up errors
        rows: list[models.Model] = [self.row, *self._others]
        before, is_new = _values(self.row), self.row._state.adding
        for row in rows:
            self.require(unfit(row))
        self.require(_too_long(_events()(text=self._said.text)))
        self.stop_if_blocked()
        # Checking also tidies: what that changed is saved with the rest.
        self._fields |= {n for n, v in _values(self.row).items() if v != before[n]}
        with in_sentences(*rows):
            save_as(self.row, self.by, fields=self._fields)
            for other in self._others:
                save_as(other, self.by)
            self.event = self._write(incident, about)
            # Nobody can have a page open of what has only just been declared.
            if incident and not (is_new and incident is self.row):
                touch(incident.pk)
        return self.event

    def stand_in(self, entries: Iterable[TimelineEvent]) -> None:
        """Take what the verb wrote besides as part of it, or as all there is."""
        self._others += entries
        self.event = self.event or next(iter(entries), None)

    def keep(self, before: Before | None) -> None:
        """Keep what it takes to take the step back, and tell who watches."""
        if before and self.event:
            before.keep(self.event, self._others, self._lists)
            before.tell(self.event)

    @property
    def _said(self) -> Entry:
        if self._entry is None:
            raise RuntimeError("A verb must say what it did.")
        return self._entry

    def _write(self, incident: Incident | None, about: dict[str, Any]) -> TimelineEvent:
        entry = self._said
        return _events().objects.create(
            incident=incident,
            at=self.at,
            author=self.by,
            kind=entry.kind,
            verb=entry.verb,
            text=entry.text,
            facts=entry.facts | (_route.get() or {}),
            in_postmortem=entry.kind not in BOOKKEEPING,
            **about,
        )


def _events() -> type[TimelineEvent]:
    from incidents.models import TimelineEvent

    return TimelineEvent


@contextmanager
def locked(row: Row) -> Iterator[Row]:
    """Give the row as it is stored now, locked until the transaction ends."""
    with transaction.atomic():
        yield type(row)._default_manager.select_for_update().get(pk=row.pk)


@contextmanager
def coming_by(**facts: str) -> Iterator[None]:
    """Write these facts beside those of each event that the steps inside write."""
    before = _route.set(facts)
    try:
        yield
    finally:
        _route.reset(before)


@contextmanager
def changing(row: Row, *, by: User | None, at: datetime) -> Iterator[Change[Row]]:
    """Run a verb on the locked row, then carry what it stored over to `row`."""
    with locked(row) as current:
        before, change = Before.of(current), Change(current, by=by, at=at)
        yield change
        change.keep(before)
    for field in row._meta.concrete_fields:
        setattr(row, field.attname, getattr(current, field.attname))


def save_as(
    row: models.Model, by: User | None, *, fields: Iterable[str] | None = None
) -> None:
    """Save the row so that its history names who did it, whatever the route."""
    row._history_user = by  # type: ignore[attr-defined]
    if row.pk is None or fields is None:
        row.save()
    else:
        row.save(update_fields=sorted(fields))


def save_alike(
    rows: Sequence[models.Model], by: User | None, values: Mapping[str, Any]
) -> None:
    """Give many locked rows of one table the same values, each with its history."""
    if not rows:
        return
    table: Any = type(rows[0])
    table._default_manager.filter(pk__in=[row.pk for row in rows]).update(**values)
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
    table.history.bulk_history_create(rows, update=True, default_user=by)


def _values(row: models.Model) -> dict[str, Any]:
    return {each.name: getattr(row, each.attname) for each in row._meta.concrete_fields}


@contextmanager
def in_sentences(*rows: models.Model) -> Iterator[None]:
    """Refuse with a sentence for each rule what the database would not take.

    It holds every rule anyway, so that asking it first would cost each step a query.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        if found := [problem for row in rows for problem in invalid(row)]:
            raise Refused(found) from None
        raise


def invalid(row: models.Model) -> list[Blocker]:
    """List what the model and the database would not take, as blockers."""
    return _misfits(row) or _problems(row)


def unfit(row: models.Model) -> list[Blocker]:
    """List what the fields would not take; the constraints are the database's."""
    return _misfits(row) or _problems(
        row, exclude=_fetched(row), validate_unique=False, validate_constraints=False
    )


def _misfits(row: models.Model) -> list[Blocker]:
    """List what no check of Django's finds."""
    return [*_too_long(row), *_too_early(row)]


def _problems(row: models.Model, **how: Any) -> list[Blocker]:
    try:
        row.full_clean(**how)
    except ValidationError as error:
        return [
            Blocker(
                getattr(problem, "code", None) or "invalid",
                " ".join(problem.messages),
                "" if name == NON_FIELD_ERRORS else name,
            )
            for name, problems in error.error_dict.items()
            for problem in problems
        ]
    return []


def _too_long(row: models.Model) -> list[Blocker]:
    """Hold texts to their length: neither `full_clean` nor the database does."""
    return [
        Blocker(
            "max_length",
            _("“%(field)s” is too long: at most %(most)s characters.")
            % {"field": field.verbose_name, "most": f"{field.max_length:,}"},
            field.name,
        )
        for field in row._meta.concrete_fields
        if isinstance(field, models.TextField)
        and field.max_length
        and len(getattr(row, field.attname)) > field.max_length
    ]


def _too_early(row: models.Model) -> list[Blocker]:
    """Refuse a year mistyped so far that no zone but UTC could show it."""
    return [
        Blocker("too_early", too_early(), field.name)
        for field in row._meta.concrete_fields
        if isinstance(at := getattr(row, field.attname), datetime) and at < EARLIEST
    ]


def too_early() -> str:
    return _("The time lies before 1970: check the year.")


def _fetched(row: models.Model) -> set[str]:
    """Name the relations whose row was just read, so need not be looked for."""
    return {
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.is_cached(row)
        and (other := field.get_cached_value(row)) is not None
        and not other._state.adding
        and other.pk == getattr(row, field.attname)
    }
