"""Notifications: who sees which, what is never shown, and trying again."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from incidents import breaker, outbox
from incidents.choices import DeliveryState, NotificationKind
from incidents.holding import hold
from incidents.models import Notification

LIST = reverse("admin:incidents_notification_changelist")
CANARY = "Xylophone"


def address(name, mail):
    return reverse(f"admin:incidents_notification_{name}", args=[mail.pk])


@pytest.fixture
def queue(at_noon):
    def queue(user, kind=NotificationKind.DIGEST, state=DeliveryState.QUEUED):
        mail = outbox.queue(
            key=f"{kind}:{user.pk}",
            kind=kind,
            subject=f"For {user.first_name}",
            text=f"{CANARY} as text",
            html=f"<style>p {{ color: red }}</style><p>{CANARY} as HTML</p>",
            user=user,
            now=at_noon,
        )
        because = "Dropped" if state == DeliveryState.SUPPRESSED else ""
        changed = {"state": state, "suppressed_because": because}
        Notification.objects.filter(pk=mail.pk).update(**changed)
        mail.refresh_from_db()
        return mail

    return queue


def subjects(page):
    return {line.subject for line in page.context["cl"].lines}


def test_people_see_their_own_administrators_all(
    client_of, lead, responder, administrator, queue
):
    mine, other = queue(lead), queue(responder)

    browser = client_of(lead)

    assert subjects(browser.get(LIST)) == {mine.subject}
    assert browser.get(address("change", other)).status_code == 404
    assert browser.get(address("preview", other)).status_code == 404
    assert len(subjects(client_of(administrator).get(LIST))) == 2


def test_the_list_filters_by_state(client_of, administrator, lead, responder, queue):
    queue(lead)
    failed = queue(responder, state=DeliveryState.FAILED)

    page = client_of(administrator).get(f"{LIST}?state=failed")

    assert subjects(page) == {failed.subject}


def test_a_page_shows_the_mail_in_a_closed_frame(client_of, lead, queue):
    mail = queue(lead)

    page = client_of(lead).get(address("change", mail))

    assert f"{CANARY} as text" in page.text
    assert f"{CANARY} as HTML" not in page.text
    assert "<iframe" in page.text
    assert " sandbox " in page.text


def test_the_preview_has_a_policy_of_its_own(client_of, lead, queue):
    preview = client_of(lead).get(address("preview", queue(lead)))

    policy = preview.headers["Content-Security-Policy"]
    assert f"{CANARY} as HTML" in preview.text
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert policy.rstrip().endswith("sandbox") or "sandbox;" in policy
    assert "script-src" not in policy
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_no_other_page_allows_inline_styles(client_of, lead, queue):
    page = client_of(lead).get(address("change", queue(lead)))

    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "kind", [NotificationKind.INVITATION, NotificationKind.PASSWORD_RESET]
)
def test_a_link_that_opens_an_account_is_shown_to_nobody(
    kind, client_of, administrator, queue
):
    mail = queue(administrator, kind)
    browser = client_of(administrator)

    page = browser.get(address("change", mail))

    assert CANARY not in page.text
    assert "Only the addressee gets to read it." in page.text
    assert browser.get(address("preview", mail)).status_code == 404
    assert CANARY not in browser.get(f"{LIST}?q={mail.subject}").text


def test_a_failed_mail_is_queued_again(client_of, administrator, lead, queue):
    mail = queue(lead, state=DeliveryState.FAILED)

    answer = client_of(administrator).post(address("retry", mail))

    assert answer.url == address("change", mail)
    mail.refresh_from_db()
    assert mail.state == DeliveryState.QUEUED


def test_only_a_failed_mail_can_be_sent_again(client_of, administrator, lead, queue):
    mail = queue(lead)
    browser = client_of(administrator)

    answer = browser.post(address("retry", mail))

    said = [str(each) for each in get_messages(answer.wsgi_request)]
    assert said == [f"{mail.subject}: That cannot be done with it."]
    assert "Send again" not in browser.get(address("change", mail)).text


def test_trying_again_needs_a_post(client_of, administrator, lead, queue):
    mail = queue(lead, state=DeliveryState.FAILED)

    assert client_of(administrator).get(address("retry", mail)).status_code == 405


def test_what_waits_is_dropped_with_a_reason_and_let_go_after_all(
    client_of, administrator, lead, queue
):
    mail = queue(lead)
    browser = client_of(administrator)
    assert "Drop the message" in browser.get(address("change", mail)).text

    browser.post(address("drop", mail), {"because": "Told by <phone>"})

    page, row = browser.get(address("change", mail)).text, browser.get(LIST).text
    mail.refresh_from_db()
    assert mail.state == DeliveryState.SUPPRESSED
    assert "Told by &lt;phone&gt;" in page
    assert "Told by &lt;phone&gt;" in row

    browser.post(address("release", mail))

    mail.refresh_from_db()
    assert (mail.state, mail.suppressed_because) == (DeliveryState.QUEUED, "")


def test_dropping_without_a_reason_says_so(client_of, administrator, lead, queue):
    mail = queue(lead)

    answer = client_of(administrator).post(address("drop", mail), {"because": " "})

    said = [str(each) for each in get_messages(answer.wsgi_request)]
    assert said == [f"{mail.subject}: Say why the message is not sent."]


@pytest.mark.parametrize(("verb", "state"), [("drop", "queued"), ("retry", "failed")])
def test_of_their_own_mail_people_may_only_try_again(
    client_of, lead, queue, verb, state
):
    mail = queue(lead, state=state)

    client_of(lead).post(address(verb, mail), {"because": "I know already"})

    mail.refresh_from_db()
    assert mail.state == DeliveryState.QUEUED


@pytest.mark.parametrize("verb", ["drop", "release", "retry"])
def test_nobody_takes_a_step_with_the_mail_of_others(
    client_of, lead, responder, queue, verb
):
    assert client_of(lead).post(address(verb, queue(responder))).status_code == 404


def test_what_keeps_mail_from_leaving_is_said_on_top(
    client_of, administrator, lead, queue, at_noon
):
    mail, browser = queue(lead), client_of(administrator)
    assert 'class="obstacle"' not in browser.get(LIST).text
    breaker.trip("421 Too <busy>", breaker.Permit(), now=at_noon)
    hold(backed_up_at=at_noon, at=at_noon)

    for page in (LIST, address("change", mail)):
        said = browser.get(page).text

        assert said.count('class="obstacle"') == 2
        assert "421 Too &lt;busy&gt;" in said
        assert reverse("admin:incidents_vital_held") in said
    assert reverse("admin:incidents_vital_held") not in client_of(lead).get(LIST).text


def test_nobody_writes_a_notification_by_hand(client_of, administrator, lead, queue):
    browser = client_of(administrator)
    mail = queue(lead)

    browser.post(address("change", mail), {"subject": "Changed"})

    assert browser.get(f"{LIST}add/").status_code == 403
    mail.refresh_from_db()
    assert mail.subject == "For Lead"
