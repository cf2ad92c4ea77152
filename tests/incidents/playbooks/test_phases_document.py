"""Every figure and count of the playbook `phases`, read from its document."""

from __future__ import annotations

import re

import pytest

from incidents.playbooks.schema.base import find

PRESET = "phases"


def message(document, code):
    return find(document.messages, code)


def test_severities_have_their_names_examples_and_actions(document):
    found = [
        (each.code, each.name, len(each.examples), len(each.actions))
        for each in document.severities
    ]

    assert found == [
        ("P0", "Critical", 5, 4),
        ("P1", "High", 4, 4),
        ("P2", "Medium", 4, 3),
        ("P3", "Low", 4, 2),
    ]


def test_severities_have_their_targets(document):
    assert [str(each.respond) for each in document.severities] == [
        "immediate (at most 5 min)",
        "1 h",
        "24 h",
        "next sprint",
    ]
    assert {each.resolve for each in document.severities} == {None}
    assert {each.acknowledge for each in document.severities} == {None}


def test_p2_and_p3_are_tickets(document):
    levels = document.severities

    assert [each.tracking for each in levels] == [
        "declared",
        "declared",
        "ticket",
        "ticket",
    ]
    assert [each.opens_ticket for each in levels] == [False, True, True, True]
    assert [each.work_hours_only for each in levels] == [False, False, True, False]


def test_only_a_critical_one_calls_everybody_in(document):
    levels = document.severities

    assert [each.all_hands for each in levels] == [True, False, False, False]
    assert [each.needs_commander for each in levels] == [True, True, False, False]
    assert [bool(each.status_page) for each in levels] == [True, False, False, False]


def test_the_status_page_is_updated_every_quarter_of_an_hour(document):
    clocks = {
        each.code: [(c.audience, str(c.every), c.condition) for c in each.updates]
        for each in document.severities
    }

    assert clocks == {
        "P0": [("status_page", "15 min", None)],
        "P1": [("status_page", "15 min", "customer_facing")],
        "P2": [],
        "P3": [],
    }


def test_customers_are_told_by_severity(document):
    rules = [each.customers and each.customers.rule for each in document.severities]

    assert rules == [None, "if_they_notice", "not_needed", None]


def test_a_slow_hungry_or_failing_service_suggests_a_p1(document):
    bands = {each.measure: each.above for each in document.level("P1").thresholds}

    assert bands == {
        "error_rate": 10,
        "response_seconds": 5,
        "memory": 95,
        "cpu": 95,
    }


@pytest.mark.parametrize(
    ("rate", "suggested"),
    [
        (0.9, []),
        (1, ["P3"]),
        (4.9, ["P3"]),
        (5, ["P2"]),
        (10, ["P2"]),
        (10.1, ["P1"]),
    ],
)
def test_bands_of_error_rates_touch_and_never_overlap(document, rate, suggested):
    found = [
        level.code
        for level in document.severities
        for band in level.thresholds
        if band.measure == "error_rate" and band.holds(rate)
    ]

    assert found == suggested


def test_reference_and_channel_follow_their_patterns(document):
    record = document.record

    assert record.reference == "INC-{YYYY}{MM}{DD}-{NNN}"
    assert [(each.kind, each.severities, each.pattern) for each in record.channels] == [
        ("own", ("P0",), "#incident-{YYYY}{MM}{DD}"),
        ("ticket", ("P1", "P2", "P3"), None),
    ]


def test_statuses_come_in_order_with_their_public_names(document):
    assert [(each.code, each.public) for each in document.statuses] == [
        ("investigating", "Investigating"),
        ("identified", "Identified"),
        ("mitigating", "Identified"),
        ("resolved", "Resolved"),
    ]


def test_a_commander_leads_and_three_levels_are_told(document):
    assert document.leading_role.code == "commander"
    assert [each.code for each in document.roles] == [
        "commander",
        "oncall",
        "tech-lead",
        "cto",
    ]
    assert [each.code for each in document.sources] == ["alert", "user_report"]


@pytest.mark.parametrize(
    ("code", "after", "start", "tells"),
    [
        ("l1-p0", None, "declared", "oncall"),
        ("l1-p1", None, "declared", "oncall"),
        ("l2-p0", "30 min", "declared", "tech-lead"),
        ("l2-p1", "30 min", "acknowledged", "tech-lead"),
        ("l3-p0", "1 h", "declared", "cto"),
        ("l3-p1", "1 h", "acknowledged", "cto"),
    ],
)
def test_the_ladder_counts_by_level_and_severity(document, code, after, start, tells):
    rung = find(document.ladder, code)

    assert rung.severities == (code[-2:].upper(),)
    assert (rung.after and str(rung.after), rung.start) == (after, start)
    assert (rung.tells, rung.condition, rung.until) == ((tells,), None, "mitigated")


def test_three_conditions_reach_the_cto_at_once(document):
    rungs = [each for each in document.ladder if each.condition]

    assert [each.condition for each in rungs] == [
        "major_outage",
        "security",
        "data_loss",
    ]
    assert {(e.severities, e.after, e.tells, e.until) for e in rungs} == {
        (("P0", "P1"), None, ("cto",), "mitigated")
    }
    assert len(document.ladder) == 9


def test_level_one_tries_the_runbooks_and_a_critical_one_uses_the_pager(document):
    tried = [each.code for each in document.ladder if each.tries]
    paged = [each.code for each in document.ladder if "pager" in each.media]

    assert tried == ["l1-p0", "l1-p1"]
    assert paged == ["l1-p0"]


def test_five_phases_have_their_windows(document):
    found = [(e.code, e.start, str(e.begins), str(e.ends)) for e in document.phases]

    assert found == [
        ("detection", "declared", "0 min", "5 min"),
        ("investigation", "declared", "5 min", "15 min"),
        ("mitigation", "declared", "15 min", "30 min"),
        ("resolution", "declared", "30 min", "1 h"),
        ("post-mortem", "resolved", "24 h", "48 h"),
    ]


def test_each_phase_has_a_checklist_of_four_steps(document):
    for phase in document.phases:
        checklist = find(document.checklists, phase.code)

        assert phase.code in phase.checklists
        assert (checklist.kind, len(checklist.steps)) == ("phase", 4)


def test_five_quick_checks_come_first(document):
    first = document.checklists[0]

    assert document.phases[0].checklists[0] == first.code == "first-assessment"
    assert (first.kind, str(first.within)) == ("triage", "5 min")
    assert [(len(e.commands), len(e.steps)) for e in first.steps] == [
        (3, 0),
        (0, 3),
        (0, 1),
        (3, 0),
        (0, 3),
    ]
    assert len(first.steps[2].steps[0].steps) == 4


def test_follow_ups_come_after_a_day_a_week_and_a_month(document):
    found = [(str(e.due), e.start, e.checklist) for e in document.follow_ups]
    lists = [find(document.checklists, e.checklist) for e in document.follow_ups]

    assert found == [
        ("24 h", "resolved", "within-a-day"),
        ("1 week", "resolved", "within-a-week"),
        ("1 month", "resolved", "within-a-month"),
    ]
    assert [(e.kind, e.start, len(e.steps)) for e in lists] == [
        ("horizon", "resolved", 4)
    ] * 3


def test_messages_cover_the_status_page_and_users(document):
    found = [(e.moment, e.audience, e.medium) for e in document.messages]

    assert found == [
        ("first_update", "status_page", "status_page"),
        ("identified", "status_page", "status_page"),
        ("resolved", "status_page", "status_page"),
        ("resolved", "customers", "email"),
    ]


def test_the_status_page_promises_the_next_text_in_a_quarter_of_an_hour(document):
    for code in ("status-investigating", "status-identified"):
        assert "{now + 15 min}" in message(document, code).body


def test_the_resolved_text_has_four_times_an_apology_and_a_link(document):
    body = message(document, "status-resolved").body

    assert len(re.findall("^- {", body, re.MULTILINE)) == 4
    assert "sorry" in body
    assert "{postmortem_link}" in body


def test_the_mail_to_users_has_four_parts_and_is_not_technical(document):
    mail = message(document, "user-email")

    assert len(re.findall(":\n{ask:", mail.body)) == 4
    assert "{started}" in mail.subject
    assert mail.tone.startswith("Brief and without technical terms")


def test_six_runbooks_have_three_symptoms_and_three_options_each(document):
    assert [each.code for each in document.runbooks] == [
        "site-down",
        "database-connection",
        "error-rate",
        "slow-responses",
        "out-of-memory",
        "authentication",
    ]
    assert {(len(e.symptoms), len(e.options)) for e in document.runbooks} == {(3, 3)}
    assert [len(each.checks) for each in document.runbooks] == [3, 1, 2, 3, 2, 3]


def test_three_runbooks_name_their_threshold(document):
    found = [
        (each.measure, each.above)
        for book in document.runbooks
        for each in book.thresholds
    ]

    assert found == [("error_rate", 5), ("response_seconds", 2), ("memory", 90)]


def test_emergency_commands_are_at_hand(document):
    found = [(e.code, e.kind, len(e.commands)) for e in document.commands]

    assert found == [
        ("rollback", "emergency", 3),
        ("restart-everything", "emergency", 3),
        ("scale-up", "emergency", 2),
        ("health", "health", 3),
        ("export-logs", "logs", 1),
    ]


def test_three_vendors_can_be_asked_and_four_have_a_status_page(document):
    vendors = document.vendors

    assert [each.code for each in vendors if each.support] == [
        "hosting",
        "database",
        "log-in",
    ]
    assert len([each for each in vendors if each.status_page]) == 4


def test_the_postmortem_has_its_dates(document):
    rule = document.postmortem

    assert rule.required.every_declared
    assert (str(rule.report), str(rule.draft)) == ("24 h", "48 h")
    assert (str(rule.review), rule.review_means) == ("1 week", "held")


def test_the_postmortem_has_its_sections_in_order(document):
    sections = document.postmortem.sections

    assert [(e.key, len(e.fields), len(e.prompts)) for e in sections] == [
        ("identity", 3, 0),
        ("impact", 2, 0),
        ("timeline", 5, 0),
        ("root_cause", 0, 1),
        ("went_well", 0, 3),
        ("went_wrong", 0, 3),
        ("action_items", 0, 0),
        ("lessons", 0, 1),
    ]


def test_four_action_items_are_suggested_and_wording_is_guided(document):
    wording = document.postmortem.wording

    assert len(document.action_items.suggestions) == 4
    assert document.action_items.priorities == ()
    assert (len(wording.focus), len(wording.avoid)) == (3, 3)
