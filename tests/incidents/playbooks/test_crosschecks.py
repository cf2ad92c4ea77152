"""What no single type can tell: whether a playbook makes sense as a whole."""

from __future__ import annotations

import pytest

from incidents.playbooks.load import BrokenPlaybook, read_playbook

PLAIN = """\
name: Plain
severities:
  - {code: P1, name: Bad, badge: red, definition: It is bad.}
  - {code: P2, name: Less bad, badge: yellow, definition: It is less bad.}
"""
TEAM = """\
roles:
  - {code: lead, name: Lead, leads: true}
  - {code: boss, name: Boss}
"""
RUNG = "code: a, label: A, severities: [P1], tells: [boss]"
LATER = "code: b, label: B, severities: [P1, P2], tells: [boss]"


def problems(extra, plain=PLAIN):
    with pytest.raises(BrokenPlaybook) as refusal:
        read_playbook(plain + extra)
    return [(each.line, each.path, each.sentence) for each in refusal.value.problems]


def level(**keys):
    """Write the first severity with further keys, in YAML's short form."""
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    return PLAIN.replace("It is bad.", f"It is bad.{more}")


def test_what_is_compared_makes_sense():
    assert read_playbook(PLAIN + TEAM + f"ladder: [{{{RUNG}}}, {{{LATER}}}]\n")


@pytest.mark.parametrize(
    ("extra", "path", "sentence"),
    [
        (
            f"ladder: [{{{RUNG.replace('P1', 'P9')}}}]",
            "ladder › a › severities › 1",
            "Known here: P1, P2.",
        ),
        (f"ladder: [{{{RUNG}, who: bos}}]", "ladder › a › who", "“boss”"),
        (
            f"ladder: [{{{RUNG}, condition: fire}}]",
            "ladder › a › condition",
            "has none",
        ),
        (f"ladder: [{{{RUNG}}}, {{{RUNG}}}]", "ladder › a › code", "is taken"),
        (f"ladder: [{{{RUNG.replace('[P1]', '[P1, P1]')}}}]", None, "remove it"),
        (
            f"ladder: [{{{RUNG}, from: mitigated, until: acknowledged}}]",
            "ladder › a › until",
            "Write a later “until” (resolved)",
        ),
        (
            f"ladder: [{{{RUNG}, after: 1 h}}, {{{LATER}, after: 30 min}}]",
            "ladder › b › after",
            "30 min comes earlier than 1 h of “a”",
        ),
        (f"ladder: [{{{RUNG}, after: 1 h}}, {{{LATER}}}]", "ladder › b", "at once"),
        (
            "gates: [{code: g, phase: x, before: resolved, label: G}]",
            "gates › g › phase",
            "The playbook has none",
        ),
        (
            "phases: [{code: fix, name: Fix}]\n"
            "gates: [{code: g, phase: fxi, before: resolved, label: G}]",
            "gates › g › phase",
            "“fix”",
        ),
        (
            "phases: [{code: fix, name: Fix, begins: 1 h, ends: 30 min}]",
            "phases › fix › ends",
            "end (30 min) before it begins (1 h)",
        ),
        (
            "phases: [{code: fix, name: Fix, checklists: [none]}]",
            "phases › fix › checklists › 1",
            "“none” is not among the checklists",
        ),
        (
            "checklists: [{code: c, title: C, kind: phase, steps: [{text: A, steps: "
            "[{text: B, role: nobody}]}]}]",
            "checklists › c › steps › 1 › steps › 1 › role",
            "Known here: lead, boss",
        ),
        (
            "watches: [{code: w, condition: C, lasts: 1 h, at_most: 30 min}]",
            "watches › w › at_most",
            "not be shorter than lasts, 1 h",
        ),
        (
            "watches: [{code: w, condition: C, lasts: next sprint}]",
            "watches › w › lasts",
            "Write minutes, hours or days",
        ),
        (
            "follow_ups: [{code: f, label: F, due: stated in each update}]",
            "follow_ups › f › due",
            "Only updates can be",
        ),
        ("action_items: {followed_by: led}", "action_items › followed_by", "“lead”"),
        (
            "action_items: {priorities: [{priority: 1, due: 1 h}, "
            "{priority: 1, due: 2 h}]}",
            "action_items › priorities › 1 › priority",
            "“1” is taken",
        ),
        (
            "postmortem: {required: {impact: {severities: [P2], over: daily}}}",
            "postmortem › required › impact › over",
            "Write minutes, hours or days",
        ),
        (
            "postmortem: {required: {}, sections: [{key: a, title: A, kind: block}]}",
            "postmortem › sections › a",
            "add “block:” with one of identity",
        ),
        (
            "postmortem: {required: {}, sections: [{key: a, title: A, block: items}]}",
            "postmortem › sections › a › block",
            "only with “kind: block”",
        ),
        (
            "strategies: [{code: s, title: S, takes: {at_least: 1 h, at_most: 1 min}}]",
            "strategies › s › takes › at_most",
            "not be shorter than at_least, 1 h",
        ),
        (
            "postmortem: {required: {}, sections: [{key: a, title: A, sections: "
            "[{key: a, title: B}]}]}",
            "postmortem › sections › a › sections › a › key",
            "is the key of another section",
        ),
        (
            "flags: [{code: postmortem_required, name: F}]",
            "flags › postmortem_required › code",
            "Another code, please",
        ),
        (
            "strategies: [{code: s, title: S, takes: {}}]",
            "strategies › s › takes",
            "Say how long",
        ),
    ],
)
def test_a_part_that_does_not_fit_is_told(extra, path, sentence):
    found = problems(f"{TEAM}{extra}\n")

    assert len(found) == 1
    assert path in {None, found[0][1]}
    assert sentence in found[0][2]


@pytest.mark.parametrize(
    ("keys", "path", "sentence"),
    [
        ({"customers": "{rule: required_after}"}, "customers", "add “after: 1 h”"),
        (
            {"customers": "{rule: required, after: 1 h}"},
            "customers › after",
            "only with “rule: required_after”",
        ),
        ({"thresholds": "[{measure: cpu}]"}, "thresholds › 1", "begins or ends"),
        (
            {"thresholds": "[{measure: cpu, above: 9, below: 9}]"},
            "thresholds › 1",
            "No figure lies in this band",
        ),
        (
            {"thresholds": "[{measure: cpu, above: 9, at_least: 9}]"},
            "thresholds › 1 › at_least",
            "not both",
        ),
        (
            {"updates": "[{audience: team, every: 0 min}]"},
            "updates › 1 › every",
            "how much time goes by",
        ),
        (
            {"updates": "[{audience: team, every: 1 h, nudge: 2 h}]"},
            "updates › 1 › nudge",
            "less than every, 1 h",
        ),
        (
            {"updates": "[{audience: team, every: 1 h, condition: fire}]"},
            "updates › 1 › condition",
            "not among the flags",
        ),
        (
            {"updates": "[{audience: team, every: 1 h}, {audience: team, every: 2 h}]"},
            "updates › 2 › audience",
            "keep one",
        ),
    ],
)
def test_a_severity_that_makes_no_sense_is_told(keys, path, sentence):
    ((line, found, said),) = problems("", level(**keys))

    assert (line, found) == (3, f"severities › P1 › {path}")
    assert sentence in said


@pytest.mark.parametrize(
    ("before", "after", "path", "sentence"),
    [
        ("code: P2", "code: p1", "p1 › code", "differ only in their case"),
        ("code: P2", "code: P1", "P1 › code", "is taken by another"),
        (
            "badge: red",
            "badge: blue",
            "P2 › badge",
            "The worst comes first",
        ),
    ],
)
def test_severities_are_told_apart_and_begin_with_the_worst(
    before, after, path, sentence
):
    ((line, found, said),) = problems("", PLAIN.replace(before, after))

    assert (line, found) == (4, f"severities › {path}")
    assert sentence in said


@pytest.mark.parametrize(
    ("statuses", "path", "sentence"),
    [
        ("resolved, open", "statuses › open › code", "keep the order open, invest"),
        ("open, open, resolved", "statuses › open › code", "is taken by another"),
        ("open, identified", "statuses", "add the status “resolved”"),
    ],
)
def test_statuses_keep_their_order_and_end(statuses, path, sentence):
    rows = ", ".join(f"{{code: {code}, label: A}}" for code in statuses.split(", "))

    ((_, found, said),) = problems(f"statuses: [{rows}]\n")

    assert found == path
    assert sentence in said


def test_a_status_that_the_playbook_leaves_out_cannot_be_waited_for():
    extra = "statuses: [{code: open, label: A}, {code: resolved, label: B}]\n"

    found = problems(extra + "phases: [{code: p, name: P, status: monitoring}]\n")

    assert "Known here: open, resolved." in found[0][2]


@pytest.mark.parametrize(
    ("leads", "path", "sentence"),
    [
        ([], "roles", "add “leads: true” to exactly one role"),
        (["a", "b"], "roles › b › leads", "Only one role leads, and “a” does"),
    ],
)
def test_exactly_one_role_leads(leads, path, sentence):
    rows = [
        f"  - {{code: {code}, name: A, leads: {str(code in leads).lower()}}}\n"
        for code in ("a", "b")
    ]

    ((_, found, said),) = problems("roles:\n" + "".join(rows))

    assert found == path
    assert sentence in said


@pytest.mark.parametrize(
    ("ladder", "why"),
    [
        (
            f"[{{{RUNG}, after: 1 h}}, {{{LATER}, condition: fire}}]",
            "a condition alone",
        ),
        (f"[{{{RUNG}, after: 1 h}}, {{{LATER}, from: acknowledged}}]", "another start"),
        (f"[{{{RUNG}, after: 1 h}}, {{{LATER}, after: 1 h}}]", "the same time"),
        (
            f"[{{{RUNG}, after: 1 h}}, {{{LATER}, after: 1 min in business hours}}]",
            "lengths that do not compare",
        ),
        (
            f"[{{{RUNG}, after: 1 h}}, {{{LATER.replace('P1, ', '')}}}]",
            "another severity",
        ),
    ],
)
def test_a_ladder_may_list_rungs_of_which_neither_is_earlier(ladder, why):
    flag = "flags: [{code: fire, name: Fire}]\n"

    assert read_playbook(f"{PLAIN}{TEAM}{flag}ladder: {ladder}\n"), why


def test_more_severities_than_anybody_could_work_by_are_refused():
    more = "".join(
        f"  - {{code: X{n}, name: X, badge: yellow, definition: It is bad.}}\n"
        for n in range(19)
    )

    assert "more than 20" in problems("", plain=PLAIN + more)[0][2]
