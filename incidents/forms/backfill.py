"""The form that fills in a record: all its milestones, and entries as rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from incidents.backfilling import (
    MOST_LINES,
    Misread,
    PastEntry,
    read_lines,
    reader_from,
)
from incidents.changes import Refused
from incidents.choices import AUTOMATIC_MILESTONES, ENTRY_KINDS, Kind, Milestone
from incidents.entry_times import Reader, UnclearTime
from incidents.forms.refusals import add_refusal
from incidents.forms.verb_form import VerbForm, span_of
from incidents.models.incident_rules import INCIDENT_RULES

MILESTONES = [each for each in Milestone if each not in AUTOMATIC_MILESTONES]
ROWS, MORE_ROWS, MOST_ROWS = 5, 5, 100
KINDS = [(each.value, each.label) for each in ENTRY_KINDS]
TIME = {"autocomplete": "off", "placeholder": "14:05"}
WHY = {"placeholder": _("or not known, because …")}
TEXT = {"placeholder": _("What happened?"), "autocomplete": "off"}


class MilestoneRow(NamedTuple):
    label: str
    when: forms.BoundField
    why: forms.BoundField


class EntryRow(NamedTuple):
    number: int
    when: forms.BoundField
    kind: forms.BoundField
    text: forms.BoundField


class BackfillForm(VerbForm):
    """All or nothing: what is wrong is named in its row, and nothing typed is lost."""

    verb, heading, button = "backfill", _("Fill in the record"), _("Save all of it")
    template = "backfill"
    at = None  # type: ignore[assignment]
    rows = forms.IntegerField(required=False, widget=forms.HiddenInput)
    pasted = forms.CharField(
        label=_("or paste them, one a line"),
        required=False,
        max_length=200_000,
        help_text=_("Each with its time in front: 14:02 Rolled back"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def prepare(self) -> None:
        """Make a row for each milestone and for each entry there may be."""
        for name in MILESTONES:
            self._ask(name, TIME, self._known(name))
            self._ask(f"{name}_why", WHY, self.incident.unknown.get(name, ""))
        self.count = self._rows_wanted()
        for number in range(1, self.count + 1):
            self._ask(f"when_{number}", TIME)
            kind = forms.ChoiceField(choices=KINDS, initial=Kind.NOTE, required=False)
            self.fields[f"kind_{number}"] = kind
            self._ask(f"text_{number}", TEXT, most=10_000)
        if self.wants_more:
            self._errors = ErrorDict()  # nothing is judged before it is sent
            typed: Any = self.data
            self.data = typed = typed.copy()
            typed["rows"] = str(self.count)
        self.fields["rows"].initial = self.count

    def _ask(
        self, name: str, attrs: dict[str, Any], initial: str = "", *, most: int = 500
    ) -> None:
        self.fields[name] = forms.CharField(
            required=False,
            max_length=most,
            initial=initial,
            widget=forms.TextInput(attrs=attrs),
        )

    def _rows_wanted(self) -> int:
        typed = str(self.data.get("rows", "")) if self.is_bound else ""
        count = int(typed) if typed.isdecimal() and len(typed) < 4 else ROWS
        return min(max(count, ROWS) + MORE_ROWS * self.wants_more, MOST_ROWS)

    @property
    def wants_more(self) -> bool:
        """Whether only more rows are asked for."""
        return self.is_bound and "more" in self.data

    def is_valid(self) -> bool:
        return not self.wants_more and super().is_valid()

    def _known(self, name: str) -> str:
        """Write a time that is known already so that it is read as the same."""
        at = self.incident.known_at(name)
        if at is None:
            return ""
        local = at.astimezone(self.zone)
        zone = str(local.tzname())
        return f"{local:%Y-%m-%d %H:%M} {zone if zone.isalpha() else f'{local:%z}'}"

    @property
    def milestone_rows(self) -> list[MilestoneRow]:
        return [
            MilestoneRow(str(each.label), self[each], self[f"{each}_why"])
            for each in MILESTONES
        ]

    @property
    def entry_rows(self) -> list[EntryRow]:
        names = ("when", "kind", "text")
        return [
            EntryRow(number, *(self[f"{name}_{number}"] for name in names))
            for number in range(1, self.count + 1)
        ]

    @property
    def may_have_more(self) -> bool:
        return self.count < MOST_ROWS

    def clean(self) -> dict[str, Any]:
        """Read the milestones first: they say on which day the entries were."""
        reader = Reader(self.now, self.zone, span_of(self.incident))
        first = (self.incident.known_at(each) for each in MILESTONES[:2])
        known = [moment for moment in first if moment]
        self.milestones: dict[str, datetime | str] = {}
        for name in MILESTONES:
            if name in self.changed_data or f"{name}_why" in self.changed_data:
                self._read_milestone(name, reader_from(reader, known))
                at = self.milestones.get(name)
                if isinstance(at, datetime):
                    known.append(at)
        self._put_in_order()
        self.entries = list(self._entries(reader_from(reader, known)))
        return self.cleaned_data

    def _read_milestone(self, name: str, reader: Reader) -> None:
        when = self.cleaned_data.get(name, "")
        why = self.cleaned_data.get(f"{name}_why", "")
        if when and why:
            sentence = _("Give the time, or say why it is not known: not both.")
            self.add_error(name, sentence)
        elif when and name in self.changed_data:
            if at := self._read(name, when, reader):
                self.milestones[name] = at
        elif why:
            self.milestones[name] = why
        elif self.incident.known_at(name):
            sentence = _("It was known: give the time, or say why it is not known.")
            self.add_error(name, sentence)

    def _put_in_order(self) -> None:
        """Mark the later one of two that cannot both be: the database holds it, too."""
        moments = {each.value: self._moment(each) for each in Milestone}
        for earlier, later, sentence in _in_order():
            first, second = moments[earlier], moments[later]
            if first and second and first > second and not self.has_error(later):
                advice = gettext("%s Check the day as well.") % sentence
                self.add_error(later if later in self.fields else None, advice)

    def _moment(self, name: str) -> datetime | None:
        if name not in self.milestones:
            return self.incident.known_at(name)
        known = self.milestones[name]
        return known if isinstance(known, datetime) else None

    def _read(self, name: str, typed: str, reader: Reader) -> datetime | None:
        try:
            return reader.read(typed)
        except UnclearTime as question:
            self.add_error(name, ValidationError(str(question), code="time"))
            return None

    def _entries(self, reader: Reader) -> Iterator[PastEntry]:
        for number in range(1, self.count + 1):
            when, kind, text = (
                self.cleaned_data.get(f"{name}_{number}", "")
                for name in ("when", "kind", "text")
            )
            if text and not when:
                sentence = _("Say when it happened, such as 14:05.")
                self.add_error(f"when_{number}", sentence)
            elif when and not text:
                sentence = _("Write what happened, or empty the time.")
                self.add_error(f"text_{number}", sentence)
            elif when and (at := self._read(f"when_{number}", when, reader)):
                yield PastEntry(at, kind or Kind.NOTE, text, f"text_{number}")
        yield from self._pasted(reader)

    def _pasted(self, reader: Reader) -> Iterator[PastEntry]:
        pasted = self.cleaned_data.get("pasted", "")
        if len(pasted.splitlines()) > MOST_LINES:
            sentence = gettext("At most %s lines at once: paste the rest afterwards.")
            self.add_error("pasted", sentence % MOST_LINES)
            return
        for found in read_lines(pasted, reader):
            if isinstance(found, Misread):
                words = {"line": found.line, "wrong": found.sentence}
                self.add_error("pasted", gettext("Line %(line)d: %(wrong)s") % words)
            else:
                yield found

    def take(self) -> bool:
        try:
            self.incident.backfill(
                self.milestones, self.entries, by=self.user, at=self.now
            )
        except Refused as refusal:
            add_refusal(self, refusal)
            return False
        return True

    def result(self) -> str:
        parts = [
            ngettext("%d milestone", "%d milestones", n) % n
            for n in [len(self.milestones)]
            if n
        ]
        parts += [
            ngettext("%d entry", "%d entries", n) % n for n in [len(self.entries)] if n
        ]
        return gettext("Filled in: %s.") % ", ".join(parts)


def _in_order() -> Iterator[tuple[str, str, str]]:
    """Give each rule of order as the earlier, the later, and what to say."""
    for rule in INCIDENT_RULES:
        earlier, _before, later = rule.name.partition("_before_")
        if later in Milestone:
            sentence = str(rule.violation_error_message)
            yield earlier.removeprefix("incident_"), later, sentence
