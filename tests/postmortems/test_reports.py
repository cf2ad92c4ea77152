from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from incidents.changes import Refused
from postmortems.choices import ReportState
from postmortems.models import PostMortem, Report
from postmortems.rendering import typeset
from postmortems.reports import (
    render_now,
    render_waiting,
    request_report,
    retry_report,
)
from postmortems.tasks import render_reports
from tests.whole import by_hand

LEASE = timedelta(minutes=3)


@pytest.fixture
def crashing(tmp_path, monkeypatch):
    """Let the typesetter's child crash until told otherwise."""
    program = tmp_path / "crash.py"
    program.write_text("import os; os.abort()")
    with monkeypatch.context() as patch:
        patch.setattr(typeset, "PROGRAM", program)
        yield patch


def claim(report, now):
    return report.claim(now=now, until=now + LEASE)


def test_a_request_ends_as_an_immutable_version(written, lead, at_noon):
    report = request_report(written, by=lead, at=at_noon)

    assert render_waiting(clock=lambda: at_noon) == 1

    report.refresh_from_db()
    assert (report.state, report.number) == (ReportState.DONE, 1)
    assert report.requested_by == lead
    content = report.content()
    assert content.startswith(b"%PDF-")
    assert report.sha256 == hashlib.sha256(content).hexdigest()
    assert report.size == len(content)
    assert report.is_draft
    assert report.finished_at == at_noon
    assert report.lease_until is None


def test_the_sweep_of_each_minute_renders_what_waits(written, lead, settings):
    request_report(written, by=lead, at=written.opened_at)
    names = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}

    assert render_reports.name in names
    render_reports()

    assert Report.objects.get().state == ReportState.DONE


@by_hand
def test_files_are_numbered_in_each_edition(written, lead, manager, at_noon):
    first = render_now(written, by=lead, clock=lambda: at_noon)
    written.publish(by=manager, at=at_noon)
    second = render_now(written, by=lead, clock=lambda: at_noon)

    assert (first.number, first.is_draft) == (1, True)
    assert (second.number, second.is_draft) == (2, False)
    assert first.file.name != second.file.name
    names = [
        report.filename.partition("-post-mortem-")[2] for report in (first, second)
    ]
    assert names == ["draft-1.pdf", "v1.pdf"]


def test_a_published_version_is_set_once_for_each_paper(
    written, lead, manager, at_noon
):
    written.publish(by=manager, at=at_noon)
    first = render_now(written, by=lead, clock=lambda: at_noon)

    again = request_report(written, by=manager, at=at_noon)
    letter = request_report(written, by=lead, at=at_noon, paper="letter")

    assert again == first
    assert letter != first
    assert Report.objects.count() == 2


@by_hand
def test_the_summary_counts_its_own_files(written, lead, at_noon):
    render_now(written, by=lead, clock=lambda: at_noon)

    summary = render_now(written, by=lead, clock=lambda: at_noon, edition="summary")

    assert (summary.state, summary.number) == (ReportState.DONE, 1)
    assert summary.filename.endswith("-post-mortem-summary-draft-1.pdf")


def test_a_finished_version_never_changes(written, lead, at_noon):
    report = render_now(written, by=lead, clock=lambda: at_noon)

    report.number = 7
    with pytest.raises(TypeError, match="never changes"):
        report.save()
    with pytest.raises(Refused, match="Only a version that failed"):
        retry_report(report, by=lead, at=at_noon)
    assert not report.fail("too late", at=at_noon)
    assert not claim(report, at_noon)
    assert Report.objects.get().number == 1


def test_asking_twice_waits_for_one_version(written, lead, responder, at_noon):
    first = request_report(written, by=lead, at=at_noon)

    assert request_report(written, by=responder, at=at_noon) == first


def test_asking_while_it_is_being_set_makes_another_one(written, lead, at_noon):
    first = request_report(written, by=lead, at=at_noon)
    claim(first, at_noon)

    second = request_report(written, by=lead, at=at_noon)
    claim(second, at_noon)

    assert second != first
    assert (first.number, second.number) == (1, 2)


def test_a_claim_holds_until_its_lease_runs_out(written, lead, at_noon):
    report = request_report(written, by=lead, at=at_noon)

    assert claim(Report.objects.get(), at_noon)
    assert not claim(Report.objects.get(), at_noon + LEASE / 2)
    assert claim(report, at_noon + LEASE * 2)
    assert (report.attempts, report.number) == (2, 1)


def test_who_lost_the_lease_can_neither_finish_nor_fail(
    written, lead, at_noon, tmp_path
):
    request_report(written, by=lead, at=at_noon)
    slow, quick = Report.objects.get(), Report.objects.get()
    claim(slow, at_noon)
    claim(quick, at_noon + LEASE * 2)
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(b"%PDF-")

    assert not slow.fail("slow", at=at_noon)
    slow.lease_until = at_noon + LEASE
    assert not slow.finish(pdf, at=at_noon)
    assert quick.finish(pdf, at=at_noon)
    assert Report.objects.get().content() == b"%PDF-"


def test_what_killed_workers_left_is_taken_over_three_times(written, lead, at_noon):
    report = request_report(written, by=lead, at=at_noon)
    for attempt in range(3):
        assert claim(report, at_noon + LEASE * 2 * attempt)

    later = at_noon + LEASE * 8
    assert render_waiting(clock=lambda: later) == 0

    report.refresh_from_db()
    assert report.state == ReportState.FAILED
    assert "The worker was stopped each time" in report.error
    assert report.number is None


def test_a_failure_is_told_and_the_next_job_is_done(
    written, other_postmortem, lead, at_noon, crashing
):
    failing = request_report(written, by=lead, at=at_noon)
    render_waiting(clock=lambda: at_noon)
    crashing.undo()
    following = request_report(other_postmortem, by=lead, at=at_noon)

    assert render_waiting(clock=lambda: at_noon) == 1

    failing.refresh_from_db()
    following.refresh_from_db()
    assert (failing.state, failing.number) == (ReportState.FAILED, None)
    assert "stopped unexpectedly" in failing.error
    assert following.state == ReportState.DONE


def test_a_failed_version_can_be_tried_again(
    written, lead, responder, at_noon, crashing
):
    report = render_now(written, by=lead, clock=lambda: at_noon)
    assert report.state == ReportState.FAILED
    crashing.undo()

    retry_report(report, by=responder, at=at_noon)
    render_waiting(clock=lambda: at_noon)

    report.refresh_from_db()
    assert (report.state, report.number, report.error) == (ReportState.DONE, 1, "")
    assert report.requested_by == responder


def test_time_and_memory_are_those_of_the_settings(written, at_noon, settings):
    settings.PDF_SECONDS = 0

    report = render_now(written, clock=lambda: at_noon)

    assert "longer than 0 seconds" in report.error


def test_a_damaged_file_is_not_given_out(written, at_noon):
    report = render_now(written, clock=lambda: at_noon)
    with report.file.storage.open(report.file.name, "wb") as stored:
        stored.write(b"%PDF-forged")

    with pytest.raises(Refused, match="missing or damaged"):
        report.content()
    report.file.storage.delete(report.file.name)
    with pytest.raises(Refused, match="missing or damaged"):
        report.content()


def test_the_database_keeps_numbers_apart_and_finished_rows_whole(written, at_noon):
    report = render_now(written, clock=lambda: at_noon)

    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(postmortem=written, number=report.number)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(sha256="")
    with pytest.raises(ProtectedError):
        PostMortem.objects.get().delete()
