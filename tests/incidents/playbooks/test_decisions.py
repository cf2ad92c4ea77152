"""What the originals leave open is settled in the presets, and each says how.

The coverage of the digest names decisions by their place: hence their whole order.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.incidents.playbooks.originals import digest_lines
from tests.incidents.playbooks.test_coverage import FOLDER, document, places, table

# It tells the presets what "ours" stands for.
LEGEND = 5
# The lines of the digest that settle what the originals leave open.
OURS = {18, 29, 34, 36, 38, 40, 41, 45, 47, 48, 56, 60, 61, 62, 86, 88, 89, 93}
TOPICS = {
    "oncall": [
        "Calendar",
        "Next business day",
        "Start of the clocks",
        "Acknowledgement",
        "Repeated updates",
        "End of the ladder",
        "Who hears of the grave conditions",
        "Who hears of a stuck incident",
        "Five minutes of full outage",
        "Payments",
        "Roles",
        "Levels that are declared",
        "Badges",
        "Reference",
        "Follow-ups",
        "Post-mortem",
        "Emptying the cache",
    ],
    "phases": [
        "Definitions",
        "Badges",
        "Bands of error rates",
        "At once, for a P0",
        "Next sprint",
        "Tickets",
        "Promotion",
        "Name of the channel",
        "Number in the reference",
        "Statuses",
        "Public status while mitigating",
        "Status page clock",
        "Status page for a P1",
        "Where clocks start",
        "Second level",
        "Third level",
        "Third level at once",
        "End of the ladder",
        "Commander",
        "Which incidents need a post-mortem",
        "Dates of the post-mortem",
        "Spans of days",
        "Warnings beside commands",
        "Business hours for a P2",
    ],
    "matrix": [
        "Calendar",
        "Ticket only",
        "Start of the ladder",
        "End of the ladder",
        "Updates",
        "Lead",
        "Reference",
        "Phases",
        "Post-mortem, when",
        "Post-mortem, payments",
        "Severity in the post-mortem",
        "Badges",
    ],
    "cadence": [
        "Dates of this playbook",
        "Badges",
        "Immediate",
        "Next business day",
        "Tickets",
        "Business hours for a P2",
        "Failing requests",
        "What suggests a severity",
        "Channel of a P2",
        "Name of the channel",
        "Number in the reference",
        "Closed",
        "Where clocks start",
        "Levels 2 and 3 of a P0",
        "Levels 2 and 3 of a P1",
        "Ladder of a P2",
        "Level 4",
        "Reasons without a level",
        "End of the ladder",
        "Watching after the fix",
        "Which incidents need a post-mortem",
        "Post-mortem timeline",
        "Warnings beside commands",
    ],
    "command": [
        "Calendar",
        "Start of the clocks",
        "Immediate response",
        "Resolving a SEV-3",
        "Status updates of a severity",
        "Updates to the team",
        "Daily updates",
        "When customers hear of a SEV-1",
        "Customers are told once",
        "One text, two places",
        "Statuses",
        "What the status page calls it",
        "Ladder",
        "Where a SEV-3 is talked about",
        "Bands of the error rate",
        "Answers that speak for a severity",
        "Which incidents are reviewed",
        "Dates of action items",
        "Numbers of references",
        "Times in messages",
        "Pager and status page",
        "Marks on commands",
        "Tags of runbooks",
    ],
}


@pytest.mark.parametrize("code", TOPICS)
def test_every_choice_of_ours_is_written_down(code):
    decisions = document(code)["about"]["decisions"]

    assert [each["about"] for each in decisions] == TOPICS[code]
    assert len(set(TOPICS[code])) == len(TOPICS[code])
    assert all(each["text"] for each in decisions)


def test_what_the_digest_calls_ours_is_a_decision_of_a_preset():
    decided = {
        item["line"]
        for item in table("digest")
        if any(
            path.startswith("about/decisions/") for _, path in places("digest", item)
        )
    }

    assert decided >= OURS
    if FOLDER:
        lines = digest_lines((Path(FOLDER).parent / "PLAYBOOKS.md").read_text())
        ours = {fact.line for fact in lines if re.search(r"\b[Oo]urs\b", fact.text)}
        assert ours - {LEGEND} == OURS
