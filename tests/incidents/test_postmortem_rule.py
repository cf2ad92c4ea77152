"""Whether an incident needs a post-mortem, when it is due, and what changes that."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.models import Service
from incidents.playbooks.presets import preset
from incidents.postmortem_rule import verdict_on
from tests.clockwork import level, playbook

HALF_AN_HOUR = timedelta(minutes=30)
DAY = 24 * 60


@pytest.mark.parametrize(
    ("code", "impact", "tags", "required"),
    [
        ("P1", timedelta(), (), True),
        ("P2", HALF_AN_HOUR, (), False),
        ("P2", HALF_AN_HOUR + timedelta(seconds=1), (), True),
        ("P3", timedelta(days=2), (), False),
        ("P3", timedelta(), ("payments", "web"), True),
        ("P3", timedelta(), ("web",), False),
    ],
)
def test_severity_long_impact_or_a_tag_each_suffice(code, impact, tags, required):
    verdict = verdict_on(preset("matrix"), code, impact=impact, tags=tags)

    assert verdict.required is required
    assert verdict.reason


def test_the_reason_names_what_would_change_it():
    verdict = verdict_on(preset("matrix"), "P2")

    assert verdict.reason == (
        "Not by itself; it would need one with more than 30 min of impact or "
        "a service tagged payments or severity P1."
    )


def test_a_ticket_needs_one_only_for_a_tag():
    phases, matrix = preset("phases"), preset("matrix")

    assert not verdict_on(phases, "P2", is_declared=False).required
    assert not verdict_on(matrix, "P1", is_declared=False).required
    assert verdict_on(matrix, "P4", is_declared=False, tags=["payments"]).required


def test_a_playbook_may_ask_for_none():
    assert verdict_on(playbook(level()), "S1").reason == "The playbook asks for none."


def test_it_is_judged_anew_by_every_verb(story, service):
    story.begin(preset("matrix"), "P2")
    assert not story.incident.postmortem_required

    story.do("mitigate", after=31)

    assert story.incident.postmortem_required
    assert "31 min" not in story.incident.postmortem_reason
    assert story.incident.postmortem_reason == (
        "A P2 with more than 30 min of impact needs one."
    )


def test_touching_a_tagged_service_is_enough(story):
    story.begin(preset("matrix"), "P3")
    paid = Service.objects.create(name="Billing", tags=["payments"])

    story.do("amend", {"services": (set(), {paid})}, after=3)

    assert story.incident.postmortem_required


def test_its_dates_count_from_the_resolution(story):
    story.begin(preset("phases"), "P0")
    assert set(story.states("report", "draft", "review").values()) == {"waiting"}

    story.do("resolve", after=60)

    assert {key: story.due(key) for key in ("report", "draft", "review")} == {
        "report": 60 + DAY,
        "draft": 60 + 2 * DAY,
        "review": 60 + 7 * DAY,
    }


def test_dates_outlive_closing(story):
    story.begin(preset("phases"), "P0")
    story.do("resolve", after=60)
    for fact in ("started", "detected", "acknowledged", "mitigated", "impact"):
        story.do("record_milestone", fact, unknown_because="Nobody saw", after=61)
    for fact in ("detection_source", "cause_category"):
        story.do("record_milestone", fact, unknown_because="Nobody saw", after=61)

    story.do("close", reason="completed", after=62)

    assert set(story.states("report", "draft", "review", "follow_up").values()) == {
        "open"
    }


def test_no_dates_where_none_is_required(story):
    story.begin(preset("matrix"), "P3")

    story.do("resolve", after=60)

    assert story.states("draft", "review") == {"draft": "waiting", "review": "waiting"}


def test_a_lowered_severity_withdraws_what_was_owed(story):
    story.begin(preset("oncall"), "P1")
    story.do("resolve", after=5)
    story.at(2 * DAY)
    assert story.state("review") == "late"

    story.do("change_severity", story.severity("P3"), after=2 * DAY)
    assert story.state("review") == "missed"

    story.do("change_severity", story.severity("P2"), after=2 * DAY)
    assert story.state("review") == "late"


def test_a_drill_needs_none(story):
    story.begin(preset("phases"), "P0", is_drill=True)

    assert not story.incident.postmortem_required


def test_a_review_is_done_by_hand(story):
    story.begin(preset("oncall"), "P1")
    story.do("resolve", after=5)

    story.do("meet_deadline", story.row("review"), after=10)

    assert story.state("review") == "met"
    assert story.events("meet_deadline") == ["Done: Review scheduled"]


def test_a_date_moved_by_hand_stays_until_the_incident_reopens(story):
    story.begin(preset("phases"), "P0")
    story.do("resolve", after=60)
    later = story.began + timedelta(days=10)

    story.do("move_deadline", story.row("review"), later, reason="Holidays", after=70)
    story.do("change_severity", story.severity("P1"), after=80)
    assert story.row("review").due_at == later

    story.do("reopen", reason="It is back", after=90)
    assert story.state("review") == "waiting"


def test_publishing_ends_what_was_owed(story):
    story.begin(preset("phases"), "P0")
    story.do("resolve", after=60)

    story.do("record_postmortem", "published", text="Published", after=120)

    assert set(story.states("report", "draft", "review").values()) == {"met"}
    assert set(story.states("follow_up").values()) == {"open"}


@pytest.mark.parametrize(
    ("priority", "due"),
    [
        (0, date(2026, 11, 23)),
        (1, date(2026, 11, 28)),
        (2, date(2026, 12, 5)),
        (3, date(2026, 12, 21)),
    ],
)
def test_the_priority_dates_an_action_item(story, priority, due):
    story.begin(preset("command"), "SEV-1")

    item = story.incident.add_item(
        title="Test", by=story.person, at=story.began, priority=priority
    )
    other = story.incident.add_item(
        title="Other",
        by=story.person,
        at=story.began,
        priority=priority,
        due_on=date(2027, 1, 4),
    )

    assert (item.due_on, item.due_source) == (due, "rule")
    assert (other.due_on, other.due_source) == (date(2027, 1, 4), "hand")
