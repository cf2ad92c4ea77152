"""Editions beside the internal one: looked at, published, and had as a PDF."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from postmortems.freezing import edition_of
from postmortems.models import Report
from postmortems.reports import render_now, request_report


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def in_form(page):
    """Give the version that the page makes a PDF of, as its form sends it."""
    return dict(re.findall(r'name="(publication)" value="(\d+)"', page))


@pytest.fixture
def published(written, lead, manager, at_noon):
    section = written.sections.get(key="summary")
    written.switch(section, public=True, by=lead, at=at_noon)
    written.publish(by=manager, at=at_noon)
    return written


def test_it_shows_what_customers_would_read_and_nothing_else(
    client_of, published, lead
):
    page = client_of(lead).get(url("edition", published.pk, "customer"))

    text = page.content.decode()
    assert "What to say of summary." in text
    assert "What to say of root_cause." not in text
    assert "1 section</a>" in text
    assert "no action item</a>" in text
    assert "It is made of version 1." in text


def test_what_was_taken_out_of_the_words_is_listed(
    client_of, written, lead, manager, at_noon
):
    summary = written.sections.get(key="summary")
    texts = {"summary": (summary.body, "Manager saw it; Manager asked db.internal.")}
    written.write(texts, by=lead, at=at_noon)
    written.switch(summary, public=True, by=lead, at=at_noon)
    written.publish(by=manager, at=at_noon)

    page = client_of(lead).get(url("edition", written.pk, "customer"))

    text = page.content.decode()
    assert "Somebody saw it; somebody asked (link left out)." in text
    assert "<q>Manager</q>" in text
    assert "2 times" in text
    assert "<q>db.internal</q>" in text


def test_nothing_marked_is_said_and_refused(client_of, written, manager, at_noon):
    written.publish(by=manager, at=at_noon)
    client = client_of(manager)

    page = client.get(url("edition", written.pk, "customer")).content.decode()
    answer = client.post(url("publish_edition", written.pk, "customer"))

    assert "Nothing is marked for customers yet" in page
    assert "Nothing is marked for customers yet" in said(answer)
    assert not written.publications.filter(edition="customer").exists()


def test_it_is_published_and_says_when_the_text_was_corrected_after(
    client_of, published, manager, lead, at_noon, time_machine
):
    client, page = client_of(manager), url("edition", published.pk, "customer")

    client.post(url("publish_edition", published.pk, "customer"))
    later = at_noon + timedelta(hours=1)
    time_machine.move_to(later, tick=False)
    published.reopen(by=lead, at=later, reason="A figure")
    was = published.sections.get(key="summary").body
    published.write({"summary": (was, "Two of three carts.")}, by=lead, at=later)
    published.publish(by=manager, at=later)

    text = client.get(page).content.decode()
    assert url("read_version", published.pk, "customer", 1) in text
    assert "Two of three carts." in text
    assert "The one that is out is older" in text
    assert "Publish version 2" in text
    listed = client.get(published.get_absolute_url()).content.decode()
    assert "Older than the text" in listed


@pytest.mark.parametrize("edition", ["customer", "summary"])
def test_what_is_out_is_no_draft_until_something_changes(
    client_of, published, manager, lead, at_noon, edition
):
    client, page = client_of(manager), url("edition", published.pk, edition)
    draft = client.get(page).text
    client.post(url("publish_edition", published.pk, edition))

    out = client.get(page).text
    client.post(url("render_edition", published.pk, edition), in_form(out))

    told = ('<span class="badge yellow">Draft', "Publish version", "Render as a draft")
    assert [each in draft for each in told] == [True] * 3
    assert [each in out for each in told] == [False] * 3
    assert "Version 1 is out" in out
    assert Report.objects.get().publication == published.latest(edition)
    assert "Make PDF" not in out


def test_what_customers_may_read_marked_later_makes_a_next_version(
    client_of, published, manager, lead, at_noon
):
    published.publish_edition("customer", by=manager, at=at_noon)
    more = published.sections.get(key="root_cause")
    published.switch(more, public=True, by=lead, at=at_noon)

    page = client_of(manager).get(url("edition", published.pk, "customer")).text

    assert '<span class="badge yellow">Draft' in page
    assert "Publish version 2" in page
    assert "Render as a draft" in page
    assert "Make PDF, A4" in page


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_two_presses_make_one_file_of_an_edition(client_of, published, lead, paper):
    client, render = client_of(lead), url("render_edition", published.pk, "summary")

    for _press in range(2):
        answer = client.post(render, {"paper": paper})

    report = Report.objects.get()
    assert (report.edition, report.paper) == ("summary", paper)
    assert answer["Location"] == url("edition", published.pk, "summary") + "#pdf"
    page = client.get(url("edition", published.pk, "summary")).content.decode()
    size = ", US Letter" if paper == "letter" else ""
    assert f"<strong>One-page summary, Draft{size}</strong>" in page
    poll = url("versions", published.pk)
    assert f"{poll}?edition=summary&amp;seen=" in page


def test_a_published_version_is_rendered_by_its_key(client_of, published, manager):
    published.publish_edition("customer", by=manager, at=published.published_at)
    first = published.publications.get(edition="customer")
    client, render = client_of(manager), url("do", published.pk, "render")

    client.post(render, {"edition": "customer", "publication": first.pk})
    wrong = client.post(render, {"edition": "summary", "publication": first.pk})
    odd = client.post(render, {"edition": "secret", "paper": "a0"})

    assert Report.objects.get().publication == first
    assert "no such version" in said(wrong)
    assert "no such edition or paper" in said(odd)


def test_until_it_is_published_it_is_a_draft_with_a_number_of_its_own(
    published, lead, manager, at_noon
):
    published.reopen(by=lead, at=at_noon, reason="A figure")
    published.publish(by=manager, at=at_noon)

    draft = edition_of(published, "summary")
    kept = published.publish_edition("summary", by=lead, at=at_noon).snapshot

    assert (draft.is_draft, draft.number, draft.published_at) == (True, 1, None)
    assert draft.versions == ()
    assert (kept.is_draft, kept.number, kept.published_by) == (False, 1, "Lead")
    assert [each.number for each in kept.versions] == [1]
    assert edition_of(published, "summary").number == 2


def test_files_of_two_editions_with_one_number_are_told_apart(
    client_of, published, viewer, lead, at_noon
):
    reports = [
        render_now(published, by=lead, clock=lambda: at_noon, edition=edition)
        for edition in ("internal", "summary")
    ]

    answers = [
        client_of(viewer).get(url("download", published.pk, each.pk))
        for each in reports
    ]

    assert {each.number for each in reports} == {1}
    assert [answer.content for answer in answers] == [r.content() for r in reports]
    assert answers[0].content != answers[1].content
    assert "summary-draft-1" in answers[1]["Content-Disposition"]


def test_the_list_names_what_each_file_is(published, lead, at_noon, client_of):
    request_report(published, by=lead, at=at_noon, paper="letter")
    request_report(published, by=lead, at=at_noon, edition="customer")

    page = client_of(lead).get(published.get_absolute_url()).content.decode()

    assert "<strong>Version 1, US Letter</strong>" in page
    assert "<strong>For customers, Draft</strong>" in page


def test_an_earlier_version_offers_the_files_there_are_and_makes_the_others(
    client_of, published, lead, manager, at_noon
):
    done = render_now(published, by=lead, clock=lambda: at_noon, paper="letter")
    first = client_of(lead).get(published.get_absolute_url()).text
    published.reopen(by=lead, at=at_noon, reason="A figure")
    published.publish(by=manager, at=at_noon)

    page = client_of(lead).get(published.get_absolute_url()).text

    file = url("download", published.pk, done.pk)
    assert f'href="{file}" download>PDF, US Letter' in page
    assert page.count("Make PDF, A4") == 1
    assert "Make PDF, US Letter" not in page
    # Of the one that counts they are made at one place.
    assert "Make PDF" not in first
    assert first.count("Render PDF") == page.count("Render PDF") == 1


def test_editions_are_for_who_may(client_of, published, viewer, responder):
    client, page = client_of(viewer), url("edition", published.pk, "customer")

    text = client.get(page).content.decode()
    publish = url("publish_edition", published.pk, "customer")
    for person in (viewer, responder):
        assert "does not allow" in said(client_of(person).post(publish))
    client.post(url("render_edition", published.pk, "customer"))

    assert "What to say of summary." in text
    assert publish not in text
    assert not published.publications.filter(edition="customer").exists()
    assert not Report.objects.exists()


@pytest.mark.parametrize("edition", ["internal", "secret"])
def test_there_is_no_page_of_another_edition(client_of, published, lead, edition):
    client = client_of(lead)

    assert client.get(url("edition", published.pk, edition)).status_code == 404
    for name in ("publish_edition", "render_edition"):
        assert client.post(url(name, published.pk, edition)).status_code == 404
