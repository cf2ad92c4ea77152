"""Every figure and count of the playbook `cadence`, read from its document."""

from __future__ import annotations

import pytest

from incidents.playbooks.schema.base import find
from tests.incidents.playbooks.placeholders import placeholders_of

PRESET = "cadence"


def asked_by(document, code):
    return placeholders_of(find(document.messages, code).body)


def test_severities_have_their_names_examples_and_actions(document):
    found = [
        (each.code, each.name, len(each.examples), len(each.actions))
        for each in document.severities
    ]

    assert found == [
        ("P0", "Critical", 4, 8),
        ("P1", "High", 4, 6),
        ("P2", "Medium", 4, 4),
        ("P3", "Low", 3, 3),
    ]
    assert all(each.impact for each in document.severities)


def test_severities_have_their_targets(document):
    assert [str(each.respond) for each in document.severities] == [
        "immediate",
        "30 min",
        "2 h",
        "next business day",
    ]
    assert {each.resolve for each in document.severities} == {None}


def test_team_and_customers_have_clocks_of_their_own(document):
    clocks = {
        each.code: [(c.audience, str(c.every), c.condition) for c in each.updates]
        for each in document.severities
    }

    assert clocks == {
        "P0": [("team", "15 min", None), ("customers", "30 min", None)],
        "P1": [("team", "30 min", None)],
        "P2": [],
        "P3": [],
    }


def test_customers_are_told_by_severity(document):
    rules = [each.customers and each.customers.rule for each in document.severities]

    assert rules == ["required", "affected_users_identified", "if_significant", None]


def test_only_the_least_is_a_ticket(document):
    levels = document.severities

    assert [each.tracking for each in levels] == ["declared"] * 3 + ["ticket"]
    assert [each.opens_ticket for each in levels] == [False, False, False, True]
    assert [each.work_hours_only for each in levels] == [False, False, True, False]


@pytest.mark.parametrize(
    ("failing", "suggested"), [(0, []), (1, ["P2"]), (49, ["P2"]), (50, [])]
)
def test_less_than_half_of_the_requests_failing_suggests_a_p2(
    document, failing, suggested
):
    found = [
        level.code
        for level in document.severities
        for band in level.thresholds
        if band.measure == "failing_requests" and band.holds(failing)
    ]

    assert found == suggested


def test_a_critical_one_stops_all_deployments(document):
    levels = document.severities

    assert [each.deploy_freeze for each in levels] == [True, False, False, False]
    assert document.freeze.severities == ("P0",)
    assert "all-clear" in document.freeze.banner
    assert "all-clear" in document.freeze.lifted.lower()


def test_triage_asks_five_questions_within_five_minutes(document):
    triage = document.triage
    suggested = [a.severity for each in triage.questions for a in each.suggests]

    assert str(triage.within) == "5 min"
    assert [each.fills for each in triage.questions] == [
        "features_affected",
        "users_affected",
        "data_loss",
        "started_at",
        "cause_category",
    ]
    assert suggested == ["P0", "P1", "P2", "P3", "P0"]


def test_reference_and_channels_follow_their_patterns(document):
    record = document.record

    assert record.reference == "INC-{YYYY}-{MM}-{DD}-{NNN}"
    assert [(each.kind, each.severities, each.pattern) for each in record.channels] == [
        ("own", ("P0",), "#incident-{YYYY}-{MM}-{DD}-{HH}-{mm}"),
        ("own", ("P1",), "#incident-P1-{slug}"),
        ("ticket", ("P3",), None),
    ]


def test_statuses_come_in_order_and_end_in_closed(document):
    assert [(each.code, each.label) for each in document.statuses] == [
        ("open", "Open"),
        ("investigating", "Investigating"),
        ("mitigating", "Mitigating"),
        ("resolved", "Resolved"),
    ]
    assert document.record.closed == "Closed"


def test_incidents_are_noticed_in_four_ways(document):
    assert [each.code for each in document.sources] == [
        "alert",
        "dashboard",
        "user_report",
        "team_member",
    ]


def test_raising_the_severity_sets_one_of_six_flags(document):
    by_itself = [e.code for e in document.flags if e.set_by == "severity_raised"]

    assert len(document.flags) == 6
    assert by_itself == ["severity_raised"]


@pytest.mark.parametrize(
    ("code", "after", "start", "tells"),
    [
        ("l1-p0", None, "declared", ("oncall",)),
        ("l2-p0", None, "declared", ("engineering-lead",)),
        ("l3-p0", None, "declared", ("cto",)),
        ("l1-p1", None, "declared", ("oncall", "engineering")),
        ("l2-p1", "30 min", "declared", ("engineering-lead",)),
        ("l3-p1", "1 h", "declared", ("cto",)),
        ("l1-p2", None, "declared", ("oncall",)),
        ("l2-p2", "30 min", "acknowledged", ("engineering-lead",)),
        ("l3-p2", "1 h", "acknowledged", ("cto",)),
    ],
)
def test_three_levels_are_told_by_the_clock(document, code, after, start, tells):
    rung = find(document.ladder, code)

    assert rung.severities == (code[-2:].upper(),)
    assert (rung.after and str(rung.after), rung.start) == (after, start)
    assert (rung.tells, rung.condition, rung.until) == (tells, None, "mitigated")


@pytest.mark.parametrize(
    ("condition", "tells"),
    [
        ("breach", ("ceo", "executives")),
        ("major_outage", ("ceo", "executives")),
        ("past_expected", ("engineering-lead", "cto")),
        ("severity_raised", ("engineering-lead", "cto")),
        ("compliance", ("engineering-lead", "cto")),
        ("media_likely", ("engineering-lead", "cto")),
    ],
)
def test_six_conditions_climb_at_once(document, condition, tells):
    rung = next(each for each in document.ladder if each.condition == condition)

    assert (rung.tells, rung.after, rung.until) == (tells, None, "mitigated")
    assert rung.severities == ("P0", "P1", "P2")


def test_the_ladder_is_whole_and_says_why_to_escalate(document):
    assert len(document.ladder) == 15
    assert len(document.escalation.when) == 5
    assert {medium for e in document.ladder for medium in e.media} == {"pager", "chat"}


def test_five_phases_have_their_windows(document):
    found = [(e.code, e.window, str(e.begins), str(e.ends)) for e in document.phases]

    assert found == [
        ("triage", "fixed", "0 min", "5 min"),
        ("investigation", "fixed", "5 min", "30 min"),
        ("mitigation", "by_severity", "None", "None"),
        ("recovery", "ongoing", "None", "None"),
        ("review", "fixed", "0 min", "48 h"),
    ]
    assert [each.start for each in document.phases] == ["declared"] * 4 + ["resolved"]


def test_checklists_have_their_steps(document):
    found = {each.code: len(each.steps) for each in document.checklists}

    assert found == {
        "immediate": 4,
        "check-first": 5,
        "investigation": 7,
        "verification": 6,
        "recovery": 6,
        "critical-features": 1,
        "no-new-incidents": 1,
        "stakeholders-told": 1,
    }


def test_four_gates_hold_back_the_status_resolved(document):
    found = [(e.code, e.checklist, e.watch) for e in document.gates]

    assert found == [
        ("errors-low", None, "errors-low"),
        ("critical-features", "critical-features", None),
        ("no-new-incidents", "no-new-incidents", None),
        ("stakeholders-told", "stakeholders-told", None),
    ]
    assert {(e.phase, e.before) for e in document.gates} == {("recovery", "resolved")}


def test_few_errors_for_half_an_hour_are_watched_for(document):
    errors, after_fix = document.watches

    assert "1 %" in errors.condition
    assert (str(errors.lasts), errors.before) == ("30 min", "resolved")
    assert str(after_fix.lasts) == "30 min"
    assert (errors.holds_back, after_fix.holds_back) == (True, False)


def test_five_strategies_mitigate(document):
    found = [(e.code, len(e.how), len(e.when)) for e in document.strategies]

    assert found == [
        ("rollback-deployment", 2, 0),
        ("rollback-function", 2, 0),
        ("rollback-migration", 1, 0),
        ("disable-feature", 1, 0),
        ("scale", 2, 1),
    ]


def test_the_decision_tree_has_three_questions(document):
    assert [len(each.questions) for each in document.trees] == [3]


def test_messages_cover_the_team_and_customers(document):
    found = [(e.moment, e.audience, e.severities) for e in document.messages]

    assert found == [
        ("declared", "team", ("P0",)),
        ("update", "team", ()),
        ("resolved", "team", ()),
        ("declared", "customers", ("P0",)),
        ("resolved", "customers", ()),
    ]


def test_the_declaration_says_who_leads_and_what_not_to_do(document):
    wanted = {"impact", "started", "lead", "status", "next_update", "channel"}

    assert wanted <= set(asked_by(document, "declaration"))
    assert "deploy NOTHING" in find(document.messages, "declaration").body


def test_an_update_says_what_is_done_under_way_and_planned(document):
    found = asked_by(document, "update")

    assert found == ["title", "elapsed", *["ask"] * 5, "next_update"]


def test_the_resolution_says_what_was_hit_and_when_the_review_is(document):
    wanted = ["title", "duration", "ask", "users", "services", "data_loss", "review"]

    assert asked_by(document, "resolution") == wanted
    assert "All-clear" in find(document.messages, "resolution").body


def test_customers_are_promised_a_text_every_half_hour(document):
    assert "every 30 minutes" in find(document.messages, "customer-notice").body


def test_four_runbooks_have_their_solutions(document):
    found = [(e.code, len(e.checks), len(e.options)) for e in document.runbooks]

    assert found == [
        ("database-connection", 3, 5),
        ("function-timeouts", 2, 5),
        ("error-rate", 1, 5),
        ("text-messages", 1, 6),
    ]


def test_commands_contacts_vendors_and_resources_are_all_there(document):
    assert [(e.kind, len(e.commands)) for e in document.commands] == [
        ("history", 2),
        ("queries", 1),
        ("health", 1),
        ("logs", 1),
    ]
    assert [(each.kind, each.reach) for each in document.contacts] == [
        ("channel", "#engineering"),
        ("rota", "The pager"),
    ]
    assert [bool(each.support) for each in document.vendors] == [True] * 3
    assert [each.status_page for each in document.vendors] == [True, False, False]
    assert len(document.resources) == 4


def test_the_review_is_within_two_days_and_takes_fifty_minutes(document):
    rule = document.postmortem
    minutes = [int(each.lasts.span.total_seconds()) // 60 for each in rule.agenda]

    assert rule.required.every_declared
    assert (str(rule.review), rule.review_means) == ("48 h", "held")
    assert (rule.report, rule.draft) == (None, None)
    assert minutes == [5, 10, 10, 15, 5, 5]


def test_the_postmortem_has_its_sections_in_order(document):
    sections = document.postmortem.sections

    assert [(e.key, len(e.fields), len(e.prompts)) for e in sections] == [
        ("identity", 8, 0),
        ("summary", 0, 1),
        ("impact", 5, 0),
        ("timeline", 8, 0),
        ("root_cause", 0, 4),
        ("resolution", 0, 1),
        ("action_items", 0, 2),
        ("lessons", 0, 0),
        ("references", 3, 0),
    ]
    assert [each.key for each in sections[7].sections] == ["went_well", "improve"]
    assert sections[6].columns == ("Action item", "Owner", "Due")


def test_the_playbook_says_who_keeps_it_and_when_it_is_reviewed(document):
    about = document.about

    assert about.owner == "The DevOps team"
    assert (str(about.updated), str(about.next_review)) == ("2024-12-01", "2025-03-01")
    assert about.review_every == "quarter"
