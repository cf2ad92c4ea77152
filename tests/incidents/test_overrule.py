"""Deciding about a post-mortem against the playbook, with a reason that stays."""

from __future__ import annotations

import pytest

from incidents.changes import Refused
from incidents.models import Incident
from incidents.permissions import may
from incidents.playbooks.presets import preset

DAY = 24 * 60
PAPERS = ("report", "draft", "review")


def states(story):
    return set(story.states(*PAPERS).values())


def test_what_nobody_asked_for_is_required_at_once(story):
    story.begin(preset("matrix"), "P3")
    story.do("resolve", after=60)

    story.do("require_postmortem", "A customer\nasked for it", after=70)

    incident = Incident.objects.get()
    assert incident.postmortem_required
    assert incident.postmortem_reason == "A customer asked for it"
    assert states(story) == {"open"}
    assert story.events("require_postmortem") == [
        "Post-mortem required all the same: A customer asked for it"
    ]
    assert incident.history.latest().postmortem_overruled == "required"


def test_what_is_waived_is_due_no_more_and_later_verbs_keep_it_so(story):
    story.begin(preset("phases"), "P0")
    story.do("resolve", after=60)

    story.do("waive_postmortem", "Written up by the vendor", after=70)
    story.do("change_severity", story.severity("P1"), after=80)

    assert states(story) == {"waiting"}
    assert not story.incident.postmortem_required
    assert story.incident.postmortem_reason == "Written up by the vendor"


def test_what_was_late_comes_back_late_once_the_playbook_counts_again(story):
    story.begin(preset("phases"), "P0")
    story.do("resolve", after=60)
    story.at(60 + 3 * DAY)
    story.do("waive_postmortem", "Too busy", after=60 + 3 * DAY)
    assert story.states(*PAPERS) == {
        "report": "missed",
        "draft": "missed",
        "review": "waiting",
    }

    story.do("follow_postmortem_rule", after=60 + 3 * DAY)

    assert story.states(*PAPERS) == {
        "report": "late",
        "draft": "late",
        "review": "open",
    }
    assert story.incident.postmortem_reason == "Every declared incident needs one."


def test_it_may_be_asked_for_after_closing(story):
    story.begin(preset("matrix"), "P3")
    story.do("resolve", after=60)
    for fact in ("started", "detected", "acknowledged", "mitigated", "impact"):
        story.do("record_milestone", fact, unknown_because="Nobody saw", after=61)
    for fact in ("detection_source", "cause_category"):
        story.do("record_milestone", fact, unknown_because="Nobody saw", after=61)
    story.do("close", reason="completed", after=62)
    assert states(story) == {"cancelled"}

    story.do("require_postmortem", "It came up in the review", after=70)

    assert states(story) == {"open"}


def test_each_is_taken_back_within_two_minutes(story):
    story.begin(preset("phases"), "P0")
    story.do("resolve", after=60)
    before = list(story.incident.deadlines.order_by("pk").values())

    story.do("waive_postmortem", "By mistake", after=70)
    story.do("undo", after=71)

    incident = Incident.objects.get()
    assert list(incident.deadlines.order_by("pk").values()) == before
    assert (incident.postmortem_required, incident.postmortem_overruled) == (True, "")


@pytest.mark.parametrize(
    ("code", "verb", "reason", "sentence"),
    [
        ("P0", "require_postmortem", "So", "required already: Every declared"),
        ("P0", "waive_postmortem", " ", "Say why."),
        ("P3", "waive_postmortem", "So", "No post-mortem is required."),
        ("P3", "require_postmortem", "x" * 501, "at most 500 characters"),
    ],
)
def test_what_makes_no_sense_is_refused(story, code, verb, reason, sentence):
    story.begin(preset("phases"), code)

    with pytest.raises(Refused, match=sentence):
        story.do(verb, reason)

    assert not Incident.objects.get().postmortem_overruled


def test_neither_a_drill_nor_what_was_no_incident_needs_one(story):
    story.begin(preset("phases"), "P3", is_drill=True)
    with pytest.raises(Refused, match="A drill needs no post-mortem"):
        story.do("require_postmortem", "To learn from it")
    story.begin(preset("phases"), "P3")
    story.do("close", reason="false_alarm")

    with pytest.raises(Refused, match="no incident of its own"):
        story.do("require_postmortem", "To learn from it")
    with pytest.raises(Refused, match="Nobody decided against the playbook"):
        story.do("follow_postmortem_rule")


def test_what_a_manager_waived_only_a_manager_requires(incident, manager, responder):
    incident.postmortem_overruled = "waived"

    assert not may(responder, "require_postmortem", incident)
    assert may(manager, "require_postmortem", incident)


def test_a_part_that_is_done_is_met_with_the_step_that_did_it(story):
    story.begin(preset("phases"), "P0")
    story.do("resolve", after=60)
    said = {"text": "Review asked for", "meets": ["draft", "respond"]}

    story.do("record_postmortem", "draft", **said, after=120)

    assert story.states(*PAPERS) == {
        "report": "open",
        "draft": "met",
        "review": "open",
    }
    assert story.events("record_postmortem") == ["Review asked for"]


def test_the_page_says_who_decided_and_why_and_offers_what_may_be_done(
    client_of, incident, manager, responder, at_noon
):
    incident.resolve(by=manager, at=at_noon)
    missed = {"state": "missed", "ended_at": at_noon}
    incident.deadlines.filter(kind="draft").update(**missed)
    url = f"/admin/incidents/incident/{incident.pk}/do/waive_postmortem/"
    client_of(manager).post(url, {"reason": "Covered by an earlier one"})
    page = incident.get_absolute_url()

    read = client_of(responder).get(page).content.decode()
    managed = client_of(manager).get(page).content.decode()

    assert "The post-mortem is waived." in read
    assert "Manager, 2026-11-21 12:00 UTC: Covered by an earlier one" in read
    assert "/do/follow_postmortem_rule/" not in read
    assert "/do/require_postmortem/" not in read
    assert "/do/follow_postmortem_rule/" in managed
    assert 'badge-red">Missed</span> 48 h from the resolution' in read
