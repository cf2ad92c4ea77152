from __future__ import annotations

import zipfile
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from incidents.models import Incident, Notification
from postmortems.models import PostMortem, SearchEntry

TEXT = """# Post-mortem: Orders stood still

Date: 2026-10-02
Severity: P2
Author: Somebody Else

## Summary

Orders were not taken for half an hour.

## Timeline (UTC)

- 14:02 Rolled out version 7
- 14:32 Rolled back

## Action items

- [ ] Watch the queue (Responder, 2026-11-02, OPS-7)
- [x] Tell the team

## Odds and ends

Nothing fits here.
"""


def run(capsys, *options):
    """Run it, and give what it printed, its last words and whether it failed."""
    try:
        failed, last = False, call_command("import_postmortems", *map(str, options))
    except CommandError as error:
        failed, last = True, str(error)
    return capsys.readouterr().out + last, failed


@pytest.fixture
def folder(tmp_path):
    for number in range(3):
        text = TEXT.replace("version 7", f"version {number}")
        (tmp_path / f"{number}.md").write_text(text)
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.7")
    return tmp_path


@pytest.fixture
def options(team, lead):
    return ("--as", lead.username, "--team", team.name)


def test_a_folder_is_imported_once(capsys, folder, options, at_noon):
    said, failed = run(capsys, folder, *options)
    again, failed_again = run(capsys, folder, *options)

    assert "3 imported, 0 known already, 0 refused." in said
    assert "0 imported, 3 known already, 0 refused." in again
    assert (failed, failed_again) == (False, False)
    assert PostMortem.objects.filter(version=0).count() == Incident.objects.count() == 3
    assert not Notification.objects.exists()


def test_a_bad_file_stops_only_itself(capsys, folder, options, at_noon):
    (folder / "0.md").write_text("# Without a day\n\nIt broke.\n")
    (folder / "1.md").write_bytes(b"\x89PNG\r\n\x1a\n")
    report = folder / "report.text"

    said, failed = run(capsys, folder, *options, "--report", report)

    assert failed
    assert "1 imported, 0 known already, 2 refused." in said
    assert "give the date" in report.read_text()
    assert "This is a png file" in report.read_text()
    assert [each.incident.title for each in PostMortem.objects.all()] == [
        "Orders stood still"
    ]


def test_a_day_may_be_given_for_files_without_one(capsys, folder, options, at_noon):
    (folder / "0.md").write_text(
        "# Without a day\n\n## Timeline\n\n- 14:02 It broke.\n"
    )

    report = folder / "report.text"
    given = ("--date", "2026-09-01", "--report", report)

    run(capsys, folder / "0.md", *options, *given, "--zone", "UTC")
    said = report.read_text()
    run(capsys, folder / "1.md", *options, *given)

    days = {str(each.started_at) for each in Incident.objects.all()}
    assert days == {"2026-09-01 14:02:00+00:00", "2026-10-02 14:02:00+00:00"}
    assert "It says no date: 2026-09-01 is taken, as given." in said
    assert "It does not say when it ended: its last entry is taken." in said
    assert "It says no date" not in report.read_text()


def test_a_dry_run_stores_nothing(capsys, folder, options, at_noon):
    said, _failed = run(capsys, folder, *options, "--dry-run")

    assert "3 imported" in said
    assert "Nothing was stored." in said
    assert not Incident.objects.exists()


def test_published_at_once_they_are_in_the_library(capsys, folder, options, at_noon):
    said, failed = run(capsys, folder, *options, "--publish")

    assert not failed, said
    assert SearchEntry.objects.count() == 3
    reasons = {each.latest().reason for each in PostMortem.objects.all()}
    assert "Imported from 0.md" in reasons


def test_who_may_not_import_or_publish_is_told_so_first(
    capsys, folder, viewer, responder, team, at_noon
):
    for person, more, sentence in (
        (viewer, (), "may not import post-mortems"),
        (responder, ("--publish",), "may not publish"),
    ):
        said, failed = run(capsys, folder, "--as", person.username, *more)

        assert failed
        assert sentence in said
    assert not Incident.objects.exists()


def test_no_link_leads_out_of_the_folder(capsys, folder, options, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.md").write_text(TEXT.replace("Orders", "Secrets"))
    (folder / "link.md").symlink_to(outside / "secret.md")
    (folder / "linked").symlink_to(outside)

    said, failed = run(capsys, folder, *options)

    assert failed
    assert "link.md: It is a link: give the file itself." in said
    assert not Incident.objects.filter(title__contains="Secrets").exists()


def test_an_archive_is_read_without_unpacking_it(capsys, folder, options, at_noon):
    path = folder / "wiki.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("wiki/2026/orders.md", TEXT)
        archive.writestr("../../up.md", TEXT.replace("Orders", "Secrets"))
        archive.writestr("huge.md", b"x" * (5 * 1024 * 1024))
        archive.writestr("picture.png", b"\x89PNG")

    said, failed = run(capsys, path, *options)

    assert failed
    assert "1 imported, 0 known already, 1 refused." in said
    assert "longer than 1 MiB" in said
    assert Incident.objects.get().title == "Orders stood still"


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (("--team", "Nobody"), "There is no team “Nobody”."),
        (("--playbook", "none"), "There is no playbook “none”."),
        (("--severity", "P77"), "The playbook has no severity “P77”."),
        (("--zone", "Mars/Phobos"), "There is no zone “Mars/Phobos”."),
    ],
)
def test_an_option_that_means_nothing_is_named(capsys, folder, lead, option, sentence):
    said, failed = run(capsys, folder, "--as", lead.username, *option)

    assert failed
    assert sentence in said


def test_owners_nobody_here_has_the_name_of_are_told(capsys, folder, options, at_noon):
    text = TEXT.replace("Responder, 2026", "Ada Gone, 2026")
    (folder / "0.md").write_text(text)
    report = folder / "report.text"

    run(capsys, folder / "0.md", *options, "--report", report)

    item = Incident.objects.get().items.order_by("pk")[0]
    assert (item.owner, "Owner: Ada Gone" in item.details) == (None, True)
    assert "Nobody here is called Ada Gone: " in report.read_text()


def test_items_keep_owner_date_and_state(capsys, folder, options, responder, at_noon):
    run(capsys, folder / "0.md", *options)

    open_item, done = Incident.objects.get().items.order_by("pk")
    assert (open_item.owner, open_item.due_on) == (responder, date(2026, 11, 2))
    assert "Ticket: OPS-7" in open_item.details
    assert (open_item.status, done.status) == ("open", "done")
