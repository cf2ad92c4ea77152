"""Every figure of the playbook `cadence`, read back from its explanation."""

from __future__ import annotations

import pytest

from tests.incidents.playbooks.explained import Explained

pytestmark = pytest.mark.django_db
TOP, MIDDLE = "ceo, executives", "engineering-lead, cto"
BY_FLAG = [
    ("l4-breach", None, "breach", TOP, None),
    ("l4-major-outage", None, "major_outage", TOP, None),
    ("past-expected", None, "past_expected", MIDDLE, None),
    ("severity-raised", None, "severity_raised", MIDDLE, None),
    ("compliance", None, "compliance", MIDDLE, None),
    ("media-likely", None, "media_likely", MIDDLE, None),
]


def explained(severity):
    return Explained("cadence", severity)


@pytest.mark.parametrize(
    ("severity", "name", "rule", "due"),
    [
        ("P0", "Critical", "immediate", "2026-03-06T16:30:00Z"),
        ("P1", "High", "30 min", "2026-03-06T17:00:00Z"),
        ("P2", "Medium", "2 h", "2026-03-06T18:30:00Z"),
        ("P3", "Low", "next business day", "2026-03-09T17:00:00Z"),
    ],
)
def test_each_level_is_answered_in_its_time(severity, name, rule, due):
    assert explained(severity).answer == (name, "respond", rule, due)


def test_an_immediate_answer_is_missed_a_full_minute_later():
    (respond,) = explained("P0").rows("respond")

    assert respond["late_at"] == "2026-03-06T16:31:00Z"


@pytest.mark.parametrize(
    ("severity", "updates"),
    [
        ("P0", {"update:team": "15 min", "update:customers": "30 min"}),
        ("P1", {"update:team": "30 min"}),
        ("P2", {}),
        ("P3", {}),
    ],
)
def test_updates_come_at_a_fixed_pace(severity, updates):
    found = explained(severity)

    assert found.rules("update") == updates
    assert all(row["repeats"] for row in found.rows("update"))
    assert all(row["condition"] is None for row in found.rows("update"))


def test_each_level_has_its_rule_for_customers():
    rules = [explained(f"P{n}").level["customers"] for n in range(4)]

    assert [rule and rule["rule"] for rule in rules] == [
        "required",
        "affected_users_identified",
        "if_significant",
        None,
    ]


def test_a_p0_stops_deployments_and_has_eight_actions():
    worst, high = explained("P0").level, explained("P1").level

    assert (worst["deploy_freeze"], len(worst["actions"])) == (True, 8)
    assert (high["deploy_freeze"], len(high["actions"])) == (False, 6)


def test_a_p2_is_mended_in_business_hours_and_a_p3_is_a_ticket():
    medium, low = explained("P2"), explained("P3")

    assert medium.level["work_hours_only"]
    assert [each["below"] for each in medium.level["thresholds"]] == [50]
    assert low.computed["tracking"] == "ticket"
    assert (low.ladder, low.computed["channel"]) == ([], None)


@pytest.mark.parametrize(
    ("severity", "ladder"),
    [
        (
            "P0",
            [
                ("l1-p0", 0, None, "oncall", "pager"),
                ("l2-p0", 0, None, "engineering-lead", None),
                ("l3-p0", 0, None, "cto", None),
            ],
        ),
        (
            "P1",
            [
                ("l1-p1", 0, None, "oncall, engineering", "chat"),
                ("l2-p1", 30, None, "engineering-lead", None),
                ("l3-p1", 60, None, "cto", None),
            ],
        ),
        (
            "P2",
            [
                ("l1-p2", 0, None, "oncall", None),
                ("l2-p2", None, None, "engineering-lead", None),
                ("l3-p2", None, None, "cto", None),
            ],
        ),
    ],
)
def test_the_ladder_has_three_timed_levels_and_a_fourth_by_flag(severity, ladder):
    assert explained(severity).ladder == [*ladder, *BY_FLAG]


def test_a_p2_climbs_from_its_acknowledgement():
    rungs = {rung["key"]: rung for rung in explained("P2").computed["ladder"]}

    assert rungs["rung:l2-p2"]["rule"] == "30 min"
    assert rungs["rung:l3-p2"]["rule"] == "1 h"
    assert rungs["rung:l2-p2"]["from"] == rungs["rung:l3-p2"]["from"] == "acknowledged"


def test_the_ladder_ends_with_the_mitigation():
    assert {r["until"] for r in explained("P1").computed["ladder"]} == {"mitigated"}


@pytest.mark.parametrize(
    ("severity", "channel"),
    [
        ("P0", "#incident-2026-03-06-16-30"),
        ("P1", "#incident-P1-brief-description"),
        ("P2", None),
        ("P3", None),
    ],
)
def test_the_channel_follows_the_severity(severity, channel):
    computed = explained(severity).computed

    assert computed["channel"] == channel
    assert computed["reference"] == "INC-2026-03-06-001"


def test_the_statuses_are_five_with_closed():
    found = explained("P0")

    assert found.statuses == ["Open", "Investigating", "Mitigating", "Resolved"]
    assert found.playbook["record"]["closed"] == "Closed"


def test_the_phases_have_their_windows():
    found = explained("P0")
    names = [each["window"] for each in found.computed["phases"]]

    assert found.windows == [
        ("Detection and triage", 0, 5),
        ("Investigation", 5, 30),
        ("Mitigation", None, None),
        ("Recovery and verification", None, None),
        ("Review", None, None),
    ]
    assert names == ["fixed", "fixed", "by_severity", "ongoing", "fixed"]


def test_the_review_ends_two_days_after_the_resolution():
    last = explained("P0").computed["phases"][-1]

    assert (last["from"], last["ends"]) == ("resolved", "48 h")


def test_watch_windows_last_half_an_hour():
    watches = explained("P0").playbook["watches"]

    assert [each["lasts"] for each in watches] == ["30 min", "30 min"]


@pytest.mark.parametrize(
    ("severity", "required"), [("P0", True), ("P1", True), ("P2", True), ("P3", False)]
)
def test_every_declared_incident_is_reviewed_within_two_days(severity, required):
    found = explained(severity)
    rule = found.computed["postmortem"]

    assert rule["required"] == required
    assert (rule["report_rule"], rule["draft_rule"]) == (None, None)
    assert (rule["review_rule"], rule["review_means"]) == ("48 h", "held")
    assert found.waiting == {"review": ("48 h", "resolved")}


def test_the_log_has_its_sections_in_order():
    found = explained("P0")

    assert found.computed["postmortem"]["section_keys"] == [
        "identity",
        "summary",
        "impact",
        "timeline",
        "root_cause",
        "resolution",
        "action_items",
        "lessons",
        "references",
    ]
    header = found.playbook["postmortem"]["sections"][0]["fields"]
    assert header == [
        "Title",
        "Incident ID",
        "Severity",
        "Status",
        "Incident lead",
        "Start",
        "End",
        "Duration as HH:MM",
    ]


def test_the_review_has_an_agenda_of_50_minutes():
    agenda = explained("P0").playbook["postmortem"]["agenda"]

    assert [each["lasts"] for each in agenda] == [
        "5 min",
        "10 min",
        "10 min",
        "15 min",
        "5 min",
        "5 min",
    ]


def test_items_have_no_dates_of_their_own():
    assert explained("P0").computed["action_items"] == {}


def test_trees_strategies_and_runbooks_are_all_there():
    playbook = explained("P0").playbook

    assert len(playbook["runbooks"]) == 4
    assert len(playbook["strategies"]) == 5
    assert [len(each["questions"]) for each in playbook["trees"]] == [3]
