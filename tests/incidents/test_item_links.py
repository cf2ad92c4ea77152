"""What a link in a reminder opens, for whom, for how long, and what it changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents import outbox
from incidents.choices import NotificationKind
from incidents.item_links import LINKS, link_to
from incidents.models import ActionItem


@pytest.fixture
def outside():
    """A browser in which nobody is logged in, and which knows CSRF."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def link(item, responder, settings):
    settings.SITE_URL = "http://testserver"
    return link_to(item, responder).removeprefix("http://testserver")


def press(browser, link, verb, **written):
    """Post one of the page's forms, with the token any page of ours gives."""
    browser.get(reverse("admin:login"))
    token = browser.cookies["csrftoken"].value
    return browser.post(
        f"{link}{verb}/", {"csrfmiddlewaretoken": token, **written}, follow=True
    )


def text_of(answer) -> str:
    return answer.content.decode()


def test_it_opens_the_item_without_a_log_in(outside, link, item, incident, lead, noon):
    item.comment("The backup is too old.", by=lead, at=noon)

    answer = outside.get(link)

    assert answer.status_code == 200
    for said in (item.title, incident.reference, incident.title, "too old"):
        assert said in text_of(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_changes_nothing(outside, link, item, method):
    stored = ActionItem.objects.filter(pk=item.pk).values()
    before = list(stored), item.events.count()

    for address in (link, f"{link}complete/", f"{link}snooze/?until=2026-11-25"):
        assert getattr(outside, method)(address).status_code < 400

    assert (list(stored.all()), item.events.count()) == before


def test_done_is_said_as_the_addressee_and_names_the_way(
    outside, link, item, responder
):
    answer = press(outside, link, "complete", evidence="Restored in a drill")

    item.refresh_from_db()
    event = item.events.first()
    assert "It is done." in text_of(answer)
    assert (item.status, item.evidence) == ("done", "Restored in a drill")
    assert event.author == responder
    assert event.facts["route"] == "reminder"


def test_it_is_snoozed_with_a_reason(outside, link, item):
    until = date(2026, 11, 28)

    press(outside, link, "snooze", until=str(until), reason="Waiting for disks")

    item.refresh_from_db()
    assert (item.snoozed_until, item.snoozed_because) == (until, "Waiting for disks")


def test_work_on_it_and_comments_are_said(outside, link, item):
    press(outside, link, "start")
    press(outside, link, "comment", text="Half of it <b>works</b>")

    answer = outside.get(link)

    item.refresh_from_db()
    assert item.status == "in_progress"
    assert "Half of it &lt;b&gt;works" in text_of(answer)
    assert f"{link}start/" not in text_of(answer)


@pytest.mark.parametrize(
    ("verb", "written", "said"),
    [
        ("snooze", {"until": "2026-11-28", "reason": " "}, "This field is required."),
        ("snooze", {"until": "soon", "reason": "x"}, "Enter a valid date."),
        ("snooze", {"until": "2027-11-28", "reason": "x"}, "at most 30 days"),
        ("comment", {"text": ""}, "This field is required."),
        ("comment", {"text": "x" * 6000}, "at most 5000 characters"),
        ("complete", {"evidence": "\0"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(outside, link, item, verb, written, said):
    answer = press(outside, link, verb, **written)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert item.events.count() == 1


def test_a_p0_offers_no_snooze_and_refuses_one(outside, link, item, lead, noon):
    item.amend({"priority": (2, 0)}, by=lead, at=noon)

    answer = press(outside, link, "snooze", until="2026-11-28", reason="x")

    assert f"{link}snooze/" not in text_of(outside.get(link))
    assert "A P0 cannot be snoozed." in text_of(answer)


def test_a_post_from_elsewhere_is_refused(outside, link, item):
    answer = outside.post(f"{link}complete/")

    item.refresh_from_db()
    assert answer.status_code == 403
    assert item.is_pending


def test_a_finished_item_asks_for_nothing(outside, link, item, lead, noon):
    item.complete(by=lead, at=noon)

    answer = press(outside, link, "complete")

    assert answer.status_code == 422
    assert "It is finished" in text_of(outside.get(link))


def test_it_dies_after_30_days(outside, link, time_machine, noon):
    time_machine.move_to(noon + timedelta(days=29, hours=23))
    assert outside.get(link).status_code == 200

    time_machine.move_to(noon + timedelta(days=30, minutes=1))
    answer = outside.get(link)

    assert answer.status_code == 410
    assert "your next reminder brings a new link" in text_of(answer)


@pytest.mark.parametrize(
    "damage", [lambda t: t[:-5], lambda t: "9" + t, lambda t: t + "%00", str.upper]
)
def test_a_damaged_address_says_what_to_do(outside, link, damage):
    token = link.split("/")[2]

    answer = outside.get(f"/reminder/{damage(token)}/")

    assert answer.status_code == 404
    assert "copy the whole address" in text_of(answer)


def test_whoever_was_deactivated_or_lost_sight_reads_so(
    outside, item, link, responder, lead, manager, noon
):
    item.assign(lead, by=lead, at=noon, instead_of=responder)
    item.incident.restrict(True, by=manager, at=noon, reason="Personal data")

    answers = [outside.get(link)]
    responder.is_active = False
    responder.save()
    answers += [outside.get(link), press(outside, link, "complete")]

    for answer in answers:
        assert answer.status_code == 403
        assert "not open to you any more" in text_of(answer)
        assert item.title not in text_of(answer)


def test_who_only_reads_gets_no_steps(outside, item, viewer, responder, lead, noon):
    item.assign(viewer, by=lead, at=noon, instead_of=responder)
    link = link_to(item, viewer).removeprefix("http://localhost:8000")

    answer = press(outside, link, "complete")

    item.refresh_from_db()
    assert answer.status_code == 422
    assert "Your group only reads." in text_of(answer)
    assert item.is_pending


@pytest.fixture
def restricted(item, manager, noon):
    item.incident.restrict(True, by=manager, at=noon, reason="Personal data")
    return item


def test_a_restricted_one_asks_for_the_log_in_of_the_addressee(
    outside, client_of, link, restricted, responder, lead
):
    answer = outside.get(link)
    stranger = client_of(lead).get(link)
    own = client_of(responder).get(link)

    assert answer.status_code == 302
    assert answer.url == f"{reverse('admin:login')}?next={link}"
    assert stranger.status_code == 403
    assert restricted.title not in text_of(stranger)
    assert own.status_code == 200
    assert restricted.incident.title not in text_of(own)


def test_no_step_on_a_restricted_one_without_the_log_in(outside, link, restricted):
    outside.get(reverse("admin:login"))
    token = outside.cookies["csrftoken"].value

    answer = outside.post(f"{link}complete/", {"csrfmiddlewaretoken": token})

    restricted.refresh_from_db()
    assert answer.status_code == 302
    assert restricted.is_pending


def test_an_item_of_a_team_needs_no_incident(outside, team, responder, at_noon):
    item = ActionItem.raise_for(
        team, title="Order disks", by=responder, at=at_noon, owner=responder
    )

    answer = outside.get(link_to(item, responder).removeprefix("http://localhost:8000"))

    assert answer.status_code == 200
    assert team.name in text_of(answer)


def test_other_readers_of_a_mail_get_links_without_signatures(item, link):
    words = f"Open http://testserver{link} now, or http://testserver{link}."

    plain = LINKS.without_signatures(words)

    assert "reminder" not in plain
    assert plain.count(item.get_absolute_url()) == 2


def test_an_administrator_reads_a_mail_without_acting_for_its_addressee(
    item, link, responder, administrator, client_of, at_noon
):
    words = f"http://testserver{link}"
    mail = outbox.queue(
        key="digest",
        kind=NotificationKind.DIGEST,
        subject="1 overdue",
        text=words,
        html=f'<a href="{words}">x</a>',
        user=responder,
        now=at_noon,
    )

    for name in ("change", "preview"):
        address = reverse(f"admin:incidents_notification_{name}", args=[mail.pk])
        assert link in text_of(client_of(responder).get(address))
        assert link not in text_of(client_of(administrator).get(address))
