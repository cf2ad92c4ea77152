"""Every figure of the playbook `oncall`, read back from its explanation."""

from __future__ import annotations

import pytest

from tests.incidents.playbooks.explained import TARGETS, Explained

pytestmark = pytest.mark.django_db
LEVELS = ("P1", "P2", "P3", "P4")
BOTH, BY_ALL = "engineering-lead, cto", "pager, phone or chat"
TIMED = [
    ("primary", 0, None, "primary", "pager"),
    ("secondary", 10, None, "secondary", "pager"),
    ("engineering-lead", 15, None, "engineering-lead", "phone or chat"),
]
TOP = ("cto", 30, None, "cto", "phone")
STUCK = [
    ("undiagnosed", None, "undiagnosed", "engineering-lead", BY_ALL),
    ("failed-fix", None, "failed_fix", "engineering-lead", BY_ALL),
    ("most-users", None, "most_users", "engineering-lead", BY_ALL),
]


def explained(severity):
    return Explained("oncall", severity)


@pytest.mark.parametrize(
    ("severity", "name", "rule", "minutes"),
    [
        ("P1", "Critical", "15 min", 15),
        ("P2", "High", "30 min", 30),
        ("P3", "Medium", "2 h", 120),
        ("P4", "Low", "next business day", 3 * 24 * 60 + 30),
    ],
)
def test_each_level_is_acknowledged_in_five_minutes_and_answered(
    severity, name, rule, minutes
):
    found = explained(severity)

    assert found.computed["severity_name"] == name
    assert found.rules(*TARGETS) == {"acknowledge": "5 min", "respond": rule}
    assert found.minutes(*TARGETS) == {"acknowledge": 5, "respond": minutes}


@pytest.mark.parametrize(
    ("severity", "repeats"),
    [("P1", True), ("P2", True), ("P3", False), ("P4", False)],
)
def test_the_first_post_promises_the_next_in_15_minutes(severity, repeats):
    (row,) = explained(severity).rows("update")

    assert (row["audience"], row["rule"], row["repeats"]) == ("team", "15 min", repeats)
    assert (row["from"], row["until"]) == ("declared", "resolved")


def test_all_levels_are_declared():
    assert {explained(each).computed["tracking"] for each in LEVELS} == {"declared"}


def test_a_p1_climbs_by_the_clock_and_by_conditions():
    found = explained("P1")
    by_condition = [rung for rung in found.ladder if rung[2]]

    assert [rung for rung in found.ladder if not rung[2]] == [*TIMED, TOP]
    assert by_condition == [
        ("breach", None, "breach", BOTH, BY_ALL),
        ("data-loss", None, "data_loss", BOTH, BY_ALL),
        ("payments-down", None, "payments_down", BOTH, BY_ALL),
        ("full-outage", None, "full_outage", BOTH, BY_ALL),
        *STUCK,
    ]


def test_conditions_count_at_once_after_five_minutes_or_after_30():
    rules = explained("P1").rules("rung")

    assert [rules[f"rung:{each}"] for each in ("breach", "data-loss")] == [
        "immediate",
        "immediate",
    ]
    assert rules["rung:payments-down"] == "immediate"
    assert rules["rung:full-outage"] == "5 min"
    assert {rules[f"rung:{each[0]}"] for each in STUCK} == {"30 min"}


def test_only_p1_and_p2_reach_the_top():
    assert explained("P2").ladder == [*TIMED, TOP, *STUCK]
    assert explained("P3").ladder == explained("P4").ladder == [*TIMED, *STUCK]


def test_timed_rungs_end_with_the_acknowledgement_and_conditions_with_the_end():
    ladder = explained("P1").computed["ladder"]

    assert {r["until"] for r in ladder if not r["condition"]} == {"acknowledged"}
    assert {r["until"] for r in ladder if r["condition"]} == {"resolved"}
    assert {r["from"] for r in ladder} == {"declared"}


@pytest.mark.parametrize("severity", LEVELS)
def test_the_record_has_its_reference_and_its_standing_channel(severity):
    found = explained(severity)

    assert found.computed["reference"] == "INC-2026-03-06-001"
    assert found.computed["channel"] == "#incident-response"
    assert found.computed["channel_kind"] == "shared"
    assert found.statuses == ["Investigating", "Resolved"]


def test_the_investigator_leads_among_five_roles():
    roles = explained("P1").playbook["roles"]

    assert [(r["code"], r["leads"]) for r in roles] == [
        ("investigator", True),
        ("primary", False),
        ("secondary", False),
        ("engineering-lead", False),
        ("cto", False),
    ]


def test_there_are_no_phases_and_no_dates_for_items():
    computed = explained("P1").computed

    assert (computed["phases"], computed["action_items"]) == ([], {})


@pytest.mark.parametrize(
    ("severity", "required"),
    [("P1", True), ("P2", True), ("P3", False), ("P4", False)],
)
def test_only_p1_and_p2_need_a_post_mortem_scheduled_within_a_day(severity, required):
    found = explained(severity)
    rule = found.computed["postmortem"]

    assert rule["required"] == required
    assert "P1" in rule["reason"] or "P2" in rule["reason"]
    assert (rule["review_rule"], rule["review_means"]) == ("24 h", "scheduled")
    assert (rule["report_rule"], rule["draft_rule"]) == (None, None)
    assert found.waiting == {
        "follow_up:within-an-hour": ("1 h", "resolved"),
        "follow_up:within-a-day": ("24 h", "resolved"),
        "review": ("24 h", "resolved"),
    }


def test_the_post_mortem_has_its_sections_in_order():
    assert explained("P1").computed["postmortem"]["section_keys"] == [
        "summary",
        "timeline",
        "root_cause",
        "impact",
        "went_well",
        "improve",
        "action_items",
    ]


def test_checklists_and_runbooks_are_all_there():
    playbook = explained("P1").playbook

    counts = [(each["kind"], len(each["steps"])) for each in playbook["checklists"]]
    assert counts == [
        ("alert", 3),
        ("triage", 5),
        ("horizon", 4),
        ("horizon", 3),
        ("shift", 5),
    ]
    assert len(playbook["runbooks"]) == 5
