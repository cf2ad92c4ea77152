from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from incidents import people
from incidents.changes import Refused
from incidents.models import Notification
from incidents.people import PersonState, group_of, state_of
from incidents.permissions import (
    ADMINISTRATORS,
    INCIDENT_LEADS,
    RESPONDERS,
    TEAM_MANAGERS,
)
from tests.incidents.test_invitations import invite
from tests.incidents.test_two_at_once import at_once, one_won

PASSWORD = "nine long words of theirs"


def edited(person, **changes):
    return {
        "name": person.get_full_name(),
        "email": person.email,
        "team": person.profile.team_id or "",
        "group": group_of(person),
        "zone": "UTC",
        "digest_hour": "9",
        **changes,
    }


def change(client, person, **changes):
    url = f"/admin/auth/user/{person.pk}/change/"
    answer = client.post(url, edited(person, **changes))
    return answer, User.objects.get(pk=person.pk)


def test_a_manager_keeps_the_people_of_their_team(client_of, manager, responder):
    _answer, kept = change(
        client_of(manager),
        responder,
        name="Rita Responder",
        group=INCIDENT_LEADS,
        zone="Asia/Tokyo",
        digest_hour="7",
    )

    assert kept.get_full_name() == "Rita Responder"
    assert [group.name for group in kept.groups.all()] == [INCIDENT_LEADS]
    assert (kept.profile.zone, kept.profile.digest_hour) == ("Asia/Tokyo", 7)


def test_a_manager_cannot_raise_anybody_to_manager(client_of, manager, responder):
    _answer, kept = change(client_of(manager), responder, group=TEAM_MANAGERS)

    assert group_of(kept) == RESPONDERS


@pytest.mark.parametrize("whom", ["administrator", "outsider", "manager"])
def test_a_manager_cannot_touch_others_nor_themselves(
    request, client_of, manager, whom
):
    person = request.getfixturevalue(whom)
    client = client_of(manager)

    answer, kept = change(client, person, name="Changed")
    step = client.post(f"/admin/auth/user/{person.pk}/step/deactivate/")

    assert (answer.status_code, step.status_code) == (403, 403)
    assert kept.get_full_name() != "Changed"
    assert User.objects.get(pk=person.pk).is_active


def test_a_manager_cannot_redirect_an_active_persons_mail(
    client_of, manager, responder
):
    answer, kept = change(client_of(manager), responder, email="mine@debrief.example")

    assert "Only administrators may change the address" in answer.content.decode()
    assert kept.email == "responder@debrief.example"


def test_an_administrator_changes_an_address_and_with_it_the_log_in(
    client_of, administrator, responder
):
    _answer, kept = change(
        client_of(administrator), responder, email="Rita@Debrief.example"
    )

    assert kept.username == kept.email == "rita@debrief.example"


def test_the_last_administrator_stays(client_of, administrator, team):
    answer, kept = change(client_of(administrator), administrator, group=RESPONDERS)

    assert "is the last administrator" in answer.content.decode()
    assert group_of(kept) == ADMINISTRATORS


def test_an_invited_administrator_is_no_reason_to_let_the_last_one_go(
    administrator, team, at_noon
):
    second = invite(administrator, None, ADMINISTRATORS, at_noon)

    with pytest.raises(Refused, match="last administrator"):
        people.deactivate(administrator, by=second)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other():
    ada, bob = (
        people.create_administrator(f"{name}@x.example", PASSWORD, name, timezone.now())
        for name in ("ada", "bob")
    )

    results = at_once(
        lambda: people.deactivate(ada, by=bob), lambda: people.deactivate(bob, by=ada)
    )

    assert one_won(results)
    assert people.administrators().count() == 1


def test_deactivation_ends_sessions_and_refuses_the_log_in(
    client, client_of, administrator, responder
):
    theirs = client_of(responder)
    assert theirs.get("/admin/auth/user/").status_code == 200

    client_of(administrator).post(f"/admin/auth/user/{responder.pk}/step/deactivate/")

    assert theirs.get("/admin/auth/user/").status_code == 302
    credentials = {
        "username": responder.username,
        "password": "a-long-password-of-theirs",
    }
    assert (
        "do not belong together"
        in client.post("/admin/login/", credentials).content.decode()
    )


def test_reactivation_mails_a_link_for_a_new_password(
    client_of, administrator, responder
):
    people.deactivate(responder, by=administrator)

    client_of(administrator).post(f"/admin/auth/user/{responder.pk}/step/reactivate/")

    responder.refresh_from_db()
    assert state_of(responder) == PersonState.INVITED
    assert Notification.objects.get().user == responder


def test_steps_are_posts(client_of, administrator, responder):
    url = f"/admin/auth/user/{responder.pk}/step/deactivate/"

    assert client_of(administrator).get(url).status_code == 405


def test_what_a_deactivated_person_held_is_handed_on(
    client_of, administrator, responder, lead, item, incident, team, at_noon
):
    team.lead = responder
    team.save()
    incident.assign_role("scribe", responder, by=lead, at=at_noon)
    people.deactivate(responder, by=administrator)
    client = client_of(administrator)
    page = client.get(f"/admin/auth/user/{responder.pk}/change/").content.decode()
    held = re.findall(r'name="held" value="([\w-]+)"', page)

    client.post(
        f"/admin/auth/user/{responder.pk}/hand-on/", {"held": held, "to": lead.pk}
    )

    item.refresh_from_db()
    team.refresh_from_db()
    assert len(held) == 3
    assert (item.owner, team.lead) == (lead, lead)
    assert incident.roles.current().get(role="scribe").person == lead


def test_handing_on_says_for_each_row_what_became_of_it(
    client_of, administrator, responder, lead, item, incident, at_noon
):
    gone = incident.add_item(title="Gone", by=lead, at=at_noon, owner=responder)
    client = client_of(administrator)
    keys = [f"item-{item.pk}", f"item-{gone.pk}"]
    page = f"/admin/auth/user/{responder.pk}/hand-on/"
    responder.is_active = False
    responder.save()

    answer = client.post(page, {"held": keys, "to": responder.pk}, follow=True)
    assert "Select a valid choice" in answer.content.decode()
    answer = client.post(page, {"held": keys, "to": lead.pk}, follow=True)

    said = [str(message) for message in answer.context["messages"]]
    assert said == [
        f"{each.title} ({incident.reference}): now with Lead." for each in (item, gone)
    ]


def test_only_what_one_may_see_can_be_handed_on(
    client_of, manager, responder, lead, item, incident, other_team
):
    incident.team, incident.restricted = other_team, True
    incident.save()
    client = client_of(manager)
    page = client.get(f"/admin/auth/user/{responder.pk}/change/").content.decode()

    client.post(
        f"/admin/auth/user/{responder.pk}/hand-on/",
        {"held": [f"item-{item.pk}"], "to": lead.pk},
    )

    item.refresh_from_db()
    assert item.title not in page
    assert item.owner == responder


def test_a_manager_hands_on_the_lead_of_their_team_but_not_the_team(
    client_of, manager, responder, lead, team
):
    team.lead = responder
    team.save()
    keys = [f"lead-{team.pk}"]
    client_of(manager).post(
        f"/admin/auth/user/{responder.pk}/hand-on/", {"held": keys, "to": lead.pk}
    )

    team.refresh_from_db()
    assert team.lead == lead
    assert team.history.first().history_user == manager


def test_everybody_keeps_their_own_settings_and_nothing_else(client_of, viewer):
    client = client_of(viewer)

    client.post(
        "/admin/auth/user/me/",
        {
            "name": "Vera Viewer",
            "zone": "Asia/Tokyo",
            "digest_hour": "6",
            "group": ADMINISTRATORS,
            "email": "other@debrief.example",
        },
    )

    kept = User.objects.get(pk=viewer.pk)
    assert kept.get_full_name() == "Vera Viewer"
    assert (kept.profile.zone, kept.profile.digest_hour) == ("Asia/Tokyo", 6)
    assert kept.email == viewer.email
    assert group_of(kept) != ADMINISTRATORS


def test_people_without_a_profile_are_taken_with_defaults(client_of, administrator):
    bare = User.objects.create_user("bare@debrief.example", is_staff=True)
    client = client_of(administrator)

    assert client.get(f"/admin/auth/user/{bare.pk}/change/").status_code == 200
    assert client.get("/admin/auth/user/?state=all").status_code == 200
    assert client_of(bare).get("/admin/auth/user/me/").status_code == 200


def test_the_autocomplete_offers_active_people_to_whoever_may_read(
    client_of, viewer, responder, lead, administrator
):
    people.deactivate(responder, by=administrator)

    answer = client_of(viewer).get(
        "/admin/autocomplete/",
        {
            "term": "debrief.example",
            "app_label": "incidents",
            "model_name": "actionitem",
            "field_name": "owner",
        },
    )

    offered = {row["id"] for row in answer.json()["results"]}
    assert str(lead.pk) in offered
    assert str(responder.pk) not in offered


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"manager", "responder"}),
        ("?state=deactivated", {"viewer"}),
        ("?state=invited", set()),
        ("?group=Responders", {"responder"}),
        ("?q=respond", {"responder"}),
    ],
)
def test_the_list_is_filtered(client_of, manager, responder, viewer, asked, found):
    viewer.is_active = False
    viewer.save()

    page = client_of(manager).get(f"/admin/auth/user/{asked}").content.decode()

    assert set(re.findall(r">(\w+)@debrief.example</td>", page)) == found


def test_the_list_costs_the_same_for_many(
    client_of, manager, team, django_assert_max_num_queries
):
    from tests.conftest import person

    for number in range(20):
        person(f"Person{number}", RESPONDERS, team)
    client = client_of(manager)
    client.get("/admin/auth/user/")

    with django_assert_max_num_queries(10):
        page = client.get("/admin/auth/user/")

    assert b"person19@" in page.content


def test_nobody_is_deleted(client_of, administrator, responder):
    client = client_of(administrator)

    answer = client.post(f"/admin/auth/user/{responder.pk}/delete/", follow=True)

    assert answer.status_code == 404
    assert User.objects.filter(pk=responder.pk).exists()


@pytest.mark.django_db
def test_groups_are_not_edited_by_hand(client_of, administrator):
    assert client_of(administrator).get("/admin/auth/group/").status_code == 404
