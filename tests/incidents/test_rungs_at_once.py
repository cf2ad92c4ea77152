"""Several rungs that are reached at once wake a person once, and name all of them."""

from __future__ import annotations

import pytest

from incidents.choices import BoundKind, ContactKind
from incidents.delivery import deliver_due
from incidents.models import Contact, Deadline, Notification, Profile
from tests.clockwork import level, playbook

ROLES = [
    {"code": "lead", "name": "Lead", "leads": True},
    {"code": "cto", "name": "CTO"},
    {"code": "expert", "name": "Expert"},
]
FLAGS = [{"code": "outage", "name": "Outage"}]
OUTAGE = {"condition": "outage"}


def rung(code, tells="cto", **when):
    words = {"code": code, "label": f"The {code}", "severities": ["S1"]}
    return {**words, "tells": [tells], "media": ["pager"], **when}


@pytest.fixture
def begin(story, responder):
    """Begin by a ladder on which the responder stands for CTO and expert."""
    Profile.objects.filter(user=responder).update(
        urgent_address="pager@debrief.example"
    )
    contact = Contact.objects.create(
        name="On call", kind=ContactKind.PERSON, user=responder
    )
    for code in ("cto", "expert"):
        story.team.bindings.create(kind=BoundKind.ROLE, code=code, contact=contact)

    def begin(*rungs):
        document = playbook(level("S1"), roles=ROLES, flags=FLAGS, ladder=list(rungs))
        story.begin(document)

    return begin


def waiting(address) -> list[str]:
    rows = Notification.objects.waiting().filter(address=address).order_by("pk")
    return [row.text for row in rows]


def test_they_are_one_letter_and_one_line_that_name_both(
    story, begin, inbox, responder
):
    begin(rung("boss", after="10 min"), rung("chief", "expert", after="10 min"))

    deliver_due(now=story.at(10))

    told = {each["To"]: each.get_body(("plain",)) for each in inbox.letters}
    assert len(inbox.letters) == len(told) == 2
    letter = told[responder.email].get_content()
    assert "this incident needs you: The boss; The chief (" in letter
    assert "because of your part in it: bound to CTO, bound to Expert." in letter
    line = told["pager@debrief.example"].get_content()
    assert line.strip().endswith("Checkout fails: The boss; The chief")
    held = Notification.objects.filter(state="suppressed")
    reasons = set(held.values_list("suppressed_because", flat=True))
    assert reasons == {"Told in one message with “The boss”."}


def test_each_is_on_the_timeline_and_counts_as_told(story, begin):
    begin(rung("boss", after="10 min"), rung("chief", after="10 min"))
    story.at(10)
    before = Notification.objects.count()
    Deadline.objects.filter(key="rung:chief").update(state="open", ended_at=None)

    story.at(11)

    assert story.events("reach_rung") == [
        "Escalation due: The boss. Told Responder (bound to CTO).",
        "Escalation due: The chief. Told Responder (bound to CTO).",
        "Escalation due: The chief. Told before: Responder (bound to CTO).",
    ]
    assert Notification.objects.count() == before


def test_one_after_the_other_they_are_a_letter_each(story, begin, responder):
    begin(rung("boss", after="10 min"), rung("chief", after="11 min"))

    for minute in (10, 11):
        story.at(minute)

    assert len(waiting(responder.email)) == 2


def test_where_one_is_taken_back_the_other_is_told_by_itself(story, begin, responder):
    begin(rung("boss", **OUTAGE), rung("chief", after="10 min"))
    story.do("set_flag", "outage", after=9)
    story.at(10)
    [both] = waiting(responder.email)

    story.do("undo", after=10)

    [alone] = waiting(responder.email)
    assert ("The boss; The chief" in both, "The boss" in alone) == (True, False)
    assert "this incident needs you: The chief (" in alone


def test_where_both_are_taken_back_both_may_be_told_anew(story, begin, responder):
    begin(rung("boss", **OUTAGE), rung("chief", **OUTAGE))
    story.do("set_flag", "outage", after=9)
    story.at(10)

    story.do("undo", after=10)
    assert waiting(responder.email) == []
    story.do("set_flag", "outage", after=11)
    story.at(12)

    [letter] = waiting(responder.email)
    assert "The boss; The chief" in letter
