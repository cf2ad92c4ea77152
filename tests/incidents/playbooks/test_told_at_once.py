"""Mistakes of every kind are told together, and none that is only their echo."""

from __future__ import annotations

import pytest

from incidents.playbooks.load import BrokenPlaybook, read_playbook
from incidents.playbooks.presets import PRESETS, preset_text
from tests.incidents.playbooks.mistakes import mistakes

MISTAKEN = """\
name: Mistaken
colour: blue
severities:
  - code: P1
    name: Bad
    badge: red
    definition: It is bad.
    respond: 15 mins
  - code: P2
    badge: pink
    definition: It is less bad.
calendar: {zone: Nowhere, sprint_weeks: many}
roles:
  - {code: scribe, name: 17}
  - {code: lead, name: Lead, leads: true, required: [P1, P3, P2]}
  - {code: lead, name: Lead too}
flags: [{name: Fire}, {code: flood, name: Flood, sense: none}]
ladder:
  - {code: a, severities: [P1], tells: [lead], after: 1 h}
  - {code: b, label: B, severities: [P1], tells: Boss, media: [pigeon]}
  - {code: c, label: C, severities: [9, P1, P4], tells: [bard], after: 1 min}
gates:
  - {code: g, phase: fix, before: closed, label: G}
  - {code: h, phase: fix, before: resolved, label: H, watch: w}
messages:
  - {code: m, name: M, moment: updat, audience: team, body: M}
  - {code: n, name: N, moment: update, audience: team, body: "{titel} {role:x}"}
"""
TOLD = """\
2 colour
8 severities › P1 › respond
9 severities › P2 › name
10 severities › P2 › badge
12 calendar › sprint_weeks
12 calendar › zone
14 roles › scribe › name
15 roles › lead › required › 2
16 roles › lead › code
17 flags › 1 › code
17 flags › flood › sense
19 ladder › a › label
20 ladder › b › media › 1
20 ladder › b › tells
21 ladder › c › after
21 ladder › c › severities › 1
21 ladder › c › severities › 3
21 ladder › c › tells › 1
23 gates › g › before
24 gates › h › phase
24 gates › h › watch
26 messages › m › moment
27 messages › n › body
27 messages › n › body
"""
PLAIN = """\
name: Plain
severities:
  - {code: P1, name: Bad, badge: red, definition: It is bad.}
  - {code: P2, name: Less bad, badge: yellow, definition: It is less bad.}
"""
MISSED = "action_items: {followed_by: nobody}"
MEANT = "action_items: {followed_by: a}"


def told(text: str) -> list[str]:
    try:
        read_playbook(text)
    except BrokenPlaybook as broken:
        return [f"{each.line} {each.path}" for each in broken.problems]
    return []


def test_mistakes_of_types_and_of_sense_are_told_together():
    assert told(MISTAKEN) == TOLD.splitlines()


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        (f"roles: [{{code: A, leads: true, name: A}}]\n{MEANT}", "5 roles › A › code"),
        (f"roles: {{a: A}}\n{MEANT}", "5 roles"),
        (f"roels: [{{code: a, name: A}}]\n{MEANT}", "5 roels"),
        (f"roles: [a]\n{MEANT}", "5 roles › 1"),
        ("roles: [{code: a, name: A, leads: si}]", "5 roles › a › leads"),
        ("roles: [{code: a, name: A, leades: true}]", "5 roles › a › leades"),
        ("roles: [{code: a, leads: true}]", "5 roles › a › name"),
        ("statuses: [{code: resolved, label: []}]", "5 statuses › resolved › label"),
        ("statuses: [{code: over, label: Over}]", "5 statuses › over › code"),
        (
            "record: {channels: [{kind: own, patern: '#a'}]}",
            "5 record › channels › 1 › patern",
        ),
        (
            "record: {channels: [{kind: ticket, severities: [1]}, {kind: thread}]}",
            "5 record › channels › 1 › severities › 1",
        ),
        ("calendar: {opens: 18:00, closes: late}", "5 calendar › closes"),
        (
            "strategies: [{code: s, title: S, takes: {at_least: 2}}]",
            "5 strategies › s › takes › at_least",
        ),
        (
            "checklists: [{code: c, title: C, kind: phase, steps: [{text: {}}]}]\n"
            "phases: [{code: p, name: P, checklists: [c]}]",
            "5 checklists › c › steps › 1 › text",
        ),
    ],
)
def test_what_only_follows_from_a_mistake_is_not_told(extra, found):
    assert told(PLAIN + extra) == [found]


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        (f"colour: blue\n{MISSED}", ["5 colour", "6 action_items › followed_by"]),
        (
            f"roles: [{{code: a, leads: true}}]\n{MISSED}",
            ["5 roles › a › name", "6 action_items › followed_by"],
        ),
        (
            "roles: [{code: a, name: A, duties: x}]",
            ["5 roles", "5 roles › a › duties"],
        ),
        (
            f"name: Twice\n{MISSED}",
            ["5 name", "6 action_items › followed_by"],
        ),
    ],
)
def test_what_does_not_follow_from_a_mistake_is_told(extra, found):
    assert told(PLAIN + extra) == found


@pytest.mark.parametrize("code", PRESETS)
def test_one_mistake_in_a_preset_is_told_and_no_other(code):
    for mistake in mistakes(preset_text(code)):
        paths = [each.partition(" ")[2] for each in told(mistake.text)]

        assert paths == [mistake.path], mistake.how
