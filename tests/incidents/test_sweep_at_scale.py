"""The ladder over many running incidents: what it asks of the database, and that it is
one message a person, whoever sweeps.

A tenth of the thousand by default, all of them with FULL=1.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import ceil
from threading import Barrier
from time import process_time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.choices import BoundKind, ContactKind
from incidents.deadlines import mark_passed
from incidents.models import Contact, Deadline, Incident, Notification, TimelineEvent
from incidents.sweeping import BATCH
from tests.clockwork import level, playbook
from tests.whole import FULL

MANY = 1_000 if FULL else 100
FIRST, SECOND = timedelta(minutes=10), timedelta(minutes=20)


def rung(code, after, tells):
    return {
        "code": code,
        "label": f"The {code} is called",
        "severities": ["S1"],
        "after": after,
        "tells": tells,
        "media": ["pager"],
    }


LADDER = playbook(
    level(),
    roles=[{"code": "lead", "name": "Lead", "leads": True}, {"code": "x", "name": "X"}],
    ladder=[rung("boss", "10 min", ["lead", "x"]), rung("chief", "20 min", ["x"])],
)


@pytest.fixture
def crowd(story, responder):
    """So many incidents, copied from one, each with two rungs to come."""
    contact = Contact.objects.create(name="X", kind=ContactKind.PERSON, user=responder)
    story.team.bindings.create(kind=BoundKind.ROLE, code="x", contact=contact)
    story.begin(LADDER)
    pattern = story.incident
    rows, roles = list(pattern.deadlines.all()), list(pattern.roles.all())
    copies = []
    for number in range(1, MANY):
        copy = Incident.objects.get(pk=pattern.pk) if not copies else _again(copies[0])
        copy.pk, copy.reference = None, f"INC-COPY-{number:04d}"
        copies.append(copy)
    made = Incident.objects.bulk_create(copies)
    for each in (rows, roles):
        copied = [_of(incident, row) for incident in made for row in each]
        type(each[0]).objects.bulk_create(copied)
    return story


def _again(row):
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return type(row)(**values)


def _of(incident, row):
    copy = _again(row)
    copy.pk, copy.incident = None, incident
    return copy


def swept(at) -> tuple[int, int, float]:
    """Sweep; give what was marked, the queries and the seconds of the processor."""
    with CaptureQueriesContext(connection) as queries:
        began = process_time()
        marked = mark_passed(at)
        took = process_time() - began
    return marked, len(queries), took


def test_it_costs_the_same_however_many_and_nothing_due_next_to_nothing(crowd):
    began = crowd.began
    assert swept(began + timedelta(minutes=1))[:2] == (0, 2)
    one = Incident.objects.order_by("pk").last()
    others = Deadline.objects.exclude(incident=one)
    others.update(late_at=None, due_at=None, state="waiting")

    marked, alone, _took = swept(began + FIRST)
    assert marked == 1
    due = began + SECOND
    rest = others.filter(key="rung:chief")
    rest.update(due_at=due, late_at=due, state="open")
    marked, together, took = swept(due)

    assert marked == MANY
    assert together <= 2 + alone * ceil(MANY / BATCH)
    assert took <= 15 * max(MANY, 200) / 1_000
    marked, queries, took = swept(due)
    assert (marked, queries) == (0, 2)
    assert took <= 0.1


def test_swept_twice_everybody_is_told_once(crowd):
    for _time in range(2):
        mark_passed(crowd.began + FIRST)

    assert_one_message_each("rung:boss", 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_swept_by_two_at_once_everybody_is_told_once(crowd):
    later, barrier = crowd.began + FIRST, Barrier(2)

    def run(_number):
        try:
            barrier.wait(timeout=10)
            return mark_passed(later)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        marked = sum(pool.map(run, range(2)))

    assert marked == MANY
    assert_one_message_each("rung:boss", 2)


def assert_one_message_each(key: str, people: int) -> None:
    told = Counter(Notification.objects.values_list("incident", "user"))
    assert len(told) == MANY * people
    assert set(told.values()) == {1}
    events = TimelineEvent.objects.filter(verb="reach_rung", facts__deadline=key)
    assert events.count() == MANY
