"""Notifications: who sees which, what is never shown, and trying again."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from incidents import outbox
from incidents.choices import DeliveryState, NotificationKind
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
        Notification.objects.filter(pk=mail.pk).update(state=state)
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
    assert said == [f"{mail.subject}: It cannot be sent again."]
    assert "Send again" not in browser.get(address("change", mail)).text


def test_trying_again_needs_a_post(client_of, administrator, lead, queue):
    mail = queue(lead, state=DeliveryState.FAILED)

    assert client_of(administrator).get(address("retry", mail)).status_code == 405


def test_nobody_writes_a_notification_by_hand(client_of, administrator, lead, queue):
    browser = client_of(administrator)
    mail = queue(lead)

    browser.post(address("change", mail), {"subject": "Changed"})

    assert browser.get(f"{LIST}add/").status_code == 403
    mail.refresh_from_db()
    assert mail.subject == "For Lead"


def test_what_comes_next_is_shown_to_whom_it_concerns(
    client_of, lead, responder, administrator, item
):
    coming = reverse("admin:incidents_notification_coming")

    def told(user):
        page = client_of(user).get(coming)
        return [digest.person for digest in page.context["coming"]]

    item.move_due_date(
        item.created_at.date(), by=lead, at=item.created_at, reason="Sooner"
    )

    assert told(administrator) == [responder]
    assert told(responder) == [responder]
    assert told(lead) == []
