"""Whom a rung tells, by which ways, and that it is once whatever runs twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.choices import BoundKind, ContactKind
from incidents.deadlines import CLIMB
from incidents.models import Contact, Deadline, Notification, Profile
from tests.clockwork import level, playbook

ROLES = [
    {"code": "lead", "name": "Lead", "leads": True},
    {"code": "cto", "name": "CTO"},
    {"code": "expert", "name": "Expert"},
]
FLAGS = [{"code": "outage", "name": "Outage"}]


def ladder(*, tells=("cto",), media=(), after="10 min", **more):
    rung = {"code": "boss", "label": "The boss", "severities": ["S1"], "after": after}
    rungs = [{**rung, "tells": list(tells), "media": list(media), **more}]
    return playbook(level("S1"), level("S2"), roles=ROLES, ladder=rungs, flags=FLAGS)


@pytest.fixture
def bind(team):
    """Let a contact stand for a role of the team."""

    def bind(code, user=None, *, name="On duty", routes=()):
        ways = [{"medium": medium, "address": address} for medium, address in routes]
        contact = Contact.objects.create(
            name=name, kind=ContactKind.ROTA, user=user, routes=ways
        )
        team.bindings.create(kind=BoundKind.ROLE, code=code, contact=contact)
        return contact

    return bind


def told() -> list[str]:
    return sorted(Notification.objects.values_list("address", flat=True))


def said(story) -> str:
    [event] = story.events("reach_rung")
    return event


def test_it_tells_the_holder_of_the_role_rather_than_who_is_bound_to_it(
    story, bind, responder, viewer
):
    bind("cto", viewer)
    story.begin(ladder())
    story.do("assign_role", "cto", responder)

    story.at(10)

    assert told() == [responder.email]
    assert said(story) == "Escalation due: The boss. Told Responder (holds CTO)."
    assert story.incident.timeline.get(verb="reach_rung").in_postmortem


def test_a_deactivated_holder_is_passed_over_for_who_is_bound(
    story, bind, responder, viewer
):
    bind("cto", viewer)
    story.begin(ladder())
    story.do("assign_role", "cto", responder)
    responder.is_active = False
    responder.save()

    story.at(10)

    assert told() == [viewer.email]
    assert "Viewer (bound to CTO)" in said(story)


def test_a_rota_without_a_person_is_told_by_its_own_addresses(story, bind):
    routes = [("email", "duty@debrief.example"), ("phone", "+49 30 1234567")]
    bind("cto", routes=routes)
    story.begin(ladder(media=["phone"]))

    story.at(10)

    assert told() == ["duty@debrief.example"]
    assert story.incident.calls.get().number == "+49 30 1234567"


def test_what_stops_a_rung_stops_its_call(story, bind, client_of):
    bind("cto", routes=[("phone", "+49 30 1234567")])
    story.begin(ladder(media=["phone"], until="mitigated"))
    story.at(10)
    page = story.incident.get_absolute_url()
    assert "tel:+49301234567" in client_of(story.person).get(page).text

    story.do("mitigate")

    assert "tel:+49301234567" not in client_of(story.person).get(page).text
    assert story.incident.calls.get().outcome == ""


def test_with_nobody_bound_the_teams_lead_is_told_and_why(story, responder):
    story.team.lead = responder
    story.team.save()
    story.begin(ladder())

    story.at(10)

    assert told() == [responder.email]
    assert "leads the team: nobody else to tell as CTO" in said(story)


def test_nobody_at_all_is_written_down_and_shown(story, client_of):
    story.begin(ladder())

    story.at(10)

    assert told() == []
    assert "Nobody to tell: no one holds or is bound to CTO" in said(story)
    assert not story.incident.timeline.get(verb="reach_rung").in_postmortem
    page = client_of(story.person).get(story.incident.get_absolute_url()).text
    assert "Nobody was told:" in page


def test_who_is_away_is_told_with_the_stand_in(story, bind, responder, viewer):
    away = {"away_until": story.began.date(), "stand_in": viewer}
    Profile.objects.filter(user=responder).update(**away)
    bind("cto", responder)
    story.begin(ladder())

    story.at(10)

    assert told() == sorted([responder.email, viewer.email])
    assert "Viewer (stands in for Responder)" in said(story)


def test_under_two_roles_of_a_rung_a_person_is_told_once(story, bind, responder):
    bind("cto", responder)
    bind("expert", responder, name="Who knows it")
    story.begin(ladder(tells=["cto", "expert"]))

    story.at(10)

    assert told() == [responder.email]
    assert "Responder (bound to CTO, bound to Expert)" in said(story)


def test_a_rung_that_is_open_again_tells_nobody_again(story, bind, responder):
    bind("cto", responder)
    story.begin(ladder())
    story.at(10)
    Deadline.objects.update(state="open", ended_at=None, nudged_at=None)

    story.at(11)

    assert told() == [responder.email]
    assert "Told before: Responder (bound to CTO)" in story.events("reach_rung")[-1]


def test_a_pager_gets_one_short_line_and_the_letter_the_link(story, bind, responder):
    Profile.objects.filter(user=responder).update(
        urgent_address="pager@debrief.example", phone="+49 170 1"
    )
    bind("cto", responder)
    story.begin(ladder(media=["pager"]))

    story.at(10)

    line = Notification.objects.get(address="pager@debrief.example")
    letter = Notification.objects.get(address=responder.email)
    reference = story.incident.reference
    assert line.subject == line.text == f"S1 {reference} Checkout fails: The boss"
    assert len(line.text) <= 160
    assert "/acknowledge/" in letter.text
    assert "/acknowledge/" not in line.text
    assert (letter.incident, letter.subject) == (
        story.incident,
        "S1 needs you: Checkout fails",
    )
    assert story.incident.calls.get().number == "+49 170 1"


def test_of_a_restricted_incident_the_title_goes_to_who_sees_it(
    story, bind, outsider, responder, manager
):
    bind("cto", outsider)
    story.begin(ladder(tells=["lead", "cto"]))
    story.incident.restrict(True, by=manager, at=story.began, reason="Secret")

    story.at(10)

    mails = {row.user: row for row in Notification.objects.select_related("user")}
    assert "Checkout fails" in mails[story.person].subject
    hidden = mails[outsider]
    written = hidden.subject + hidden.text + hidden.html
    assert "Checkout" not in written
    assert f"A restricted incident, {story.incident.reference}, S1" in hidden.text
    assert "ask Lead" in hidden.text


@pytest.mark.parametrize("outside", [False, True])
def test_a_drill_stays_within_the_team_unless_told_to(story, bind, outsider, outside):
    bind("cto", outsider)
    story.begin(ladder(tells=["lead", "cto"]), is_drill=True, drill_outside=outside)

    story.at(10)

    assert told() == sorted([story.person.email, *([outsider.email] * outside)])
    assert all(row.subject.startswith("DRILL") for row in Notification.objects.all())
    spared = "a drill: would have told Outsider (bound to CTO)"
    assert (spared in said(story)) is not outside


def test_a_drill_posts_to_no_chat_even_of_who_takes_part(story, bind, responder):
    contact = bind("cto", responder)
    contact.hook_kind, contact.hook_address = "ntfy", "https://ntfy.sh/ours"
    contact.save()
    story.begin(ladder(media=["chat"]), is_drill=True)

    story.at(10)

    assert told() == [responder.email]


def test_records_and_tickets_tell_nobody(story, bind, responder):
    bind("cto", responder)
    document = ladder()
    story.begin(document, is_record=True)
    story.begin(document, tracking="ticket")

    story.at(60)

    assert told() == []


def test_a_rung_reached_by_a_step_wakes_a_worker_at_once(
    story, django_capture_on_commit_callbacks
):
    def asked(callbacks):
        return [call.args for call in callbacks if hasattr(call, "args")]

    with django_capture_on_commit_callbacks() as declared:
        story.begin(ladder(condition="outage", after=None))
    with django_capture_on_commit_callbacks() as flagged:
        story.do("set_flag", "outage", after=5)

    assert (CLIMB,) not in asked(declared)
    assert (CLIMB,) in asked(flagged)


def test_one_incident_that_fails_stops_no_other(story, bind, responder, monkeypatch):
    from incidents import deadlines, escalation, sweeping

    bind("cto", responder)
    story.begin(ladder())
    broken, later = story.incident, story.began + timedelta(minutes=10)
    story.begin(ladder())
    rung = escalation.rung

    def fails_once(incident, *given):
        if incident.pk == broken.pk:
            raise RuntimeError("broken")
        return rung(incident, *given)

    monkeypatch.setattr(escalation, "rung", fails_once)
    with pytest.raises(sweeping.PassingFailed, match="1 of 2 incidents"):
        deadlines.mark_passed(later)

    assert told() == [responder.email]
    assert broken.deadlines.get().state == "open"
