"""What the playbook's thresholds and questions speak for, and how it says why."""

from __future__ import annotations

import pytest

from incidents.playbooks.schema import PlaybookDocument
from incidents.triage import figures_of, limits_of, questions_of, suggest

LEVELS = [
    {
        "code": "S1",
        "name": "Out",
        "badge": "red",
        "definition": "It is down.",
        "thresholds": [
            {"measure": "error_rate", "above": 10},
            {"measure": "response_seconds", "at_least": 5},
        ],
    },
    {
        "code": "S2",
        "name": "Impaired",
        "badge": "orange",
        "definition": "It is slow.",
        "thresholds": [
            {"measure": "error_rate", "at_least": 5, "at_most": 10},
            {"measure": "error_rate", "above": 10, "scope": "One function"},
        ],
    },
    {"code": "S3", "name": "Odd", "badge": "blue", "definition": "It is odd."},
]
QUESTIONS = [
    {"ask": "What is broken?", "fills": "features_affected"},
    {
        "ask": "How many?",
        "fills": "users_reach",
        "suggests": [
            {"answer": "all", "severity": "S1", "because": "Everybody is hit."},
            {"answer": "few", "severity": "S3", "because": "Hardly anybody is."},
        ],
    },
]


@pytest.fixture
def document() -> PlaybookDocument:
    return PlaybookDocument.model_validate(
        {"name": "Ours", "severities": LEVELS, "triage": {"questions": QUESTIONS}}
    )


def test_each_figure_is_asked_once_with_its_bands(document):
    figures = figures_of(document)

    assert [(each.label, each.unit) for each in figures] == [
        ("error rate", "%"),
        ("response time", "s"),
        ("error rate (One function)", "%"),
    ]
    assert [code for code, _band in figures[0].bands] == ["S1", "S2"]


@pytest.mark.parametrize(
    ("rate", "severity"), [(10.1, "S1"), (10, "S2"), (5, "S2"), (4.9, None)]
)
def test_a_figure_speaks_for_the_band_it_lies_in(document, rate, severity):
    found = suggest(document, {0: rate}, {})

    assert (found and found.severity) == severity


def test_the_worst_wins_and_every_reason_is_said(document):
    found = suggest(document, {0: 7, 1: 9}, {1: "few"})

    assert found.severity == "S1"
    assert [(each.severity, each.sentence) for each in found.reasons] == [
        ("S1", "response time 9 s: the playbook says at least 5 s."),
        ("S2", "error rate 7 %: the playbook says at least 5 % and at most 10 %."),
        ("S3", "Hardly anybody is."),
    ]


def test_a_figure_of_a_part_is_no_figure_of_the_whole(document):
    assert suggest(document, {2: 50}, {}).severity == "S2"


def test_an_answer_is_taken_however_it_is_written(document):
    assert suggest(document, {}, {1: " ALL "}).severity == "S1"


@pytest.mark.parametrize(
    ("figures", "answers"),
    [({}, {}), ({99: 1.0}, {}), ({}, {99: "all"}), ({}, {1: ""}), ({}, {0: "Log-in"})],
)
def test_where_nothing_speaks_nothing_is_suggested(document, figures, answers):
    assert suggest(document, figures, answers) is None


def test_a_playbook_without_triage_asks_nothing(document):
    bare = document.model_copy(update={"triage": None})

    assert questions_of(bare) == ()
    assert suggest(bare, {}, {0: "all"}) is None


def test_limits_are_read_as_people_say_them(document):
    bands = [band for _code, band in figures_of(document)[0].bands]

    assert [limits_of(band) for band in bands] == [
        "more than 10 %",
        "at least 5 % and at most 10 %",
    ]
