"""The report and the draft an incident owes are done where the document is written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from postmortems.chasing import plan
from postmortems.models import PostMortem
from postmortems.reviewing import ask
from tests.clockwork import playbook

OWED = {"required": {"severities": ["S1"]}, "report": "24 h", "draft": "48 h"}
HOUR = timedelta(hours=1)


@pytest.fixture
def paper(story) -> PostMortem:
    """A draft of an incident that owes a report and a draft."""
    story.begin(playbook(postmortem=OWED))
    story.do("resolve")
    return PostMortem.open(story.incident, by=story.person, at=story.began)


def test_asking_for_a_review_is_the_draft_that_was_due(story, paper, responder):
    ask(paper, [responder], by=story.person, at=story.at(60))
    ask(paper, [responder], by=story.person, at=story.at(120))

    assert (story.states()["draft"], story.states()["report"]) == ("met", "open")
    assert story.row("draft").met_at == story.began + HOUR
    assert story.events("record_postmortem")[1:] == [
        "Review of the post-mortem asked for"
    ]
    told = {
        each.deadline.kind for x in plan(story.began + 46 * HOUR) for each in x.news
    }
    assert told == {"report"}


def test_who_approves_unasked_has_not_been_asked(story, paper, manager, responder):
    paper.approve(by=manager, at=story.at(60))

    ask(paper, [responder], by=story.person, at=story.at(120))

    assert story.states()["draft"] == "met"


def test_the_page_names_what_is_due_and_takes_that_the_report_is_out(
    story, paper, client_of
):
    story.at(25 * 60)
    client = client_of(story.person)
    before = client.get(paper.get_absolute_url()).text
    do = reverse("admin:postmortems_postmortem_do", args=[paper.pk, "report_sent"])

    answer = client.post(do, {"deadline": story.row("report").pk}, follow=True)

    assert "late, it was due" in before
    assert "Noted: the report is out." in answer.text
    assert story.row("report").met_at is not None
    assert ("Report sent" in before, "Report sent" in answer.text) == (True, False)


def test_only_the_report_is_done_by_that_button(story, paper, client_of):
    do = reverse("admin:postmortems_postmortem_do", args=[paper.pk, "report_sent"])

    answer = client_of(story.person).post(do, {"deadline": story.row("draft").pk})

    assert answer.status_code == 404
    assert story.states()["draft"] == "open"
