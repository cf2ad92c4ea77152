"""Every figure of the playbook `matrix`, read back from its explanation."""

from __future__ import annotations

import pytest

from tests.incidents.playbooks.explained import TARGETS, Explained

pytestmark = pytest.mark.django_db


def explained(severity):
    return Explained("matrix", severity)


@pytest.mark.parametrize(
    ("severity", "rule", "minutes"),
    [("P1", "15 min", 15), ("P2", "1 h", 60), ("P3", "4 h", 240), ("P4", "24 h", 1440)],
)
def test_each_level_is_answered_in_its_time(severity, rule, minutes):
    found = explained(severity)

    assert found.rules(*TARGETS) == {"respond": rule}
    assert found.minutes(*TARGETS) == {"respond": minutes}


@pytest.mark.parametrize("severity", ["P1", "P2", "P3"])
def test_each_update_has_to_state_the_next(severity):
    (row,) = explained(severity).rows("update")

    assert (row["audience"], row["rule"]) == ("team", "stated in each update")
    assert (row["due_at"], row["from"]) == (None, "declared")


def test_only_a_p4_is_a_mere_ticket():
    tracking = [explained(f"P{n}").computed["tracking"] for n in range(1, 5)]

    assert tracking == ["declared", "declared", "declared", "ticket"]
    assert explained("P4").rows("update", "rung") == []


@pytest.mark.parametrize(
    ("severity", "ladder"),
    [
        (
            "P1",
            [
                ("p1-engineering-lead", 15, None, "engineering-lead", None),
                ("p1-ceo", 30, None, "ceo", None),
            ],
        ),
        ("P2", [("p2-engineering-lead", 60, None, "engineering-lead", None)]),
        ("P3", [("p3-team-lead", 240, None, "team-lead", None)]),
        ("P4", []),
    ],
)
def test_each_level_has_its_row_of_the_matrix(severity, ladder):
    found = explained(severity)

    assert found.ladder == ladder
    assert {rung["from"] for rung in found.computed["ladder"]} <= {"declared"}
    assert {rung["until"] for rung in found.computed["ladder"]} <= {"mitigated"}


def test_each_rung_is_climbed_by_the_one_before():
    who = [rung["who"] for rung in explained("P1").computed["ladder"]]

    assert who == ["on-call", "engineering-lead"]


@pytest.mark.parametrize("severity", ["P1", "P2", "P3"])
def test_each_incident_has_a_channel_of_its_own(severity):
    computed = explained(severity).computed

    assert computed["channel"] == "#inc-2026-03-06-brief-description"
    assert (computed["channel_kind"], computed["reference"]) == (
        "own",
        "INC-2026-03-06-001",
    )


def test_a_p4_has_a_ticket_in_place_of_a_channel():
    computed = explained("P4").computed

    assert (computed["channel"], computed["channel_kind"]) == (None, "ticket")


def test_the_statuses_are_three():
    assert explained("P1").statuses == ["Investigating", "Mitigating", "Resolved"]


def test_the_five_phases_have_no_windows():
    found = explained("P1")

    assert found.windows == [
        ("Detection", None, None),
        ("Triage", None, None),
        ("Mitigate", None, None),
        ("Resolve", None, None),
        ("Post-mortem", None, None),
    ]
    assert {each["window"] for each in found.computed["phases"]} == {"none"}


@pytest.mark.parametrize(
    ("severity", "required", "reasons"),
    [
        ("P1", True, ["P1"]),
        ("P2", False, ["30 min", "payments"]),
        ("P3", False, ["payments"]),
        ("P4", False, ["promoted"]),
    ],
)
def test_who_needs_a_post_mortem_depends_on_level_impact_and_payments(
    severity, required, reasons
):
    rule = explained(severity).computed["postmortem"]

    assert rule["required"] == required
    assert all(reason in rule["reason"] for reason in reasons)


def test_the_rule_names_the_level_the_impact_and_the_tag():
    required = explained("P1").playbook["postmortem"]["required"]

    assert (required["severities"], required["tags"]) == (["P1"], ["payments"])
    assert required["impact"] == {"severities": ["P2"], "over": "30 min"}


def test_the_draft_is_due_after_two_days_and_the_review_after_a_week():
    found = explained("P1")
    rule = found.computed["postmortem"]

    assert (rule["report_rule"], rule["draft_rule"]) == (None, "48 h")
    assert (rule["review_rule"], rule["review_means"]) == ("1 week", "held")
    assert found.waiting == {
        "draft": ("48 h", "resolved"),
        "review": ("1 week", "resolved"),
    }


def test_the_post_mortem_has_its_sections_in_order():
    found = explained("P1")

    assert found.computed["postmortem"]["section_keys"] == [
        "identity",
        "summary",
        "impact",
        "timeline",
        "root_cause",
        "went_well",
        "went_wrong",
        "action_items",
        "lessons",
    ]
    identity = found.playbook["postmortem"]["sections"][0]
    assert identity["fields"] == ["Date", "Duration", "Severity", "Author"]


def test_items_have_no_dates_of_their_own():
    assert explained("P1").computed["action_items"] == {}


def test_checklists_trees_and_runbooks_are_all_there():
    playbook = explained("P1").playbook

    assert [len(each["steps"]) for each in playbook["runbooks"]] == [5, 4, 4, 4, 4]
    assert [len(each["questions"]) for each in playbook["trees"]] == [3]
