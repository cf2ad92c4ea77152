"""Watching an incident: one mail for each thing that moves it on."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident, Notification, Severity
from tests.conftest import person


def letters(incident):
    rows = Notification.objects.filter(kind="watch", incident=incident).order_by("pk")
    return [(row.address.split("@")[0], row.subject) for row in rows]


@pytest.fixture
def watched(incident, viewer, lead):
    for somebody in (viewer, lead):
        incident.watch(by=somebody, at=incident.declared_at)
    return incident


def test_watching_twice_is_once_and_stops(incident, viewer, at_noon):
    revision = incident.revision
    incident.watch(by=viewer, at=at_noon)
    incident.watch(by=viewer, at=at_noon)
    assert list(incident.watchers.all()) == [viewer]

    incident.unwatch(by=viewer, at=at_noon)

    assert not incident.watchers.exists()
    assert Incident.objects.get(pk=incident.pk).revision > revision


MOVES = {
    "change_status": ({"to": "mitigating"}, "Status: Open → Mitigating"),
    "mitigate": ({}, "Mitigated: the impact has ended"),
    "resolve": ({}, "Resolved"),
    "close": ({"reason": "false_alarm"}, "Closed as False alarm"),
    "post_update": (
        {"audience": "customers", "text": "On it"},
        "Update to customers: On it",
    ),
}


@pytest.mark.parametrize("verb", MOVES)
def test_a_watcher_reads_of_each_move(watched, responder, at_noon, verb):
    given, text = MOVES[verb]

    getattr(watched, verb)(by=responder, at=at_noon, **given)

    told = dict(letters(watched))
    assert told.keys() == {"viewer", "lead"}
    assert told["viewer"] == f"{watched.reference} {text}"


def test_a_watcher_reads_of_severity_and_reopening(watched, responder, lead, at_noon):
    worse = Severity.objects.get(playbook__slug="default", code="P2")
    watched.change_severity(worse, by=responder, at=at_noon)
    watched.resolve(by=responder, at=at_noon)
    watched.reopen(by=responder, at=at_noon, reason="It is back")

    subjects = [subject for who, subject in letters(watched) if who == "viewer"]
    assert [each.split(" ", 1)[1] for each in subjects] == [
        "Severity: P1 → P2",
        "Resolved",
        "Reopened: It is back",
    ]


def test_who_did_it_is_not_told_nor_is_anybody_of_the_rest(watched, lead, at_noon):
    watched.note("Seen", by=lead, at=at_noon)
    watched.acknowledge(by=lead, at=at_noon)
    watched.mitigate(by=lead, at=at_noon)

    assert [who for who, _subject in letters(watched)] == ["viewer"]


def test_whoever_no_longer_sees_it_reads_nothing(
    watched, manager, outsider, viewer, lead, at_noon
):
    gone = person("Gone", "Viewers")
    for somebody in (outsider, gone):
        watched.watch(by=somebody, at=at_noon)
    gone.is_active = False
    gone.save()
    watched.restrict(True, by=manager, at=at_noon, reason="Law")

    watched.resolve(by=manager, at=at_noon)

    assert [who for who, _subject in letters(watched)] == ["lead"]


def test_a_drill_is_marked_and_stays_within_the_team(
    incident, outsider, viewer, lead, at_noon
):
    for somebody in (outsider, viewer):
        incident.watch(by=somebody, at=at_noon)
    incident.amend({"is_drill": (False, True)}, by=lead, at=at_noon)

    incident.mitigate(by=lead, at=at_noon)

    ((who, subject),) = letters(incident)
    assert who == "viewer"
    assert subject.startswith("DRILL: ")


def test_taken_back_is_told_to_who_had_read_of_it(watched, viewer, lead, at_noon):
    watched.mitigate(by=lead, at=at_noon)
    watched.undo(by=lead, at=at_noon)  # before it was sent: nobody knows of either
    assert not Notification.objects.filter(state="queued", kind="watch").exists()
    watched.mitigate(by=lead, at=at_noon)
    Notification.objects.filter(kind="watch", state="queued").update(
        state="sent", sent_at=at_noon
    )

    watched.undo(by=lead, at=at_noon)

    waiting = Notification.objects.get(kind="watch", state="queued")
    assert (waiting.user, "Taken back: Mitigated" in waiting.text) == (viewer, True)


def test_a_letter_says_where_it_stands_and_how_to_stop(watched, viewer, lead, at_noon):
    viewer.profile.zone = "Asia/Tokyo"
    viewer.profile.save()

    watched.change_status("mitigating", by=lead, at=at_noon)

    letter = Notification.objects.get(user=viewer)
    assert "2026-11-21 21:00 JST · Lead" in letter.text
    assert "P1 Critical · Mitigating · Lead: Lead" in letter.text
    assert f"/incident/{watched.pk}/do/unwatch/" in letter.text
    assert f"/incident/{watched.pk}/do/unwatch/" in letter.html
    assert letter.thread == f"incident:{watched.pk}"


def test_nobody_watching_costs_one_query(incident, lead, at_noon):
    def asked(at):
        with CaptureQueriesContext(connection) as queries:
            incident.mitigate(by=lead, at=at)
        return [q for q in queries if "watchers" in q["sql"]]

    assert len(asked(at_noon)) == 1


def test_a_viewer_watches_from_the_page_and_stops(incident, client_of, viewer):
    client, url = client_of(viewer), f"/admin/incidents/incident/{incident.pk}/"

    client.post(f"{url}do/watch/")
    page = client.get(f"{url}change/").content.decode()
    asked = client.get(f"{url}do/unwatch/").content.decode()
    was = incident.watchers.count()
    client.post(f"{url}do/unwatch/")

    assert (was, incident.watchers.count()) == (1, 0)
    assert "1 person watches it" in page
    assert "Stop watching" in asked
