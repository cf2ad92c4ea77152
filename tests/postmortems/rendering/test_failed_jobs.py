"""A job that fails says why, leaves no half file, and can be tried again."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from postmortems.choices import ReportState
from postmortems.models import Report
from postmortems.reports import render_waiting, request_report, retry_report
from tests.postmortems.rendering.test_failures import files_up_to


class FullDisk(FileSystemStorage):
    """A storage on which no file of a PDF's length fits."""

    def _save(self, name, content):
        with files_up_to(2_000):
            return super()._save(name, content)


@pytest.fixture
def storage(tmp_path, monkeypatch):
    """Keep the finished files in a storage of this kind, in a folder of their own."""

    def keep_in(kind):
        field = Report._meta.get_field("file")
        monkeypatch.setattr(field, "storage", kind(location=tmp_path / "kept"))

    return keep_in


def kept(tmp_path):
    return [each for each in Path(tmp_path, "kept").rglob("*") if each.is_file()]


def test_a_full_disk_fails_the_job_and_a_retry_makes_it(
    written, lead, at_noon, storage, tmp_path
):
    storage(FullDisk)
    report = request_report(written, by=lead, at=at_noon)
    assert render_waiting(clock=lambda: at_noon) == 1
    report.refresh_from_db()
    assert report.state == ReportState.FAILED
    assert "The disk of the server is full" in report.error
    assert kept(tmp_path) == []

    storage(FileSystemStorage)
    retry_report(report, by=lead, at=at_noon)
    render_waiting(clock=lambda: at_noon)

    report.refresh_from_db()
    assert (report.state, report.error) == (ReportState.DONE, "")
    assert [each.stat().st_size for each in kept(tmp_path)] == [report.size]


def test_after_each_way_to_fail_the_next_job_is_done(
    written, other_postmortem, lead, at_noon, settings
):
    for setting, value in (("PDF_SECONDS", 0), ("PDF_MEGABYTES", 30)):
        before = getattr(settings, setting)
        setattr(settings, setting, value)
        failing = request_report(written, by=lead, at=at_noon)
        render_waiting(clock=lambda: at_noon)
        setattr(settings, setting, before)
        failing.refresh_from_db()
        assert failing.state == ReportState.FAILED
        assert "then try again" in failing.error

    following = request_report(other_postmortem, by=lead, at=at_noon)
    assert render_waiting(clock=lambda: at_noon) == 1

    following.refresh_from_db()
    assert following.state == ReportState.DONE
