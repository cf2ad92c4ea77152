"""Tickets and what is entered afterwards: fewer clocks, and promotion."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.changes import Refused
from incidents.playbooks.presets import preset
from tests.clockwork import level, playbook

LADDER = [
    {"code": "boss", "label": "The boss", "severities": ["S1", "T"], "tells": ["lead"]}
]
UPDATES = [{"audience": "team", "every": "30 min"}]
BOTH = playbook(
    level("S1", respond="15 min", resolve="4 h", updates=UPDATES),
    level("T", tracking="ticket", respond="24 h", resolve="1 week", updates=UPDATES),
    level("O", declaring="optional", respond="2 h", updates=UPDATES),
    ladder=LADDER,
    record={
        "channels": [{"kind": "own", "severities": ["S1"], "pattern": "#s1-{slug}"}]
    },
    postmortem={"required": {"every_declared": True}, "draft": "48 h"},
    follow_ups=[{"code": "tidy", "label": "Tidy up", "due": "1 week"}],
)
HOUR, DAY = 60, 24 * 60


def test_a_ticket_has_targets_and_neither_ladder_nor_updates(story):
    story.begin(BOTH, "T")

    assert story.incident.tracking == "ticket"
    assert story.incident.channel == ""
    assert story.states() == {"respond": "open", "resolve": "open", "draft": "waiting"}
    assert story.events("declare") == ["Entered as a ticket: Checkout fails"]


def test_a_ticket_needs_no_post_mortem(story):
    story.begin(BOTH, "T")

    story.do("resolve", after=5)

    assert not story.incident.postmortem_required
    assert story.state("draft") == "waiting"


def test_promotion_is_the_declaration(story):
    story.begin(BOTH, "T")

    story.do("promote", after=DAY)

    assert story.incident.declared_at == story.at(DAY)
    assert story.due("respond") == 2 * DAY
    assert story.due("update:team:1") == DAY + 30
    assert story.state("rung:boss") == "reached"
    assert story.events("promote") == ["Declared: it was a ticket only"]
    assert story.incident.postmortem_required


def test_promotion_keeps_the_response_to_the_ticket(story):
    story.begin(BOTH, "T")
    story.do("acknowledge", after=5)

    story.do("promote", after=DAY)

    assert story.state("respond") == "met"


def test_a_rung_after_the_acknowledgement_runs_from_the_promotion(story):
    late = {"after": "30 min", "from": "acknowledged"}
    story.begin(
        playbook(
            level("T", tracking="ticket"),
            ladder=[{**LADDER[0], **late, "severities": ["T"]}],
        ),
        "T",
    )
    story.do("acknowledge", after=5)

    story.do("promote", after=DAY)

    assert story.due("rung:boss") == DAY + 30


def test_a_ticket_raised_to_what_must_be_declared_is_declared(story):
    story.begin(BOTH, "T")

    story.do("change_severity", story.severity("S1"), after=DAY)

    incident = story.incident
    assert (incident.tracking, incident.channel) == ("declared", "#s1-checkout-fails")
    assert story.due("respond") == DAY + 15
    assert incident.timeline.filter(verb="change_severity").count() == 1
    assert not incident.timeline.filter(verb="promote").exists()


def test_a_ticket_stays_one_where_declaring_is_optional(story):
    story.begin(BOTH, "T")

    story.do("change_severity", story.severity("O"), after=5)

    assert story.incident.tracking == "ticket"
    assert "update:team:1" not in story.states()


def test_a_lowered_incident_stays_declared(story):
    story.begin(BOTH, "S1")

    story.do("change_severity", story.severity("T"), after=5)

    assert (story.incident.tracking, story.incident.channel) == (
        "declared",
        "#s1-checkout-fails",
    )


def test_what_is_declared_resolved_or_closed_cannot_be_promoted(story):
    story.begin(BOTH, "S1")
    with pytest.raises(Refused, match="declared already"):
        story.do("promote", after=1)

    story.begin(BOTH, "T")
    story.do("resolve", after=2)
    with pytest.raises(Refused, match="reopen it"):
        story.do("promote", after=3)


def test_a_ticket_that_came_back_gets_its_ladder_with_the_promotion(story):
    story.begin(BOTH, "T")
    story.do("resolve", after=2)
    story.do("reopen", reason="It is back", after=3)
    assert "rung:boss" not in story.states()

    story.do("promote", after=4)

    assert story.due("rung:boss") == 4


def test_what_is_over_when_entered_is_a_record(story):
    ended = story.began - timedelta(hours=1)

    story.begin(BOTH, "S1", status="resolved", resolved_at=ended)

    assert story.incident.is_record
    assert story.incident.channel == ""
    assert story.states() == {"follow_up:tidy": "open", "draft": "open"}
    assert story.due("draft") == 2 * DAY - HOUR
    assert story.events("declare") == ["Entered afterwards: Checkout fails"]
    assert not story.incident.timeline.get(verb="declare").in_postmortem


@pytest.mark.parametrize("known", ["detected_at", "started_at"])
@pytest.mark.parametrize(("hours", "is_record"), [(12, False), (12.1, True)])
def test_what_was_known_for_half_a_day_is_a_record(story, known, hours, is_record):
    since = story.began - timedelta(hours=hours)

    story.begin(BOTH, "S1", **{known: since})

    assert story.incident.is_record is is_record
    assert ("rung:boss" in story.states()) is not is_record


def test_a_late_start_is_no_record_if_it_was_detected_just_now(story):
    day = timedelta(days=1)

    story.begin(BOTH, "S1", started_at=story.began - day, detected_at=story.began)

    assert not story.incident.is_record


def test_whoever_enters_it_may_say_that_it_runs(story):
    long_ago = story.began - timedelta(days=2)

    story.begin(BOTH, "S1", detected_at=long_ago, is_record=False)

    assert story.state("respond") == "open"


def test_a_record_stays_silent_when_it_changes(story):
    story.begin(BOTH, "T", is_record=True)

    story.do("change_severity", story.severity("S1"), after=5)
    story.do("resolve", after=10)
    story.do("reopen", reason="One more thing", after=20)

    assert story.incident.channel == ""
    assert story.states("respond", "resolve", "update", "rung") == {}


def test_every_preset_tells_tickets_from_incidents(story):
    tickets = {"phases": ["P2", "P3"], "matrix": ["P4"], "cadence": ["P3"]}

    for code, levels in tickets.items():
        for each in levels:
            story.begin(preset(code), each)
            kinds = {row.kind for row in story.incident.deadlines.all()}
            assert story.incident.tracking == "ticket"
            assert kinds <= {"respond", "resolve", "report", "draft", "review"}
