"""The sweep marks what passed: once each, whoever else sweeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from incidents.deadlines import mark_passed
from incidents.models import Deadline, TimelineEvent
from incidents.playbooks.presets import PRESETS, preset
from incidents.tasks import sweep
from tests.clockwork import level, playbook

RUNG = {
    "code": "boss",
    "label": "The boss",
    "severities": ["S1"],
    "after": "10 min",
    "tells": ["lead"],
}
SMALL = playbook(level(respond="15 min", resolve="1 h"), ladder=[RUNG])
THREE_DAYS = timedelta(days=3)
SWEPT = ("miss_deadline", "reach_rung")


def test_each_miss_is_written_down_at_the_time_it_was_missed(story):
    story.begin(SMALL)

    story.at(25)

    missed = story.incident.timeline.get(verb="miss_deadline")
    reached = story.incident.timeline.get(verb="reach_rung")
    assert (missed.at - story.began, missed.text) == (
        timedelta(minutes=15),
        "Missed: Respond",
    )
    assert (reached.at - story.began, reached.text) == (
        timedelta(minutes=10),
        "Escalation due: The boss. Told Lead (holds Lead).",
    )
    assert missed.recorded_at == reached.recorded_at == story.at(25)
    assert missed.facts == {"deadline": "respond", "kind": "respond"}
    assert (missed.author, missed.in_postmortem) == (None, False)


def test_sweeping_twice_adds_nothing(story):
    story.begin(SMALL)
    later = story.at(25)
    before = story.incident.timeline.count()

    assert mark_passed(later) == 0
    assert story.incident.timeline.count() == before


def test_the_sweep_changes_no_status_and_ends_nothing_a_person_owes(story):
    story.begin(SMALL)

    story.at(25)

    story.incident.refresh_from_db()
    assert story.incident.status == "open"
    assert story.states() == {
        "respond": "late",
        "resolve": "open",
        "rung:boss": "reached",
    }


def test_what_was_done_in_time_is_not_missed(story):
    story.begin(SMALL)
    story.do("resolve", after=5)

    story.at(3 * 24 * 60)

    assert story.events(*SWEPT) == []


def test_the_task_sweeps(story):
    story.begin(SMALL)
    story.clock.move_to(story.began + THREE_DAYS)

    sweep()

    assert len(story.events(*SWEPT)) == 3


@pytest.mark.parametrize("code", PRESETS)
def test_after_three_days_there_is_one_event_for_each_miss(story, code):
    document = preset(code)
    for each in document.severities:
        story.begin(document, each.code)

    mark_passed(story.began + THREE_DAYS)

    assert_one_event_each()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_write_one_event_for_each_miss(story):
    for code in PRESETS:
        document = preset(code)
        for each in document.severities:
            story.begin(document, each.code)
    later, barrier = story.began + THREE_DAYS, Barrier(2)

    def run(_number):
        try:
            barrier.wait(timeout=10)
            return mark_passed(later)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        marked = sum(pool.map(run, range(2)))

    assert marked == assert_one_event_each()


def assert_one_event_each() -> int:
    """Hold the events against the rows; give how many there are."""
    passed = Deadline.objects.filter(state__in=["missed", "reached"])
    events = TimelineEvent.objects.filter(verb__in=SWEPT)
    rows = sorted(passed.values_list("incident", "key"))
    told = sorted(events.values_list("incident", "facts__deadline"))
    assert rows == told
    assert rows
    return len(rows)
