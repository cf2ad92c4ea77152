"""System health and held mail, as an administrator sees them, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents import holding, vitals
from incidents.choices import DeliveryState
from incidents.delivery import deliver_due
from incidents.models import Notification
from tests.outgoing import queued

HEALTH = "admin:incidents_vital_changelist"
HELD = "admin:incidents_vital_held"
HOUR = timedelta(hours=1)


@pytest.fixture
def held(db, at_noon):
    """A system restored at noon from a backup an hour old, with two mails in doubt."""
    doubtful = queued("Due in between", at=at_noon - 2 * HOUR)
    since = queued("Queued since", at=at_noon)
    queued("Next week", at=at_noon - 2 * HOUR, due_at=at_noon + 24 * HOUR)
    holding.hold(backed_up_at=at_noon - HOUR, at=at_noon)
    return doubtful, since


@pytest.fixture
def decide(client_of, administrator):
    client = client_of(administrator)

    def send(decision, *mails):
        posted = {"decision": decision, "mail": [mail.pk for mail in mails]}
        answer = client.post(reverse(HELD), posted, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    return send


@pytest.mark.parametrize("page", [HEALTH, HELD])
def test_the_pages_are_for_administrators(client_of, manager, held, page):
    assert client_of(manager).get(reverse(page)).status_code == 403
    assert client_of(manager).post(reverse(page), {}).status_code == 403
    assert holding.is_held()


def test_only_administrators_find_the_page(client_of, manager, administrator):
    index = reverse("admin:index")

    assert "System health" in client_of(administrator).get(index).content.decode()
    assert "System health" not in client_of(manager).get(index).content.decode()


def test_the_page_says_what_to_do_about_what_is_wrong(client_of, administrator, held):
    shown = client_of(administrator).get(reverse(HEALTH)).content.decode()

    assert "Mail is held: a backup was restored under a minute ago." in shown
    assert "release or drop it, and lift the hold" in shown
    assert reverse(HELD) in shown
    assert shown.index("Mail is held") < shown.index("The database answers.")


def test_the_page_opens_where_all_is_new(client_of, administrator, at_noon):
    shown = client_of(administrator).get(reverse(HEALTH)).content.decode()

    assert "No sweep has been through yet." in shown
    assert client_of(administrator).get(reverse(HELD)).url == reverse(HEALTH)


def test_what_is_in_doubt_is_told_from_what_came_since(client_of, administrator, held):
    shown = client_of(administrator).get(reverse(HELD)).content.decode()

    assert shown.count("may have been sent</span>") == 1
    assert shown.count("queued since</span>") == 1
    assert "Next week" not in shown


def test_each_mail_is_released_or_dropped_and_then_the_hold_lifted(
    decide, held, inbox, at_noon
):
    doubtful, since = held

    decide("drop chosen", doubtful)
    decide("release chosen", since)
    assert deliver_due(now=at_noon).total == 0
    shown = decide("lift")
    deliver_due(now=at_noon)

    assert "Mail leaves again." in shown
    assert [letter["Subject"] for letter in inbox.letters] == ["Queued since"]
    doubtful.refresh_from_db()
    assert doubtful.state == DeliveryState.SUPPRESSED
    assert vitals.read("hold") is None


@pytest.mark.parametrize(("decision", "sent"), [("release", 2), ("drop", 0)])
def test_all_is_decided_at_once(decide, held, inbox, at_noon, decision, sent):
    decide(f"{decision} all")
    decide("lift")
    deliver_due(now=at_noon)

    assert len(inbox.letters) == sent


def test_the_hold_stays_while_something_is_undecided(decide, held):
    shown = decide("lift")

    assert "2 messages are undecided: release or drop them first." in shown
    assert holding.is_held()


@pytest.mark.parametrize(
    "decision", ["", "burn all", "release", "drop chosen", "release chosen"]
)
def test_a_decision_about_nothing_changes_nothing(decide, held, decision):
    decide(decision)

    assert holding.current().undecided().count() == 2


def test_keys_that_are_none_are_no_choice(client_of, administrator, held):
    posted = {"decision": "drop chosen", "mail": ["x", "-1", "9" * 40]}

    answer = client_of(administrator).post(reverse(HELD), posted, follow=True)

    assert "Choose messages first." in answer.content.decode()


def test_lifting_twice_says_that_nothing_is_held(decide, held):
    decide("release all")
    decide("lift")

    assert "Mail is not held any more." in decide("lift")


def test_a_subject_is_shown_as_text(client_of, administrator, held, at_noon):
    queued("<script>alert(1)</script>", at=at_noon)

    shown = client_of(administrator).get(reverse(HELD)).content.decode()

    assert "<script>alert" not in shown


def test_the_pages_ask_no_more_when_there_is_more(
    client_of, administrator, held, team, at_noon, django_assert_max_num_queries
):
    client = client_of(administrator)
    for number in range(15):
        queued(f"digest:1:2026-12-{number + 1:02}", at=at_noon, user=administrator)
        queued(f"weekly:{team.pk}:{number}:2026-W48", at=at_noon, user=administrator)

    with django_assert_max_num_queries(12):
        client.get(reverse(HELD))
    with django_assert_max_num_queries(16):
        client.get(reverse(HEALTH))
    assert Notification.objects.waiting().count() == 33
