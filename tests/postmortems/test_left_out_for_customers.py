"""Of more entries than a document holds, customers hear of their own alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.models import TimelineEvent
from postmortems.drafting import MOST_ENTRIES
from postmortems.freezing import edition_of
from postmortems.markdown_out import markdown_of
from postmortems.rendering.document import build
from postmortems.standalone import standalone

SAID = "2 later entries are left out here for their length."


@pytest.fixture
def endless(written, lead, at_noon):
    """What no document has room for: 5 entries at its end, 2 of them for customers."""
    TimelineEvent.objects.bulk_create(
        TimelineEvent(
            incident=written.incident,
            at=at_noon + timedelta(seconds=n),
            kind="note",
            text=f"Entry {n}",
            is_public=n in {0, MOST_ENTRIES + 1, MOST_ENTRIES + 4},
        )
        for n in range(MOST_ENTRIES + 5)
    )
    sections = written.sections.filter(key__in=["timeline", "summary"])
    sections.update(is_public=True, is_shown=True)
    return written


def test_they_read_how_many_of_theirs_are_left_out(endless):
    told = edition_of(endless, "customer")

    assert [entry.text for entry in told.timeline] == ["Entry 0"]
    assert told.left_out == 2
    for form in (build(told), standalone(told, endless.incident)):
        assert SAID in form
        assert "CSV" not in form
    assert "2 later entries are left out." in markdown_of(told)


def test_only_the_marks_of_today_count_once_it_is_published(endless, manager, at_noon):
    endless.publish(by=manager, at=at_noon)
    incident = endless.incident
    incident.timeline.update(is_public=False)
    assert edition_of(endless, "customer").left_out == 0

    incident.timeline.filter(text=f"Entry {MOST_ENTRIES + 2}").update(is_public=True)

    told = edition_of(endless, "customer")
    assert (told.timeline, told.left_out) == ((), 1)
    assert "1 later entry is left out here for its length." in build(told)
    assert "No entry is marked" not in build(told)


def test_of_internal_entries_no_number_is_told(endless):
    endless.incident.timeline.exclude(text="Entry 0").update(is_public=False)

    told = edition_of(endless, "customer")

    assert edition_of(endless, "internal").left_out > 0
    assert told.left_out == 0
    assert "left out" not in build(told) + markdown_of(told)
