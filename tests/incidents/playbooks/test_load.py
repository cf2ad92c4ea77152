"""Reading a playbook: what is wrong is told at once, by line, path and remedy."""

from __future__ import annotations

import pytest
import yaml

from incidents.playbooks.load import BrokenPlaybook, dump_playbook, read_playbook
from incidents.playbooks.presets import PRESETS, preset, preset_text

PLAIN = """\
name: Plain
severities:
  - code: S1
    name: Bad
    badge: red
    definition: It is bad.
    respond: 15 min
roles:
  - code: lead
    name: Lead
    leads: true
"""


def problems(text):
    with pytest.raises(BrokenPlaybook) as refusal:
        read_playbook(text)
    return refusal.value.problems


def test_a_plain_playbook_is_read():
    document = read_playbook(PLAIN)

    assert (document.name, document.severities[0].code) == ("Plain", "S1")


@pytest.mark.parametrize("code", PRESETS)
def test_a_preset_comes_back_from_its_file(code):
    document, text = preset(code), dump_playbook(preset(code))

    assert yaml.safe_load(text) == yaml.safe_load(preset_text(code))
    assert read_playbook(text) == document
    assert dump_playbook(read_playbook(text)) == text
    assert document.name == str(PRESETS[code])


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "sentence"),
    [
        ("respond:", "respnd:", 7, "severities › S1 › respnd", "mean “respond”"),
        ("respond:", "start:", 7, "severities › S1 › start", "Known here: code, name"),
        ("badge: red", "badge: rad", 5, "severities › S1 › badge", "mean “red”"),
        ("badge: red", "badge: Red", 5, "severities › S1 › badge", "mean “red”"),
        ("badge: red", "badge: []", 5, "severities › S1 › badge", "one of red, orange"),
        ("15 min", "15 mins", 7, "severities › S1 › respond", "write “15 min”"),
        ("15 min", "15", 7, "severities › S1 › respond", "is the number 15"),
        ("S1", "'S 1'", 3, "severities › S 1 › code", "as in SEV-1"),
        ("S1", "S1234567890123456", 3, None, "17 characters: shorten it to at most 16"),
        ("Bad", "No", 4, "severities › S1 › name", "Put it in quotation marks"),
        ("Bad", "2026-11-21", 4, "severities › S1 › name", "is the date 2026-11-21"),
        ("Bad", "{a: b}", 4, "severities › S1 › name", "with a colon in it"),
        ("    name: Bad\n", "", 3, "severities › S1 › name", "is missing: add it"),
        ("    name: Bad\n", "    name:\n", 4, "severities › S1 › name", "but is empty"),
        ("code: lead", "code: The Lead", 9, "roles › The Lead › code", "“the-lead”"),
        ("leads: true", "leads: maybe", 11, "roles › lead › leads", "true or false"),
        ("name: Lead", "duties: Lead", 10, "roles › lead › duties", "must be a list"),
        ("name: Lead", 'name: "\\0"', 10, "roles › lead › name", "cannot be stored"),
        ("roles:", "calendar: {opens: late}\nroles:", 8, "calendar › opens", "'09:00'"),
        (
            "roles:",
            "about: {updated: soon}\nroles:",
            8,
            "about › updated",
            "a date such as '2026-11-21'",
        ),
        (
            "roles:",
            "calendar: {sprint_weeks: 99}\nroles:",
            8,
            "calendar › sprint_weeks",
            "from 1 to 12",
        ),
        (
            "roles:",
            "summary: |\n  Two\n  lines\nroles:",
            8,
            "summary",
            "must be a single line",
        ),
    ],
)
def test_a_mistake_is_told_by_line_and_path_with_its_remedy(
    old, new, line, path, sentence
):
    (problem,) = [
        each
        for each in problems(PLAIN.replace(old, new, 1))
        if sentence in each.sentence
    ]

    assert problem.line == line
    assert path in {None, problem.path}


def test_every_mistake_is_told_at_once_in_the_order_of_lines():
    text = PLAIN.replace("red", "pink").replace("15 min", "soon") + "colour: blue\n"

    assert [problem.line for problem in problems(text)] == [5, 7, 12]


def test_a_sentence_names_line_and_path():
    with pytest.raises(BrokenPlaybook) as refusal:
        read_playbook(PLAIN.replace("15 min", "15 mins"))

    assert refusal.value.sentences == (
        "Line 7, severities › S1 › respond: “15 mins” is no target: write “15 min”.",
    )


def test_a_key_that_comes_twice_is_told_with_other_mistakes():
    text = PLAIN.replace("badge: red", "badge: red\n    badge: pink") + "colour: 1\n"

    found = [(problem.line, problem.path) for problem in problems(text)]

    assert found == [(6, "severities › S1 › badge"), (13, "colour")]


def test_no_more_than_two_hundred_mistakes_are_listed():
    text = PLAIN + "".join(f"wrong{number}: 1\n" for number in range(500))

    found = problems(text)

    assert len(found) == 201
    assert found[-1].sentence == "There are 300 more."


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "begins with keys"),
        ("just words", 1, "begins with keys"),
        ("- a\n- b", 1, "begins with keys"),
        ("a: [1,\n", 2, "ends within a bracket"),
        ("a: {b: 1\nc: 2\n", 1, "is not closed"),
        ("a: 'b\nc: d\n", 1, "quotation mark that opens here is not closed"),
        ("a: b: c\n", 1, "in quotation marks"),
        ("a: 1\n b: 2\n", 2, "mend the indentation"),
        ("a:\n\tb: 1\n", 2, "Indent with spaces"),
        ("a: @b\n", 1, "begins with “@” goes in quotation marks"),
        ("a: 1\n---\nb: 2\n", 2, "one document"),
        ("a: &x 1\n", 1, "anchors (&)"),
        ("b: 1\na: *x\n", 2, "aliases (*)"),
        ("a: !!python/object:os.system {}", 1, "Remove “!!python/object:os.system”"),
        ("a: !secret b", 1, "tags are not read"),
        ("a: 1\n[b]: 1", 2, "A key is a text"),
        ("a: 2026-02-31", 1, "a date that does not exist"),
        (f"a: {'9' * 5_000}", 1, "a number or a date that does not exist"),
        ("a: b\x07", 1, "U+0007"),
        ("a: 1\nb: \ud800", 2, "Half of a character"),
        ("x" * 500_001, 1, "500001 characters; at most 500000"),
        ("[" * 50, 1, "more than 40 deep"),
        ("a: [" + "b," * 50_000 + "b]", 1, "more than 50000 parts"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text, line, sentence):
    found = problems(text)

    assert any(each.line == line and sentence in each.sentence for each in found), found


def test_a_key_is_the_text_that_is_written():
    tree = "trees: [{code: t, title: T, questions: [{ask: Well?, yes: A, no: B}]}]\n"

    question = read_playbook(PLAIN + tree).trees[0].questions[0]

    assert (question.yes, question.no) == ("A", "B")


def test_a_time_needs_no_quotation_marks():
    calendar = "calendar: {opens: 08:00, closes: 16:30}\n"

    document = read_playbook(PLAIN + calendar)

    assert f"{document.calendar.opens:%H:%M}" == "08:00"
    assert f"{document.calendar.closes:%H:%M}" == "16:30"


def test_a_number_without_an_end_is_refused():
    text = PLAIN.replace(
        "    respond", "    thresholds: [{measure: cpu, above: .inf}]\n    respond"
    )

    (problem,) = problems(text)

    assert problem.path == "severities › S1 › thresholds › 1 › above"
