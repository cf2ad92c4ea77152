"""Reads the field-by-field history of a row: who changed what, when, from and to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from incidents.names import name_of

MOST_SHOWN = 500
# Beside what a row says: its history tells that anyway.
BOOKKEPT = frozenset({"facts"})


@dataclass(frozen=True)
class FieldChange:
    """One field of one saving; `field` is empty for the making of the row."""

    at: datetime
    by: str
    field: str
    was: str
    now: str


class ListChange(NamedTuple):
    """A many-to-many field before and after, as keys."""

    field: str
    old: list[Any]
    new: list[Any]


def field_changes(row: models.Model) -> list[FieldChange]:
    """List what changed in a row, newest first; at most its latest 500 savings."""
    history = getattr(row, "history", None)
    if history is None:
        return []
    several = {each.name: _kept_in(history.model, each.name) for each in _lists(row)}
    latest = history.select_related("history_user").prefetch_related(*several.values())
    records = list(latest[:MOST_SHOWN])
    apart = {*several, *BOOKKEPT}
    deltas = [
        (new, [*new.diff_against(old, excluded_fields=apart).changes, *lists])
        for new, old in pairwise(records)
        for lists in [_changed_lists(row, several, new, old)]
    ]
    names = _names_of(row, [change for _, changes in deltas for change in changes])
    found = [
        FieldChange(
            at=record.history_date,
            by=_person(record.history_user),
            field=str(_field(row, change.field).verbose_name),
            was=names(change.field, change.old),
            now=names(change.field, change.new),
        )
        for record, changes in deltas
        for change in changes
    ]
    if records and len(records) < MOST_SHOWN:
        first = records[-1]
        by = _person(first.history_user)
        found.append(FieldChange(first.history_date, by, "", "", ""))
    return found


def _lists(row: models.Model) -> list[Any]:
    """Give the many-to-many fields whose history is kept."""
    return list(row.history.model._history_m2m_fields)  # type: ignore[attr-defined]


def _kept_in(record: type[models.Model], name: str) -> str:
    """Name the accessor of a record to its rows of a many-to-many field."""
    return f"{getattr(record, name).model._meta.model_name}_set"


def _changed_lists(
    row: models.Model, several: Mapping[str, str], new: Any, old: Any
) -> list[ListChange]:
    """Compare many-to-many fields, which were read for all records at once."""
    changes = []
    for name, accessor in several.items():
        key = f"{_field(row, name).m2m_reverse_field_name()}_id"
        was, now = (
            sorted(getattr(each, key) for each in getattr(record, accessor).all())
            for record in (old, new)
        )
        if was != now:
            changes.append(ListChange(name, was, now))
    return changes


def _names_of(row: models.Model, changes: Iterable[Any]) -> Callable[[str, Any], str]:
    """Look up what the changed keys stand for, one query for each table."""
    wanted: dict[str, set[Any]] = {}
    for change in changes:
        if _field(row, change.field).is_relation:
            keys = {*_keys(change.old), *_keys(change.new)}
            wanted.setdefault(change.field, set()).update(keys)
    found = {
        name: {
            each.pk: _name(each)
            for each in _field(row, name).related_model._base_manager.filter(
                pk__in=keys
            )
        }
        for name, keys in wanted.items()
    }

    def shown(name: str, value: Any) -> str:
        if name not in found:
            labels = dict(_field(row, name).flatchoices)
            return _shown(labels.get(value, value) if labels else value)
        names = (found[name].get(key, str(key)) for key in _keys(value))
        return ", ".join(sorted(names)) or "—"

    return shown


def _keys(value: Any) -> list[Any]:
    """Give the keys a change holds: none, one, or those of a many-to-many field."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _field(row: models.Model, name: str) -> Any:
    return row._meta.get_field(name)


def _name(row: models.Model) -> str:
    """Name a row without giving away what it says: another incident may be hidden."""
    if hasattr(row, "reference"):
        return str(row.reference)
    return _person(row) if hasattr(row, "get_full_name") else str(row)


def _person(user: Any) -> str:
    return name_of(user) or gettext("Debrief")


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M %Z}"
    if isinstance(value, dict):
        value = "; ".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, list):
        value = ", ".join(_part(each) for each in value)
    return "—" if value in (None, "") else str(value)


def _part(value: Any) -> str:
    return ": ".join(value.values()) if isinstance(value, dict) else str(value)
