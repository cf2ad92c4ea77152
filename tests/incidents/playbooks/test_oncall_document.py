"""Every figure and count of the playbook `oncall`, read from its document."""

from __future__ import annotations

import pytest

from incidents.playbooks.placeholders import PLACEHOLDERS
from incidents.playbooks.schema.base import find
from tests.incidents.playbooks.placeholders import placeholders_of

PRESET = "oncall"
LEVELS = ("P1", "P2", "P3", "P4")
LEAD = ("engineering-lead",)
BOTH = ("engineering-lead", "cto")


def test_severities_have_their_names_badges_and_examples(document):
    found = [(s.code, s.name, s.badge, len(s.examples)) for s in document.severities]

    assert found == [
        ("P1", "Critical", "red", 2),
        ("P2", "High", "orange", 1),
        ("P3", "Medium", "yellow", 1),
        ("P4", "Low", "blue", 1),
    ]
    assert {s.tracking for s in document.severities} == {"declared"}


def test_each_level_has_its_time_to_respond_beside_five_minutes(document):
    found = [(str(s.acknowledge), str(s.respond)) for s in document.severities]

    assert found == [
        ("5 min", "15 min"),
        ("5 min", "30 min"),
        ("5 min", "2 h"),
        ("5 min", "next business day"),
    ]
    assert not any(s.resolve or s.customers for s in document.severities)


def test_the_next_update_is_promised_in_15_minutes_and_repeats_for_p1_and_p2(document):
    found = [
        (each.audience, str(each.every), each.start, each.until, each.repeats)
        for level in document.severities
        for each in level.updates
    ]

    assert found == [
        ("team", "15 min", "declared", "resolved", True),
        ("team", "15 min", "declared", "resolved", True),
        ("team", "15 min", "declared", "resolved", False),
        ("team", "15 min", "declared", "resolved", False),
    ]


def test_the_record_has_its_reference_channel_and_statuses(document):
    channels = [(each.kind, each.pattern) for each in document.record.channels]
    statuses = [(each.code, each.label) for each in document.statuses]

    assert document.record.reference == "INC-{YYYY}-{MM}-{DD}-{NNN}"
    assert channels == [("shared", "#incident-response")]
    assert statuses == [
        ("investigating", "Investigating"),
        ("resolved", "Resolved"),
    ]


def test_the_investigator_leads_and_nobody_commands(document):
    codes = [each.code for each in document.incident_roles]

    assert codes == ["investigator", "primary", "secondary", "engineering-lead", "cto"]
    assert document.leading_role.code == "investigator"


def test_timed_rungs_tell_the_next_in_line_until_somebody_acknowledges(document):
    found = [
        (r.code, str(r.after or "at once"), r.severities, r.tells, r.media)
        for r in document.ladder
        if not r.condition
    ]

    assert found == [
        ("primary", "at once", LEVELS, ("primary",), ("pager",)),
        ("secondary", "10 min", LEVELS, ("secondary",), ("pager",)),
        ("engineering-lead", "15 min", LEVELS, LEAD, ("phone", "chat")),
        ("cto", "30 min", ("P1", "P2"), ("cto",), ("phone",)),
    ]
    assert {r.until for r in document.ladder if not r.condition} == {"acknowledged"}
    assert {r.start for r in document.ladder} == {"declared"}


def test_conditions_escalate_until_the_incident_is_resolved(document):
    found = [
        (r.condition, str(r.after or "at once"), r.severities, r.tells)
        for r in document.ladder
        if r.condition
    ]

    assert found == [
        ("breach", "at once", ("P1",), BOTH),
        ("data_loss", "at once", ("P1",), BOTH),
        ("payments_down", "at once", ("P1",), BOTH),
        ("full_outage", "5 min", ("P1",), BOTH),
        ("undiagnosed", "30 min", LEVELS, LEAD),
        ("failed_fix", "30 min", LEVELS, LEAD),
        ("most_users", "30 min", LEVELS, LEAD),
    ]
    assert {r.until for r in document.ladder if r.condition} == {"resolved"}
    assert {r.condition for r in document.ladder} - {None} == {
        each.code for each in document.flags
    }


def test_rungs_tell_only_roles_there_are_and_follow_the_clock(document):
    delays = [each.after.span if each.after else None for each in document.ladder]
    times = [each for each in delays if each]

    assert {role for r in document.ladder for role in r.tells} <= {
        each.code for each in document.roles
    }
    assert times == sorted(times)
    assert len(document.escalation.how) == 3


def test_checklists_have_their_steps(document):
    found = [
        (each.code, each.kind, len(each.steps), str(each.within), each.start)
        for each in document.checklists
    ]

    assert found == [
        ("on-an-alert", "alert", 3, "None", "declared"),
        ("first-assessment", "triage", 5, "5 min", "acknowledged"),
        ("within-an-hour", "horizon", 4, "None", "resolved"),
        ("within-a-day", "horizon", 3, "None", "resolved"),
        ("shift-handover", "shift", 5, "None", "declared"),
    ]


def test_answers_of_the_first_assessment_fill_the_record(document):
    steps = find(document.checklists, "first-assessment").steps

    assert [each.fills for each in steps] == [
        "services",
        "users_reach",
        "started_at",
        "cause_category",
        None,
    ]


def test_only_p1_and_p2_find_a_time_for_the_post_mortem(document):
    steps = find(document.checklists, "within-a-day").steps

    assert [each.severities for each in steps] == [(), (), ("P1", "P2")]


def test_two_lists_follow_the_resolution(document):
    found = [(str(f.due), f.start, f.checklist) for f in document.follow_ups]

    assert found == [
        ("1 h", "resolved", "within-an-hour"),
        ("24 h", "resolved", "within-a-day"),
    ]


@pytest.mark.parametrize(
    ("code", "moment", "used"),
    [
        ("first-update", "first_update", "services impact started sender now"),
        (
            "escalation",
            "escalation",
            "title elapsed users transactions ask ask channel",
        ),
        ("shift-handover", "handover", "sender ask ask ask ask ask"),
    ],
)
def test_messages_are_filled_from_the_closed_set(document, code, moment, used):
    message = find(document.messages, code)
    names = placeholders_of(message.body)

    assert (message.moment, message.audience) == (moment, "team")
    assert names == used.split()
    assert set(names) <= set(PLACEHOLDERS)


def test_the_first_update_promises_the_next_one(document):
    body = find(document.messages, "first-update").body

    assert "{now + 15 min}" in body


def test_runbooks_have_their_symptoms_checks_and_fixes(document):
    found = [
        (each.code, len(each.symptoms), len(each.checks), len(each.causes))
        for each in document.runbooks
    ]

    assert found == [
        ("api-errors", 3, 4, 4),
        ("database", 3, 3, 3),
        ("payments", 3, 2, 3),
        ("authentication", 3, 2, 3),
        ("latency", 3, 3, 3),
    ]


def test_runbooks_keep_every_command(document):
    checks = {
        each.code: sum(len(step.commands) for step in each.checks)
        for each in document.runbooks
    }
    fixes = {
        each.code: [len(cause.commands) for cause in each.causes]
        for each in document.runbooks
    }
    payments = find(document.runbooks, "payments")

    assert list(checks.values()) == [4, 3, 1, 1, 2]
    assert fixes["api-errors"] == [0, 0, 4, 0]
    assert fixes["database"] == [0, 1, 0]
    assert len(payments.checks[0].steps) == 3
    assert [len(each.steps) for each in payments.options] == [4]


def test_answers_slower_than_two_seconds_are_a_threshold(document):
    (threshold,) = find(document.runbooks, "latency").thresholds

    assert (threshold.measure, threshold.above) == ("response_seconds", 2)
    assert threshold.scope == "API"


def test_command_groups_warn_where_care_is_needed(document):
    counts = {each.kind: len(each.commands) for each in document.commands}
    emergency = find(document.commands, "emergency").commands

    assert counts == {"health": 5, "logs": 3, "queries": 3, "emergency": 4}
    assert [each.danger for each in emergency] == [
        None,
        "dangerous",
        "may_lose_data",
        "needs_coordination",
    ]


def test_contacts_and_vendors_are_at_hand(document):
    contacts = [(each.kind, each.reach) for each in document.contacts]
    vendors = [(v.code, v.status_page, bool(v.support)) for v in document.vendors]

    assert contacts == [
        ("channel", "#incident-response"),
        ("channel", "#engineering"),
        ("tool", None),
        ("tool", None),
    ]
    assert vendors == [
        ("database", True, True),
        ("payments", True, True),
        ("hosting", True, True),
        ("cdn", True, False),
        ("email", True, False),
    ]


def test_p1_and_p2_get_a_post_mortem_scheduled_within_a_day(document):
    rule = document.postmortem

    assert rule.required.severities == ("P1", "P2")
    assert not rule.required.every_declared
    assert (str(rule.review), rule.review_means) == ("24 h", "scheduled")
    assert rule.report is None
    assert rule.draft is None
    assert rule.wording.motto


def test_the_post_mortem_has_its_sections_in_order(document):
    found = [
        (each.key, each.block, len(each.fields + each.columns + each.prompts))
        for each in document.postmortem.sections
    ]

    assert found == [
        ("summary", None, 1),
        ("timeline", "timeline", 5),
        ("root_cause", None, 1),
        ("impact", "impact", 3),
        ("went_well", None, 2),
        ("improve", None, 2),
        ("action_items", "items", 3),
    ]
