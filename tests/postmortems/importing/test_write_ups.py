from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidents.models import Notification, Playbook
from postmortems.importing import Choices
from postmortems.importing.words import words_of_rows
from postmortems.markdown_in import outside, recognise, words_of
from postmortems.meanings import meaning_of
from tests.postmortems.markdown_in.writing import write
from tests.whole import FULL

from .hand import brought_in

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
COUNT = 300 if FULL else 30


def lost(text, postmortem):
    return words_of(text) - words_of_rows(postmortem)


@pytest.mark.parametrize("number", range(COUNT))
def test_no_word_of_a_write_up_is_lost_on_its_way_into_rows(
    team, administrator, number
):
    text, facts, meanings = write(number)
    playbook = Playbook.objects.get(slug="default")

    made = brought_in(text, Choices(team, playbook, zone="UTC"), administrator, NOW)

    assert lost(text, made) == {}
    assert outside(recognise(text)) <= 0.05
    entries = made.incident.timeline.filter(verb="").chronological()
    assert [(each.at, each.text.partition(" (until ")[0]) for each in entries] == [
        *sorted(facts.moments, key=lambda moment: moment[0])
    ]
    items = made.incident.items.order_by("pk")
    assert [(i.title, i.due_on) for i in items] == [
        (task.title, task.due) for task in facts.tasks
    ]
    assert {
        meaning_of(section.key) or meaning_of(section.title)
        for section in made.sections.all()
        if section.body or section.findings.exists()
    } >= meanings - {None}
    assert not Notification.objects.exists()
