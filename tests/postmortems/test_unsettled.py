"""Action items get their owner and date where the post-mortem is written."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from incidents.models import ActionItem


@pytest.fixture
def bare(written, lead, at_noon) -> ActionItem:
    """An action item of a line, without an owner and without a date."""
    line = written.sections.filter(kind="list").first().findings.get()
    item = written.raise_item(line, by=lead, at=at_noon)
    ActionItem.objects.filter(pk=item.pk).update(owner=None, due_on=None)
    return item


def chosen(item, person, day="2026-12-01"):
    of = f"item-{item.pk}"
    return {f"{of}-owner": person.pk, f"{of}-due_on": day, "writing": "1"}


def set_item(client, postmortem, item, **posted):
    do = reverse("admin:postmortems_postmortem_do", args=[postmortem.pk, "set_item"])
    return client.post(do, {"item": item.pk, **posted}, follow=True)


def test_both_are_asked_for_at_the_line_and_what_blocks_leads_there(
    client_of, written, bare, lead
):
    page = client_of(lead).get(written.get_absolute_url()).text

    line = page[page.index(f'id="item-{bare.pk}"') :].partition("</li>")[0]
    assert f'name="item-{bare.pk}-owner"' in line
    assert f'name="item-{bare.pk}-due_on"' in line
    assert page.count(f'id="item-{bare.pk}"') == 1
    assert page.count(f'<a href="#item-{bare.pk}">') == 2
    assert f'href="{bare.get_absolute_url()}">The action item' not in page


@pytest.mark.parametrize("saved_with_text", [True, False])
def test_they_are_set_by_their_button_and_with_any_text(
    client_of, written, bare, lead, responder, saved_with_text
):
    client, values = client_of(lead), chosen(bare, responder)

    if saved_with_text:
        client.post(written.get_absolute_url(), values)
    else:
        set_item(client, written, bare, **values)

    bare.refresh_from_db()
    assert (bare.owner, bare.due_on) == (responder, date(2026, 12, 1))
    page = client.get(written.get_absolute_url()).text
    assert f'id="item-{bare.pk}"' not in page


def test_an_item_of_no_line_is_asked_for_under_the_block(
    client_of, written, item, lead
):
    ActionItem.objects.filter(pk=item.pk).update(owner=None)

    page = client_of(lead).get(written.get_absolute_url()).text

    block = page[page.index('class="unsettled"') :].partition("</ul>")[0]
    assert f'name="item-{item.pk}-owner"' in block
    assert f'name="item-{item.pk}-due_on"' not in block


def test_whoever_was_quicker_is_not_overwritten(
    client_of, written, bare, lead, responder, manager
):
    ActionItem.objects.filter(pk=bare.pk).update(owner=manager)

    page = set_item(client_of(lead), written, bare, **chosen(bare, responder))

    bare.refresh_from_db()
    assert (bare.owner, bare.due_on) == (manager, None)
    assert page.status_code == 422
    assert "already belongs to" in page.text


def test_nothing_chosen_is_said(client_of, written, bare, lead):
    page = set_item(client_of(lead), written, bare, writing="1")

    assert "Choose who does it, or by when." in page.text


def test_who_only_reads_is_not_asked(client_of, written, bare, viewer, responder):
    client = client_of(viewer)

    set_item(client, written, bare, **chosen(bare, responder))

    bare.refresh_from_db()
    assert bare.owner is None
    assert "-owner" not in client.get(written.get_absolute_url()).text


def test_many_cost_no_more_queries(
    client_of, written, add_item, lead, django_assert_max_num_queries
):
    client, url = client_of(lead), written.get_absolute_url()
    add_item("First")
    client.get(url)
    with django_assert_max_num_queries(200) as few:
        client.get(url)
    for number in range(25):
        add_item(f"Item {number}")

    with django_assert_max_num_queries(len(few)):
        page = client.get(url).text

    assert page.count('class="settle"') == 20
