from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from incidents.changes import Refused
from postmortems.drafting import snapshot_of
from postmortems.freezing import freeze_missing
from postmortems.models import Publication, SearchEntry
from postmortems.reports import render_now


def test_what_is_published_stays_byte_for_byte(
    written, resolved, lead, manager, at_noon
):
    first = written.publish(by=manager, at=at_noon)
    frozen = first.frozen
    written.reopen(by=lead, at=at_noon, reason="A wrong figure")
    body = written.sections.get(key="summary").body
    written.write({"summary": (body, "Other.")}, by=lead, at=at_noon)
    resolved.add_item(title="Later", by=lead, at=at_noon, owner=lead)

    second = written.publish(by=manager, at=at_noon)

    first = Publication.objects.get(pk=first.pk)
    assert first.frozen == frozen
    assert first.sha256 == hashlib.sha256(frozen.encode()).hexdigest()
    assert (second.number, second.reason) == (2, "A wrong figure")
    assert second.snapshot.part("summary").body == "Other."
    past = [(each.number, each.reason) for each in second.snapshot.versions]
    assert past == [(1, ""), (2, "A wrong figure")]


def test_a_published_version_cannot_be_saved_again(written, manager, at_noon):
    published = written.publish(by=manager, at=at_noon)

    published.frozen = "{}"
    with pytest.raises(TypeError, match="never changes"):
        published.save()


def test_the_database_numbers_versions_once(written, manager, at_noon):
    published = written.publish(by=manager, at=at_noon)

    published.pk, published._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        published.save()


def test_the_file_of_a_version_shows_what_was_frozen(
    written, resolved, lead, manager, at_noon
):
    written.publish(by=manager, at=at_noon)
    written.reopen(by=lead, at=at_noon, reason="A wrong figure")
    first = written.latest()

    report = render_now(written, publication=first, clock=lambda: at_noon)

    assert not report.is_draft
    assert report.filename.endswith("-post-mortem-v1.pdf")


def test_what_was_published_before_versions_were_kept_is_frozen_once(
    written, manager, at_noon
):
    written.publish(by=manager, at=at_noon)
    SearchEntry.objects.all().delete()
    Publication.objects.all().delete()

    assert freeze_missing() == 1
    assert freeze_missing() == 0

    snapshot = written.latest().snapshot
    assert (snapshot.number, snapshot.is_draft) == (1, False)
    assert snapshot.published_by == "Manager"


def test_editions_have_versions_of_their_own(written, lead, manager, at_noon):
    with pytest.raises(Refused, match="Publish the post-mortem itself first"):
        written.publish_edition("summary", by=lead, at=at_noon)
    written.publish(by=manager, at=at_noon)

    with pytest.raises(Refused, match="Nothing is marked for customers"):
        written.publish_edition("customer", by=lead, at=at_noon)
    with pytest.raises(Refused, match="no such edition"):
        written.publish_edition("press", by=lead, at=at_noon)
    written.publish_edition("summary", by=lead, at=at_noon)
    with pytest.raises(Refused, match="Version 1 says the same already"):
        written.publish_edition("summary", by=lead, at=at_noon)
    written.reopen(by=lead, at=at_noon, reason="A wrong figure")
    body = written.sections.get(key="summary").body
    written.write({"summary": (body, "Other.")}, by=lead, at=at_noon)
    written.publish(by=manager, at=at_noon)
    second = written.publish_edition("summary", by=lead, at=at_noon)

    assert (second.edition, second.number) == ("summary", 2)
    assert written.latest().number == 2


def test_a_snapshot_comes_back_from_its_json_as_it_was(written, resolved, at_noon):
    snapshot = snapshot_of(written)

    again = type(snapshot).model_validate(json.loads(snapshot.model_dump_json()))

    assert again == snapshot


def test_unknown_keys_of_a_later_release_are_passed_over(written):
    known = json.loads(snapshot_of(written).model_dump_json())

    later = {**known, "mood": "calm", "parts": [{**known["parts"][0], "smell": 1}]}

    assert len(type(snapshot_of(written)).model_validate(later).parts) == 1


def test_more_rows_need_no_more_queries(
    written, resolved, lead, at_noon, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as few:
        snapshot_of(written)
    for number in range(12):
        resolved.note(f"Entry {number}", by=lead, at=at_noon)
        resolved.add_item(title=f"Item {number}", by=lead, at=at_noon)
    lines = [f"Line {number}" for number in range(12)]
    written.write({}, added={"went_wrong": lines}, by=lead, at=at_noon)

    with django_assert_max_num_queries(len(few)):
        snapshot = snapshot_of(written)

    assert len(snapshot.items) == 12
    assert len(snapshot.part("went_wrong").lines) == 13


def test_a_struck_entry_and_an_unmarked_one_stay_out(written, resolved, lead, at_noon):
    kept = resolved.note("Kept", by=lead, at=at_noon)
    struck = resolved.note("Struck", by=lead, at=at_noon)
    struck.strike("Wrong", by=lead, at=at_noon)
    unmarked = resolved.note("Unmarked", by=lead, at=at_noon)
    unmarked.correct(by=lead, was={"in_postmortem": True}, in_postmortem=False)
    kept.document_text = "Kept, in better words"
    kept.save()

    texts = [entry.text for entry in snapshot_of(written).timeline]

    assert "Kept, in better words" in texts
    assert not {"Kept", "Struck", "Unmarked"} & set(texts)


def test_an_open_item_of_an_earlier_incident_is_named(
    written, resolved, incident, service, severity, team, lead, at_noon
):
    earlier = type(incident).declare(
        title="The first time",
        severity=severity,
        team=team,
        services=[service],
        by=lead,
        at=at_noon - timedelta(days=30),
    )
    earlier.add_item(title="Fix it", by=lead, at=at_noon - timedelta(days=29))
    resolved.services.add(service)

    (open_still,) = snapshot_of(written).still_open

    assert (open_still.item, open_still.reference) == ("Fix it", earlier.reference)
    earlier.restrict(True, by=lead, at=at_noon, reason="Legal")
    assert snapshot_of(written).still_open == ()
