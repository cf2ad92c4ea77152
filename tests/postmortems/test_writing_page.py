"""The writing page: lines, blocks, steps, and what it costs."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.choices import ItemStatus
from incidents.models import TimelineEvent
from postmortems.choices import SectionKind
from postmortems.meanings import Meaning, meaning_of
from postmortems.models import Draft, Finding


def url(name, *arguments):
    return reverse(f"admin:postmortems_postmortem_{name}", args=arguments)


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def do(client, postmortem, verb, **posted):
    return client.post(url("do", postmortem.pk, verb), posted)


@pytest.fixture
def factors(postmortem):
    """The list of contributing factors."""
    sections = postmortem.sections.filter(kind=SectionKind.LIST)
    return next(s for s in sections if meaning_of(s.key) == Meaning.FACTORS)


@pytest.fixture
def line(postmortem, factors, lead, at_noon) -> Finding:
    postmortem.write(
        {}, added={factors.key: ["No alarm", "No test"]}, by=lead, at=at_noon
    )
    return factors.findings.first()


def test_new_lines_are_added_one_a_line_and_without_their_bullets(
    client_of, postmortem, factors, lead
):
    posted = {f"new-{factors.key}": "- No alarm\r\n\r\n2. No test\r\nA_b is - odd"}

    client_of(lead).post(postmortem.get_absolute_url(), posted)

    lines = factors.findings.values_list("text", flat=True)
    assert list(lines) == ["No alarm", "No test", "A_b is - odd"]


def test_a_line_is_reworded_and_an_emptied_one_is_gone(
    client_of, postmortem, factors, line, lead
):
    other = factors.findings.last()
    posted = {
        f"line-{line.pk}": "No alarm rang",
        f"seen-line-{line.pk}": line.text,
        f"line-{other.pk}": " ",
        f"seen-line-{other.pk}": other.text,
    }

    client_of(lead).post(postmortem.get_absolute_url(), posted)

    assert [each.text for each in factors.findings.all()] == ["No alarm rang"]


def test_of_a_line_that_two_change_both_texts_are_shown(
    client_of, postmortem, line, lead, responder, at_noon
):
    told = {line.pk: (line.text, "Nobody was paged")}
    postmortem.write({}, findings=told, by=lead, at=at_noon)
    posted = {f"line-{line.pk}": "Mine", f"seen-line-{line.pk}": line.text}

    page = client_of(responder).post(postmortem.get_absolute_url(), posted)

    text = page.content.decode()
    assert page.status_code == 422
    assert "Nobody was paged" in text
    assert "Mine</textarea>" in text
    line.refresh_from_db()
    assert line.text == "Nobody was paged"


def test_the_text_of_a_line_that_is_gone_is_offered_as_a_new_one(
    client_of, postmortem, factors, line, lead, responder, at_noon
):
    postmortem.write({}, findings={line.pk: (line.text, "")}, by=lead, at=at_noon)
    posted = {f"line-{line.pk}": "Mine", f"seen-line-{line.pk}": line.text}

    page = client_of(responder).post(postmortem.get_absolute_url(), posted)

    assert page.status_code == 422
    assert page.context["form"][f"new-{factors.key}"].value() == "Mine"


def test_one_press_makes_an_action_item_and_saves_the_text(
    client_of, postmortem, line, lead
):
    posted = {f"line-{line.pk}": "No alarm rang", f"seen-line-{line.pk}": line.text}
    client = client_of(lead)

    answer = do(client, postmortem, "raise_item", writing=1, line=line.pk, **posted)

    line.refresh_from_db()
    assert (line.item.title, line.item.status) == ("No alarm rang", ItemStatus.OPEN)
    assert answer["Location"].endswith(f"#line-{line.pk}")
    page = client.get(postmortem.get_absolute_url()).content.decode()
    assert line.item.get_absolute_url() in page
    assert f'name="item-{line.item.pk}-owner"' in page
    assert "already" in said(do(client, postmortem, "raise_item", line=line.pk))


def test_lines_move_and_are_told_to_customers(client_of, postmortem, line, lead):
    client = client_of(lead)

    do(client, postmortem, "move_down", line=line.pk)
    do(client, postmortem, "tell", line=line.pk)

    texts = [each.text for each in line.section.findings.all()]
    assert texts == ["No test", "No alarm"]
    line.refresh_from_db()
    assert line.is_public
    do(client, postmortem, "keep", line=line.pk)
    line.refresh_from_db()
    assert not line.is_public


def test_blocks_are_switched_and_never_typed(client_of, postmortem, lead):
    client, block = client_of(lead), postmortem.sections.get(block="timeline")

    do(client, postmortem, "leave_out", section=block.key)
    do(client, postmortem, "tell", section=block.key)

    block.refresh_from_db()
    assert (block.is_shown, block.is_public) == (False, True)
    do(client, postmortem, "show", section=block.key)
    page = client.get(postmortem.get_absolute_url()).content.decode()
    assert "Resolved" in page.partition(f'id="section-{block.key}"')[2]
    assert 'name="text-timeline"' in page  # the note under it


def test_what_the_playbook_asks_for_cannot_be_left_out(client_of, postmortem, lead):
    answer = do(client_of(lead), postmortem, "leave_out", section="summary")

    assert "cannot be left out" in said(answer)


def test_a_section_of_ones_own_is_put_behind_another_and_removed(
    client_of, postmortem, lead
):
    client, posted = client_of(lead), {"title-summary": "Costs", "kind-summary": "list"}

    answer = do(client, postmortem, "add_section", section="summary", **posted)

    made = postmortem.sections.get(key="costs")
    summary = postmortem.sections.get(key="summary")
    assert (made.kind, made.order) == (SectionKind.LIST, summary.order + 1)
    assert answer["Location"].endswith("#section-costs")
    do(client, postmortem, "remove_section", section="costs")
    assert not postmortem.sections.filter(key="costs").exists()


def test_the_author_is_handed_on(client_of, postmortem, lead, responder):
    posted = {"author": responder.pk, "instead_of": lead.pk}

    do(client_of(lead), postmortem, "hand_to", **posted)

    postmortem.refresh_from_db()
    assert postmortem.author == responder
    assert "by now" in said(do(client_of(lead), postmortem, "hand_to", **posted))


@pytest.mark.parametrize("verb", ["raise_item", "tell", "add_section", "hand_to"])
def test_nonsense_is_answered_and_changes_nothing(client_of, postmortem, lead, verb):
    posted = {"line": "9" * 30, "section": "no\0where", "author": "x", "instead_of": ""}

    answer = do(client_of(lead), postmortem, verb, **posted)

    assert answer.status_code in {302, 404}
    assert not Finding.objects.exists()


def test_a_text_over_64_kib_is_refused_and_kept(client_of, postmortem, lead):
    text = "ü" * 32_769

    page = client_of(lead).post(
        postmortem.get_absolute_url(),
        {"text-summary": text, "seen-text-summary": ""},
    )

    assert page.status_code == 422
    assert "longer than 64 KiB" in page.content.decode()
    assert page.context["form"]["text-summary"].value() == text
    assert postmortem.sections.get(key="summary").body == ""


def test_what_is_told_of_a_factor_is_saved_beside_it(
    client_of, postmortem, line, factors, lead, at_noon
):
    event = postmortem.incident.note("The queue grew", by=lead, at=at_noon)
    client, address = client_of(lead), url("finding", postmortem.pk, line.pk)
    other = factors.findings.last()
    new = {"category": "monitoring", "priority": 1, "evidence": event.pk}
    posted = {**new, "earlier": other.pk, "initial-category": ""}

    answer = client.post(address, posted, headers={"HX-Request": "true"})

    line.refresh_from_db()
    assert (line.category, line.priority) == ("monitoring", 1)
    assert (line.evidence, line.earlier) == (event, other)
    text = answer.content.decode()
    assert "hx-swap-oob" in text
    assert "The queue grew" in text
    assert client.post(address, {**posted, "priority": 9}).status_code == 422


def test_a_viewer_and_a_published_one_have_no_form(
    client_of, written, viewer, manager, lead, at_noon
):
    written.publish(by=manager, at=at_noon)
    line = Finding.objects.filter(section__postmortem=written).first()

    for person in (viewer, lead):
        page = client_of(person).get(written.get_absolute_url()).content.decode()
        assert "<textarea" not in page
        assert line.text in page
        address = url("finding", written.pk, line.pk)
        assert client_of(person).get(address).status_code == 404


def test_a_preview_shows_the_text_as_it_prints(client_of, postmortem, lead):
    text = f"| a |\n|---|\n| <b> |\n\n{postmortem.incident.reference}[^1]\n\n[^1]: Note"
    posted = {"section": "summary", "text-summary": text}
    client, address = client_of(lead), url("preview", postmortem.pk)

    fragment = client.post(address, posted, headers={"X-Fragment": "1"})

    html = fragment.content.decode()
    assert "&lt;b&gt;" in html
    assert postmortem.incident.get_absolute_url() in html
    assert 'class="notes"' in html
    assert "<html" not in html
    assert "<html" in client.post(address, posted).content.decode()
    assert not Draft.objects.exists()


def fill(postmortem, factors, lead, at, *, lines, entries):
    """Add factors that became items and have evidence, and entries."""
    texts = [f"Factor {number}" for number in range(lines)]
    postmortem.write({}, added={factors.key: texts}, by=lead, at=at)
    for finding in factors.findings.filter(item=None):
        postmortem.raise_item(finding, by=lead, at=at)
    values = {"incident": postmortem.incident, "at": at, "kind": "note"}
    TimelineEvent.objects.bulk_create(
        TimelineEvent(**values, text="It broke", author=lead) for _ in range(entries)
    )
    factors.findings.update(evidence=TimelineEvent.objects.last())


def test_the_page_costs_the_same_however_much_there_is(
    client_of, postmortem, factors, lead, at_noon
):
    client, address = client_of(lead), postmortem.get_absolute_url()
    fill(postmortem, factors, lead, at_noon, lines=3, entries=5)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    fill(postmortem, factors, lead, at_noon, lines=27, entries=500)

    with CaptureQueriesContext(connection) as many:
        page = client.get(address)

    assert page.content.decode().count('class="finding"') == 30
    assert len(many) == len(few) < 60


def test_a_button_that_brings_no_text_along_says_nothing_of_saving(
    client_of, postmortem, lead, at_noon
):
    postmortem.write({"summary": ("", "It broke.")}, by=lead, at=at_noon)

    response = do(client_of(lead), postmortem, "render", writing="1")

    assert said(response) == "The PDF is queued; this page shows when it is done."


def test_a_conflict_leaves_the_fields_that_did_not_come_as_they_are_stored(
    client_of, postmortem, line, lead, at_noon
):
    texts = {"summary": ("", "It broke."), "impact": ("", "Nobody could pay.")}
    postmortem.write(texts, by=lead, at=at_noon)
    stale = {"seen-text-summary": "", "text-summary": "It fell."}

    page = client_of(lead).post(postmortem.get_absolute_url(), stale).context["form"]

    assert page["text-summary"].value() == "It fell."
    assert page["text-impact"].value() == "Nobody could pay."
    assert page["seen-text-impact"].value() == "Nobody could pay."
    assert page[f"line-{line.pk}"].value() == line.text


def test_a_mere_heading_is_not_missed_by_readers(
    client_of, postmortem, viewer, lead, at_noon
):
    heading = postmortem.add_section("Prevention", by=lead, at=at_noon)
    postmortem.add_section("Soon", depth=1, after=heading, by=lead, at=at_noon)

    page = client_of(viewer).get(postmortem.get_absolute_url()).context["page"]

    unwritten = {each.part.title for each in page.parts if each.is_unwritten}
    assert "Soon" in unwritten
    assert "Prevention" not in unwritten
