"""Reads the field-by-field history of a row: who changed what, when, from and to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

MOST_SHOWN = 500


@dataclass(frozen=True)
class FieldChange:
    """One field of one saving; `field` is empty for the making of the row."""

    at: datetime
    by: str
    field: str
    was: str
    now: str


def field_changes(row: models.Model) -> list[FieldChange]:
    """List what changed in a row, newest first; at most its latest 500 savings."""
    history = getattr(row, "history", None)
    if history is None:
        return []
    records = list(history.select_related("history_user")[:MOST_SHOWN])
    deltas = [(new, new.diff_against(old).changes) for new, old in pairwise(records)]
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


def _names_of(row: models.Model, changes: Iterable[Any]) -> Callable[[str, Any], str]:
    """Look up what the changed keys stand for, one query for each table."""
    wanted: dict[str, set[Any]] = {}
    for change in changes:
        if _field(row, change.field).is_relation:
            keys = {*_keys(change.field, change.old), *_keys(change.field, change.new)}
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
        names = (found[name].get(key, str(key)) for key in _keys(name, value))
        return ", ".join(sorted(names)) or "—"

    return shown


def _keys(field: str, value: Any) -> list[Any]:
    """Give the keys a change holds: one, or for a many-to-many field a list of rows."""
    if isinstance(value, list):
        return [
            each
            for row in value
            for name, each in row.items()
            if name in {field, field.removesuffix("s")}
        ]
    return [] if value is None else [value]


def _field(row: models.Model, name: str) -> Any:
    return row._meta.get_field(name)


def _name(row: models.Model) -> str:
    """Name a row without giving away what it says: another incident may be hidden."""
    if hasattr(row, "reference"):
        return str(row.reference)
    return _person(row) if hasattr(row, "get_full_name") else str(row)


def _person(user: Any) -> str:
    return (user.get_full_name() or str(user)) if user else gettext("Debrief")


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M %Z}"
    if isinstance(value, dict):
        value = "; ".join(f"{name}: {text}" for name, text in value.items())
    return "—" if value in (None, "") else str(value)
