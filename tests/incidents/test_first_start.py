from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from incidents import people
from incidents.models import Team
from tests.incidents.test_two_at_once import at_once, one_won

FILLED = {
    "email": "First@Debrief.example",
    "name": "Ada First",
    "password1": "nine long words of hers",
    "password2": "nine long words of hers",
    "team": "Platform",
    "zone": "Europe/Berlin",
}


def filled(**changes):
    return {**FILLED, "token": people.first_start_token(), **changes}


@pytest.mark.django_db
def test_the_token_makes_the_first_administrator_and_their_team(client):
    answer = client.post("/welcome/", filled())

    first = User.objects.get()
    team = Team.objects.get()
    assert answer.url == "/admin/"
    assert client.get("/admin/auth/user/").status_code == 200
    assert first.username == first.email == "first@debrief.example"
    assert first.get_full_name() == "Ada First"
    assert people.group_of(first) == "Administrators"
    assert (first.profile.team, first.profile.zone) == (team, "Europe/Berlin")
    assert (team.lead, team.manager, team.zone.key) == (first, first, "Europe/Berlin")
    assert team.history.get().history_user == first


@pytest.mark.django_db
def test_the_page_is_gone_once_there_is_an_administrator(client, administrator):
    assert client.get("/welcome/").status_code == 404
    assert client.post("/welcome/", filled()).status_code == 404
    assert User.objects.get() == administrator


@pytest.mark.django_db
def test_administrators_who_cannot_log_in_do_not_count(administrator):
    assert not people.needs_first_start()

    administrator.set_unusable_password()
    administrator.save()

    assert people.needs_first_start()


@pytest.mark.django_db
def test_the_log_in_page_leads_to_the_first_start(client, responder):
    assert b"/welcome/" in client.get("/admin/login/").content

    people.create_administrator("a@b.example", "nine long words", "Ada", timezone.now())

    assert b"/welcome/" not in client.get("/admin/login/").content


@pytest.mark.django_db
def test_case_spaces_and_dashes_of_the_token_do_not_matter(client):
    typed = people.first_start_token().upper().replace("-", " ")

    client.post("/welcome/", filled(token=typed))

    assert User.objects.count() == 1


@pytest.mark.django_db
def test_wrong_tokens_are_refused_and_then_locked_out(client):
    for _attempt in range(4):
        answer = client.post("/welcome/", filled(token="aaaa-aaaa-aaaa-aaaa"))
        assert "not the token of this installation" in answer.content.decode()

    locked = client.post("/welcome/", filled(token="aaaa-aaaa-aaaa-aaaa"))
    right = client.post("/welcome/", filled())

    assert locked.status_code == right.status_code == 429
    assert "Wait 15 minutes" in locked.content.decode()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_what_was_typed_is_not_kept_with_the_failed_attempt(client):
    from axes.models import AccessAttempt

    client.post("/welcome/", filled(token="nearly-right"))

    kept = AccessAttempt.objects.get().post_data
    assert "nearly-right" not in kept
    assert FILLED["password1"] not in kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "nobody"}, "valid email address"),
        ({"password2": "something else"}, "didn’t match"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"zone": "Berlin"}, "not one of the available choices"),
        ({"team": " "}, "This field is required"),
    ],
)
def test_first_start_says_what_is_wrong(client, wrong, sentence):
    answer = client.post("/welcome/", filled(**wrong))

    assert sentence in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_administrator():
    def beginning(name):
        return lambda: people.start(
            email=f"{name}@debrief.example",
            password="nine long words of hers",
            name=name,
            team="Platform",
            zone="UTC",
            at=timezone.now(),
        )

    results = at_once(beginning("ada"), beginning("bob"))

    assert one_won(results)
    assert people.administrators().count() == 1


@pytest.mark.django_db
def test_the_token_command_names_address_and_token(capsys, settings):
    call_command("first_start_token")

    printed = capsys.readouterr().out
    assert f"{settings.SITE_URL}/welcome/" in printed
    assert people.first_start_token() in printed


@pytest.mark.django_db
def test_the_token_command_has_nothing_to_say_later(administrator):
    with pytest.raises(CommandError, match="no token opens anything"):
        call_command("first_start_token")


@pytest.mark.django_db
def test_the_token_follows_from_the_secret_key(settings):
    before = people.first_start_token()

    settings.SECRET_KEY = "another" * 10

    assert people.first_start_token() != before


@pytest.mark.django_db
def test_an_administrator_is_made_by_command(monkeypatch, capsys, client):
    monkeypatch.setattr("sys.stdin", io.StringIO("nine long words of hers\n"))

    call_command("create_administrator", "Ada@x.example", "--password-stdin")

    assert "ada@x.example can log in now" in capsys.readouterr().out
    answer = client.post(
        "/admin/login/",
        {"username": "ADA@x.example", "password": "nine long words of hers"},
    )
    assert answer.status_code == 302
    assert client.get("/admin/auth/user/add/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("ada@x.example", "password", "too common"),
        ("ada", "nine long words of hers", "not an e-mail address"),
        ("Responder@debrief.example", "nine long words of hers", "already"),
    ],
)
def test_the_command_refuses_in_a_sentence(
    monkeypatch, responder, email, password, sentence
):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))

    with pytest.raises(CommandError, match=sentence):
        call_command("create_administrator", email, "--password-stdin")

    assert User.objects.get() == responder


@pytest.mark.django_db
def test_the_command_asks_for_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    with pytest.raises(CommandError, match="--password-stdin"):
        call_command("create_administrator", "ada@x.example")
