"""The page of a published post-mortem: what it says, and what of it customers read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from postmortems.editions import NEVER_PUBLIC
from postmortems.freezing import edition_of
from postmortems.meanings import Meaning, meaning_of
from postmortems.meetings import Plan, arrange, cancel

# The cards beside the text that a lead looks for first.
CARDS = ("state-title", "contents-title", "readiness-title")


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


@pytest.fixture
def factors(written):
    """The list of contributing factors."""
    lists = written.sections.filter(kind="list")
    return next(each for each in lists if meaning_of(each.key) == Meaning.FACTORS)


@pytest.fixture
def line(written, factors, lead, manager, at_noon):
    """A factor of which all is known, in a post-mortem that is published."""
    line, entry = factors.findings.get(), written.incident.timeline.first()
    known = {"priority": 1, "evidence": entry, "category": "testing"}
    was = {"priority": None, "evidence": None, "category": ""}
    written.describe(line, by=lead, at=at_noon, was=was, **known)
    item = written.raise_item(line, by=lead, at=at_noon, title="Test it", owner=lead)
    item.move_due_date(at_noon.date(), by=manager, at=at_noon, reason="Agreed")
    written.publish(by=manager, at=at_noon)
    line.refresh_from_db()
    return line


def test_a_factor_reads_with_what_it_rests_on(client_of, written, line, viewer):
    page = client_of(viewer).get(written.get_absolute_url()).text

    part = page[page.index(f'id="line-{line.pk}"') :].partition("</li>")[0]
    assert ">P1</span>" in part
    assert line.get_category_display() in part
    assert "CET</time>" in part
    assert line.evidence.text in part
    assert f'<a href="{line.item.get_absolute_url()}">Action item: Test it</a>' in part
    assert 'id="marks"' not in page


def test_what_customers_read_is_marked_after_publication(
    client_of, written, factors, line, lead
):
    client = client_of(lead)
    page = client.get(written.get_absolute_url()).text
    assert f'form="marks" name="line" value="{line.pk}"' in page

    for place in ({"line": line.pk}, {"section": factors.key}):
        client.post(url("do", written.pk, "tell"), place)

    [part] = edition_of(written, "customer").parts
    assert [each.id for each in part.lines] == [line.pk]
    page = client.get(written.get_absolute_url()).text
    assert page.count('aria-pressed="true"') == 2


def test_times_are_told_in_the_zone_of_the_team(
    client_of, written, factors, lead, at_noon
):
    lead.profile.zone = "Asia/Tokyo"
    lead.profile.save()
    line, entry = factors.findings.get(), written.incident.timeline.first()
    was = {"evidence": None}
    written.describe(line, by=lead, at=at_noon, was=was, evidence=entry)
    client = client_of(lead)

    page = client.get(written.get_absolute_url()).text
    form = client.get(url("finding", written.pk, line.pk)).text

    assert "Times in Europe/Berlin" in page
    assert "CET</time>" in page
    assert "JST" not in page
    assert "Shown by (times in Europe/Berlin)" in form
    assert f"{entry.at.astimezone(written.incident.team.zone):%H:%M} · " in form


def test_a_meeting_that_was_called_off_is_not_in_it(
    client_of, written, lead, manager, viewer, at_noon
):
    plan = Plan(at_noon + timedelta(days=3), 50, "Room 2", (lead,))
    arrange(written, plan, by=lead, at=at_noon)
    cancel(written, by=lead, at=at_noon)
    written.publish(by=manager, at=at_noon)

    page = client_of(viewer).get(written.get_absolute_url()).text

    section = written.sections.get(block="meeting")
    assert f'id="section-{section.key}"' not in page
    assert "Room 2" not in page


def test_the_bar_leads_to_what_stands_against_publishing(client_of, postmortem, lead):
    page = client_of(lead).get(postmortem.get_absolute_url())

    text, count = page.text, len(page.context["review"].hindrances)
    bar = text[text.index('<div class="writing-bar">') :].partition("</div>")[0]
    assert 'href="#state">Before publishing' in bar
    assert f">{count}</span>" in bar
    assert 'id="state"' in text


def test_what_stands_against_publishing_comes_before_everything_beside_the_text(
    client_of, postmortem, lead
):
    page = client_of(lead).get(postmortem.get_absolute_url()).text

    first, second, third = (page.index(f'id="{n}"') for n in CARDS)
    assert first < second < third
    advice = re.search(r"([0-9]+) things? (?:is|are) worth a look", page)
    assert int(advice[1])


def test_an_approval_stays_one_of_what_was_published(client_of, written, lead, manager):
    at = written.opened_at
    written.approve(by=manager, at=at)
    written.publish(by=lead, at=at)
    entry = written.incident.timeline.filter(in_postmortem=True).first()
    entry.pk, entry.text = None, "Closed"
    entry.save()

    page = client_of(lead).get(written.get_absolute_url()).text

    assert "Approves</span>" in page
    assert "Approved an earlier text" not in page


def test_the_reason_of_two_moments_stands_once(client_of, postmortem, lead, at_noon):
    incident, why = postmortem.incident, "the log was lost"
    for name in ("triaged", "verified"):
        incident.record_milestone(name, unknown_because=why, by=lead, at=at_noon)

    page = client_of(lead).get(postmortem.get_absolute_url()).text

    assert page.count(why) == 1
    assert "<dt>Triaged, Verified</dt><dd>not known: the log was lost</dd>" in page


def test_customers_are_not_offered_what_never_leaves(client_of, written, lead):
    page = client_of(lead).get(written.get_absolute_url()).text

    heads = dict(re.findall(r'<h2 id="title-(\S+?)">(.*?)</header>', page, re.S))
    blocks = dict(written.sections.shown().values_list("key", "block"))
    offered = {key for key in heads if "For customers" in heads[key]}
    assert offered == {key for key in heads if blocks[key] not in NEVER_PUBLIC}
    assert offered < set(heads)


@pytest.mark.parametrize(
    ("field", "value", "link"),
    [
        ("title", "Carts fail", "Edit record"),
        ("features_affected", "Carts", "Edit impact"),
    ],
)
def test_beside_frozen_facts_stands_that_the_record_changes_them_no_more(
    client_of, written, lead, manager, at_noon, field, value, link
):
    sentence = "a change to the record shows only in a correction"
    differs = "The record says something else by now"
    client, incident = client_of(lead), written.incident
    impact = written.sections.get(block="impact")
    written.switch(impact, shown=True, by=lead, at=at_noon)
    draft = client.get(written.get_absolute_url()).text
    written.publish(by=manager, at=at_noon)
    incident.close(reason="false_alarm", by=manager, at=at_noon)
    out = client.get(written.get_absolute_url()).text

    was = getattr(incident, field)
    incident.amend({field: (was, value)}, by=lead, at=at_noon)

    page = client.get(written.get_absolute_url()).text
    assert (sentence in draft, sentence in out, differs in out) == (False, True, False)
    [told] = re.findall(f">{link}</a>(.*?)</p>", page, re.S)
    assert (page.count(differs), differs in told) == (1, True)
