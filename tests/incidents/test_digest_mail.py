"""How a digest reads: the worst first, short enough, the same with and without HTML."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from incidents import outbox
from incidents.choices import Capacity, NotificationKind
from incidents.digest_mail import Digest, Line, compose
from incidents.letters import letter_of
from incidents.models import ActionItem

TODAY = date(2026, 11, 21)
MOST_BYTES = 60_000
HOSTILE = "<b>&\"'" * 40


@pytest.fixture
def digest(incident, responder, at_noon):
    """Write a digest of items that are due so many days ago."""

    def written(*days_late: int, title: str = "Test the restore", **also) -> Digest:
        named = {"owner": responder, "priority": 2, "incident": incident, **also}
        capacity = named.pop("capacity", Capacity.OWNER)
        names_incident = named.pop("names_incident", True)
        lines = [
            Line(
                item=ActionItem(pk=pk, title=title, **named),
                due_on=TODAY - timedelta(days=days),
                days_late=days,
                rung=days,
                is_new=True,
                capacity=capacity,
                names_incident=names_incident,
            )
            for pk, days in enumerate(days_late, start=1)
        ]
        return Digest(responder, at_noon, lines)

    return written


@pytest.fixture
def mailed(at_noon):
    """Queue a digest as it is sent: with its styles on the elements."""

    def queued(digest: Digest):
        wording = compose(digest)._asdict()
        return outbox.queue(
            key=digest.key,
            kind=NotificationKind.DIGEST,
            user=digest.person,
            now=at_noon,
            **wording,
        )

    return queued


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
def test_lateness_is_said_as_people_say_it(digest, days_late, when):
    assert digest(days_late).lines[0].when == when


@pytest.mark.parametrize(
    ("days_late", "subject"),
    [
        ([3], "1 action item overdue"),
        ([3, 1], "2 action items overdue"),
        ([-1], "1 action item due soon"),
        ([0, -2], "2 action items due soon"),
        ([3, 0], "1 action item overdue, 1 due soon"),
        ([3] * 300 + [0] * 200, "300 action items overdue, 200 due soon"),
    ],
)
def test_the_subject_counts_in_at_most_60_characters(digest, days_late, subject):
    assert compose(digest(*days_late)).subject == subject
    assert len(subject) <= 60


def test_text_and_html_say_the_same(digest, incident, mailed, settings):
    settings.SITE_URL = "https://debrief.example.com"

    mail = mailed(digest(3, title="Alert on <5 % & tell us"))

    whence = f"{incident}, {incident.severity}"
    for said in ("3 days late", "Wed 18 Nov 2026", whence, "P2"):
        assert said in mail.text
        assert said in mail.html
    assert "Alert on <5 % & tell us" in mail.text
    assert "Alert on &lt;5 % &amp; tell us" in mail.html
    for path in (
        reverse("admin:incidents_actionitem_changelist") + "?mine=1",
        reverse("admin:auth_user_me"),
    ):
        assert f"https://debrief.example.com{path}" in mail.text
        assert f'"https://debrief.example.com{path}"' in mail.html


@pytest.mark.parametrize(
    ("capacity", "words", "path"),
    [
        (Capacity.OWNER, "Open my items", "/admin/incidents/actionitem/?mine=1"),
        (Capacity.STAND_IN, "Open my work", "/admin/my-work/"),
        (
            Capacity.TEAM_LEAD,
            "Open all that is overdue",
            "/admin/incidents/actionitem/?overdue=1",
        ),
    ],
)
def test_the_button_says_what_it_opens(digest, capacity, words, path):
    mail = compose(digest(8, capacity=capacity))

    assert f"{words}:\n" in mail.text
    assert f'{path}">{words}</a>' in mail.html


def test_each_title_opens_its_own_page_for_the_addressee(
    client, item, digest, mailed, settings
):
    settings.SITE_URL = "http://testserver"

    written = digest(3)
    written.lines[0].item.pk = item.pk

    mail = mailed(written)

    [link] = re.findall(r"http://testserver(/reminder/\S+/)", mail.text)
    assert f'href="http://testserver{link}"' in mail.html
    assert item.title in client.get(link).content.decode()


@pytest.mark.parametrize(
    ("capacity", "owner", "days_late", "reason"),
    [
        ("owner", {}, 3, ""),
        ("stand_in", {}, 3, "Responder is away, and you stand in."),
        ("lead", None, 3, "Nobody owns it, and you lead the incident."),
        (
            "team_lead",
            {"is_active": False},
            3,
            "Responder is deactivated, and you lead the team.",
        ),
        (
            "team_lead",
            {},
            8,
            "P1, a week late: you lead the team. It belongs to Responder.",
        ),
        (
            "team_manager",
            {},
            15,
            "P1, 2 weeks late: you manage the team. It belongs to Responder.",
        ),
        (
            "lead",
            {},
            1,
            "P1, 1 day late: you lead the incident. It belongs to Responder.",
        ),
    ],
)
def test_who_does_not_own_it_reads_why_they_hear_of_it(
    digest, responder, capacity, owner, days_late, reason
):
    for name, value in (owner or {}).items():
        setattr(responder, name, value)
    owned_by = None if owner is None else responder

    written = digest(days_late, capacity=capacity, owner=owned_by, priority=1)

    assert written.lines[0].reason == reason
    assert reason in compose(written).text


def test_what_the_addressee_may_not_see_is_named_by_its_reference(digest, incident):
    wording = compose(digest(3, names_incident=False))

    assert incident.reference in wording.text
    assert incident.title not in wording.text + wording.html


def test_an_item_of_no_incident_names_its_team(digest, team, incident):
    wording = compose(digest(3, incident=None, team=team))

    assert f"Team {team}, no incident" in wording.text


def test_styles_stand_on_the_elements_and_what_depends_on_the_screen_apart(
    digest, mailed
):
    html = mailed(digest(3)).html

    assert re.search(r'<a class="button"[^>]* style="[^"]*background:', html)
    assert re.search(r"@media \(prefers-color-scheme: ?dark\)", html)
    assert re.search(r"@media \(max-width: ?480px\)", html)
    assert not re.search(r"<(img|link|script)|url\(|@import", html)


@pytest.mark.parametrize(
    ("title", "listed"),
    [("Test the restore", 50), ("x" * 200, 40), (HOSTILE[:200], 10), ("🦕" * 200, 1)],
)
def test_200_items_fit_into_60_kilobytes(digest, mailed, title, listed):
    mail = mailed(digest(*[3] * 200, title=title))

    shown = mail.text.count(title)
    assert shown >= listed
    assert f"And {200 - shown} more: see all of them" in mail.text
    assert f"And {200 - shown} more: see all of them" in mail.html
    assert len(mail.html.encode()) <= MOST_BYTES
    assert len(letter_of(mail)) <= MOST_BYTES
