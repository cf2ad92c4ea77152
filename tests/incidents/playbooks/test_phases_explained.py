"""Every figure of the playbook `phases`, read back from its explanation."""

from __future__ import annotations

import pytest

from tests.incidents.playbooks.explained import Explained

pytestmark = pytest.mark.django_db
AT_ONCE = [
    ("l3-major-outage", None, "major_outage", "cto", None),
    ("l3-security", None, "security", "cto", None),
    ("l3-data-loss", None, "data_loss", "cto", None),
]


def explained(severity):
    return Explained("phases", severity)


@pytest.mark.parametrize(
    ("severity", "name", "rule", "due"),
    [
        ("P0", "Critical", "immediate (at most 5 min)", "2026-03-06T16:35:00Z"),
        ("P1", "High", "1 h", "2026-03-06T17:30:00Z"),
        ("P2", "Medium", "24 h", "2026-03-07T16:30:00Z"),
        ("P3", "Low", "next sprint", "2026-03-16T17:00:00Z"),
    ],
)
def test_each_level_is_answered_in_its_time(severity, name, rule, due):
    assert explained(severity).answer == (name, "respond", rule, due)


def test_the_status_page_is_updated_each_quarter_of_an_hour():
    (at_once,) = explained("P0").rows("update")
    (noticed,) = explained("P1").rows("update")

    assert (at_once["audience"], at_once["rule"]) == ("status_page", "15 min")
    assert (at_once["condition"], at_once["due_at"]) == (None, "2026-03-06T16:45:00Z")
    assert (noticed["audience"], noticed["rule"]) == ("status_page", "15 min")
    assert (noticed["condition"], noticed["due_at"]) == ("customer_facing", None)
    assert at_once["repeats"]
    assert noticed["repeats"]


@pytest.mark.parametrize("severity", ["P2", "P3"])
def test_tickets_have_no_updates_no_ladder_and_no_channel(severity):
    found = explained(severity)

    assert found.computed["tracking"] == "ticket"
    assert found.rows("update", "rung") == []
    assert (found.ladder, found.computed["channel"]) == ([], None)


def test_levels_say_what_is_done_at_once():
    worst, high, medium, low = (explained(f"P{n}").level for n in range(4))

    assert worst["all_hands"]
    assert "major outage" in worst["status_page"].casefold()
    assert [each["opens_ticket"] for each in (high, medium, low)] == [True] * 3
    assert medium["work_hours_only"]


def test_thresholds_suggest_a_level():
    bands = {
        severity: [
            (each["measure"], each["above"], each["at_least"], each["below"])
            for each in explained(severity).level["thresholds"]
        ]
        for severity in ("P1", "P3")
    }

    assert bands == {
        "P1": [
            ("error_rate", 10, None, None),
            ("response_seconds", 5, None, None),
            ("memory", 95, None, None),
            ("cpu", 95, None, None),
        ],
        "P3": [("error_rate", None, 1, 5)],
    }
    (medium,) = explained("P2").level["thresholds"]
    assert (medium["at_least"], medium["at_most"]) == (5, 10)


def test_a_p0_climbs_from_the_declaration():
    found = explained("P0")

    assert found.ladder == [
        ("l1-p0", 0, None, "oncall", "pager"),
        ("l2-p0", 30, None, "tech-lead", None),
        ("l3-p0", 60, None, "cto", None),
        *AT_ONCE,
    ]
    assert {rung["from"] for rung in found.computed["ladder"]} == {"declared"}


def test_a_p1_climbs_from_the_acknowledgement():
    found = explained("P1")
    rules = {rung["key"]: rung for rung in found.computed["ladder"]}

    assert found.ladder == [
        ("l1-p1", 0, None, "oncall", None),
        ("l2-p1", None, None, "tech-lead", None),
        ("l3-p1", None, None, "cto", None),
        *AT_ONCE,
    ]
    for level, rule in (("l2", "30 min"), ("l3", "1 h")):
        rung = rules[f"rung:{level}-p1"]
        assert (rung["rule"], rung["from"]) == (rule, "acknowledged")


def test_the_ladder_ends_with_the_mitigation():
    assert {r["until"] for r in explained("P0").computed["ladder"]} == {"mitigated"}


def test_the_record_has_its_reference_channel_and_statuses():
    found = explained("P0")

    assert found.computed["reference"] == "INC-20260306-001"
    assert found.computed["channel"] == "#incident-20260306"
    assert explained("P1").computed["channel_kind"] == "ticket"
    assert found.statuses == ["Investigating", "Identified", "Mitigating", "Resolved"]
    public = [each["public"] for each in found.playbook["statuses"]]
    assert public == ["Investigating", "Identified", "Identified", "Resolved"]


def test_the_five_phases_have_their_windows():
    assert explained("P0").windows == [
        ("Detection", 0, 5),
        ("Investigation", 5, 15),
        ("Mitigation", 15, 30),
        ("Resolution", 30, 60),
        ("Post-mortem", None, None),
    ]


def test_the_last_phase_counts_from_the_resolution():
    last = explained("P0").computed["phases"][-1]

    assert (last["from"], last["begins"], last["ends"]) == ("resolved", "24 h", "48 h")


@pytest.mark.parametrize(
    ("severity", "required"), [("P0", True), ("P1", True), ("P2", False), ("P3", False)]
)
def test_every_declared_incident_needs_a_post_mortem(severity, required):
    rule = explained(severity).computed["postmortem"]

    assert rule["required"] == required
    assert ("promoted" in rule["reason"]) != required
    assert (rule["report_rule"], rule["draft_rule"]) == ("24 h", "48 h")
    assert (rule["review_rule"], rule["review_means"]) == ("1 week", "held")
    assert (rule["report_due"], rule["draft_due"], rule["review_due"]) == (None,) * 3


def test_what_follows_is_due_after_a_day_a_week_and_a_month():
    assert explained("P0").waiting == {
        "follow_up:within-a-day": ("24 h", "resolved"),
        "follow_up:within-a-week": ("1 week", "resolved"),
        "follow_up:within-a-month": ("1 month", "resolved"),
        "report": ("24 h", "resolved"),
        "draft": ("48 h", "resolved"),
        "review": ("1 week", "resolved"),
    }


def test_the_post_mortem_has_its_sections_in_order():
    assert explained("P0").computed["postmortem"]["section_keys"] == [
        "identity",
        "impact",
        "timeline",
        "root_cause",
        "went_well",
        "went_wrong",
        "action_items",
        "lessons",
    ]


def test_items_have_no_dates_but_four_suggestions():
    found = explained("P0")

    assert found.computed["action_items"] == {}
    assert len(found.playbook["action_items"]["suggestions"]) == 4


def test_six_runbooks_have_three_options_each():
    runbooks = explained("P0").playbook["runbooks"]

    assert [len(each["options"]) for each in runbooks] == [3] * 6
