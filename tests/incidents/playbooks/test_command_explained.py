"""Every figure of the playbook `command`, read back from its explanation."""

from __future__ import annotations

import pytest

from tests.incidents.playbooks.explained import TARGETS, Explained

pytestmark = pytest.mark.django_db
LEVELS = ("SEV-1", "SEV-2", "SEV-3")


def explained(severity):
    return Explained("command", severity)


@pytest.mark.parametrize(
    ("severity", "rules", "minutes"),
    [
        ("SEV-1", ("immediate (at most 5 min)", "1 h"), (5, 60)),
        ("SEV-2", ("15 min", "4 h"), (15, 240)),
        ("SEV-3", ("1 h in business hours", "24 h"), (64 * 60 + 60, 24 * 60)),
    ],
)
def test_each_level_is_answered_and_resolved_in_its_time(severity, rules, minutes):
    found = explained(severity)

    assert tuple(found.rules(*TARGETS).values()) == rules
    assert list(found.rules(*TARGETS)) == ["respond", "resolve"]
    assert tuple(found.minutes(*TARGETS).values()) == minutes


@pytest.mark.parametrize(
    ("severity", "updates"),
    [
        (
            "SEV-1",
            {
                "update:status_page": ("1 h", 60),
                "update:team": ("1 h", 60),
                "update:customers": ("1 h", 60),
            },
        ),
        (
            "SEV-2",
            {
                "update:status_page": ("2 h", 120),
                "update:team": ("1 h", 60),
                "update:customers": ("1 h", 60),
            },
        ),
        ("SEV-3", {"update:status_page": ("daily", 24 * 60)}),
    ],
)
def test_each_audience_has_a_clock_of_its_own(severity, updates):
    found = explained(severity)
    minutes = found.minutes("update")

    assert {
        key: (rule, minutes[key]) for key, rule in found.rules("update").items()
    } == updates


@pytest.mark.parametrize("severity", ["SEV-1", "SEV-2"])
def test_the_team_is_nudged_at_half_an_hour_and_customers_are_told_once(severity):
    rows = {row["audience"]: row for row in explained(severity).rows("update")}

    assert rows["team"]["nudge"] == "30 min"
    assert rows["team"]["nudge_at"] == "2026-03-06T17:00:00Z"
    assert [rows[each]["nudge_at"] for each in ("status_page", "customers")] == [
        None
    ] * 2
    assert [rows[each]["repeats"] for each in ("team", "status_page", "customers")] == [
        True,
        True,
        False,
    ]


def test_customers_are_told_by_severity():
    rules = [explained(each).level["customers"] for each in LEVELS]

    assert [(rule["rule"], rule["after"]) for rule in rules] == [
        ("required", None),
        ("required_after", "1 h"),
        ("not_needed", None),
    ]


def test_levels_have_their_badges_and_what_they_need():
    levels = [explained(each).level for each in LEVELS]

    assert [each["badge"] for each in levels] == ["red", "yellow", "blue"]
    assert [each["all_hands"] for each in levels] == [True, False, False]
    assert [each["needs_commander"] for each in levels] == [True, True, False]
    assert [each["declaring"] for each in levels] == [
        "required",
        "required",
        "optional",
    ]
    assert [explained(each).computed["tracking"] for each in LEVELS] == ["declared"] * 3


def test_error_rates_suggest_a_level():
    bands = [
        [(each["above"], each["below"]) for each in explained(code).level["thresholds"]]
        for code in LEVELS
    ]

    assert bands == [[], [(10, None)], [(0, 5)]]


def test_there_is_no_ladder_but_a_commander_who_may_pull_in_anyone():
    found = explained("SEV-1")

    assert found.ladder == []
    assert found.playbook["escalation"]["anybody"] is True
    commander = next(each for each in found.playbook["roles"] if each["leads"])
    counts = [len(commander[each]) for each in ("powers", "dos", "donts")]
    assert (commander["code"], counts) == ("commander", [3, 5, 4])


@pytest.mark.parametrize(
    ("severity", "kind"),
    [("SEV-1", "thread"), ("SEV-2", "thread"), ("SEV-3", "ticket")],
)
def test_no_channel_is_made_for_an_incident(severity, kind):
    computed = explained(severity).computed

    assert (computed["channel"], computed["channel_kind"]) == (None, kind)
    assert computed["reference"] == "INC-2026-03-06-001"


def test_the_statuses_are_six_with_closed():
    found = explained("SEV-1")

    assert found.statuses == [
        "Investigating",
        "Identified",
        "Mitigating",
        "Monitoring",
        "Resolved",
    ]
    assert found.playbook["record"]["closed"] == "Closed"
    assert [each["public"] for each in found.playbook["statuses"]] == [
        "Investigating",
        "Identified",
        "Identified",
        "Monitoring",
        "Resolved",
    ]


def test_there_are_no_phases_but_a_quick_start_of_nine_steps():
    found = explained("SEV-1")

    assert found.computed["phases"] == []
    assert len(found.playbook["about"]["quick_start"]) == 9


@pytest.mark.parametrize("severity", LEVELS)
def test_the_commander_writes_the_post_mortem_within_a_day(severity):
    found = explained(severity)
    rule = found.computed["postmortem"]

    assert (rule["required"], rule["author"]) == (True, "Incident commander")
    assert (rule["draft_rule"], rule["draft_due"]) == ("24 h", None)
    assert (rule["report_rule"], rule["review_rule"]) == (None, None)
    assert found.waiting == {"draft": ("24 h", "resolved")}


def test_the_post_mortem_has_its_sections_in_order():
    found = explained("SEV-1")
    sections = found.playbook["postmortem"]["sections"]

    assert found.computed["postmortem"]["section_keys"] == [
        "identity",
        "impact",
        "timeline",
        "root_cause",
        "resolution",
        "went_well",
        "improve",
        "action_items",
        "prevention",
        "lessons",
        "meeting",
    ]
    assert [each["key"] for section in sections for each in section["sections"]] == [
        "contributing_factors",
        "verification",
        "short_term",
        "long_term",
        "monitoring",
    ]


def test_items_are_due_by_priority_from_their_creation():
    assert explained("SEV-1").computed["action_items"] == {
        "P0": "2026-03-08T16:30:00Z",
        "P1": "2026-03-13T16:30:00Z",
        "P2": "2026-03-20T16:30:00Z",
        "P3": "2026-04-06T16:30:00Z",
    }


def test_the_last_day_of_a_shorter_month_is_a_month_later():
    found = Explained("command", "SEV-1", at="2026-01-31T10:00:00Z")

    assert found.computed["action_items"]["P3"] == "2026-02-28T10:00:00Z"


def test_items_are_followed_weekly_until_the_worst_are_done():
    rule = explained("SEV-1").playbook["action_items"]

    assert [each["due"] for each in rule["priorities"]] == [
        "48 h",
        "1 week",
        "2 weeks",
        "1 month",
    ]
    assert (rule["review"], rule["followed_by"]) == ("weekly", "commander")
    assert "P0 and P1" in rule["followed_until"]


def test_five_runbooks_and_five_strategies_are_there():
    playbook = explained("SEV-1").playbook

    assert (len(playbook["runbooks"]), len(playbook["strategies"])) == (5, 5)
    hotfix = next(each for each in playbook["strategies"] if each["code"] == "hotfix")
    assert (hotfix["only_within"], hotfix["one_change_only"]) == ("30 min", True)
