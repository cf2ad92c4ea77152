"""Two people at once, in real threads: one wins, the other is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from incidents.changes import Refused
from incidents.models import ActionItem, Incident
from incidents.undoing import offer_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*steps):
    """Run the steps in threads that start together; return what each ended with."""
    barrier = Barrier(len(steps))

    def run(step):
        try:
            barrier.wait(timeout=10)
            step()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def one_won(results) -> bool:
    return sorted(isinstance(each, Refused) for each in results) == [False, True]


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("acknowledge", "already acknowledged"),
        ("mitigate", "already mitigated"),
        ("resolve", "already resolved"),
    ],
)
def test_a_step_is_taken_once(incident, lead, responder, at_noon, verb, told):
    copies = [Incident.objects.get(pk=incident.pk) for _ in range(2)]

    results = at_once(
        *(
            lambda copy=copy, by=by: getattr(copy, verb)(by=by, at=at_noon)
            for copy, by in zip(copies, (lead, responder), strict=True)
        )
    )

    assert one_won(results)
    assert told in " ".join(map(str, results))
    assert incident.timeline.filter(verb=verb).count() == 1


def test_an_empty_role_is_taken_by_one(incident, lead, responder, at_noon):
    def take(person):
        copy = Incident.objects.get(pk=incident.pk)
        copy.assign_role("scribe", person, by=person, at=at_noon)

    results = at_once(lambda: take(lead), lambda: take(responder))

    assert one_won(results)
    assert incident.roles.current().filter(role="scribe").count() == 1


def test_the_lead_goes_to_whoever_was_first(
    incident, lead, responder, manager, at_noon
):
    incident.offer_role("lead", responder, by=lead, at=at_noon)
    first, second = (Incident.objects.get(pk=incident.pk) for _ in range(2))
    given = {"instead_of": lead, "note": "They sleep"}

    results = at_once(
        lambda: first.accept_role("lead", by=responder, at=at_noon),
        lambda: second.assign_role("lead", manager, by=manager, at=at_noon, **given),
    )

    assert one_won(results)
    holder = incident.roles.current().get(role="lead").person
    assert Incident.objects.get(pk=incident.pk).lead == holder != lead
    assert not incident.roles.offered().exists()


def test_two_status_moves_from_the_same_page(incident, lead, at_noon):
    def move(to):
        copy = Incident.objects.get(pk=incident.pk)
        copy.change_status(to, by=lead, at=at_noon, seen="open")

    results = at_once(lambda: move("identified"), lambda: move("mitigating"))

    assert one_won(results)
    assert incident.timeline.filter(verb="change_status").count() == 1


def test_a_step_on_an_entry_is_taken_back_once(incident, lead, responder, at_noon):
    """A third puts the same pin back meanwhile, which is a step of its own."""
    entry = incident.note("The cache is cold", by=lead, at=at_noon)
    incident.pin(entry, by=lead, at=at_noon)
    incident.unpin(entry, by=lead, at=at_noon)
    seen = offer_of(Incident.objects.get(pk=incident.pk), at_noon).key

    def undo(by):
        copy = Incident.objects.get(pk=incident.pk)
        copy.undo(by=by, at=at_noon, seen=seen)

    results = at_once(
        lambda: undo(lead),
        lambda: undo(responder),
        lambda: incident.pin(entry, by=lead, at=at_noon),
    )

    entry.refresh_from_db()
    undone = incident.timeline.filter(verb="undo").count()
    assert undone == results.count(None) - 1 <= 1
    assert (entry.is_pinned, entry.struck_at) == (True, None)


def test_an_item_is_completed_once(item, lead, responder, at_noon):
    def complete(by):
        ActionItem.objects.get(pk=item.pk).complete(by=by, at=at_noon)

    results = at_once(lambda: complete(lead), lambda: complete(responder))

    assert one_won(results)
    assert item.events.filter(verb="item_complete").count() == 1


def test_numbers_are_given_once(severity, team, lead, at_noon):
    def declare(title):
        Incident.declare(title=title, severity=severity, team=team, by=lead, at=at_noon)

    results = at_once(*(lambda n=n: declare(f"Number {n}") for n in range(4)))

    assert results == [None] * 4
    references = Incident.objects.values_list("reference", flat=True)
    assert len(set(references)) == 4
