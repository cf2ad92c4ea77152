"""Which severity the playbook's thresholds and triage questions speak for, and why.

Pure: from a document, measured figures and chosen answers. It only suggests; a person
decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from incidents.playbooks.schema import MEASURES, PlaybookDocument, Threshold
from incidents.playbooks.schema.levels import TriageQuestion


@dataclass(frozen=True)
class Figure:
    """Something the playbook has thresholds for, to be measured and typed in."""

    measure: str
    scope: str | None
    bands: tuple[tuple[str, Threshold], ...]

    @property
    def label(self) -> str:
        name, _unit = MEASURES[self.measure]
        return f"{name} ({self.scope})" if self.scope else name

    @property
    def unit(self) -> str:
        return MEASURES[self.measure][1]

    def value_in_words(self, value: float) -> str:
        return _("%(what)s %(value)s %(unit)s") % {
            "what": self.label,
            "value": f"{value:g}",
            "unit": self.unit,
        }


@dataclass(frozen=True)
class Reason:
    """What speaks for a severity."""

    severity: str
    sentence: str


@dataclass(frozen=True)
class Suggestion:
    """The worst severity that anything speaks for, and everything that was found."""

    severity: str
    reasons: tuple[Reason, ...]


def figures_of(document: PlaybookDocument) -> tuple[Figure, ...]:
    """List what can be measured, each once, in the order of the playbook."""
    bands: dict[tuple[str, str | None], list[tuple[str, Threshold]]] = {}
    for level in document.severities:
        for each in level.thresholds:
            found = bands.setdefault((each.measure, each.scope), [])
            found.append((level.code, each))
    return tuple(
        Figure(measure, scope, tuple(found))
        for (measure, scope), found in bands.items()
    )


def questions_of(document: PlaybookDocument) -> tuple[TriageQuestion, ...]:
    return document.triage.questions if document.triage else ()


def suggest(
    document: PlaybookDocument,
    figures: Mapping[int, float],
    answers: Mapping[int, str],
) -> Suggestion | None:
    """Let the worst matching threshold or answer win; None where nothing speaks.

    `figures` and `answers` go by the position of the figure and of the question.
    """
    reasons = [
        *_by_figures(figures_of(document), figures),
        *_by_answers(questions_of(document), answers),
    ]
    ranks = [level.code for level in document.severities]
    reasons = [reason for reason in reasons if reason.severity in ranks]
    if not reasons:
        return None
    reasons.sort(key=lambda reason: ranks.index(reason.severity))
    return Suggestion(reasons[0].severity, tuple(reasons))


def _by_figures(
    figures: Sequence[Figure], values: Mapping[int, float]
) -> Iterator[Reason]:
    for position, figure in enumerate(figures):
        value = values.get(position)
        if value is None:
            continue
        for code, threshold in figure.bands:
            if threshold.holds(value):
                sentence = _("%(figure)s: the playbook says %(limits)s.") % {
                    "figure": figure.value_in_words(value),
                    "limits": limits_of(threshold),
                }
                yield Reason(code, sentence)


def _by_answers(
    questions: Sequence[TriageQuestion], answers: Mapping[int, str]
) -> Iterator[Reason]:
    for position, question in enumerate(questions):
        given = answers.get(position, "").strip().casefold()
        for answer in question.suggests:
            if given and answer.answer.casefold() == given:
                yield Reason(answer.severity, answer.because)


def limits_of(threshold: Threshold) -> str:
    """Print the band of a threshold: “more than 10 %”, “5 to 10 %”."""
    unit = MEASURES[threshold.measure][1]
    low = threshold.above if threshold.above is not None else threshold.at_least
    high = threshold.below if threshold.below is not None else threshold.at_most
    parts = []
    if low is not None:
        words = _("more than %s") if threshold.above is not None else _("at least %s")
        parts.append(words % f"{low:g} {unit}")
    if high is not None:
        words = _("less than %s") if threshold.below is not None else _("at most %s")
        parts.append(words % f"{high:g} {unit}")
    return _(" and ").join(parts)
