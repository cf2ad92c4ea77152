"""Who last wrote a field, when, and what: the other side where two edited the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.amending import shown
from incidents.names import name_of

# Whoever edits for so long that it was saved more often is not told who it was.
MOST_SEARCHED = 50


@dataclass(frozen=True)
class Theirs:
    """What a field says now; who wrote it and when are empty where nobody knows."""

    text: str
    by: str = ""
    at: datetime | None = None

    @property
    def sentence(self) -> str:
        if self.at is None:
            return _("Somebody else changed this meanwhile.")
        local = timezone.localtime(self.at)
        known = {"who": self.by, "day": f"{local:%Y-%m-%d}", "at": f"{local:%H:%M %Z}"}
        return _("%(who)s changed this on %(day)s at %(at)s.") % known


def theirs(row: models.Model, name: str) -> Theirs:
    """Read it from the row as it is stored now, and from its history."""
    text = shown(row, name)
    records = row.history.select_related("history_user")  # type: ignore[attr-defined]
    for new, old in pairwise(records[:MOST_SEARCHED]):
        if _kept(new, name) != _kept(old, name):
            who = name_of(new.history_user) or _("Debrief")
            return Theirs(text, who, new.history_date)
    return Theirs(text)


def _kept(record: Any, name: str) -> Any:
    """Give what a record keeps of the field, of a list the keys of its rows."""
    field = record.instance_type._meta.get_field(name)
    if not field.many_to_many:
        return getattr(record, field.attname)
    key = f"{field.m2m_reverse_field_name()}_id"
    return set(getattr(record, name).values_list(key, flat=True))
