"""Every figure and count of the playbook `matrix`, read from its document."""

from __future__ import annotations

from incidents.playbooks.placeholders import PLACEHOLDERS
from incidents.playbooks.schema.base import find
from tests.incidents.playbooks.placeholders import placeholders_of

PRESET = "matrix"
DECLARED = ("P1", "P2", "P3")


def commands_in(step):
    """Count the commands of a step and of those under it."""
    return len(step.commands) + sum(commands_in(each) for each in step.steps)


def find_section(document, key):
    return next(each for each in document.postmortem.sections if each.key == key)


def test_severities_have_their_names_badges_and_examples(document):
    found = [(s.code, s.name, s.badge, len(s.examples)) for s in document.severities]

    assert found == [
        ("P1", "Complete outage", "red", 3),
        ("P2", "Major degradation", "orange", 2),
        ("P3", "Minor issues", "yellow", 2),
        ("P4", "Low priority", "blue", 1),
    ]


def test_severities_have_their_time_to_respond_and_p4_is_a_ticket(document):
    found = [(str(s.respond), s.tracking) for s in document.severities]

    assert found == [
        ("15 min", "declared"),
        ("1 h", "declared"),
        ("4 h", "declared"),
        ("24 h", "ticket"),
    ]
    assert not any(s.resolve or s.acknowledge for s in document.severities)


def test_each_update_of_a_declared_level_states_the_next(document):
    found = [
        (level.code, each.audience, str(each.every), each.first)
        for level in document.severities
        for each in level.updates
    ]

    assert found == [(code, "team", "stated in each update", None) for code in DECLARED]


def test_the_record_has_its_reference_channels_and_statuses(document):
    channels = [(c.kind, c.severities, c.pattern) for c in document.record.channels]
    statuses = [(each.code, each.label) for each in document.statuses]

    assert document.record.reference == "INC-{YYYY}-{MM}-{DD}-{NNN}"
    assert channels == [
        ("own", DECLARED, "#inc-{YYYY}-{MM}-{DD}-{slug}"),
        ("ticket", ("P4",), None),
    ]
    assert statuses == [
        ("investigating", "Investigating"),
        ("mitigating", "Mitigating"),
        ("resolved", "Resolved"),
    ]


def test_incidents_are_noticed_by_alerts_or_by_people(document):
    found = [(each.code, len(each.examples)) for each in document.sources]

    assert found == [
        ("alert", 4),
        ("user_report", 0),
        ("ticket", 0),
        ("team_member", 0),
    ]


def test_the_ladder_follows_the_matrix(document):
    found = [
        (rung.severities, rung.who, str(rung.after), rung.tells)
        for rung in document.ladder
    ]

    assert found == [
        (("P1",), "on-call", "15 min", ("engineering-lead",)),
        (("P1",), "engineering-lead", "30 min", ("ceo",)),
        (("P2",), "on-call", "1 h", ("engineering-lead",)),
        (("P3",), "on-call", "4 h", ("team-lead",)),
    ]
    assert {(rung.start, rung.until) for rung in document.ladder} == {
        ("declared", "mitigated")
    }
    assert not document.rungs_for("P4")


def test_the_on_call_engineer_leads(document):
    assert [each.code for each in document.roles] == [
        "on-call",
        "engineering-lead",
        "team-lead",
        "ceo",
    ]
    assert document.leading_role.code == "on-call"
    assert not document.role("ceo").on_incident


def test_five_phases_follow_one_another_without_windows(document):
    found = [
        (each.code, each.window, each.start, each.status) for each in document.phases
    ]

    assert found == [
        ("detection", "none", "declared", None),
        ("triage", "none", "declared", "investigating"),
        ("mitigate", "none", "declared", "mitigating"),
        ("resolve", "none", "declared", "resolved"),
        ("post-mortem", "none", "resolved", None),
    ]
    assert not any(each.begins or each.ends for each in document.phases)


def test_every_checklist_hangs_on_a_phase_and_has_its_steps(document):
    counts = {each.code: len(each.steps) for each in document.checklists}
    hung = [code for phase in document.phases for code in phase.checklists]

    assert counts == {
        "first-response": 3,
        "quick-assessment": 5,
        "tell-after-triage": 3,
        "stop-the-harm": 3,
        "verification": 7,
        "tell-after-resolving": 3,
    }
    assert hung == list(counts)


def test_the_assessment_and_the_first_aid_keep_their_commands(document):
    assessment = find(document.checklists, "quick-assessment").steps
    first_aid = find(document.checklists, "stop-the-harm").steps

    assert [commands_in(each) for each in assessment] == [2, 1, 2, 0, 0]
    assert [bool(each.link) for each in assessment] == [False] * 3 + [True] * 2
    assert [len(each.steps) for each in first_aid] == [2, 3, 3]
    assert [commands_in(each) for each in first_aid] == [3, 2, 3]


def test_the_severity_is_given_in_the_first_response(document):
    steps = find(document.checklists, "first-response").steps

    assert [each.fills for each in steps] == [None, None, "severity"]


def test_the_tree_asks_three_questions(document):
    (tree,) = document.trees

    assert tree.code == "rollback"
    assert len(tree.questions) == 3
    assert "15 minutes" in tree.questions[2].ask


def test_the_incident_post_has_its_fields_in_order(document):
    (post,) = document.messages
    names = placeholders_of(post.body)

    assert (post.moment, post.audience, post.zone) == ("first_update", "team", "UTC")
    assert post.severities == DECLARED
    assert names == [
        "title",
        "severity",
        "status",
        "started",
        "responders",
        "impact",
        "features",
        "timeline",
        "ask",
        "next_update_in",
    ]
    assert set(names) <= set(PLACEHOLDERS)


def test_maintenance_has_two_ways_and_three_notices(document):
    maintenance = document.maintenance

    assert [commands_in(each) for each in maintenance.options] == [0, 1]
    assert len(maintenance.tell) == 3


def test_runbooks_have_their_steps(document):
    counts = {each.code: len(each.steps) for each in document.runbooks}
    slow = find(document.runbooks, "slow-responses").steps

    assert counts == {
        "error-rate": 5,
        "slow-responses": 4,
        "payments": 4,
        "email": 4,
        "database-connections": 4,
    }
    assert [commands_in(each) for each in slow] == [1, 1, 0, 0]


def test_vendors_and_channels_are_at_hand(document):
    vendors = [(v.code, v.dashboard, bool(v.support)) for v in document.vendors]
    resources_at_hand = [(each.code, each.kind) for each in document.resources]

    assert vendors == [("payments", True, True), ("email", True, False)]
    assert find(document.contacts, "general").reach == "#general"
    assert resources_at_hand == [
        ("error-tracker", "tool"),
        ("deployment-runbook", "document"),
    ]


def test_a_post_mortem_is_due_by_severity_length_or_payments(document):
    required = document.postmortem.required

    assert required.severities == ("P1",)
    assert required.impact.severities == ("P2",)
    assert str(required.impact.over) == "30 min"
    assert required.tags == ("payments",)
    assert not required.every_declared


def test_the_post_mortem_is_drafted_in_48_hours_and_reviewed_in_a_week(document):
    rule = document.postmortem

    assert (str(rule.draft), str(rule.review)) == ("48 h", "1 week")
    assert (rule.report, rule.review_means) == (None, "held")


def test_the_post_mortem_has_its_sections_in_order(document):
    found = [
        (each.key, each.block, len(each.fields + each.columns))
        for each in document.postmortem.sections
    ]

    assert found == [
        ("identity", "identity", 4),
        ("summary", None, 0),
        ("impact", "impact", 3),
        ("timeline", "timeline", 5),
        ("root_cause", None, 0),
        ("went_well", None, 0),
        ("went_wrong", None, 0),
        ("action_items", "items", 4),
        ("lessons", None, 0),
    ]
    assert find_section(document, "timeline").zone == "UTC"
    assert "two or three sentences" in find_section(document, "summary").prompts[0]


def test_action_items_are_assigned_and_tracked(document):
    assert len(document.action_items.practice) == 1
    assert not document.action_items.priorities
