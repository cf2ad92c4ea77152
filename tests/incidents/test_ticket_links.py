"""Tickets are called by their key, whatever tracker they are in."""

from __future__ import annotations

from time import perf_counter

import pytest
from markdown_it import MarkdownIt

from incidents.ticket_links import patterns, ticket_at

KNOWN = [
    ("https://acme.atlassian.net/browse/OPS-12", "OPS-12", "Jira"),
    ("https://jira.acme.example/jira/browse/OPS_2-12?focus=1", "OPS_2-12", "Jira"),
    ("https://a.atlassian.net/jira/boards/1?selectedIssue=OPS-9", "OPS-9", "Jira"),
    ("https://github.com/acme/pay-ments/issues/34", "pay-ments#34", "GitHub"),
    ("https://www.github.com/acme/web/pull/7/files", "web#7", "GitHub"),
    ("https://gitlab.com/acme/deep/group/web/-/issues/8", "web#8", "GitLab"),
    ("https://git.acme.example/acme/web/-/merge_requests/9", "web!9", "GitLab"),
    ("https://linear.app/acme/issue/ENG-77/fix-the-queue", "ENG-77", "Linear"),
    ("https://dev.azure.com/acme/web/_workitems/edit/55", "AB#55", "Azure DevOps"),
    ("https://acme.visualstudio.com/w/_workitems/edit/5", "AB#5", "Azure DevOps"),
    ("https://app.shortcut.com/acme/story/1234/a-title", "sc-1234", "Shortcut"),
    ("https://acme.youtrack.cloud/issue/WEB-3/Title", "WEB-3", "YouTrack"),
    ("https://redmine.acme.example/issues/4711", "#4711", "Redmine"),
    ("https://bugzilla.mozilla.org/show_bug.cgi?id=99", "Bug 99", "Bugzilla"),
    ("https://bugzilla.mozilla.org/1234567", "Bug 1234567", "Bugzilla"),
    (
        "https://acme.service-now.com/nav_to.do?uri=incident.do%3Fnumber%3DINC0012345",
        "INC0012345",
        "ServiceNow",
    ),
    ("https://trello.com/c/AbCdEf12/42-write-it-down", "Trello 42", "Trello"),
    ("https://app.asana.com/0/120012/120034/f", "Asana 120034", "Asana"),
    ("https://app.asana.com/1/9/project/8/task/77", "Asana 77", "Asana"),
    ("https://codeberg.org/acme/web/issues/3", "web#3", "Forgejo"),
    ("https://wiki.acme.example/runbooks/restore", "wiki.acme.example", ""),
]


@pytest.mark.parametrize(("url", "key", "tracker"), KNOWN)
def test_a_ticket_is_called_by_its_key(url, key, tracker):
    ticket = ticket_at(url)

    assert (ticket.key, ticket.tracker) == (key, tracker)


def test_every_tracker_of_the_data_is_tried():
    tried = {tracker for _url, _key, tracker in KNOWN}

    missing = {each.tracker for each in patterns()} - tried
    assert missing <= {"Bitbucket", "ClickUp", "Launchpad", "Phabricator", "Zendesk"}


def test_no_address_has_no_ticket_and_a_broken_one_is_shown_as_it_is():
    assert ticket_at("") is None
    assert ticket_at("http://[broken/issues/1").key == "http://[broken/issues/1"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/a/[x](http://evil.example)/issues/1",
        "https://github.com/acme/_under_*star*/issues/12",
        "https://wiki.example/)<script>alert(1)</script>",
    ],
)
def test_markdown_makes_one_link_of_it_and_nothing_else(url):
    html = MarkdownIt("commonmark", {"html": False}).render(ticket_at(url).markdown)

    assert html.count("<a ") == 1
    assert "<script" not in html
    assert "<em>" not in html
    assert ">" + ticket_at(url).key + "</a>" in html


def test_a_long_address_costs_no_time():
    began = perf_counter()

    for filler in ("a/", "browse/", "?id=", "issues/", "-/issues/x"):
        ticket_at("https://example.com/" + filler * 120)

    assert perf_counter() - began < 1
