"""Rows of the list of action items: changed in place, through the verbs."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from incidents.choices import ItemStatus, Priority
from tests.conftest import person

LIST = reverse("admin:incidents_actionitem_changelist")
HTMX = {"HX-Request": "true"}


def row(item, **query):
    return reverse("admin:incidents_actionitem_row", args=[item.pk], query=query)


def shown(browser, item):
    """Give what a browser would post from the row as it is now, by name."""
    form = browser.get(row(item)).context["form"]
    return dict(form.witnesses()) | {n: form.initial[n] for n in form.watched}


def said(answer):
    return [str(each) for each in get_messages(answer.wsgi_request)]


def verbs(item):
    return [event.verb for event in item.events.order_by("pk")][1:]


@pytest.mark.parametrize(
    ("written", "verb", "field", "value"),
    [
        ({"status": "in_progress"}, "start", "status", ItemStatus.IN_PROGRESS),
        ({"status": "done"}, "complete", "status", ItemStatus.DONE),
        (
            {"status": "done", "evidence": "Restored in 4 min"},
            "complete",
            "evidence",
            "Restored in 4 min",
        ),
        ({"status": "dropped", "reason": "No"}, "drop", "dropped_because", "No"),
        ({"priority": "0"}, "amend", "priority", Priority.P0),
        ({"owner": ""}, "assign", "owner", None),
        (
            {"due_on": "2026-12-24", "reason": "Supplier"},
            "move_due_date",
            "due_on",
            date(2026, 12, 24),
        ),
    ],
)
def test_a_change_in_the_row_is_a_verb(
    written, verb, field, value, client_of, lead, item
):
    browser = client_of(lead)

    answer = browser.post(row(item, back="group=owner"), shown(browser, item) | written)

    item.refresh_from_db()
    assert answer.url == f"{LIST}?group=owner"
    assert getattr(item, field) == value
    assert verbs(item) == [f"item_{verb}"]


def test_several_fields_of_a_row_change_together(client_of, lead, item):
    browser = client_of(lead)
    written = {"owner": lead.pk, "priority": "1", "status": "in_progress"}

    answer = browser.post(row(item), shown(browser, item) | written)

    item.refresh_from_db()
    assert (item.owner, item.priority, item.status) == (lead, 1, "in_progress")
    assert said(answer) == [
        "Test the restore: owner is now Lead, priority is now P1, In progress"
    ]


def test_a_row_is_changed_whole_or_not_at_all_and_says_every_reason(
    client_of, lead, item
):
    browser = client_of(lead)
    written = {"owner": lead.pk, "due_on": "2026-12-24", "status": "dropped"}

    answer = browser.post(row(item), shown(browser, item) | written)

    was, item = item, type(item).objects.get(pk=item.pk)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"reason": ["Say why."]}
    assert (item.owner, item.due_on, verbs(item)) == (was.owner, was.due_on, [])


def test_a_finished_item_is_taken_up_again_in_its_row(client_of, lead, item, at_noon):
    item.complete(by=lead, at=at_noon)
    browser = client_of(lead)
    written = {"status": "open", "priority": "1", "reason": "It came back"}

    browser.post(row(item), shown(browser, item) | written)

    item.refresh_from_db()
    assert (item.status, item.priority) == (ItemStatus.OPEN, Priority.P1)


def test_what_somebody_else_changed_is_refused_in_the_row_and_then_knowingly(
    client_of, lead, responder, item, at_noon
):
    browser = client_of(lead)
    posted = shown(browser, item) | {"owner": lead.pk}
    item.assign(None, by=responder, at=at_noon, instead_of=responder)
    item.amend({"priority": (2, 0)}, by=responder, at=at_noon)

    answer = browser.post(row(item), posted, headers=HTMX)
    form = answer.context["form"]
    again = {n: form.data[n] for n in (*form.watched, *dict(form.witnesses()))}
    browser.post(row(item), again)

    assert answer.status_code == 422
    assert form.errors == {"owner": ["It already belongs to nobody."]}
    item.refresh_from_db()
    assert (item.owner, item.priority) == (lead, 0)


def test_a_field_left_alone_overwrites_nothing(
    client_of, lead, responder, item, at_noon
):
    browser = client_of(lead)
    posted = shown(browser, item) | {"priority": "0"}
    item.assign(lead, by=responder, at=at_noon, instead_of=responder)

    browser.post(row(item), posted)

    item.refresh_from_db()
    assert (item.owner, item.priority) == (lead, 0)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ({"due_on": "2026-02-30", "reason": "x"}, "due_on"),
        ({"due_on": ""}, "due_on"),
        ({"due_on": "0000-00-00"}, "due_on"),
        ({"priority": "9"}, "priority"),
        ({"status": "won"}, "status"),
        ({"status": "open", "reason": "x"}, None),
        ({"owner": "99999999999999999999"}, "owner"),
        ({"owner": "x", "seen-owner": "9" * 5000}, "owner"),
        ({"priority": "1", "seen-priority": "x"}, "priority"),
        ({"status": "dropped", "reason": "n\0"}, "reason"),
    ],
)
def test_a_bad_value_is_told_at_its_field(written, field, client_of, lead, item):
    item.start(by=lead, at=item.created_at)
    browser = client_of(lead)

    answer = browser.post(row(item), shown(browser, item) | written, headers=HTMX)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field or "__all__"]


def test_an_empty_post_changes_nothing(client_of, lead, item):
    answer = client_of(lead).post(row(item))

    assert said(answer) == ["Test the restore: nothing was changed"]
    assert verbs(item) == []


def test_htmx_gets_the_row_and_nothing_else(client_of, lead, item):
    browser = client_of(lead)

    form = browser.get(row(item, back="group=team&p=2"), headers=HTMX)
    line = browser.get(row(item, line=1), headers=HTMX)
    saved = browser.post(row(item), {"priority": "1"}, headers=HTMX)

    assert form.text.strip().startswith(f'<tr id="item-{item.pk}" class="row-edit">')
    assert "back=group%3Dteam%26p%3D2" in form.text
    for answer in (line, saved):
        assert answer.text.strip().startswith(
            f'<tr id="item-{item.pk}" class="item-row'
        )
        assert answer.text.count("<tr") == 1
    assert "priority is now P1" in saved.text


def test_a_new_priority_offers_its_date_and_moves_nothing(client_of, lead, item):
    browser = client_of(lead)
    before = item.due_on

    row_now = browser.post(row(item), {"priority": "0"}, headers=HTMX)
    offered = row_now.context["line"].offer
    item.refresh_from_db()
    kept = item.due_on
    taken = browser.post(row(item), {"offer": offered.isoformat()}, headers=HTMX)

    item.refresh_from_db()
    assert (before, kept) == (date(2026, 12, 5), date(2026, 12, 5))
    assert "By the rule for P0: 23 Nov 2026" in row_now.text
    assert item.due_on == offered == date(2026, 11, 23)
    assert "P0" in taken.context["line"].rule
    assert taken.context["line"].offer is None


@pytest.mark.parametrize("offer", ["2026-11-24", "soon", "0000-00-00"])
def test_an_offer_that_no_longer_stands_is_refused(offer, client_of, lead, item):
    answer = client_of(lead).post(row(item), {"offer": offer}, headers=HTMX)

    assert answer.status_code == 422
    assert "No rule offers another date any more." in answer.text


def test_a_date_set_by_hand_gets_no_offer(client_of, lead, item, at_noon):
    to, reason = date(2026, 12, 24), "Supplier"
    item.move_due_date(to, by=lead, at=at_noon, reason=reason)

    answer = client_of(lead).post(row(item), {"priority": "0"}, headers=HTMX)

    line = answer.context["line"]
    assert (line.offer, line.rule, line.moved) == (None, "", "moved 1×, +19 days")


def test_a_row_needs_the_right_to_change_it(client_of, viewer, item):
    answer = client_of(viewer).post(row(item), {"status": "done"})

    item.refresh_from_db()
    assert said(answer) == ["Your group does not allow you to do this."]
    assert item.is_pending


def test_the_owner_stays_offered_though_deactivated(client_of, lead, item, at_noon):
    gone = person("Gone", "Responders")
    item.assign(gone, by=lead, at=at_noon, instead_of=item.owner)
    gone.is_active = False
    gone.save()
    browser = client_of(lead)

    browser.post(row(item), shown(browser, item) | {"priority": "1"})

    item.refresh_from_db()
    assert (item.owner, item.priority) == (gone, 1)
