"""The playbook's triage questions and thresholds, as fields beside the severities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.entry_times import Reader
from incidents.forms.times import EntryTimeField
from incidents.models import Incident
from incidents.playbooks.schema import PlaybookDocument
from incidents.playbooks.schema.levels import TriageQuestion
from incidents.triage import (
    Figure,
    Suggestion,
    figures_of,
    questions_of,
    suggest,
)

CHOSEN = ("users_reach", "impact_trend", "data_loss", "detection_source")
CHOICES = frozenset({*CHOSEN, "cause_category"})
NUMBERS = frozenset({"users_affected", "transactions_affected"})
TEXTS = frozenset({"summary", "features_affected", "data_loss_details", "reputation"})
# Answers to these are asked for by the form itself, or belong to the record.
ELSEWHERE = {
    "title": _("Write it under “What is happening?”."),
    "severity": _("Pick it from the severities."),
    "services": _("Tick the services."),
    "started_at": _("Write it under “Since when?”."),
    "revenue_lost": _("Enter it in the record, with its currency."),
}
MOST = 2**63 - 1
LONGEST = 400


@dataclass(frozen=True)
class Asked:
    """A question with the fields that take its answer, or where it is answered."""

    ask: str
    hint: str
    fields: tuple[forms.BoundField, ...]


class TriageForm(forms.Form):
    """Answers and figures that suggest a severity and fill in what they say."""

    asked_by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        document: PlaybookDocument,
        version: int,
        reader: Reader,
    ) -> None:
        prefix = "triage"
        if data is not None and str(data.get(f"{prefix}-asked_by")) != str(version):
            data = None  # answers to the questions of another playbook
        super().__init__(data, prefix=prefix)
        self.document = document
        self.fields["asked_by"].initial = version
        self._figures, self._questions = figures_of(document), questions_of(document)
        for number, figure in enumerate(self._figures):
            self.fields[f"f{number}"] = _figure_field(figure)
        for number, question in enumerate(self._questions):
            for name, field in _question_fields(number, question):
                self.fields[name] = field
                if isinstance(field, EntryTimeField):
                    field.read_with(reader)

    def __bool__(self) -> bool:
        return bool(self._figures or self._questions)

    @property
    def figures(self) -> list[tuple[forms.BoundField, str]]:
        return [(self[f"f{n}"], figure.unit) for n, figure in enumerate(self._figures)]

    @property
    def questions(self) -> list[Asked]:
        return [
            Asked(
                question.ask,
                str(ELSEWHERE.get(question.fills or "", "")),
                tuple(
                    self[n] for n in (f"q{number}", f"t{number}") if n in self.fields
                ),
            )
            for number, question in enumerate(self._questions)
        ]

    @property
    def is_touched(self) -> bool:
        """Whether anything was answered, or cannot be read."""
        return self.is_bound and (bool(self.errors) or len(self._given()) > 0)

    def _given(self) -> dict[str, Any]:
        values = getattr(self, "cleaned_data", {}) if self.is_bound else {}
        return {
            name: value
            for name, value in values.items()
            if name != "asked_by" and value not in (None, "")
        }

    def suggestion(self) -> Suggestion | None:
        """Say which severity the answers speak for; nothing while they are wrong."""
        if not self.is_bound or not self.is_valid():
            return None
        given = self._given()
        figures = {
            number: given[f"f{number}"]
            for number in range(len(self._figures))
            if f"f{number}" in given
        }
        return suggest(self.document, figures, dict(self._answers(given)))

    def _answers(self, given: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
        for number, question in enumerate(self._questions):
            if (value := given.get(f"q{number}")) is not None:
                yield number, _as_answered(question, str(value))

    @property
    def filled(self) -> dict[str, Any]:
        """Give the fields of the incident that the answers fill in."""
        if not self.is_bound or not self.is_valid():
            return {}
        given = self._given()
        filled: dict[str, Any] = {}
        for number, question in enumerate(self._questions):
            name = question.fills
            value = given.get(f"t{number}", given.get(f"q{number}"))
            if name is None or name in ELSEWHERE or value is None:
                continue
            if name in CHOICES and value not in dict(_choices(name)):
                continue
            filled.setdefault(name, value)
        return filled


def _figure_field(figure: Figure) -> forms.Field:
    attrs = {"inputmode": "decimal", "size": 6, "autocomplete": "off"}
    return forms.FloatField(
        label=figure.label,
        required=False,
        min_value=0,
        max_value=1e9,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"invalid": _("Write a number, such as 12 or 0.5.")},
    )


def _question_fields(
    number: int, question: TriageQuestion
) -> Iterator[tuple[str, forms.Field]]:
    """Make a choice where there are answers, a field of its own for what is typed."""
    name, label = question.fills or "", question.ask
    options = list(_options(question))
    if options:
        blank = ("", gettext("not answered"))
        yield (
            f"q{number}",
            forms.ChoiceField(label=label, required=False, choices=[blank, *options]),
        )
    if name in NUMBERS:
        yield f"t{number}", _number(label)
    elif name == "users_percent":
        percent = {"max_digits": 5, "decimal_places": 2, "min_value": 0}
        yield (
            f"t{number}",
            forms.DecimalField(label=label, required=False, max_value=100, **percent),  # type: ignore[arg-type]
        )
    elif name == "detected_at":
        yield f"t{number}", EntryTimeField(label=label)
    elif name in TEXTS:
        attrs = {"autocomplete": "off"}
        if options:
            attrs |= {"placeholder": gettext("in your own words")}
        widget = forms.TextInput(attrs=attrs)
        yield (
            f"t{number}",
            forms.CharField(
                label=label, required=False, max_length=LONGEST, widget=widget
            ),
        )


def _number(label: str) -> forms.Field:
    most = MaxValueValidator(MOST)
    return forms.IntegerField(
        label=label, required=False, min_value=0, validators=[most]
    )


def _choices(name: str) -> list[tuple[str, str]]:
    field: Any = Incident._meta.get_field(name)
    return [(str(value), str(label)) for value, label in field.choices]


def _options(question: TriageQuestion) -> Iterator[tuple[str, str]]:
    """Offer the words of the field that is filled, and the playbook's other answers."""
    known = _choices(question.fills) if question.fills in CHOICES else []
    yield from known
    for answer in question.suggests:
        if not any(_is(answer.answer, option) for option in known):
            yield answer.answer, answer.answer


def _is(answer: str, option: tuple[str, str]) -> bool:
    return answer.casefold() in {word.casefold() for word in option}


def _as_answered(question: TriageQuestion, value: str) -> str:
    """Find the playbook's answer that a chosen option stands for."""
    known = _choices(question.fills) if question.fills in CHOICES else []
    option = next((each for each in known if each[0] == value), (value, value))
    answers = (each.answer for each in question.suggests if _is(each.answer, option))
    return next(answers, value)
