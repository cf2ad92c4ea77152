"""What it takes to take an incident's last step back, kept beside the incident.

Around each verb the incident and its rows are compared; what differs afterwards is
kept until the next verb. `undoing.py` puts it back. A step on one entry of the
timeline writes no event of its own, so the entry stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, TimelineEvent

# How long a step can be taken back, on the wall clock since it was recorded.
UNDO_FOR = timedelta(minutes=2)
DEADLINES, ROLES = "deadlines", "roles"
CONDITIONS, IMPACT = "conditions", "impact_intervals"
TABLES = (DEADLINES, ROLES, CONDITIONS, IMPACT)
# The verbs that can be taken back, and the rows that each may change or make.
UNDOABLE: dict[str, tuple[str, ...]] = {
    "acknowledge": (DEADLINES,),
    "change_status": (DEADLINES,),
    "mitigate": (DEADLINES, IMPACT),
    "resolve": (DEADLINES, IMPACT),
    "close": (DEADLINES, IMPACT, CONDITIONS, ROLES),
    "reopen": (DEADLINES, IMPACT),
    "change_severity": (DEADLINES, CONDITIONS),
    "assign_role": (DEADLINES, ROLES),
    "offer_role": (ROLES,),
    "accept_role": (DEADLINES, ROLES),
    "decline_role": (ROLES,),
    "withdraw_role": (ROLES,),
    "set_flag": (DEADLINES, CONDITIONS),
    "clear_flag": (DEADLINES, CONDITIONS),
    "start_mode": (CONDITIONS,),
    "end_mode": (CONDITIONS,),
    "promote": (DEADLINES, CONDITIONS),
    "record_milestone": (DEADLINES, IMPACT),
    "correct_impact": (DEADLINES, IMPACT),
    "meet_deadline": (DEADLINES,),
    "move_deadline": (DEADLINES,),
    "post_update": (DEADLINES,),
    "send_message": (DEADLINES,),
    "record_copied": (DEADLINES,),
    "escalate": (DEADLINES,),
    "end_call": (),
    "apply_playbook": (DEADLINES,),
    "require_postmortem": (DEADLINES,),
    "waive_postmortem": (DEADLINES,),
    "follow_postmortem_rule": (DEADLINES,),
    "amend": (DEADLINES,),
    "add_item": (),
    "add_link": (),
    "note": (),
    "backfill": (DEADLINES, IMPACT),
}
# The steps on one entry, which change that row alone.
ENTRY_STEPS = frozenset({"pin", "unpin", "strike"})
ENTRIES = "timeline"
_is_for_good: ContextVar[bool] = ContextVar("is_for_good", default=False)
# They count or keep what happened, so taking a step back does not set them back.
OWN_COLUMNS = frozenset({"id", "revision", "last_step"})
# A deadline is put back as a whole: the sweep may have moved it on meanwhile.
WHOLE = (
    *("starts_at", "due_at", "nudge_at", "late_at", "nudged_at"),
    *("state", "met_at", "ended_at"),
)
LONGEST, LEFT_FOR_WHAT = 80, 20

Plain = dict[str, Any]
Rows = dict[int, Plain]


@dataclass(frozen=True)
class LastStep:
    """The step that can be taken back, as it is kept."""

    key: str
    event: int
    verb: str
    what: str
    by: int | None
    recorded_at: datetime
    columns: Mapping[str, tuple[Any, Any]]
    rows: Mapping[str, Mapping[int, Mapping[str, tuple[Any, Any]]]]
    made: Mapping[str, list[int]]
    services: tuple[list[int], list[int]] | None = None

    @property
    def until(self) -> datetime:
        return self.recorded_at + UNDO_FOR

    @property
    def is_of_entry(self) -> bool:
        return self.verb in ENTRY_STEPS

    def is_open(self, now: datetime) -> bool:
        return now <= self.until

    @classmethod
    def of(cls, incident: Incident) -> LastStep | None:
        """Read what is kept; None where nothing can be taken back."""
        kept = incident.last_step
        if not kept:
            return None
        recorded_at = parse_datetime(kept["at"])
        if recorded_at is None:
            return None
        return cls(
            key=kept.get("key") or str(kept["event"]),
            event=kept["event"],
            verb=kept["verb"],
            what=kept["what"],
            by=kept["by"],
            recorded_at=recorded_at,
            columns=kept["columns"],
            rows={
                table: {int(pk): fields for pk, fields in rows.items()}
                for table, rows in kept["rows"].items()
            },
            made=kept["made"],
            services=kept.get("services"),
        )


@contextmanager
def for_good() -> Iterator[None]:
    """Keep nothing of the steps inside: they are history as they are written down."""
    before = _is_for_good.set(True)
    try:
        yield
    finally:
        _is_for_good.reset(before)


class Before:
    """An incident and its rows as a verb found them."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident
        self.columns = _columns(incident)
        self.rows = {table: _rows(incident, table) for table in TABLES}

    @classmethod
    def of(cls, row: models.Model) -> Before | None:
        from incidents.models import Incident

        if _is_for_good.get():
            return None
        return cls(row) if isinstance(row, Incident) else None

    def keep(
        self,
        event: TimelineEvent,
        others: Iterable[models.Model],
        services: tuple[list[int], list[int]] | None,
    ) -> None:
        """Keep what the verb changed; None if it cannot be taken back."""
        step = self._step(event, others, services)
        if step is None and self.incident.last_step is None:
            return
        self.incident.last_step = step
        _store(self.incident.pk, step)

    def tell(self, event: TimelineEvent) -> None:
        """Tell those who watch the incident what happened."""
        from incidents.watching import tell_watchers

        tell_watchers(self.incident, event, event.at)

    def _step(
        self,
        event: TimelineEvent,
        others: Iterable[models.Model],
        services: tuple[list[int], list[int]] | None,
    ) -> Plain | None:
        filled = [each for each in others if isinstance(each, type(event))]
        verb = "backfill" if filled else event.verb or "note"
        if verb not in UNDOABLE:
            return None
        after = {table: _rows(self.incident, table) for table in UNDOABLE[verb]}
        if any(self.rows[table].keys() - after[table].keys() for table in after):
            return None
        columns = _differing(self.columns, _columns(self.incident))
        if "team_id" in columns:  # it decides who sees a restricted one: not for all
            return None
        step: Plain = {
            "event": event.pk,
            "verb": verb,
            "what": _filled_in(event, filled) if filled else clipped(event.text),
            "by": event.author_id,
            "at": event.recorded_at.isoformat(),
            "columns": columns,
            "rows": {
                table: _changed(table, self.rows[table], rows)
                for table, rows in after.items()
            },
            "made": {
                table: sorted(rows.keys() - self.rows[table].keys())
                for table, rows in after.items()
            },
        }
        if verb in {"add_item", "add_link", "end_call"}:
            step["made"][verb] = [each.pk for each in others]
        if filled:
            step["made"][ENTRIES] = [each.pk for each in filled]
        if services:
            step["services"] = services
        return step


def _filled_in(event: TimelineEvent, entries: list[TimelineEvent]) -> str:
    words = ngettext("%d entry filled in", "%d entries filled in", len(entries))
    counted = words % len(entries)
    return counted if event in entries else clipped(f"{counted}. {event.text}")


@contextmanager
def keeping_entry(
    entry: TimelineEvent, verb: str, what: str, by: User
) -> Iterator[None]:
    """Keep what the step inside changes of an entry that is locked."""
    from incidents.models import Incident

    before = _columns(entry)
    yield
    changed = _differing(before, _columns(entry))
    if _is_for_good.get() or entry.incident_id is None or not changed:
        return
    rows = Incident.objects.filter(pk=entry.incident_id)
    revision = rows.values_list("revision", flat=True).get()
    step: Plain = {
        # One entry may be pinned, unpinned and struck within two minutes.
        "key": f"{entry.pk}-{revision}",
        "event": entry.pk,
        "verb": verb,
        "what": what % clipped(entry.text, LONGEST - LEFT_FOR_WHAT),
        "by": by.pk,
        "at": timezone.now().isoformat(),
        "columns": {},
        "rows": {ENTRIES: {str(entry.pk): changed}},
        "made": {},
    }
    _store(entry.incident_id, step)


def _store(incident: int, step: Plain | None) -> None:
    from incidents.models import Incident

    # Bookkeeping, so no history of its own.
    Incident.objects.filter(pk=incident).update(last_step=step)


def clipped(text: str, most: int = LONGEST) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def plain(value: Any) -> Any:
    """Write a column's value as JSON keeps it, to the microsecond."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _columns(row: models.Model) -> Plain:
    return {
        field.attname: plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.attname not in OWN_COLUMNS
    }


def _rows(incident: Incident, table: str) -> Rows:
    manager = getattr(incident, table)
    rows = manager.order_by("pk").values()
    return {
        row["id"]: {name: plain(value) for name, value in row.items()} for row in rows
    }


def _differing(before: Plain, after: Plain) -> dict[str, tuple[Any, Any]]:
    return {
        name: (value, after[name])
        for name, value in before.items()
        if value != after[name]
    }


def _changed(
    table: str, before: Rows, after: Rows
) -> dict[str, dict[str, tuple[Any, Any]]]:
    found = {}
    for pk, row in before.items():
        if differing := _differing(row, after[pk]):
            if table == DEADLINES:
                differing |= {name: (row[name], after[pk][name]) for name in WHOLE}
            found[str(pk)] = differing
    return found
