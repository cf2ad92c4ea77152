"""Earlier incidents like this one are offered to who writes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import ActionItem, Incident
from postmortems.drafting import snapshot_of
from postmortems.models import PostMortem
from postmortems.recurrence_page import happened_before


@pytest.fixture
def declare(severity, team, lead, service, at_noon):
    """Declare an incident of the same service some days before."""

    def declare(title, days) -> Incident:
        at = at_noon - timedelta(days=days)
        incident = Incident.declare(
            title=title, severity=severity, team=team, by=lead, at=at
        )
        incident.services.add(service)
        return incident

    return declare


@pytest.fixture
def later(resolved, service) -> Incident:
    resolved.services.add(service)
    return resolved


def test_it_says_why_and_what_was_still_open(declare, later, lead, at_noon):
    earlier = declare("Checkout was slow", 10)
    Incident.objects.update(cause_category="deployment")
    later.refresh_from_db()
    paper = PostMortem.open(earlier, by=lead, at=at_noon)
    item = earlier.add_item(title="Test it", by=lead, at=at_noon - timedelta(days=9))
    type(item).objects.update(created_at=at_noon - timedelta(days=9))

    (found,) = happened_before(lead, later)

    assert found.url == paper.get_absolute_url()
    assert found.why.startswith("Checkout · same kind of cause: ")
    assert found.still_open == [item]


def test_on_the_page_restricted_ones_are_for_who_may_see_them(
    client_of, declare, later, lead, manager, outsider, at_noon
):
    hidden = declare("Canary sang", 10)
    hidden.restrict(True, by=manager, at=at_noon, reason="Secret")
    paper = PostMortem.open(later, by=lead, at=at_noon)

    pages = [
        client_of(person).get(paper.get_absolute_url()).content.decode()
        for person in (manager, outsider)
    ]

    assert ["Canary sang" in page for page in pages] == [True, False]
    assert ["Happened before" in page for page in pages] == [True, False]


def test_however_many_they_are_offered_in_the_same_queries(declare, later, lead):
    declare("One", 5)
    happened_before(lead, later)
    with CaptureQueriesContext(connection) as few:
        happened_before(lead, later)
    for days in range(6, 12):
        declare("More", days)

    with CaptureQueriesContext(connection) as many:
        assert len(happened_before(lead, later)) == 6

    assert len(many) == len(few)


@pytest.mark.parametrize(("cause", "told"), [("deployment", ["Test it"]), ("", [])])
def test_what_the_same_kind_of_cause_left_open_is_printed(
    client_of, declare, later, written, lead, manager, at_noon, cause, told
):
    earlier = declare("Mail was late", 10)
    earlier.services.clear()
    earlier.add_item(title="Test it", by=lead, at=at_noon - timedelta(days=9))
    Incident.objects.update(cause_category=cause)
    seen = client_of(lead).get(written.get_absolute_url()).text

    written.publish(by=manager, at=at_noon)

    read = client_of(lead).get(written.get_absolute_url()).text
    assert [each.item for each in snapshot_of(written).still_open] == told
    assert [each.item for each in written.latest().snapshot.still_open] == told
    assert ("This will be printed:" in seen) == bool(told)
    assert ("Still open when this happened" in read) == bool(told)


# Days after the incident that raised it an item was done, dropped or taken up again;
# the later incident began 10 days after, at 11:00.
LATER = {
    "never touched": ((), True),
    "done before": ((("done", 5),), False),
    "dropped before": ((("drop", 5),), False),
    "done afterwards": ((("done", 11),), True),
    "dropped afterwards": ((("drop", 11),), True),
    "done as it began": ((("done", 10 - 1 / 24),), False),
    "reopened before": ((("done", 5), ("reopen", 6)), True),
    "reopened afterwards": ((("done", 5), ("reopen", 11)), False),
    "reopened and done again": ((("done", 5), ("reopen", 11), ("done", 12)), False),
}


@pytest.mark.parametrize(("turns", "was_open"), LATER.values(), ids=LATER)
def test_what_was_open_is_told_of_the_moment_it_began(
    declare, later, written, lead, at_noon, time_machine, turns, was_open
):
    time_machine.move_to(at_noon + timedelta(days=5), tick=False)
    raised = at_noon - timedelta(days=10)
    item = declare("Checkout was slow", 10).add_item(title="Test", by=lead, at=raised)
    for turn, days in turns:
        who = {"by": lead, "at": raised + timedelta(days=days)}
        if turn == "done":
            item.complete(**who)
        elif turn == "drop":
            item.drop(reason="Too dear", **who)
        else:
            item.reopen(reason="It failed", **who)

    assert bool(snapshot_of(written).still_open) == was_open


def test_what_a_drill_or_a_later_incident_left_open_is_not_told(
    declare, later, written, lead, at_noon
):
    drill = declare("A drill", 10)
    Incident.objects.filter(pk=drill.pk).update(is_drill=True)
    for each in (drill, declare("Afterwards", 0)):
        each.add_item(title="Test", by=lead, at=at_noon)
    ActionItem.objects.update(created_at=at_noon - timedelta(days=9))

    assert snapshot_of(written).still_open == ()


def test_of_many_that_will_be_printed_some_are_named(
    client_of, declare, later, written, lead, at_noon
):
    earlier = declare("Checkout was slow", 10)
    for number in range(7):
        title, at = f"Test {number}", at_noon - timedelta(days=9)
        earlier.add_item(title=title, by=lead, at=at)

    page = client_of(lead).get(written.get_absolute_url()).text

    assert "and 2 more" in page
