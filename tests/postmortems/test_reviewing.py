"""Who is asked for a review hears so, and the author of what comes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from incidents.changes import Refused
from incidents.delivery import deliver_due
from incidents.models import Notification
from incidents.repeats import AlreadyThere
from postmortems.reviewing import ask, plan, queue_news
from postmortems.tasks import tell_authors

MINUTE = timedelta(minutes=1)


@pytest.fixture
def summary(written):
    return written.sections.get(key="summary")


def mails():
    return list(Notification.objects.filter(kind="review").order_by("pk"))


def test_each_who_is_asked_gets_one_mail_with_the_note(
    written, lead, responder, viewer, at_noon
):
    ask(written, [responder, viewer], by=lead, at=at_noon, note="Is “Impact” right?")

    first, second = mails()
    assert [first.user, second.user] == [responder, viewer]
    assert first.subject.startswith("Review asked: ")
    for said in ("Lead asks you to review", "Is “Impact” right?", "written by Lead"):
        assert said in first.text
        assert said in first.html
    assert f"http://localhost:8000{written.get_absolute_url()}" in first.text


def test_asked_again_on_purpose_they_get_another(written, lead, responder, at_noon):
    ask(written, [responder], by=lead, at=at_noon - MINUTE)
    ask(written, [responder], by=lead, at=at_noon)

    assert len(mails()) == 2
    assert written.reviewers.count() == 1


def test_a_double_press_asks_nobody_twice(written, lead, responder, manager, at_noon):
    ask(written, [responder], by=lead, at=at_noon)

    with pytest.raises(AlreadyThere, match="asked a moment ago"):
        ask(written, [responder], by=lead, at=at_noon + MINUTE / 60)
    ask(written, [responder, manager], by=lead, at=at_noon)

    assert [mail.user for mail in mails()] == [responder, manager]


def test_all_are_asked_or_nobody(written, lead, responder, outsider, at_noon):
    written.incident.restrict(True, by=lead, at=at_noon, reason="Legal")
    written.incident.assign_role("scribe", responder, by=lead, at=at_noon)

    with pytest.raises(Refused, match="Outsider may not see"):
        ask(written, [responder, outsider], by=lead, at=at_noon)
    with pytest.raises(Refused, match="Lead is its author"):
        ask(written, [lead], by=lead, at=at_noon)
    with pytest.raises(Refused, match="Choose who is asked"):
        ask(written, [], by=lead, at=at_noon)

    assert (mails(), written.reviewers.count()) == ([], 0)


def test_what_waits_as_the_incident_is_restricted_tells_no_title(
    written, lead, outsider, manager, at_noon, inbox
):
    ask(written, [outsider], by=lead, at=at_noon, note="Look at the keys")
    written.incident.restrict(True, by=manager, at=at_noon, reason="Legal")

    deliver_due(now=at_noon + MINUTE)

    [letter] = inbox.letters
    assert written.incident.reference in letter["Subject"]
    assert "Checkout fails" not in letter.as_string()
    assert "Look at the keys" not in letter.as_string()


def test_comments_and_approvals_are_told_in_one_mail(
    written, summary, lead, responder, manager, at_noon
):
    written.comment(summary, "Since\nwhen?", by=responder, at=at_noon)
    written.comment(summary, "Mine", by=lead, at=at_noon)
    written.approve(by=manager, at=at_noon + MINUTE)
    assert queue_news(at_noon + MINUTE) == 0  # more may follow

    assert queue_news(at_noon + 3 * MINUTE) == 1

    [mail] = mails()
    assert mail.user == lead
    assert mail.subject.startswith("1 comment: ")
    assert "“Since when?”" in mail.text
    assert "Manager approved the text." in mail.html
    assert "Mine" not in mail.text
    assert f"{written.get_absolute_url()}#section-summary" in mail.text


def test_the_author_hears_once_an_hour_and_of_everything_once(
    written, summary, responder, at_noon, time_machine
):
    told = []
    for minute in range(0, 200, 4):
        now = at_noon + minute * MINUTE
        time_machine.move_to(now, tick=False)
        if minute % 20 == 0:
            written.comment(summary, f"At {minute}", by=responder, at=now)
        told += [minute] * queue_news(now)

    said = [f"“At {minute}”" for minute in range(0, 200, 20)]
    assert told == [4, 64, 124, 184]
    for each in said:
        assert sum(each in mail.text for mail in mails()) == 1, each


def test_two_sweeps_at_once_make_one_mail(written, summary, responder, at_noon):
    written.comment(summary, "Why?", by=responder, at=at_noon)
    now = at_noon + 5 * MINUTE
    second = plan(now + MINUTE)

    queue_news(now)
    queue_news(now)

    assert [each.key for each in second] == [mails()[0].key]
    assert len(mails()) == 1


def test_what_is_settled_published_or_hidden_is_no_news(
    written, summary, lead, responder, manager, at_noon
):
    now = at_noon + 5 * MINUTE
    comment = written.comment(summary, "Why?", by=responder, at=at_noon)
    written.settle(comment, resolved=True, by=lead, at=at_noon)
    assert plan(now) == []
    written.settle(comment, resolved=False, by=lead, at=at_noon)
    assert len(plan(now)) == 1

    type(written.incident).objects.update(restricted=True, lead=None)
    written.incident.roles.all().delete()
    assert plan(now) == []
    type(written.incident).objects.update(restricted=False)
    written.publish(by=manager, at=at_noon)
    assert plan(now) == []


def test_the_sweep_costs_the_same_however_much_was_said(
    written, summary, responder, at_noon, django_assert_num_queries
):
    written.comment(summary, "One", by=responder, at=at_noon)
    now = at_noon + 5 * MINUTE
    with django_assert_num_queries(6):
        plan(now)
    for number in range(9):
        written.comment(summary, f"{number}", by=responder, at=at_noon)

    with django_assert_num_queries(6):
        plan(now)


def test_task_and_command_tell_the_same(
    written, summary, responder, at_noon, time_machine, capsys
):
    written.comment(summary, "Why?", by=responder, at=at_noon)
    time_machine.move_to(at_noon + 5 * MINUTE, tick=False)

    call_command("send_review_news", "--dry-run")
    assert "Lead: 1 comment" in capsys.readouterr().out
    assert mails() == []
    tell_authors()
    call_command("send_review_news")

    assert len(mails()) == 1
    assert "Queued 0 mails." in capsys.readouterr().out
