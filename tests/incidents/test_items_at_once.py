"""Steps on several action items at once, each with its own result."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from incidents.choices import ItemStatus

LIST = reverse("admin:incidents_actionitem_changelist")


def said(response):
    return [str(each) for each in get_messages(response.wsgi_request)]


def select(action, *items, **more):
    keys = [item.pk for item in items]
    return {"action": action, "index": 0, "_selected_action": keys, **more}


def test_completing_several_gives_a_result_each(client_of, lead, add_item):
    one, two = add_item("One"), add_item("Two")
    two.drop(by=lead, at=two.created_at, reason="Not needed")

    answer = client_of(lead).post(
        f"{LIST}?status=all", select("complete_selected", one, two, apply=1)
    )

    assert sorted(said(answer)) == ["One: done", "Two: It is already Dropped."]
    one.refresh_from_db()
    assert one.status == ItemStatus.DONE


def test_moving_several_asks_for_date_and_reason(client_of, lead, add_item):
    one, two = add_item("One", 22), add_item("Two", 23)
    browser = client_of(lead)

    asked = browser.post(LIST, select("move_selected", one, two))
    given = {"apply": 1, "to": "2026-12-24", "reason": "Supplier"}
    seen = dict(asked.context["form"].witnesses())
    answer = browser.post(LIST, select("move_selected", one, two, **given, **seen))

    assert asked.context["form"].heading == "Move the due date"
    assert said(answer) == ["One: due on 2026-12-24", "Two: due on 2026-12-24"]
    for item in (one, two):
        item.refresh_from_db()
        assert (item.due_on, item.moves) == (date(2026, 12, 24), 1)


def test_assigning_several_spares_what_was_taken_meanwhile(
    client_of, lead, responder, add_item
):
    free, taken = add_item("Free"), add_item("Taken")
    browser = client_of(lead)
    asked = browser.post(LIST, select("assign_selected", free, taken))
    seen = dict(asked.context["form"].witnesses())
    taken.assign(responder, by=responder, at=taken.created_at)

    given = {"apply": 1, "person": lead.pk, **seen}
    browser.post(LIST, select("assign_selected", free, taken, **given))

    free.refresh_from_db()
    taken.refresh_from_db()
    assert (free.owner, taken.owner) == (lead, responder)


def test_dropping_several_needs_the_reason(client_of, lead, item):
    answer = client_of(lead).post(LIST, select("drop_selected", item, apply=1))

    assert answer.status_code == 422
    item.refresh_from_db()
    assert item.is_pending


def test_moving_several_by_days_counts_from_each_date(client_of, lead, add_item):
    one, two, undated = add_item("One", 22), add_item("Two", 25), add_item("None")
    type(undated).objects.filter(pk=undated.pk).update(due_on=None)
    browser = client_of(lead)
    chosen = (one, two, undated)

    asked = browser.post(LIST, select("move_by_selected", *chosen))
    seen = dict(asked.context["form"].witnesses())
    two.move_due_date(date(2026, 12, 1), by=lead, at=two.created_at, reason="Before")
    given = {"apply": 1, "days": 7, "reason": "Freeze", **seen}
    answer = browser.post(LIST, select("move_by_selected", *chosen, **given))

    assert sorted(said(answer)) == [
        "None: It has no date that could be moved: set one first.",
        "One: due on 2026-11-29",
        "Two: It is already due on 2026-12-01.",
    ]
    one.refresh_from_db()
    assert (one.due_on, one.moves, one.slipped_days) == (date(2026, 11, 29), 1, 7)
    assert "Freeze" in one.events.first().text


@pytest.mark.parametrize("days", ["0", "", "9999", "x"])
def test_moving_by_no_number_of_days_asks_again(days, client_of, lead, item):
    given = {"apply": 1, "days": days, "reason": "Freeze"}

    answer = client_of(lead).post(LIST, select("move_by_selected", item, **given))

    assert answer.status_code == 422
    assert "days" in answer.context["form"].errors


def test_setting_the_priority_of_several_moves_no_date(client_of, lead, add_item):
    ruled, dated = add_item("Ruled"), add_item("Dated", 22)
    before = ruled.due_on
    given = {"apply": 1, "priority": 0}

    answer = client_of(lead).post(
        LIST, select("set_priority_selected", ruled, dated, **given)
    )

    assert sorted(said(answer)) == [
        "Dated: now P0",
        "Ruled: now P0; its rule would make it due on 2026-11-23",
    ]
    ruled.refresh_from_db()
    assert (ruled.priority, ruled.due_on) == (0, before)


def test_steps_on_several_reach_only_what_one_may_work(
    client_of, lead, outsider, administrator, incident, add_item, at_noon
):
    hidden, own = add_item("Hidden", 22), add_item("Own", 22, owner=outsider)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    given = {"apply": 1, "days": 7, "reason": "Freeze"}

    client_of(outsider).post(LIST, select("move_by_selected", hidden, own, **given))

    hidden.refresh_from_db()
    own.refresh_from_db()
    assert (hidden.moves, own.moves) == (0, 1)
