"""The review on the page: comments beside sections, who agrees, who is asked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Notification
from postmortems.models import PostMortem, SectionComment
from postmortems.reviewing import ask

HTMX = {"HX-Request": "true"}


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.fixture
def summary(written):
    return written.sections.get(key="summary")


@pytest.fixture
def comment(written, summary, responder, at_noon):
    return written.comment(summary, "Since <when>?", by=responder, at=at_noon)


def test_a_comment_stands_beside_its_section_for_writers_and_readers(
    client_of, written, comment, lead, viewer
):
    for person in (lead, viewer):
        page = client_of(person).get(written.get_absolute_url()).content.decode()

        assert "Since &lt;when&gt;?" in page
        assert "1 open comment" in page
        assert ("Add comment" in page) == (person == lead)


def test_a_comment_is_added_resolved_and_opened_again_without_scripts(
    client_of, written, summary, lead
):
    client, comments = client_of(lead), url("comments", written.pk, "summary")
    before = written.sections.get(key="lessons").body
    unsaved = {"writing": "1", "text-lessons": "Typed.", "seen-text-lessons": before}

    added = client.post(comments, {"comment-summary": " Why?\0 ", **unsaved})
    [comment] = SectionComment.objects.all()
    settle = url("settle", written.pk, comment.pk)
    client.post(settle)
    comment.refresh_from_db()
    resolved = comment.resolved_by
    client.post(settle, {"reopen": "1"})

    comment.refresh_from_db()
    assert added["Location"].endswith("#comments-summary")
    assert (comment.text, resolved, comment.resolved_at) == ("Why?", lead, None)
    assert written.sections.get(key="lessons").body == "Typed."


def test_with_scripts_only_the_comments_of_the_section_come_back(
    client_of, written, comment, lead
):
    client = client_of(lead)

    answer = client.post(url("settle", written.pk, comment.pk), headers=HTMX)
    refused = client.post(url("comments", written.pk, "summary"), headers=HTMX)

    assert answer.content.decode().strip().startswith("<div")
    assert "1 resolved" in answer.content.decode()
    assert "Open again" in answer.content.decode()
    assert (refused.status_code, "<html" in refused.content.decode()) == (200, False)
    assert "Write the comment first." in refused.content.decode()


def test_text_that_comes_along_with_a_comment_is_saved_or_shown_with_both(
    client_of, written, summary, lead, responder, at_noon
):
    comments = url("comments", written.pk, "summary")
    seen = {"writing": "1", "seen-text-summary": "Older.", "text-summary": "Mine."}

    answer = client_of(lead).post(comments, {**seen, "comment-summary": "Why?"})

    assert answer.status_code == 422
    assert "Mine.</textarea>" in answer.content.decode()
    assert not SectionComment.objects.exists()


def test_an_asked_viewer_comments_and_approves_others_only_read(
    client_of, written, viewer, responder, lead, at_noon
):
    client, comments = client_of(viewer), url("comments", written.pk, "summary")
    for address in (comments, url("approve", written.pk), url("withdraw", written.pk)):
        refused = client.post(address, {"comment-summary": "Why?"})
        assert "may write" in said(refused)
    ask(written, [viewer], by=lead, at=at_noon)

    client.post(comments, {"comment-summary": "Why?"})
    client.post(url("approve", written.pk))

    assert SectionComment.objects.get().author == viewer
    [approval] = written.approvals()
    assert approval.person == viewer


def test_the_card_says_who_agrees_and_what_changed_since(
    client_of, written, lead, responder, manager, at_noon, time_machine
):
    ask(written, [manager], by=lead, at=at_noon)
    client_of(responder).post(url("approve", written.pk))
    fresh = client_of(lead).get(written.get_absolute_url()).content.decode()
    time_machine.move_to(at_noon + timedelta(minutes=5), tick=False)
    body = written.sections.get(key="summary").body
    later = at_noon + timedelta(minutes=5)
    written.write({"summary": (body, "Changed.")}, by=lead, at=later)

    stale = client_of(responder).get(written.get_absolute_url()).content.decode()

    assert "Approves</span>" in fresh
    assert "You write it, so somebody else approves." in fresh
    assert "Approved an earlier text" in stale
    assert url("section_history", written.pk, "summary") in stale
    assert "Approve it as it is now" in stale
    client_of(responder).post(url("withdraw", written.pk))
    assert written.approvals() == []


def fields_of(page):
    """Give what a page sends along with each of its buttons."""
    found = re.findall(
        r'type="hidden" name="(read(?:_at)?)" value="([^"]*)"', page.text
    )
    return {"writing": "1", **dict(found)}


def test_who_publishes_what_changed_meanwhile_is_told_and_keeps_what_they_typed(
    client_of, written, manager, lead, at_noon, time_machine
):
    client = client_of(manager)
    page = client.get(written.get_absolute_url())
    later = at_noon + timedelta(minutes=5)
    time_machine.move_to(later, tick=False)
    bodies = {each.key: each.body for each in written.sections.all()}
    written.write({"summary": (bodies["summary"], "Theirs.")}, by=lead, at=later)
    typed = {"seen-text-lessons": bodies["lessons"], "text-lessons": "Mine."}

    refused = client.post(
        url("do", written.pk, "publish"), fields_of(page) | typed, follow=True
    )

    written.refresh_from_db()
    assert written.is_draft
    assert "changed while you read it" in refused.text
    changed = refused.text[refused.text.index("Changed by others since you opened") :]
    changed = changed[: changed.index("</li>")]
    assert url("section_history", written.pk, "summary") in changed
    assert url("section_history", written.pk, "lessons") not in changed
    assert written.sections.get(key="lessons").body == "Mine."
    client.post(url("do", written.pk, "publish"), fields_of(refused))
    written.refresh_from_db()
    assert written.version == 1


@pytest.mark.parametrize("step", ["publish", "approve"])
def test_what_is_typed_and_sent_along_counts_as_read(
    client_of, written, manager, at_noon, step
):
    client = client_of(manager)
    page = client.get(written.get_absolute_url())
    body = written.sections.get(key="summary").body
    address = url("approve", written.pk)
    if step == "publish":
        address = url("do", written.pk, "publish")

    client.post(
        address,
        fields_of(page) | {"seen-text-summary": body, "text-summary": "Mine."},
    )

    [approval] = PostMortem.objects.get(pk=written.pk).approvals()
    assert approval.approved_digest == written.text_digest()
    assert written.sections.get(key="summary").body == "Mine."


def test_a_reader_is_told_which_entries_were_chosen_meanwhile(
    client_of, written, viewer, lead, at_noon
):
    ask(written, [viewer], by=lead, at=at_noon)
    client = client_of(viewer)
    page = client.get(written.get_absolute_url())
    written.incident.note("We rolled back", by=lead, at=at_noon)

    refused = client.post(url("approve", written.pk), fields_of(page), follow=True)

    assert written.approvals() == []
    assert url("timeline", written.pk) in refused.text
    made_up = client.post(
        url("approve", written.pk), {"read": "x", "read_at": "2026-99-99T00:00"}
    )
    assert "changed while you read it" in said(made_up)


def test_people_are_asked_on_the_page_and_again_on_purpose(
    client_of, written, lead, responder, at_noon
):
    client, address = client_of(lead), url("ask", written.pk)
    chosen = {"ask-people": [responder.pk], "ask-note": "Have a look"}

    assert "asked by mail" in said(client.post(address, chosen))
    again = client.post(address, chosen).content.decode()
    nobody = client.post(address, {"ask-note": "Kept"}).content.decode()
    assert "may not be asked" in again
    assert "Choose who is asked" in nobody
    assert "Kept</textarea>" in nobody
    assert Notification.objects.filter(kind="review").count() == 1


def test_asking_again_writes_a_second_mail_once(
    client_of, written, lead, responder, at_noon, time_machine
):
    ask(written, [responder], by=lead, at=at_noon)
    time_machine.move_to(at_noon + timedelta(hours=3), tick=False)
    again = {"again": responder.pk, "asked": at_noon.isoformat()}

    for _press in range(2):
        client_of(lead).post(url("ask", written.pk), again)

    assert Notification.objects.filter(kind="review").count() == 2


def test_what_stands_against_publishing_leads_to_where_it_is_mended(
    client_of, postmortem, lead, at_noon
):
    item = postmortem.incident.add_item(title="Fix it", by=lead, at=at_noon)

    page = client_of(lead).get(postmortem.get_absolute_url()).content.decode()

    assert '<a href="#section-summary">“Summary” is empty' in page
    assert f'<a href="#item-{item.pk}">The action item' in page
    assert '<a href="#review">Nobody but its author' in page


def test_versions_say_why_each_was_made(client_of, written, lead, manager, at_noon):
    written.publish(by=manager, at=at_noon)
    written.reopen(by=lead, at=at_noon, reason="A wrong figure")
    draft = client_of(lead).get(written.get_absolute_url()).content.decode()
    written.publish(by=manager, at=at_noon)

    page = client_of(lead).get(written.get_absolute_url()).content.decode()

    assert "Corrected because: A wrong figure" in draft
    assert "Version 2, by Manager" in page
    assert "<p>A wrong figure</p>" in page
    for number in (1, 2):
        assert url("read_version", written.pk, "internal", number) in page
        assert url("markdown_version", written.pk, "internal", number) in page


def test_after_publication_nothing_more_is_said(
    client_of, written, comment, lead, manager, at_noon
):
    written.publish(by=manager, at=at_noon)
    client = client_of(lead)

    page = client.get(written.get_absolute_url()).content.decode()
    client.post(url("settle", written.pk, comment.pk))

    assert "Since &lt;when&gt;?" not in page
    assert client.get(url("comments", written.pk, "summary")).status_code == 404
    comment.refresh_from_db()
    assert comment.resolved_at is None


@pytest.mark.parametrize("name", ["ask", "approve", "withdraw", "settle"])
def test_steps_of_a_review_are_posts(client_of, written, comment, lead, name):
    keys = [written.pk, comment.pk] if name == "settle" else [written.pk]

    assert client_of(lead).get(url(name, *keys)).status_code == 405


def test_the_page_costs_the_same_however_much_is_said(
    client_of, written, summary, lead, responder, at_noon
):
    client, page = client_of(lead), written.get_absolute_url()
    written.comment(summary, "One", by=responder, at=at_noon)
    written.approve(by=responder, at=at_noon)
    with CaptureQueriesContext(connection) as counted:
        client.get(page)
    for number in range(5):
        written.comment(summary, f"{number}", by=responder, at=at_noon)
    before = len(counted)

    with CaptureQueriesContext(connection) as counted:
        client.get(page)

    assert len(counted) == before
