from __future__ import annotations

import pytest

from incidents.models import PlaybookVersion
from incidents.playbooks.load import BrokenPlaybook, read_playbook
from incidents.playbooks.schema import ReminderRule
from incidents.reminder_words import reminders_in_words, rung_in_words

SMALL = """
name: Mine
severities:
  - {code: P1, name: Bad, badge: red, definition: It is bad.}
action_items:
  reminders: %s
"""


@pytest.mark.parametrize(
    ("days_late", "rung"),
    [
        (-3, None),
        (-2, -2),
        (0, -2),
        (1, 1),
        (2, 1),
        (3, 3),
        (6, 3),
        (7, 7),
        (13, 7),
        (14, 14),
        (700, 700),
    ],
)
def test_without_a_word_of_the_playbook_the_usual_rungs_hold(days_late, rung):
    assert ReminderRule().reached(days_late) == rung


@pytest.mark.parametrize(
    "said",
    [
        "{}",
        "{before: [14, 7, 0], overdue: [2], then_every: 1}",
        "{before: [], overdue: [1, 30], then_every: 60}",
    ],
)
def test_rungs_follow_each_other_and_the_next_is_known(said):
    rule = read_playbook(SMALL % said).action_items.reminders
    reached = [rule.reached(days) for days in range(-20, 500)]

    assert reached == sorted(reached, key=lambda rung: (rung is not None, rung))
    for days in range(-20, 400):
        following = rule.following(days)
        assert rule.reached(following) == following > days
        assert rule.reached(following - 1) == rule.reached(days)


def test_a_date_of_another_millennium_is_a_rung_that_can_be_stored():
    assert ReminderRule().reached(739_000) < 2**15


@pytest.mark.parametrize(
    ("said", "path", "sentence"),
    [
        ("{before: [2, 7]}", "before", "the most days before first"),
        ("{before: [-1]}", "before › 1", "Write a number from 0 to 14."),
        ("{overdue: [3, 1]}", "overdue", "the fewest days first"),
        ("{overdue: [1, 1]}", "overdue", "Write each day once"),
        ("{overdue: []}", "overdue", "at least one entry"),
        ("{overdue: [0]}", "overdue › 1", "Write a number from 1 to 365."),
        ("{then_every: 0}", "then_every", "Write a number from 1 to 60."),
        ("{then_every: weekly}", "then_every", "This must be a whole number"),
        ("{escalate: [{after: 7, tells: [boss]}]}", "escalate › 1 › tells › 1", "boss"),
        (
            "{escalate: [{after: 7, tells: [lead, lead]}]}",
            "escalate › 1 › tells",
            "once",
        ),
        (
            "{escalate: [{after: 7, priorities: [1, 1], tells: [lead]}]}",
            "escalate › 1 › priorities",
            "Write each priority once.",
        ),
        (
            "{escalate: [{after: 0, tells: [lead]}]}",
            "escalate › 1 › after",
            "from 1 to",
        ),
        ("{rungs: [1]}", "rungs", "There is no key “rungs” here."),
    ],
)
def test_nonsense_is_named_with_its_place_and_a_remedy(said, path, sentence):
    with pytest.raises(BrokenPlaybook) as broken:
        read_playbook(SMALL % said)

    [problem] = broken.value.problems
    assert problem.path == f"action_items › reminders › {path}"
    assert sentence in problem.sentence


def test_a_version_from_before_keeps_the_usual_rungs(incident):
    version = incident.playbook_version
    document = {**version.document, "action_items": {}}

    old = PlaybookVersion(document=document, sha256="0" * 64)

    assert old.content.action_items.reminders == ReminderRule()


def test_rungs_are_said_in_words():
    assert reminders_in_words(ReminderRule()) == [
        "Reminded 2 days before it is due; 1, 3 and 7 days late; then every 7 days.",
        "P0, P1: from 7 days late also the incident’s lead and the team’s lead.",
        "P0, P1: from 14 days late also the team’s manager.",
    ]
    daily = ReminderRule(before=(3, 0), overdue=(1,), then_every=1, escalate=())
    assert reminders_in_words(daily) == [
        "Reminded 3 days before it is due; on the day it is due; 1 day late; "
        "then every day."
    ]
    assert [rung_in_words(days) for days in (-2, 0, 1, 14)] == [
        "2 days before it is due",
        "on the day it is due",
        "1 day late",
        "14 days late",
    ]
