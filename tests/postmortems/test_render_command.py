from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from postmortems.models import Report


def run(*arguments):
    said = StringIO()
    call_command("render_postmortem", *arguments, stdout=said)
    return said.getvalue()


def test_it_makes_a_version_and_writes_the_file(written, tmp_path):
    path = tmp_path / "out.pdf"

    said = run(written.incident.reference, "--output", str(path))

    report = Report.objects.get()
    assert path.read_bytes() == report.content()
    assert f"version 1, {report.size} bytes, SHA-256 {report.sha256}" in said
    assert str(path) in said


def test_without_output_it_says_where_the_file_is_kept(written):
    assert Report.objects.count() == 0

    said = run(written.incident.reference)

    assert Report.objects.get().file.path in said


def test_it_can_write_to_standard_output(written, capfdbinary):
    run(written.incident.reference, "--output", "-")

    assert capfdbinary.readouterr().out == Report.objects.get().content()


def test_it_says_what_is_missing(incident, tmp_path):
    with pytest.raises(CommandError, match="There is no incident INC-1"):
        run("INC-1")
    with pytest.raises(CommandError, match="has no post-mortem yet"):
        run(incident.reference)


def test_it_says_where_it_cannot_write(written, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        run(written.incident.reference, "--output", str(tmp_path / "no" / "where"))


def test_it_says_why_there_is_no_file(written, settings):
    settings.PDF_SECONDS = 0

    with pytest.raises(CommandError, match="longer than 0 seconds"):
        run(written.incident.reference)
