"""Every figure and count of the playbook `command`, read from its document."""

from __future__ import annotations

import re

import pytest

from incidents.playbooks.schema.base import find

PRESET = "command"


def checklist(document, code):
    return find(document.checklists, code)


def test_severities_have_their_names_and_badges(document):
    found = [(each.code, each.name, each.badge) for each in document.severities]

    assert found == [
        ("SEV-1", "Critical outage", "red"),
        ("SEV-2", "Major degradation", "yellow"),
        ("SEV-3", "Minor issue", "blue"),
    ]


def test_severities_have_their_examples_and_actions(document):
    counts = [(len(each.examples), len(each.actions)) for each in document.severities]

    assert counts == [(5, 6), (6, 6), (5, 4)]


def test_severities_have_their_targets(document):
    found = [(str(each.respond), str(each.resolve)) for each in document.severities]

    assert found == [
        ("immediate (at most 5 min)", "1 h"),
        ("15 min", "4 h"),
        ("1 h in business hours", "24 h"),
    ]


@pytest.mark.parametrize(
    ("level", "clocks"),
    [
        ("SEV-1", {"status_page": "1 h", "team": "1 h", "customers": "1 h"}),
        ("SEV-2", {"status_page": "2 h", "team": "1 h", "customers": "1 h"}),
        ("SEV-3", {"status_page": "daily"}),
    ],
)
def test_severities_have_their_clocks(document, level, clocks):
    updates = document.level(level).updates

    assert {each.audience: str(each.every) for each in updates} == clocks
    assert {each.start for each in updates} == {"declared"}
    assert {each.until for each in updates} == {"resolved"}
    for each in updates:
        assert each.repeats == (each.audience != "customers")
        assert str(each.nudge) == ("30 min" if each.audience == "team" else "None")


def test_customers_are_told_by_severity(document):
    rules = [each.customers for each in document.severities]

    assert [each.rule for each in rules] == ["required", "required_after", "not_needed"]
    assert [str(each.after) for each in rules] == ["None", "1 h", "None"]


def test_only_a_minor_issue_needs_no_declaration_and_no_commander(document):
    levels = document.severities

    assert [e.declaring for e in levels] == ["required", "required", "optional"]
    assert [e.needs_commander for e in levels] == [True, True, False]
    assert [e.all_hands for e in levels] == [True, False, False]
    assert [e.opens_ticket for e in levels] == [False, False, True]
    assert {e.tracking for e in levels} == {"declared"}


def test_error_rates_suggest_a_severity(document):
    bands = [(e.code, t) for e in document.severities for t in e.thresholds]

    assert [(code, each.above, each.below) for code, each in bands] == [
        ("SEV-2", 10, None),
        ("SEV-3", 0, 5),
    ]
    assert {each.measure for _, each in bands} == {"error_rate"}


def test_the_record_has_its_reference_and_threads(document):
    record = document.record

    assert record.reference == "INC-{YYYY}-{MM}-{DD}-{NNN}"
    assert [(e.kind, e.severities) for e in record.channels] == [
        ("thread", ("SEV-1", "SEV-2")),
        ("ticket", ("SEV-3",)),
    ]
    assert record.closed == "Closed"


def test_statuses_come_in_order_with_their_public_names(document):
    assert [(each.code, each.public) for each in document.statuses] == [
        ("investigating", "Investigating"),
        ("identified", "Identified"),
        ("mitigating", "Identified"),
        ("monitoring", "Monitoring"),
        ("resolved", "Resolved"),
    ]


def test_roles_have_their_duties_and_tools(document):
    found = [(e.code, len(e.duties), len(e.tools)) for e in document.roles]

    assert found == [
        ("commander", 5, 0),
        ("ops", 5, 3),
        ("dev", 5, 4),
        ("communications", 4, 1),
    ]


def test_the_commander_leads_with_powers_dos_and_donts(document):
    commander = document.leading_role

    assert commander.code == "commander"
    assert commander.required == ("SEV-1", "SEV-2")
    assert (len(commander.powers), len(commander.dos), len(commander.donts)) == (
        3,
        5,
        4,
    )


def test_the_commander_may_pull_in_anyone_without_a_ladder(document):
    assert document.ladder == ()
    assert document.escalation.anybody


def test_sources_and_causes_are_all_there(document):
    assert [each.code for each in document.sources] == [
        "alert",
        "user_report",
        "team_member",
        "dashboard",
    ]
    assert [(each.code, len(each.signs)) for each in document.causes] == [
        ("deployment", 2),
        ("database", 3),
        ("third_party", 2),
        ("configuration", 2),
        ("traffic", 2),
        ("security", 2),
    ]
    assert all(len(each.consider) == 1 for each in document.causes)


def test_the_quick_start_has_nine_steps(document):
    assert len(document.about.quick_start) == 9


def test_the_first_five_minutes_have_six_groups(document):
    first = checklist(document, "first-five-minutes")

    assert str(first.within) == "5 min"
    assert [len(step.steps) for step in first.steps] == [0, 3, 3, 3, 3, 2]
    assert [step.severities for step in first.steps[-1].steps] == [
        ("SEV-1", "SEV-2"),
        ("SEV-3",),
    ]


def test_triage_asks_five_questions_that_fill_fields(document):
    questions = document.triage.questions

    assert [each.fills for each in questions] == [
        None,
        "users_reach",
        "features_affected",
        "started_at",
        "impact_trend",
    ]
    assert [(e.answer, e.severity) for e in questions[1].suggests] == [
        ("all", "SEV-1"),
        ("many", "SEV-2"),
        ("few", "SEV-3"),
    ]


def test_triage_confirms_and_looks_for_recent_changes(document):
    confirm = checklist(document, "confirm-and-scope")
    changes = checklist(document, "recent-changes")

    assert [len(step.steps) for step in confirm.steps] == [3, 2, 3, 2]
    assert [len(step.steps) for step in changes.steps] == [2, 3, 2]
    assert len(changes.steps[0].steps[1].steps) == 3


def test_strategies_have_three_occasions_each(document):
    found = [(e.code, len(e.when), len(e.verification)) for e in document.strategies]

    assert found == [
        ("rollback", 3, 3),
        ("feature-off", 3, 0),
        ("migration-rollback", 3, 3),
        ("hotfix", 3, 0),
        ("scale", 3, 0),
    ]


def test_a_rollback_is_live_in_a_minute_or_two_and_watched(document):
    rollback = document.strategies[0]

    assert [len(each.steps) for each in rollback.options] == [6, 1]
    assert (str(rollback.takes.at_least), str(rollback.takes.at_most)) == (
        "1 min",
        "2 min",
    )
    assert (str(rollback.watch.at_least), str(rollback.watch.at_most)) == (
        "10 min",
        "15 min",
    )


def test_a_hotfix_takes_half_an_hour_and_one_change(document):
    hotfix = find(document.strategies, "hotfix")

    assert str(hotfix.only_within) == "30 min"
    assert hotfix.one_change_only
    assert [len(step.commands) for step in hotfix.how] == [3, 0, 2, 2, 1, 2, 0]


def test_rolling_a_migration_back_warns_of_lost_data(document):
    migration = find(document.strategies, "migration-rollback")

    assert migration.caution
    assert [e.danger for e in migration.examples] == ["may_lose_data"] * 2


def test_messages_cover_the_team_customers_and_the_status_page(document):
    found = [(e.moment, e.audience, str(e.after)) for e in document.messages]

    assert found == [
        ("declared", "team", "None"),
        ("update", "team", "None"),
        ("resolved", "team", "None"),
        ("identified", "customers", "1 h"),
        ("resolved", "customers", "None"),
        ("identified", "status_page", "1 h"),
        ("resolved", "status_page", "None"),
    ]


def test_the_declaration_names_all_four_roles(document):
    declaration = document.messages[0]
    roles = re.findall(r"{role:([a-z_]+)}", declaration.body)

    assert declaration.zone == "UTC"
    assert roles == [each.code for each in document.roles]


def test_five_runbooks_have_symptoms_checks_and_ways_out(document):
    found = [
        (e.code, len(e.symptoms), len(e.checks), len(e.options or e.steps))
        for e in document.runbooks
    ]

    assert found == [
        ("site-outage", 3, 3, 4),
        ("authentication", 3, 3, 5),
        ("payments", 3, 3, 5),
        ("slow-database", 3, 3, 5),
        ("third-party", 3, 2, 6),
    ]
    assert all(option.when for option in document.runbooks[0].options)
    assert document.runbooks[3].thresholds[0].above == 5


def test_the_postmortem_is_due_a_day_after_resolution(document):
    rule = document.postmortem

    assert rule.required.every_declared
    assert (rule.author, str(rule.draft)) == ("commander", "24 h")
    assert (rule.report, rule.review) == (None, None)


def test_the_postmortem_has_its_sections_in_order(document):
    sections = document.postmortem.sections

    assert [each.key for each in sections] == [
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
    assert [e.key for each in sections for e in each.sections] == [
        "contributing_factors",
        "verification",
        "short_term",
        "long_term",
        "monitoring",
    ]
    assert [len(e.fields) for e in sections if e.fields] == [6, 4, 7, 3]
    assert sections[2].zone == "UTC"
    assert sections[7].columns == ("Action", "Owner", "Due date", "Priority", "Status")


def test_action_items_are_dated_by_priority_and_followed(document):
    rule = document.action_items

    assert [(e.priority, e.name, str(e.due)) for e in rule.priorities] == [
        (0, "Critical", "48 h"),
        (1, "High", "1 week"),
        (2, "Medium", "2 weeks"),
        (3, "Low", "1 month"),
    ]
    assert all(each.meaning for each in rule.priorities)
    assert (rule.review, rule.followed_by) == ("weekly", "commander")
    assert rule.followed_until == "Every P0 and P1 is done."


def test_access_links_and_vendors_are_all_there(document):
    assert [len(each.access) for each in document.access] == [5, 4]
    assert len(document.resources) == 9
    assert len([each for each in document.vendors if each.status_page]) == 3


def test_drills_are_quarterly(document):
    drills = document.drills

    assert drills.every == "quarter"
    assert (len(drills.scenarios), len(drills.skills)) == (4, 5)


def test_people_are_guided_and_brought_in(document):
    guidance = [(e.code, len(e.dos), len(e.donts)) for e in document.guidance]

    assert guidance == [("during", 6, 6), ("after", 6, 5)]
    assert len(checklist(document, "onboarding").steps) == 5


def test_the_playbook_keeps_its_change_log(document):
    about = document.about

    assert (about.version, str(about.updated)) == ("2.0.0", "2025-01-06")
    assert [(e.version, str(e.on)) for e in about.changes] == [
        ("2.0.0", "2025-01-06"),
        ("1.0.0", "None"),
    ]
