"""Choosing what of the timeline the post-mortem tells, and in which words."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.changes import Refused
from incidents.models import Incident, TimelineEvent


@pytest.fixture
def entries(incident, lead, at_noon):
    texts = (f"Entry {number}" for number in range(4))
    return [incident.note(text, by=lead, at=at_noon) for text in texts]


def marks():
    rows = TimelineEvent.objects.filter(verb="").order_by("pk")
    return list(rows.values_list("in_postmortem", "is_public"))


def test_many_entries_are_marked_at_once(incident, entries, responder):
    was = Incident.objects.get().revision
    keys = [entry.pk for entry in entries[:3]]

    changed = incident.mark_entries(
        keys, in_postmortem=True, is_public=True, by=responder
    )

    latest = entries[0].history.latest()
    assert changed == 3
    assert marks() == [*[(True, True)] * 3, (True, False)]
    assert (latest.is_public, latest.history_user) == (True, responder)
    assert latest.history_type == "~"
    assert entries[3].history.count() == 1
    assert Incident.objects.get().revision == was + 1


def test_what_stays_as_it_is_gets_no_history(incident, entries, responder):
    keys = [entry.pk for entry in entries]

    changed = incident.mark_entries(keys, in_postmortem=True, by=responder)

    assert changed == 0
    assert {entry.history.count() for entry in entries} == {1}


def test_marking_asks_as_little_for_many_as_for_few(incident, entries, responder):
    asked = []
    for some in (entries[:1], entries[1:]):
        with CaptureQueriesContext(connection) as queries:
            keys = [entry.pk for entry in some]
            incident.mark_entries(keys, in_postmortem=False, by=responder)
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 7


def test_an_entry_of_another_incident_marks_none(
    incident, entries, severity, team, lead, at_noon
):
    other = Incident.declare(
        title="Other", severity=severity, team=team, by=lead, at=at_noon
    )
    strange = other.note("Elsewhere", by=lead, at=at_noon)

    with pytest.raises(Refused, match="another incident"):
        incident.mark_entries([entries[0].pk, strange.pk], in_postmortem=False, by=lead)

    assert marks() == [(True, False)] * 5


def test_what_is_struck_out_can_only_be_taken_out(incident, entries, lead, at_noon):
    entry = entries[0]
    entry.strike("Wrong", by=lead, at=at_noon)

    into = incident.mark_entries([entry.pk], is_public=True, by=lead)
    out = incident.mark_entries([entry.pk], in_postmortem=False, by=lead)

    assert (into, out) == (0, 1)


def test_the_document_says_it_in_other_words_and_the_log_stays(
    incident, entries, responder
):
    entry = entries[0]

    incident.reword_entry(entry, "Checkout\r\nfailed. ", was="Entry 0", by=responder)

    entry.refresh_from_db()
    assert (entry.text, entry.document_says) == ("Entry 0", "Checkout\nfailed.")
    assert entry.history.latest().history_user == responder


@pytest.mark.parametrize("text", ["", "  ", "Entry 0"])
def test_without_other_words_it_says_what_the_log_says(
    incident, entries, responder, text
):
    entry = entries[0]
    incident.reword_entry(entry, "Changed", was="Entry 0", by=responder)

    incident.reword_entry(entry, text, was="Changed", by=responder)

    entry.refresh_from_db()
    assert (entry.document_text, entry.document_says) == ("", "Entry 0")


def test_of_two_writers_the_second_is_refused(incident, entries, lead, responder):
    entry = entries[0]
    incident.reword_entry(entry, "First", was="Entry 0", by=lead)

    with pytest.raises(Refused, match="it now says: First"):
        incident.reword_entry(entry, "Second", was="Entry 0", by=responder)
    with pytest.raises(Refused, match="too long"):
        incident.reword_entry(entry, "x" * 10_001, was="First", by=responder)

    entry.refresh_from_db()
    assert entry.document_says == "First"


def test_the_system_says_it_in_other_words_too(incident, responder):
    event = incident.timeline.get(verb="declare")

    incident.reword_entry(event, "We noticed it", was=event.text, by=responder)

    event.refresh_from_db()
    assert event.document_says == "We noticed it" != event.text
