"""What somebody waits for at the log-in page does not queue behind digests."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from incidents import one_time_links
from incidents.delivery import claim, deliver_due
from incidents.models import Notification
from incidents.outbox import message_id


def backlog(number, *, at):
    """Let digests be due for an hour."""
    Notification.objects.bulk_create(
        Notification(
            key=f"digest:{each}:2026-11-21",
            kind="digest",
            address=f"person-{each}@debrief.example",
            subject="1 action item overdue",
            text="Test the restore",
            message_id=message_id(str(each)),
            created_at=at,
            due_at=at - timedelta(hours=1),
        )
        for each in range(number)
    )


def links(person, lead, *, at):
    invited = one_time_links.send_invitation(person, by=lead, at=at)
    return [invited, one_time_links.send_password_reset(lead.email, at=at)]


def test_links_to_log_in_leave_before_a_backlog_that_a_limit_keeps(
    responder, lead, inbox, settings, at_noon
):
    settings.OUTBOX_PER_MINUTE = 3
    backlog(10, at=at_noon)
    links(responder, lead, at=at_noon)

    assert deliver_due(now=at_noon).sent == 3

    waiting = Notification.objects.waiting()
    assert {mail.kind for mail in waiting} == {"digest"}
    assert waiting.count() == 9


def test_a_claim_takes_links_first_and_fills_up_with_what_is_due_longest(
    responder, lead, at_noon
):
    backlog(10, at=at_noon)
    first, second = links(responder, lead, at=at_noon)

    taken = claim(4, now=at_noon)

    assert taken[:2] == [first, second]
    assert [mail.kind for mail in taken[2:]] == ["digest", "digest"]


def test_a_claim_of_everything_begins_with_the_links(responder, lead, at_noon):
    backlog(2, at=at_noon)
    mails = links(responder, lead, at=at_noon)

    assert claim(10, now=at_noon)[:2] == mails


def test_a_trial_takes_what_is_due_longest(responder, lead, at_noon):
    backlog(2, at=at_noon)
    links(responder, lead, at=at_noon)

    [mail] = claim(1, now=at_noon, is_trial=True)

    assert mail.kind == "digest"


def test_a_claim_costs_one_query_more_only_where_something_is_left(
    responder, lead, at_noon, settings, django_assert_num_queries
):
    settings.OUTBOX_PER_MINUTE = 0
    backlog(6, at=at_noon)

    with django_assert_num_queries(3 + 1 + 2):  # and two of the transaction's
        assert len(claim(4, now=at_noon)) == 4
    with django_assert_num_queries(3 + 2):
        assert len(claim(4, now=at_noon)) == 2


def test_links_are_found_without_a_look_at_the_backlog(responder, lead, at_noon):
    backlog(3_000, at=at_noon)
    links(responder, lead, at=at_noon)
    if connection.vendor == "postgresql":  # as it does by itself after a while
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    urgent = Notification.objects.claimable(at_noon).urgent()
    plan = urgent.order_by("due_at", "pk")[:200].explain()

    assert "key" in plan
    assert "notification_waiting" not in plan
    assert "Seq Scan" not in plan
