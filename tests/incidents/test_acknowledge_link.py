"""What the link in an escalation opens, for whom, how long, and what it changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.acknowledge_links import LINKS, link_to
from incidents.models import TimelineEvent
from tests.conftest import person


@pytest.fixture
def outside():
    """A browser in which nobody is logged in, and which knows CSRF."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def link(incident, responder, settings):
    settings.SITE_URL = "http://testserver"
    return link_to(incident, responder).removeprefix("http://testserver")


def press(browser, link):
    """Post with the token any page of ours gives."""
    browser.get(reverse("admin:login"))
    token = browser.cookies["csrftoken"].value
    return browser.post(link, {"csrfmiddlewaretoken": token}, follow=True)


def test_it_opens_without_a_log_in_and_goes_nowhere_else(outside, link, incident):
    answer = outside.get(link)

    assert answer.status_code == 200
    for said in (incident.title, incident.reference, "P1 Critical", "not yet"):
        assert said in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_changes_nothing(outside, link, incident, method):
    before = TimelineEvent.objects.count()

    getattr(outside, method)(link)

    incident.refresh_from_db()
    assert incident.acknowledged_at is None
    assert TimelineEvent.objects.count() == before


def test_one_press_acknowledges_as_the_addressee(outside, link, incident, responder):
    answer = press(outside, link)

    incident.refresh_from_db()
    event = incident.timeline.get(verb="acknowledge")
    assert incident.acknowledged_at
    assert (event.author, event.facts) == (responder, {"route": "mail"})
    assert "Responder" in answer.text
    assert "It is acknowledged." in answer.text


def test_a_post_from_elsewhere_does_nothing(outside, link, incident):
    assert outside.post(link).status_code == 403

    incident.refresh_from_db()
    assert incident.acknowledged_at is None


def test_what_is_acknowledged_says_by_whom_and_stays(
    outside, link, incident, lead, at_noon
):
    incident.acknowledge(by=lead, at=at_noon)

    page, pressed = outside.get(link), press(outside, link)

    assert "21 Nov 2026, 12:00 UTC" in page.text
    assert "Lead" in page.text
    assert "button-primary" not in page.text
    assert (pressed.status_code, "already acknowledged" in pressed.text) == (409, True)
    assert incident.timeline.filter(verb="acknowledge").count() == 1


def test_after_two_hours_it_says_so(outside, link, time_machine, at_noon):
    time_machine.move_to(at_noon + timedelta(hours=2, minutes=1), tick=False)

    answer = outside.get(link)

    assert answer.status_code == 410
    assert "good for two hours" in answer.text


def test_a_damaged_link_and_one_of_another_purpose_do_not_open(outside, link):
    token = link.split("/")[-2]

    for path in (f"/acknowledge/{token[:-1]}/", f"/reminder/{token}/"):
        assert outside.get(path).status_code == 404


def test_it_shuts_with_the_account_of_the_addressee(outside, link, responder, incident):
    responder.is_active = False
    responder.save()

    assert outside.get(link).status_code == 403
    assert press(outside, link).status_code == 403
    incident.refresh_from_db()
    assert incident.acknowledged_at is None


def test_who_only_reads_may_look_and_not_press(outside, incident, viewer, settings):
    settings.SITE_URL = ""
    link = link_to(incident, viewer)

    assert "Your group only reads" in outside.get(link).text
    assert press(outside, link).status_code == 409
    incident.refresh_from_db()
    assert incident.acknowledged_at is None


def test_a_restricted_one_asks_its_addressee_to_log_in(
    outside, client_of, incident, manager, lead, administrator, at_noon, settings
):
    settings.SITE_URL = ""
    incident.restrict(True, by=manager, at=at_noon, reason="Secret")
    link = link_to(incident, lead)

    assert outside.get(link).headers["Location"].startswith(reverse("admin:login"))
    assert incident.title not in press(outside, link).text
    assert client_of(administrator).get(link).status_code == 403
    assert client_of(lead).get(link).status_code == 200
    incident.refresh_from_db()
    assert incident.acknowledged_at is None


def test_it_does_not_open_a_restricted_one_to_who_may_not_see_it(
    client_of, incident, manager, other_team, at_noon, settings
):
    settings.SITE_URL = ""
    stranger = person("Stranger", "Responders", other_team)
    link = link_to(incident, stranger)
    incident.restrict(True, by=manager, at=at_noon, reason="Secret")

    answer = client_of(stranger).get(link)

    assert answer.status_code == 403
    assert incident.title not in answer.text


def test_other_readers_of_the_mail_get_a_link_without_a_signature(link, incident):
    plain = LINKS.without_signatures(f"Acknowledge: http://testserver{link}")

    assert plain == f"Acknowledge: http://testserver{incident.get_absolute_url()}"
