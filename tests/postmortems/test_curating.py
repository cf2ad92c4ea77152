"""The timeline of the document is chosen: what is told, to whom, in which words."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import TimelineEvent
from postmortems.freezing import edition_of


def url(postmortem):
    return reverse("admin:postmortems_postmortem_timeline", args=[postmortem.pk])


@pytest.fixture
def entries(postmortem, lead, at_noon) -> list[TimelineEvent]:
    incident = postmortem.incident
    return [
        incident.note(text, by=lead, at=at_noon) for text in ("One", "Two", "Three")
    ]


def posted(page, **changes):
    """What the page posts, with everything as it was but these."""
    rows = page.context["page"].rows
    return {
        "shown": page.context["page"].shown,
        "page": 1,
        "in": [row.event.pk for row in rows if row.event.in_postmortem],
        "public": [row.event.pk for row in rows if row.event.is_public],
        **changes,
    }


def test_marks_are_saved_at_once_and_only_where_they_changed(
    client_of, postmortem, entries, lead
):
    client, (one, two, three) = client_of(lead), entries
    page = client.get(url(postmortem))
    left = [pk for pk in posted(page)["in"] if pk not in (one.pk, two.pk)]

    answer = client.post(
        url(postmortem), posted(page, **{"in": left, "public": [three.pk]})
    )

    assert "3 changes are saved." in [
        str(each) for each in get_messages(answer.wsgi_request)
    ]
    marks = TimelineEvent.objects.filter(pk__in=[e.pk for e in entries]).order_by("pk")
    told = [(event.in_postmortem, event.is_public) for event in marks]
    assert told == [(False, False), (False, False), (True, True)]
    assert three.history.count() == 2
    others = TimelineEvent.objects.exclude(pk__in=[e.pk for e in entries])
    assert all(event.history.count() <= 1 for event in others)


def test_what_somebody_else_marked_meanwhile_stays(
    client_of, postmortem, entries, lead, responder
):
    client, one = client_of(lead), entries[0]
    page = client.get(url(postmortem))
    postmortem.incident.mark_entries([one.pk], in_postmortem=False, by=responder)

    client.post(url(postmortem), posted(page))

    one.refresh_from_db()
    assert not one.in_postmortem


def test_other_words_stand_in_the_document_and_the_log_stays(
    client_of, postmortem, entries, lead, responder
):
    client, one = client_of(lead), entries[0]
    page = client.get(url(postmortem), {"reword": one.pk})
    assert f'name="words-{one.pk}"' in page.content.decode()
    words = {f"words-{one.pk}": "First\r\nthing", f"was-{one.pk}": "One"}

    client.post(url(postmortem), posted(page, **words))

    one.refresh_from_db()
    assert (one.text, one.document_text) == ("One", "First\nthing")
    postmortem.incident.reword_entry(one, "Theirs", was="First\nthing", by=responder)
    words = {f"words-{one.pk}": "Mine", f"was-{one.pk}": "First\nthing"}
    refused = client.post(url(postmortem), posted(page, **words))
    assert refused.status_code == 422
    assert "it now says: Theirs" in refused.content.decode()
    assert "Mine</textarea>" in refused.content.decode()


def test_entries_of_others_and_nonsense_change_nothing(
    client_of, postmortem, other_postmortem, lead, at_noon
):
    other = other_postmortem.incident.note("Theirs", by=lead, at=at_noon)
    nonsense = {"shown": f"{other.pk}i x {'9' * 40} 0p", "in": ["\0"], "public": ["x"]}
    words = {f"words-{other.pk}": "Mine", f"was-{other.pk}": "Theirs"}

    client_of(lead).post(url(postmortem), {**nonsense, **words, "page": "\0"})

    other.refresh_from_db()
    assert (other.in_postmortem, other.document_text) == (True, "")


def test_a_viewer_marks_nothing(client_of, postmortem, entries, viewer):
    posted = {"shown": f"{entries[0].pk}i"}

    answer = client_of(viewer).post(url(postmortem), posted)

    assert answer.status_code == 302
    entries[0].refresh_from_db()
    assert entries[0].in_postmortem


def test_of_what_is_published_only_the_marks_for_customers_are_set(
    client_of, written, entries, lead, manager, viewer, at_noon
):
    one, two, _three = entries
    written.incident.mark_entries([two.pk], in_postmortem=False, by=lead)
    written.publish(by=manager, at=at_noon)
    page = client_of(lead).get(url(written))
    text = page.content.decode()
    assert f'name="public" value="{one.pk}"' in text
    assert f'id="entry-{two.pk}"' not in text
    assert 'name="in"' not in text

    mine = {"shown": page.context["page"].shown, "only_public": 1, "public": [one.pk]}
    client_of(lead).post(url(written), mine)

    one.refresh_from_db()
    assert (one.in_postmortem, one.is_public) == (True, True)
    told = edition_of(written, "customer").timeline
    assert [entry.id for entry in told] == [one.pk]
    assert client_of(viewer).get(url(written)).status_code == 404


def test_times_are_those_of_the_document_whoever_looks(
    client_of, postmortem, entries, lead
):
    lead.profile.zone = "Asia/Tokyo"
    lead.profile.save()

    page = client_of(lead).get(url(postmortem)).content.decode()

    assert "Times in Europe/Berlin." in page
    assert "13:00 in the document" in page


def test_a_long_timeline_comes_in_pages_at_the_same_cost(
    client_of, postmortem, entries, lead, at_noon
):
    client = client_of(lead)
    client.get(url(postmortem))
    with CaptureQueriesContext(connection) as few:
        client.get(url(postmortem))
    values = {"incident": postmortem.incident, "at": at_noon, "kind": "note"}
    TimelineEvent.objects.bulk_create(
        TimelineEvent(**values, text=f"Entry {n}", author=lead) for n in range(700)
    )

    with CaptureQueriesContext(connection) as many:
        page = client.get(url(postmortem), {"page": "3"})

    assert len(many) == len(few)
    assert page.context["page"].pages == 3
    assert "Entry 699" in page.content.decode()
