from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.changes import Refused
from incidents.choices import DueSource, ItemStatus, Priority
from incidents.models import ActionItem


def test_the_playbook_dates_an_item_by_its_priority(incident, lead, at_noon):
    dates = [
        incident.add_item(
            title=f"Do {priority}", by=lead, at=at_noon, priority=priority
        ).due_on
        for priority in Priority
    ]

    assert dates == [
        date(2026, 11, 23),
        date(2026, 11, 28),
        date(2026, 12, 5),
        date(2026, 12, 21),
    ]


def test_a_date_set_by_hand_says_so(incident, lead, at_noon):
    item = incident.add_item(
        title="Do it", by=lead, at=at_noon, due_on=date(2027, 1, 4)
    )

    assert (item.due_on, item.due_source) == (date(2027, 1, 4), DueSource.HAND)


def test_an_item_without_a_title_is_refused(incident, lead, at_noon):
    with pytest.raises(Refused, match="cannot be blank"):
        incident.add_item(title="  ", by=lead, at=at_noon)

    assert incident.timeline.count() == 1


@pytest.mark.parametrize(
    ("verb", "arguments", "said"),
    [
        ("start", {}, "Test the restore: in progress"),
        ("complete", {}, "Test the restore: done"),
        ("drop", {"reason": "Moved away"}, "Test the restore: dropped: Moved away"),
        ("assign", {"person": None}, "Test the restore: owner is now nobody"),
    ],
)
def test_every_step_is_told_on_the_timeline(
    item, incident, responder, at_noon, verb, arguments, said
):
    if verb == "assign":
        arguments = {**arguments, "instead_of": responder}
    getattr(item, verb)(by=responder, at=at_noon, **arguments)

    event = incident.timeline.first()
    assert (event.text, event.item, event.author) == (said, item, responder)


def test_a_finished_item_is_not_worked_on(item, responder, at_noon):
    item.complete(by=responder, at=at_noon)

    for step, arguments in (
        (item.start, {}),
        (item.complete, {}),
        (item.drop, {"reason": "No"}),
        (item.move_due_date, {"to": date(2027, 1, 1), "reason": "Later"}),
    ):
        with pytest.raises(Refused, match="already Done"):
            step(by=responder, at=at_noon, **arguments)


def test_items_of_a_closed_incident_are_still_worked_on(
    item, incident, lead, responder, at_noon
):
    incident.close(by=lead, at=at_noon, reason="false_alarm")

    item.complete(by=responder, at=at_noon)

    assert ActionItem.objects.get().status == ItemStatus.DONE


def test_moving_the_date_needs_a_reason_and_is_counted(item, responder, at_noon):
    with pytest.raises(Refused, match="Say why"):
        item.move_due_date(date(2026, 12, 10), by=responder, at=at_noon, reason="")

    item.move_due_date(date(2026, 12, 10), by=responder, at=at_noon, reason="Sick")
    item.move_due_date(date(2026, 12, 24), by=responder, at=at_noon, reason="Again")

    assert (item.moves, item.slipped_days) == (2, 19)
    assert item.due_source == DueSource.HAND


def test_a_date_somebody_else_moved_is_told(item, responder, lead, at_noon):
    seen = item.due_on
    item.move_due_date(date(2026, 12, 10), by=lead, at=at_noon, reason="Sick")

    with pytest.raises(Refused, match="already due on 2026-12-10"):
        item.move_due_date(
            date(2026, 12, 20), by=responder, at=at_noon, reason="Mine", seen=seen
        )


def test_an_item_is_not_given_to_somebody_who_left(item, responder, lead, at_noon):
    lead.is_active = False
    lead.save()

    with pytest.raises(Refused, match="is deactivated"):
        item.assign(lead, by=responder, at=at_noon, instead_of=responder)


def test_an_owner_somebody_else_chose_is_told(item, responder, lead, at_noon):
    item.assign(lead, by=lead, at=at_noon, instead_of=responder)

    with pytest.raises(Refused, match="already belongs to lead@"):
        item.assign(None, by=responder, at=at_noon, instead_of=responder)


def test_reopening_takes_a_finished_item_up_again(item, responder, at_noon):
    item.drop(by=responder, at=at_noon, reason="Not needed")

    item.reopen(by=responder, at=at_noon, reason="Needed after all")

    stored = ActionItem.objects.get()
    assert (stored.status, stored.finished_at) == (ItemStatus.OPEN, None)
    assert stored.dropped_because == ""


def test_two_editors_of_one_field_are_told_of_each_other(item, responder, at_noon):
    item.amend({"title": (item.title, "Theirs")}, by=responder, at=at_noon)

    with pytest.raises(Refused, match="now is: Theirs"):
        item.amend({"title": ("Test the restore", "Mine")}, by=responder, at=at_noon)


def test_two_editors_of_two_fields_both_win(item, responder, lead, at_noon):
    first, second = (ActionItem.objects.get(pk=item.pk) for _ in range(2))

    first.amend({"title": (first.title, "Renamed")}, by=lead, at=at_noon)
    second.amend({"details": ("", "Longer")}, by=responder, at=at_noon)

    stored = ActionItem.objects.get()
    assert (stored.title, stored.details) == ("Renamed", "Longer")


def test_lateness_counts_days_of_pending_items_only(item, responder, at_noon):
    today = item.due_on + timedelta(days=3)
    assert item.days_late(today) == 3
    assert item.days_late(item.due_on) == 0

    item.complete(by=responder, at=at_noon)

    assert item.days_late(today) == 0


def test_overdue_due_and_unowned_are_told_apart(incident, lead, at_noon):
    today = at_noon.date()
    for days, title in ((-1, "late"), (0, "today"), (6, "soon"), (20, "later")):
        incident.add_item(
            title=title, by=lead, at=at_noon, due_on=today + timedelta(days=days)
        )
    rows = ActionItem.objects.all()

    assert [i.title for i in rows.overdue(today)] == ["late"]
    week = rows.due_between(today, today + timedelta(days=7))
    assert [i.title for i in week] == ["today", "soon"]
    assert rows.unowned().count() == 4


def test_an_item_is_told_to_customers_once_somebody_says_so(item, responder, at_noon):
    item.amend({"is_public": (False, True)}, by=responder, at=at_noon)

    item.refresh_from_db()
    assert item.is_public
    assert item.history.latest().history_user == responder
    assert item.events.latest("pk").text.endswith("edited: told to customers")
