"""Who wrote what in a section, and when: each saving beside the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from incidents.forms.rows import is_key
from incidents.names import name_of
from postmortems.models import Finding
from postmortems.word_diff import Stretch, differences, shortened

if TYPE_CHECKING:
    from postmortems.models import Section

MOST_SHOWN = 30
# Of lines more are looked at: most belong to different ones.
MOST_LINES = 400


@dataclass(frozen=True)
class Saving:
    """One saving; `restores` is its key where its text can be put back."""

    at: datetime
    by: str
    what: str
    stretches: list[Stretch]
    restores: int | None = None


def savings(section: Section) -> list[Saving]:
    """List the latest changes of what a section says, newest first."""
    found = [*_of_text(section), *(_of_lines(section) if section.takes_lines else ())]
    found.sort(key=lambda each: each.at, reverse=True)
    return found[:MOST_SHOWN]


def former_text(section: Section, history_key: str) -> str | None:
    """Give the text of a saving, to be put into the editor again."""
    if not is_key(history_key):
        return None
    saving = section.history.filter(history_id=history_key).first()
    return str(saving.body) if saving else None


def _of_text(section: Section) -> list[Saving]:
    past = section.history.select_related("history_user")
    records = _changed(list(past.order_by("-history_date", "-history_id")[:MOST_LINES]))
    return [
        Saving(
            at=new.history_date,
            by=_person(new),
            what="",
            stretches=list(shortened(differences(old.body if old else "", new.body))),
            restores=new.history_id if new.body != section.body else None,
        )
        for new, old in records[:MOST_SHOWN]
    ]


def _changed(records: list[Any]) -> list[tuple[Any, Any | None]]:
    """Keep the savings that changed the text; the laying out is none."""
    if not records:
        return []
    pairs: list[tuple[Any, Any | None]] = list(pairwise(records))
    if records[-1].body and records[-1].history_type == "+":
        pairs.append((records[-1], None))
    return [(new, old) for new, old in pairs if old is None or new.body != old.body]


def _of_lines(section: Section) -> list[Saving]:
    past = Finding.history.filter(section=section).select_related("history_user")
    latest = list(past.order_by("-history_date", "-history_id")[:MOST_LINES])
    by_line: dict[int, list[Any]] = {}
    for record in latest:
        by_line.setdefault(record.id, []).append(record)
    found = []
    for records in by_line.values():
        for new, old in pairwise([*records, None]):
            if saving := _of_line(new, old, is_whole=len(latest) < MOST_LINES):
                found.append(saving)
    return found


def _of_line(new: Any, old: Any | None, *, is_whole: bool) -> Saving | None:
    """Say what became of a line; nothing where it says what it said."""
    if old is None and new.history_type != "+" and not is_whole:
        return None
    if new.history_type == "-":
        what, was, now = _("Line removed"), new.text, ""
    elif old is None:
        what, was, now = _("Line added"), "", new.text
    elif old.text != new.text:
        what, was, now = _("Line changed"), old.text, new.text
    else:
        return None
    stretches = differences(was, now)
    return Saving(new.history_date, _person(new), what, stretches)


def _person(record: Any) -> str:
    return name_of(record.history_user) or _("Debrief")
