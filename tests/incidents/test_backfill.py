"""Filling in a record: milestones and entries with their own times, all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidents.backfilling import Misread, PastEntry, read_lines, reader_from
from incidents.changes import Refused
from incidents.choices import WORK_DEADLINES, Status
from incidents.entry_times import Reader
from incidents.models import Incident, Notification
from incidents.undoing import offer_of
from tests.incidents.test_undo_property import picture

NIGHT = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)  # 23:00 in Berlin


@pytest.fixture
def record(at_noon, severity, team, lead, viewer) -> Incident:
    """Something that began two nights ago, entered today."""
    record = Incident.declare(
        title="Orders lost",
        severity=severity,
        team=team,
        by=lead,
        at=at_noon,
        started_at=NIGHT,
    )
    record.watch(by=viewer, at=at_noon)
    assert record.is_record
    return record


@pytest.fixture
def fill(record, client_of, lead):
    lead.profile.zone = "Europe/Berlin"
    lead.profile.save()
    client = client_of(lead)
    url = f"/admin/incidents/incident/{record.pk}/do/backfill/"
    known = {"started": "2026-11-19 23:00 CET", "rows": "5"}
    return lambda **typed: client.post(url, known | typed)


def entries(incident):
    rows = incident.timeline.filter(verb="").chronological()
    return [(f"{row.at:%d %H:%M}", row.kind, row.text) for row in rows]


def test_everything_is_entered_at_its_own_time_in_one_go(record, fill, lead):
    before = record.timeline.count()

    answer = fill(
        detected="23:10",
        mitigated="01:05",
        resolved="02:00",
        acknowledged_why="Nobody wrote it down",
        when_1="23:20",
        kind_1="decision",
        text_1="Roll back",
        when_3="00:30",
        text_3="Rolled back",
        pasted="00:45 Queue drains\n\n2026-11-20 01:00: All quiet",
    )

    record.refresh_from_db()
    assert answer.status_code == 302
    assert record.detected_at == NIGHT + timedelta(minutes=10)
    assert record.resolved_at == NIGHT + timedelta(hours=3)
    assert record.status == Status.RESOLVED
    assert record.unknown == {"acknowledged": "Nobody wrote it down"}
    assert record.impact_intervals.get().ended_at == NIGHT + timedelta(minutes=125)
    assert entries(record) == [
        ("19 22:20", "decision", "Roll back"),
        ("19 23:30", "note", "Rolled back"),
        ("19 23:45", "note", "Queue drains"),
        ("20 00:00", "note", "All quiet"),
    ]
    assert record.timeline.count() == before + 5
    told = record.timeline.get(verb="backfill")
    assert (told.author, told.text.count(";")) == (lead, 3)


def test_no_clock_runs_and_nobody_is_told(record, fill):
    fill(detected="23:10", resolved="02:00", when_1="23:20", text_1="Seen")

    assert not record.deadlines.filter(kind__in=WORK_DEADLINES).exists()
    assert not Notification.objects.exists()


def test_one_wrong_row_saves_nothing_and_keeps_everything(record, fill):
    answer = fill(
        rows="10",
        detected="22:59 CET",
        mitigated="25:00",
        resolved="2026-11-18 12:00",
        when_1="23:20",
        text_1="Roll back",
        when_2="23:30",
        text_9="When was it?",
        pasted="23:40 Fine\nno time at all",
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "It cannot have been resolved before it started. Check the day" in page
    assert "“25:00” is not a time of day." in page
    assert "Write what happened, or empty the time." in page
    assert "Say when it happened, such as 14:05." in page
    assert "Line 2: begin it with a time" in page
    for typed in ("22:59 CET", "25:00", "Roll back", "When was it?", "no time at all"):
        assert typed in page
    record.refresh_from_db()
    assert record.detected_at is None
    assert entries(record) == []


def test_milestones_out_of_order_are_marked_at_the_later_one(record, fill):
    answer = fill(detected="2026-11-19 22:00", when_1="23:20", text_1="Seen")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_detected_error"' in page
    assert "It cannot have been detected before it started." in page
    assert entries(record) == []


def test_the_same_form_sent_twice_writes_once(record, fill):
    typed = {"detected": "23:10", "when_1": "23:20", "text_1": "Roll back"}
    fill(**typed)
    events = record.timeline.count()

    fill(**typed)

    assert len(entries(record)) == 1
    assert record.timeline.count() == events


def test_more_rows_are_made_without_judging_what_is_typed(record, fill):
    answer = fill(more="1", rows="5", detected="25:00", when_1="23:20")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="text_10"' in page
    assert 'name="text_11"' not in page
    assert "25:00" in page
    assert "is not a time" not in page


def test_what_runs_is_not_filled_in(incident, client_of, lead, at_noon):
    entry = PastEntry(at_noon, "note", "Seen")

    with pytest.raises(Refused, match="Its clocks run"):
        incident.backfill({}, [entry], by=lead, at=at_noon)


def test_a_future_entry_is_refused_where_it_was_typed(record, lead, at_noon):
    later = PastEntry(at_noon + timedelta(hours=1), "note", "Seen", "text_4")

    with pytest.raises(Refused) as refusal:
        record.backfill({}, [later], by=lead, at=at_noon)

    assert [each.field for each in refusal.value.blockers] == ["text_4"]


def test_declaring_late_leads_to_the_form(client_of, lead, team, severity, at_noon):
    posted = {
        "title": "Orders lost",
        "team": team.pk,
        "severity": severity.pk,
        "since": "2026-11-19 23:00",
        "afterwards": "record",
    }
    client = client_of(lead)

    answer = client.post("/admin/incidents/incident/add/", posted)

    record = Incident.objects.get(title="Orders lost")
    assert answer.url == f"/admin/incidents/incident/{record.pk}/do/backfill/"
    page = client.get(f"/admin/incidents/incident/{record.pk}/change/")
    assert answer.url in page.content.decode()


@pytest.mark.parametrize(
    ("line", "time", "text"),
    [
        ("14:02 CDN down", "14:02", "CDN down"),
        ("14:02 CET - rolled back", "14:02", "rolled back"),
        ("14.02: rolled back", "14:02", "rolled back"),
        ("13:02 UTC rolled back", "14:02", "rolled back"),
        ("2026-11-20T14:02 | 3 nodes", "14:02", "3 nodes"),
    ],
)
def test_pasted_lines_are_read_as_people_write_them(record, line, time, text):
    reader = reader_from(Reader(record.declared_at, record.team.zone), [NIGHT])

    (entry,) = read_lines(line, reader)

    assert f"{entry.at.astimezone(reader.zone):%d %H:%M}" == f"20 {time}"
    assert entry.text == text


def test_a_line_without_a_time_is_named(record):
    reader = Reader(record.declared_at, record.team.zone)

    (wrong,) = read_lines("\nRolled back", reader)

    assert isinstance(wrong, Misread)
    assert wrong.line == 2


def test_what_was_filled_in_is_taken_back_whole_and_may_come_again(record, fill, lead):
    typed = {"detected": "23:10", "mitigated": "01:05", "resolved": "02:00"}
    typed |= {"when_1": "23:20", "text_1": "Roll back", "pasted": "00:45 All quiet"}
    was = picture(record)
    fill(**typed)
    written = entries(record)

    record.undo(by=lead, at=record.declared_at)

    told = record.timeline.order_by("pk").last()
    assert picture(record) == was
    assert told.text.startswith("Taken back: 2 entries filled in. Filled in afterwards")
    assert entries(record) == written
    assert not record.timeline.standing().filter(verb="").exists()
    fill(**typed)
    assert record.timeline.standing().filter(verb="").count() == 2


def test_entries_alone_are_taken_back_whole(record, lead, at_noon):
    past = [PastEntry(NIGHT, "note", text) for text in ("Seen", "Mended")]
    record.backfill({}, past, by=lead, at=at_noon)
    offered = offer_of(Incident.objects.get(pk=record.pk), at_noon)

    record.undo(by=lead, at=at_noon, seen=offered.key)

    assert offered.what == "2 entries filled in"
    assert record.timeline.filter(struck_because="Taken back").count() == 2
    told = record.timeline.order_by("pk").last()
    assert told.text == "Taken back: 2 entries filled in"
