from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from incidents import people
from incidents.changes import Refused
from incidents.models import Notification
from incidents.people import PersonState, group_of, state_of
from incidents.permissions import ADMINISTRATORS, RESPONDERS, TEAM_MANAGERS

PASSWORD = "nine long words of theirs"


def link_in(mail):
    return re.search(r"http://localhost:8000(/\S+)", mail.text)[1]


def invite(by, team, group=RESPONDERS, at=None) -> User:
    return people.invite(
        email="New@debrief.example",
        name="Nora New",
        team=team,
        group=group,
        by=by,
        at=at or timezone.now(),
    )


@pytest.fixture
def invited(manager, team, at_noon) -> User:
    return invite(manager, team, at=at_noon)


def placed(team, **changes):
    return {
        "email": "new@debrief.example",
        "name": "Nora New",
        "team": team.pk,
        "group": RESPONDERS,
        **changes,
    }


def accept(client, mail, **changes):
    page = client.get(link_in(mail), follow=True)
    given = {"new_password1": PASSWORD, "new_password2": PASSWORD, "zone": "UTC"}
    return client.post(page.request["PATH_INFO"], given | changes)


def test_one_form_makes_the_person_and_queues_the_mail(client_of, manager, team):
    client_of(manager).post("/admin/auth/user/add/", placed(team))

    person = User.objects.get(username="new@debrief.example")
    mail = Notification.objects.get()
    assert (state_of(person), group_of(person)) == (PersonState.INVITED, RESPONDERS)
    assert (person.profile.team, person.is_staff) == (team, True)
    assert person.profile.zone == "Europe/Berlin"
    assert (mail.kind, mail.address) == ("invitation", "new@debrief.example")
    assert mail.subject == "Manager invites you to Debrief"
    assert link_in(mail) in mail.html


def test_the_link_sets_a_password_and_leads_in(client, invited):
    answer = accept(client, Notification.objects.get(), zone="Asia/Tokyo")

    invited.refresh_from_db()
    assert answer.url == "/admin/"
    assert client.get("/admin/auth/user/").status_code == 200
    assert invited.check_password(PASSWORD)
    assert (state_of(invited), invited.profile.zone) == ("active", "Asia/Tokyo")


def test_the_link_works_once(client, invited):
    mail = Notification.objects.get()
    accept(client, mail)

    again = client.get(link_in(mail))

    assert "does not work any more" in again.content.decode()


def test_the_link_runs_out(client, invited, settings):
    settings.PASSWORD_RESET_TIMEOUT = -1

    answer = client.get(link_in(Notification.objects.get()))

    assert "does not work any more" in answer.content.decode()


def test_a_new_invitation_kills_the_one_before(client, invited, manager, at_noon):
    first = Notification.objects.get()

    people.invite_again(invited, by=manager, at=at_noon + timezone.timedelta(hours=1))

    second = Notification.objects.exclude(pk=first.pk).get()
    assert "does not work any more" in client.get(link_in(first)).content.decode()
    assert accept(client, second).status_code == 302


def test_deactivating_kills_the_link_for_good(client, invited, administrator, at_noon):
    mail = Notification.objects.get()
    people.deactivate(invited, by=administrator)
    assert "does not work any more" in client.get(link_in(mail)).content.decode()

    people.reactivate(
        invited, by=administrator, at=at_noon + timezone.timedelta(hours=1)
    )

    assert "does not work any more" in client.get(link_in(mail)).content.decode()


def test_an_invitation_does_not_open_as_a_password_reset(client, invited):
    path = link_in(Notification.objects.get()).replace("/invitation/", "/forgotten/")

    assert "does not work any more" in client.get(path).content.decode()


def test_weak_passwords_are_refused_at_the_door(client, invited):
    answer = accept(
        client,
        Notification.objects.get(),
        new_password1="password",
        new_password2="password",
    )

    assert "too common" in answer.content.decode()


@pytest.mark.parametrize(
    "email", ["responder@debrief.example", "RESPONDER@Debrief.example"]
)
def test_an_address_that_is_taken_is_named(client_of, manager, responder, team, email):
    answer = client_of(manager).post("/admin/auth/user/add/", placed(team, email=email))

    sentence = "somebody with the address responder@debrief.example already"
    assert sentence in answer.content.decode()
    assert not Notification.objects.exists()


@pytest.mark.parametrize("group", [TEAM_MANAGERS, ADMINISTRATORS])
def test_managers_cannot_invite_above_incident_leads(client_of, manager, team, group):
    client_of(manager).post("/admin/auth/user/add/", placed(team, group=group))
    with pytest.raises(Refused, match="Only administrators may give this group"):
        invite(manager, team, group)

    assert not User.objects.filter(username="new@debrief.example").exists()


def test_managers_cannot_invite_into_other_teams(client_of, manager, other_team):
    client_of(manager).post("/admin/auth/user/add/", placed(other_team))
    with pytest.raises(Refused, match="Choose one of the teams you manage"):
        invite(manager, other_team)

    assert not User.objects.filter(username="new@debrief.example").exists()


def test_administrators_invite_anywhere_as_anything(client_of, administrator, team):
    client_of(administrator).post(
        "/admin/auth/user/add/", placed(team, group=ADMINISTRATORS)
    )

    assert group_of(User.objects.get(email="new@debrief.example")) == ADMINISTRATORS
