"""What patterns, messages and calendars of a playbook may say."""

from __future__ import annotations

import pytest

from incidents.playbooks.load import read_playbook
from tests.incidents.playbooks.test_crosschecks import PLAIN, TEAM, problems


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("INC-{YYYY}", "write {NNN} exactly once"),
        ("{NNN}-{NNN}", "write {NNN} exactly once"),
        ("INC-{NNN", "A brace stands alone"),
        ("INC-{YYY}-{NNN}", "Did you mean “YYYY”?"),
        ("{slug}-{NNN}", "“{slug}” stands for nothing here"),
        ("INCIDENT-OF-THE-PLATFORM-{YYYY}-{MM}-{DD}-{NNN}", "up to 42 characters"),
        ("INC {NNN}", "without spaces"),
        ("#inc-{NNN}", "Begin a reference with a letter"),
    ],
)
def test_a_reference_that_cannot_be_unique_or_stored_is_refused(pattern, sentence):
    found = problems(
        f'record:\n  reference: "{pattern}"\n'.replace("\"'", "'").replace("'\"", "'")
    )

    assert {(line, path) for line, path, _said in found} == {(6, "record › reference")}
    assert any(sentence in said for _line, _path, said in found)


@pytest.mark.parametrize(
    ("channels", "path", "sentence"),
    [
        ("{kind: own, pattern: '#{slg}'}", "1 › pattern", "Did you mean “slug”?"),
        ("{kind: own, pattern: '#{NNN}'}", "1 › pattern", "stands for nothing"),
        ("{kind: own}", "1", "needs a name"),
        ("{kind: shared, pattern: '#{slug}'}", "1 › pattern", "one name at all times"),
        ("{kind: ticket}, {kind: thread}", "2", "Every severity has a channel"),
        (
            "{kind: thread, severities: [P1]}, {kind: ticket, severities: [P1]}",
            "2 › severities",
            "P1 has a channel already",
        ),
        (f"{{kind: shared, pattern: '#{'a' * 80}'}}", "1 › pattern", "at most 80"),
        ("{kind: ticket, severities: [P3]}", "1 › severities › 1", "P1, P2"),
    ],
)
def test_a_channel_that_cannot_be_named_is_refused(channels, path, sentence):
    found = problems(f"record: {{channels: [{channels}]}}\n")

    assert found[0][1] == f"record › channels › {path}"
    assert sentence in found[0][2]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("{titel}", "write {title}"),
        ("{now + soon}", "“soon” is no target"),
        ("{now + next sprint}", "add minutes or hours"),
        ("{role:bos}", "write {role:boss}"),
        ("{ask:}", "say which"),
        ("{title.__class__}", "is no placeholder"),
        ("{title!r}", "is no placeholder"),
        ("{", "A brace stands alone"),
    ],
)
def test_a_placeholder_outside_the_set_is_told_by_its_own_line(words, sentence):
    message = (
        "messages:\n  - code: m\n    name: M\n    moment: update\n    audience: team\n"
        f"    body: |\n      Hello {{title}},\n      see {words}\n"
    )

    ((line, path, said),) = problems(TEAM + message)

    assert path == "messages › m › body"
    assert line == (13 if words == "{" else 15)
    assert sentence in said


def test_the_subject_of_a_message_is_checked_too():
    message = (
        "messages: [{code: m, name: M, moment: update, audience: team, "
        "subject: '{tite}', body: B, zone: Europe/Berln}]\n"
    )

    found = [(path, said) for _line, path, said in problems(message)]

    assert found == [
        ("messages › m › subject", "“{tite}” is no placeholder: write {title}."),
        (
            "messages › m › zone",
            "“Europe/Berln” is no time zone. Did you mean “Europe/Berlin”?",
        ),
    ]


@pytest.mark.parametrize(
    ("calendar", "key", "sentence"),
    [
        ("zone: Berlin", "zone", "Europe/Berlin"),
        ("zone: ../../etc/passwd", "zone", "is no time zone"),
        ("country: XX", "country", "No public holidays are known for “XX”"),
        ("country: DE-XX", "country", "Did you mean"),
        ("weekdays: [7]", "weekdays", "from 0 (Monday) to 6 (Sunday)"),
        ("weekdays: []", "weekdays", "at least one weekday"),
        ("weekdays: [0, 0]", "weekdays", "each weekday once"),
        ("opens: '17:00'", "closes", "later than it begins, at 17:00"),
    ],
)
def test_a_calendar_by_which_nobody_could_work_is_refused(calendar, key, sentence):
    ((_, path, said),) = problems(f"calendar: {{{calendar}}}\n")

    assert path == f"calendar › {key}"
    assert sentence in said


def test_a_channel_may_be_that_of_all_other_severities():
    channels = "{kind: thread, severities: [P1]}, {kind: ticket}"

    assert read_playbook(PLAIN + f"record: {{channels: [{channels}]}}\n")
