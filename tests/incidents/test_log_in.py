from __future__ import annotations

import re
import time

import pytest
from django.test import RequestFactory

from config import views
from config.proxy import client_address
from incidents import people
from incidents.models import Notification

THEIRS = "a-long-password-of-theirs"
NEW = "nine long words of theirs"


@pytest.fixture(autouse=True)
def least_seconds(monkeypatch) -> float:
    """Answer as soon as may be; give what the product waits for instead."""
    usual = views.LEAST_SECONDS
    monkeypatch.setattr(views, "LEAST_SECONDS", 0)
    return usual


def log_in(client, username, password=THEIRS, **headers):
    given = {"username": username, "password": password}
    return client.post("/admin/login/", given, **headers)


def ask(client, email):
    return client.post("/forgotten/", {"email": email}, follow=True)


def link_in(mail):
    return re.search(r"http://localhost:8000(/\S+)", mail.text)[1]


@pytest.mark.parametrize(
    "typed", ["responder@debrief.example", " Responder@DEBRIEF.example"]
)
def test_people_log_in_by_their_address_in_any_case(client, responder, typed):
    assert log_in(client, typed).status_code == 302


@pytest.mark.parametrize(
    "typed", ["responder@debrief.example", "nobody@debrief.example"]
)
def test_a_refusal_does_not_say_who_exists(client, responder, typed):
    answer = log_in(client, typed, "wrong")

    assert "do not belong together" in answer.content.decode()


def test_five_failures_lock_the_pair_of_name_and_address(client, responder, lead):
    for _attempt in range(4):
        assert log_in(client, responder.username, "wrong").status_code == 200

    locked = log_in(client, responder.username, "wrong")

    assert locked.status_code == 429
    assert "Wait 15 minutes" in locked.content.decode()
    assert locked.headers["Retry-After"] == "900"
    assert log_in(client, responder.username.upper()).status_code == 429
    elsewhere = log_in(client, responder.username, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == 302


def test_the_lock_ends_even_if_somebody_keeps_trying(
    client, responder, time_machine, noon
):
    time_machine.move_to(noon)
    for _attempt in range(5):
        log_in(client, responder.username, "wrong")
    time_machine.shift(600)
    assert log_in(client, responder.username, "wrong").status_code == 429

    time_machine.shift(301)

    assert log_in(client, responder.username).status_code == 302


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (False, "203.0.113.9", "127.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (True, "nonsense", "127.0.0.1"),
        (True, "", "127.0.0.1"),
    ],
)
def test_only_what_our_proxy_wrote_counts(settings, trusted, forwarded, address):
    settings.TRUST_PROXY = trusted
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})

    assert client_address(request) == address


def test_a_forgotten_password_is_set_by_a_link_that_works_once(client, responder, lead):
    for _attempt in range(5):
        log_in(client, responder.username, "wrong")
    ask(client, "Responder@debrief.example")
    mail = Notification.objects.get()
    page = client.get(link_in(mail), follow=True)

    answer = client.post(
        page.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW}
    )

    assert (mail.kind, mail.address) == ("password_reset", responder.email)
    assert answer.url == "/admin/"
    assert "does not work any more" in client.get(link_in(mail)).content.decode()
    client.logout()
    assert log_in(client, responder.username, NEW).status_code == 302


def test_known_and_unknown_addresses_get_the_same_answer_as_slowly(
    client, responder, monkeypatch, least_seconds
):
    monkeypatch.setattr(views, "LEAST_SECONDS", least_seconds)
    answers, times = [], []
    for email in (responder.email, "nobody@debrief.example"):
        began = time.monotonic()
        answers.append(re.sub(r"nonce\S+", "", ask(client, email).content.decode()))
        times.append(time.monotonic() - began)

    assert answers[0] == answers[1]
    assert min(times) >= 0.4
    assert Notification.objects.get().user == responder


def test_deactivated_and_invited_people_get_no_link(
    client, responder, lead, administrator
):
    people.deactivate(responder, by=administrator)
    lead.set_unusable_password()
    lead.save()

    ask(client, responder.email)
    ask(client, lead.email)

    assert not Notification.objects.exists()


def test_a_link_asked_for_before_deactivation_is_dead(client, responder, administrator):
    ask(client, responder.email)
    people.deactivate(responder, by=administrator)

    answer = client.get(link_in(Notification.objects.get()))

    assert "does not work any more" in answer.content.decode()


def test_nobody_fills_somebody_elses_mailbox(client, responder, time_machine, noon):
    time_machine.move_to(noon, tick=False)
    ask(client, responder.email)
    ask(client, responder.email)
    assert Notification.objects.count() == 1

    time_machine.shift(301)
    ask(client, responder.email)

    assert Notification.objects.count() == 2


def test_the_links_point_at_the_site_whatever_host_was_asked(
    client, responder, settings
):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(
        "/forgotten/", {"email": responder.email}, headers={"host": "evil.example"}
    )

    assert "evil.example" not in Notification.objects.get().text


def test_the_link_does_not_stay_in_the_address(client, responder):
    ask(client, responder.email)
    path = link_in(Notification.objects.get())

    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.url.endswith("/set-password/")


def test_the_demo_shows_its_log_ins_and_nothing_else_does(client, db, settings):
    assert b"demo.localhost" not in client.get("/admin/login/").content

    settings.DEMO = True

    assert b"lead@demo.localhost" in client.get("/admin/login/").content


def test_changing_the_password_ends_the_other_sessions(client_of, responder):
    here, there = client_of(responder), client_of(responder)

    here.post(
        "/admin/password_change/",
        {"old_password": THEIRS, "new_password1": NEW, "new_password2": NEW},
    )

    assert here.get("/admin/auth/user/me/").status_code == 200
    assert there.get("/admin/auth/user/me/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/admin/login/", "/forgotten/", "/forgotten/sent/", "/welcome/"]
)
def test_pages_before_the_log_in_have_nothing_inline(client, db, path):
    page = client.get(path)

    text = page.content.decode()
    assert page.status_code == 200
    assert not re.search(r"<style|style=|onclick=|<script(?![^>]*src=)", text)
    assert "unsafe" not in page.headers["Content-Security-Policy"]
