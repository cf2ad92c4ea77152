"""Steps on an item: snooze, comment, the date of the rule; and items of no incident."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.changes import Refused
from incidents.choices import DueSource, Priority
from incidents.models import ActionItem

DAY = timedelta(days=1)


def test_a_snooze_keeps_its_date_and_reason_on_the_record(item, responder, at_noon):
    until = date(2026, 11, 30)

    item.snooze(until, by=responder, at=at_noon, reason="Waits for the vendor")

    assert (item.snoozed_until, item.due_on) == (until, date(2026, 12, 5))
    assert item.is_snoozed(until - DAY)
    assert not item.is_snoozed(until)
    said = "Test the restore: snoozed until 2026-11-30: Waits for the vendor"
    assert item.events.first().text == said


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [(0, "Later", "until"), (31, "Later", "until"), (3, " ", "reason")],
)
def test_a_snooze_needs_a_near_day_and_a_reason(
    item, responder, at_noon, days, reason, field
):
    until = at_noon.date() + days * DAY

    with pytest.raises(Refused) as refused:
        item.snooze(until, by=responder, at=at_noon, reason=reason)

    assert [each.field for each in refused.value.blockers] == [field]


def test_a_p0_is_never_snoozed(item, responder, at_noon):
    item.snooze(at_noon.date() + DAY, by=responder, at=at_noon, reason="Later")

    item.amend({"priority": (Priority.P2, Priority.P0)}, by=responder, at=at_noon)

    assert item.snoozed_until is None
    with pytest.raises(Refused, match="P0 cannot be snoozed"):
        item.snooze(at_noon.date() + DAY, by=responder, at=at_noon, reason="Later")


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("wake", {}),
        ("complete", {}),
        ("drop", {"reason": "Moved away"}),
        ("move_due_date", {"to": date(2027, 1, 4), "reason": "Vendor"}),
    ],
)
def test_what_ends_a_snooze(item, responder, at_noon, verb, arguments):
    item.snooze(at_noon.date() + DAY, by=responder, at=at_noon, reason="Later")

    getattr(item, verb)(by=responder, at=at_noon, **arguments)

    item.refresh_from_db()
    assert (item.snoozed_until, item.snoozed_because) == (None, "")


def test_what_is_done_says_how_one_knows(item, responder, at_noon):
    item.complete(by=responder, at=at_noon, evidence="Restored twice in an hour")

    assert item.evidence == "Restored twice in an hour"
    assert "how we know it worked: Restored twice" in item.events.first().text

    item.reopen(by=responder, at=at_noon, reason="It failed on Monday")

    assert item.evidence == ""


def test_a_comment_is_one_event_and_changes_nothing(item, responder, at_noon):
    before = ActionItem.objects.values().get(pk=item.pk)

    item.comment(" Half of it works ", by=responder, at=at_noon)

    assert item.events.first().text == "Test the restore: Half of it works"
    assert ActionItem.objects.values().get(pk=item.pk) == before
    with pytest.raises(Refused, match="Write something"):
        item.comment("  ", by=responder, at=at_noon)


def test_another_priority_offers_the_date_of_its_rule(item, responder, at_noon):
    item.amend({"priority": (Priority.P2, Priority.P1)}, by=responder, at=at_noon)

    assert item.due_on == date(2026, 12, 5)
    assert item.offered_date == date(2026, 11, 28)

    for seen in (None, date(2026, 11, 29)):
        with pytest.raises(Refused, match="The rule offers 2026-11-28 now"):
            item.follow_rule(by=responder, at=at_noon, seen=seen)
    item.follow_rule(by=responder, at=at_noon, seen=date(2026, 11, 28))

    assert (item.due_on, item.due_source) == (date(2026, 11, 28), DueSource.RULE)
    assert (item.moves, item.slipped_days, item.offered_date) == (1, -7, None)
    with pytest.raises(Refused, match="No rule offers"):
        item.follow_rule(by=responder, at=at_noon, seen=None)


def test_a_date_set_by_hand_is_never_replaced_by_a_rule(item, responder, at_noon):
    item.move_due_date(
        date(2027, 1, 4), by=responder, at=at_noon, reason="Vendor ships then"
    )
    item.amend({"priority": (Priority.P2, Priority.P0)}, by=responder, at=at_noon)

    assert (item.rule, item.offered_date) == (None, None)


def test_a_move_keeps_old_new_who_and_why(item, responder, at_noon):
    item.move_due_date(date(2027, 1, 4), by=responder, at=at_noon, reason="Vendor")

    event = item.events.first()
    assert event.author == responder
    assert event.facts == {"was": "2026-12-05", "to": "2027-01-04", "why": "Vendor"}


def test_an_item_of_no_incident_belongs_to_a_team(team, lead, at_noon):
    item = ActionItem.raise_for(team, title="Rotate the keys", by=lead, at=at_noon)

    assert (item.belongs_to, item.answerable) == ("Platform", team)
    assert (item.due_on, item.due_priority) == (date(2026, 12, 5), Priority.P2)
    event = item.events.get()
    assert (event.incident, event.text) == (None, "Action item: Rotate the keys")


def test_whoever_sees_incidents_sees_items_without_one(
    team, lead, viewer, administrator, at_noon
):
    item = ActionItem.raise_for(team, title="Rotate the keys", by=lead, at=at_noon)
    viewer.groups.clear()
    nobody = type(viewer).objects.get(pk=viewer.pk)

    assert item in ActionItem.objects.visible_to(lead)
    assert item in ActionItem.objects.visible_to(administrator)
    assert item not in ActionItem.objects.visible_to(nobody)


def test_an_item_keeps_the_entry_it_was_raised_from(incident, lead, at_noon):
    entry = incident.note("The restore took 5 h", by=lead, at=at_noon)

    item = incident.add_item(
        title="Test the restore", by=lead, at=at_noon, raised_from=entry
    )

    assert list(entry.items_raised.all()) == [item]


def test_an_entry_of_another_incident_raises_nothing(
    incident, severity, team, lead, at_noon
):
    other = type(incident).declare(
        title="Search is slow", severity=severity, team=team, by=lead, at=at_noon
    )
    entry = other.timeline.first()

    with pytest.raises(Refused, match="belongs to another incident"):
        incident.add_item(title="It", by=lead, at=at_noon, raised_from=entry)


@pytest.mark.parametrize("day", [date.min, date(1926, 11, 21), date.max])
def test_a_date_that_nobody_can_have_meant_is_refused(incident, item, lead, day):
    """Calendars, weeks and feeds reckon beyond the date, and none ends in 9999."""
    at = incident.declared_at
    for verb in (
        lambda: item.move_due_date(day, by=lead, at=at, reason="Later"),
        lambda: incident.add_item(title="Test it", by=lead, at=at, due_on=day),
        lambda: ActionItem.raise_for(
            incident.team, title="Test it", by=lead, at=at, due_on=day
        ),
    ):
        with pytest.raises(Refused, match="lies outside 2000 to 2100: check it"):
            verb()
    assert ActionItem.objects.get().due_on == item.due_on
