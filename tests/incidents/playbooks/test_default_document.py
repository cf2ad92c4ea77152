"""The playbook a new team starts with: complete, consistent and quickly read."""

from __future__ import annotations

import pytest
import yaml

from incidents.playbooks.paths import walk
from incidents.playbooks.presets import preset_text
from incidents.targets import How

PRESET = "default"
# What an adult reads in ten minutes, at 230 words a minute.
TEN_MINUTES = 2_300


def test_it_is_read_in_ten_minutes():
    written = yaml.load(preset_text(PRESET), Loader=yaml.CSafeLoader)
    words = sum(len(str(value).split()) for _, value in walk(written))

    assert words <= TEN_MINUTES


def test_severities_keep_their_codes_names_and_badges(document):
    assert [(each.code, each.name, each.badge) for each in document.severities] == [
        ("P1", "Critical", "red"),
        ("P2", "High", "orange"),
        ("P3", "Medium", "yellow"),
        ("P4", "Low", "blue"),
    ]
    assert all(each.examples and each.actions for each in document.severities)


def test_severities_have_their_targets(document):
    found = [(str(each.respond), str(each.resolve)) for each in document.severities]

    assert found == [
        ("15 min", "4 h"),
        ("30 min", "24 h"),
        ("4 h in business hours", "1 week"),
        ("next business day", "1 month"),
    ]


def test_the_team_and_customers_are_kept_informed(document):
    clocks = [
        (level.code, each.audience, str(each.first), str(each.every))
        for level in document.severities
        for each in level.updates
    ]

    assert clocks == [
        ("P1", "team", "None", "30 min"),
        ("P1", "customers", "30 min", "1 h"),
        ("P2", "team", "None", "1 h"),
        ("P2", "customers", "1 h", "4 h"),
        ("P3", "team", "None", "daily"),
    ]
    assert [each.customers.rule for each in document.severities] == [
        "required",
        "required_after",
        "if_significant",
        "not_needed",
    ]


def test_the_lowest_level_is_a_ticket(document):
    tracking = [each.tracking for each in document.severities]

    assert tracking == ["declared", "declared", "declared", "ticket"]
    assert document.severities[-1].opens_ticket
    assert document.rungs_for("P4") == ()


@pytest.mark.parametrize(
    ("rate", "codes"),
    [(0.5, []), (1, ["P3"]), (5, ["P2"]), (10, ["P2"]), (10.1, ["P1"])],
)
def test_an_error_rate_suggests_one_severity_at_most(document, rate, codes):
    found = [
        level.code
        for level in document.severities
        for band in level.thresholds
        if band.holds(rate)
    ]

    assert found == codes


def test_the_grave_ones_get_a_channel_of_their_own(document):
    record = document.record

    assert record.reference == "INC-{YYYY}{MM}{DD}-{NNN}"
    assert [(each.kind, each.severities) for each in record.channels] == [
        ("own", ("P1", "P2")),
        ("shared", ("P3",)),
        ("ticket", ("P4",)),
    ]


def test_statuses_are_all_six_in_order(document):
    assert [each.code for each in document.statuses] == [
        "open",
        "investigating",
        "identified",
        "mitigating",
        "monitoring",
        "resolved",
    ]


def test_four_roles_work_the_incident_and_three_stand_behind_it(document):
    assert [each.code for each in document.incident_roles] == [
        "lead",
        "communications",
        "operations",
        "scribe",
    ]
    assert document.leading_role.code == "lead"
    assert [each.code for each in document.roles if not each.on_incident] == [
        "on_call",
        "team_lead",
        "manager",
    ]


@pytest.mark.parametrize(
    ("level", "rungs"),
    [
        ("P1", [("None", "on_call"), ("15 min", "team_lead"), ("30 min", "manager")]),
        ("P2", [("None", "on_call"), ("1 h", "team_lead")]),
        ("P3", [("None", "on_call")]),
    ],
)
def test_the_ladder_is_climbed_by_the_clock(document, level, rungs):
    timed = [each for each in document.rungs_for(level) if not each.condition]

    assert [(str(each.after), *each.tells) for each in timed] == rungs


def test_flags_and_rungs_belong_together(document):
    flags = {each.code for each in document.flags}
    conditions = {each.condition for each in document.ladder if each.condition}

    assert conditions == flags
    assert len(flags) == 5


def test_whatever_is_named_is_there(document):
    roles = {each.code for each in document.roles}
    levels = {each.code for each in document.severities}
    steps = [step for each in document.checklists for step in each.steps]

    named = [code for each in document.ladder for code in each.tells]
    named += [each.who for each in document.ladder if each.who]
    named += [step.role for step in steps if step.role]
    named += [document.postmortem.author, document.action_items.followed_by]
    assert set(named) <= roles
    assert {code for each in document.ladder for code in each.severities} <= levels
    assert {code for each in document.messages for code in each.severities} <= levels


def test_resolved_waits_until_it_has_been_quiet(document):
    (watch,) = document.watches

    assert (str(watch.lasts), str(watch.at_most)) == ("15 min", "30 min")
    assert (watch.before, watch.holds_back) == ("resolved", True)


def test_checklists_cover_the_response_from_alert_to_handover(document):
    found = [(each.code, each.kind, len(each.steps)) for each in document.checklists]

    assert found == [
        ("first-response", "alert", 5),
        ("end-the-harm", "triage", 4),
        ("before-resolved", "resolution", 4),
        ("handover", "shift", 3),
    ]


def test_every_promised_update_has_a_text(document):
    texts = {(each.audience, each.moment) for each in document.messages}
    audiences = {e.audience for level in document.severities for e in level.updates}

    for audience in audiences:
        assert {(audience, "update"), (audience, "resolved")} <= texts


def test_a_postmortem_is_due_for_what_teaches_most(document):
    rule = document.postmortem

    assert not rule.required.every_declared
    assert rule.required.severities == ("P1", "P2")
    assert rule.required.tags == ("payments",)
    assert (rule.author, str(rule.draft), str(rule.review)) == (
        "lead",
        "48 h",
        "1 week",
    )


def test_the_postmortem_has_its_sections_in_order(document):
    assert [each.key for each in document.postmortem.sections] == [
        "identity",
        "summary",
        "impact",
        "timeline",
        "root_cause",
        "contributing_factors",
        "went_well",
        "went_wrong",
        "lucky",
        "action_items",
        "lessons",
    ]
    assert [each.lasts.span.seconds // 60 for each in document.postmortem.agenda] == [
        10,
        15,
        10,
        15,
    ]


def test_action_items_are_dated_by_priority_and_followed(document):
    rule = document.action_items

    assert [(each.priority, str(each.due)) for each in rule.priorities] == [
        (0, "48 h"),
        (1, "1 week"),
        (2, "2 weeks"),
        (3, "1 month"),
    ]
    assert (rule.review, rule.followed_by) == ("weekly", "lead")


def test_it_is_practised_and_looked_over_each_quarter(document):
    assert document.drills.every == "quarter"
    assert document.about.review_every == "quarter"
    assert (len(document.drills.scenarios), len(document.drills.skills)) == (4, 4)


def test_why_it_is_so_is_written_down(document):
    assert len(document.about.decisions) == 6


def test_whatever_waits_for_business_hours_says_so(document):
    waiting = {
        each.code
        for each in document.severities
        if each.respond.how in {How.BUSINESS, How.WORKING_DAYS}
    }

    assert waiting == {e.code for e in document.severities if e.work_hours_only}
