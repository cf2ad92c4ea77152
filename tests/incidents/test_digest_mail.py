from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from incidents.digest import plan, queue_digests
from incidents.digest_mail import compose
from incidents.models import ActionItem, Notification, Reminder

TODAY = date(2026, 11, 21)


@pytest.fixture
def owned(incident, responder, at_noon):
    """Give the responder items that are due so many days ago."""

    def raised(*days_late: int, title: str = "Test the restore") -> list[ActionItem]:
        return ActionItem.objects.bulk_create(
            ActionItem(
                incident=incident,
                title=title,
                owner=responder,
                due_on=TODAY - timedelta(days=days),
                created_at=at_noon,
            )
            for days in days_late
        )

    return raised


@pytest.mark.parametrize(
    ("days_late", "when"),
    [
        (12, "12 days late"),
        (1, "1 day late"),
        (0, "due today"),
        (-1, "due tomorrow"),
        (-2, "due in 2 days"),
    ],
)
def test_lateness_is_said_as_people_say_it(owned, at_noon, days_late, when):
    owned(days_late)

    [digest] = plan(at_noon)

    assert digest.lines[0].when == when


@pytest.mark.parametrize(
    ("days_late", "subject"),
    [
        ([3], "1 action item overdue"),
        ([3, 1], "2 action items overdue"),
        ([-1], "1 action item due within two days"),
        ([0, -2], "2 action items due within two days"),
        ([3, 0], "1 action item overdue, 1 due within two days"),
        ([3] * 600 + [0] * 400, "600 action items overdue, 400 due within two days"),
    ],
)
def test_the_subject_counts_in_at_most_60_characters(
    owned, at_noon, days_late, subject
):
    owned(*days_late)

    [digest] = plan(at_noon)

    assert compose(digest)[0] == subject
    assert len(subject) <= 60


def test_text_and_html_say_the_same_and_lead_to_the_pages(
    owned, incident, at_noon, settings
):
    settings.SITE_URL = "https://debrief.example.com"
    [item] = owned(3, title="Alert on <5 % & tell us")
    queue_digests(at_noon)

    mail = Notification.objects.get()

    for said in ("3 days late", "Wed 18 Nov 2026", str(incident), "P2"):
        assert said in mail.text
        assert said in mail.html
    for path in (
        item.get_absolute_url(),
        reverse("admin:incidents_actionitem_changelist") + "?mine=1",
        reverse("admin:auth_user_me"),
    ):
        assert f"https://debrief.example.com{path}" in mail.text
        assert f'"https://debrief.example.com{path}"' in mail.html
    assert "Alert on <5 % & tell us" in mail.text
    assert "Alert on &lt;5 % &amp; tell us" in mail.html


def test_styles_stand_on_the_elements_and_dark_mode_apart(owned, at_noon):
    owned(3)
    queue_digests(at_noon)

    html = Notification.objects.get().html

    assert re.search(r'<a class="button"[^>]* style="[^"]*background:', html)
    assert re.search(r"@media \(prefers-color-scheme: ?dark\)", html)


def test_a_long_list_is_cut_off_and_counted_but_all_is_on_the_ledger(owned, at_noon):
    owned(*[3] * 70, title="x" * 200)
    queue_digests(at_noon)

    mail = Notification.objects.get()

    assert mail.text.count("x" * 200) == 60
    assert "And 10 more." in mail.text
    assert "And 10 more." in mail.html
    assert len(mail.html.encode()) < 100_000
    assert Reminder.objects.count() == 70
