"""Who does what: given, offered, accepted, taken over; who held it when."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.changes import Refused
from incidents.choices import DeliveryState
from incidents.models import Incident, Notification


def told() -> list[tuple[str, str]]:
    mails = Notification.objects.filter(kind="role").order_by("pk")
    return [(mail.address, mail.subject) for mail in mails]


def last_mail() -> Notification:
    return Notification.objects.order_by("pk").last()


def holder(incident):
    return incident.roles.current().get(role="lead").person


@pytest.fixture
def offered(incident, lead, responder, at_noon):
    incident.offer_role("lead", responder, by=lead, at=at_noon)
    return incident


def test_an_offer_changes_nothing_until_it_is_accepted(offered, lead, responder):
    assert (Incident.objects.get().lead, holder(offered)) == (lead, lead)

    mail = Notification.objects.get()
    assert mail.user == responder
    assert offered.get_absolute_url() in mail.text
    assert "Lead offers you the role Lead" in mail.text


def test_accepting_moves_role_lead_and_says_so(offered, lead, responder, at_noon):
    offered.accept_role("lead", by=responder, at=at_noon)

    first, second = offered.roles.filter(role="lead").order_by("pk")
    assert Incident.objects.get().lead == responder
    assert (first.left_at, second.held_at, second.left_at) == (at_noon, at_noon, None)
    assert [event.text for event in offered.timeline.filter(kind="role")][::-1] == [
        "Lead: offered to Responder",
        "Lead: Responder, who accepts it",
    ]
    assert told()[1:] == [(lead.email, f"Accepted: Lead · {offered}")]


def test_an_offer_declined_stays_where_it_was(offered, lead, responder, at_noon):
    offered.decline_role("lead", by=responder, at=at_noon, reason="On a train")

    assert (Incident.objects.get().lead, holder(offered)) == (lead, lead)
    assert offered.timeline.first().text.endswith("by Responder: On a train")
    mail = last_mail()
    assert (mail.user, "On a train" in mail.text) == (lead, True)
    with pytest.raises(Refused, match="not offered to you"):
        offered.accept_role("lead", by=responder, at=at_noon)


def test_an_offer_that_is_taken_back_cannot_be_accepted(
    offered, lead, responder, manager, at_noon
):
    with pytest.raises(Refused, match="Only who offered it"):
        offered.withdraw_role("lead", by=responder, at=at_noon)

    offered.withdraw_role("lead", by=lead, at=at_noon)

    with pytest.raises(Refused, match="not offered to you any more: Lead holds it"):
        offered.accept_role("lead", by=responder, at=at_noon)


def test_the_lead_is_not_taken_out_of_hands(
    incident, lead, responder, outsider, at_noon
):
    with pytest.raises(Refused, match="Lead holds this role: offer it"):
        incident.assign_role("lead", responder, by=lead, at=at_noon, instead_of=lead)
    for person in (responder, None):
        with pytest.raises(Refused, match="let an incident lead take it over"):
            incident.assign_role(
                "lead", person, by=responder, at=at_noon, instead_of=lead, note="Gone"
            )
    with pytest.raises(Refused, match="Only who holds it, or an incident lead"):
        incident.offer_role("lead", outsider, by=responder, at=at_noon)


def test_taking_over_asks_why_and_tells_who_held_it(
    offered, lead, manager, responder, at_noon
):
    with pytest.raises(Refused, match="Say why you take over from Lead"):
        offered.assign_role("lead", manager, by=manager, at=at_noon, instead_of=lead)

    offered.assign_role(
        "lead", manager, by=manager, at=at_noon, instead_of=lead, note="They sleep"
    )

    assert Incident.objects.get().lead == manager
    mail = last_mail()
    assert (mail.user, "They sleep" in mail.text) == (lead, True)
    with pytest.raises(Refused, match="Manager holds it"):
        offered.accept_role("lead", by=responder, at=at_noon)


def test_what_nobody_leads_is_taken_at_once(incident, lead, responder, at_noon):
    incident.assign_role("lead", None, by=lead, at=at_noon, instead_of=lead)

    incident.assign_role("lead", responder, by=responder, at=at_noon)

    assert Incident.objects.get().lead == responder
    assert told() == []


def test_the_lead_of_somebody_who_left_is_given_at_once(
    incident, lead, responder, manager, at_noon
):
    lead.is_active = False
    lead.save()

    incident.assign_role("lead", responder, by=manager, at=at_noon, instead_of=lead)

    assert Incident.objects.get().lead == responder


@pytest.mark.parametrize(
    ("role", "to", "reason"),
    [
        ("lead", "lead", "holds this role already"),
        ("lead", "viewer", "may only read"),
        ("lead", "gone", "is deactivated"),
        ("scribe", "responder", "Only the leading role is offered"),
        ("king", "responder", "Choose one of the roles"),
    ],
)
def test_who_can_be_offered_what(request, incident, lead, at_noon, role, to, reason):
    gone = {"username": "gone@debrief.example", "is_active": False}
    person = (
        User.objects.create(**gone) if to == "gone" else request.getfixturevalue(to)
    )

    with pytest.raises(Refused, match=reason):
        incident.offer_role(role, person, by=lead, at=at_noon)


def test_one_offer_at_a_time(offered, lead, manager, at_noon):
    with pytest.raises(Refused, match="offered to Responder already: take that back"):
        offered.offer_role("lead", manager, by=lead, at=at_noon)


def test_whoever_was_deactivated_meanwhile_cannot_accept(offered, responder, at_noon):
    responder.is_active = False

    with pytest.raises(Refused, match="is deactivated"):
        offered.accept_role("lead", by=responder, at=at_noon)


def test_an_offer_shows_a_restricted_incident_while_it_is_open(
    offered, manager, outsider, lead, at_noon
):
    offered.withdraw_role("lead", by=lead, at=at_noon)
    offered.restrict(True, by=manager, at=at_noon, reason="Security")
    assert not Incident.objects.visible_to(outsider).exists()

    offered.offer_role("lead", outsider, by=lead, at=at_noon)
    assert Incident.objects.visible_to(outsider).exists()

    offered.decline_role("lead", by=outsider, at=at_noon)
    assert not Incident.objects.visible_to(outsider).exists()


def test_who_no_longer_sees_it_reads_no_title(
    incident, outsider, manager, lead, at_noon
):
    incident.offer_role("lead", outsider, by=lead, at=at_noon)
    incident.accept_role("lead", by=outsider, at=at_noon)
    incident.restrict(True, by=manager, at=at_noon, reason="Security")

    incident.assign_role(
        "lead", manager, by=manager, at=at_noon, instead_of=outsider, note="Mine"
    )

    mail = last_mail()
    assert mail.user == outsider
    assert incident.reference in mail.text
    assert incident.title not in f"{mail.subject}{mail.text}{mail.html}"


def test_closing_ends_what_is_still_offered(offered, lead, at_noon):
    offered.close(by=lead, at=at_noon, reason="false_alarm")

    assert not offered.roles.offered().exists()


def test_a_drill_says_so_and_offers_outside_the_team_without_mail(
    incident, lead, responder, outsider, at_noon
):
    incident.amend({"is_drill": (False, True)}, by=lead, at=at_noon)

    incident.offer_role("lead", responder, by=lead, at=at_noon)
    incident.withdraw_role("lead", by=lead, at=at_noon)
    incident.offer_role("lead", outsider, by=lead, at=at_noon)

    mail = Notification.objects.get(kind="role")
    assert mail.subject.startswith("DRILL: ")
    assert (mail.user, mail.state) == (responder, DeliveryState.QUEUED)


def test_nobody_offers_the_lead_to_themselves(incident, manager, at_noon):
    with pytest.raises(Refused, match="take it over"):
        incident.offer_role("lead", manager, by=manager, at=at_noon)


def test_who_may_only_read_leads_nothing_but_may_keep_the_log(
    incident, lead, viewer, at_noon
):
    incident.assign_role("lead", None, by=lead, at=at_noon, instead_of=lead)

    with pytest.raises(Refused, match="Viewer may only read"):
        incident.assign_role("lead", viewer, by=lead, at=at_noon)
    incident.assign_role("scribe", viewer, by=lead, at=at_noon)

    assert incident.roles.current().get().person == viewer
