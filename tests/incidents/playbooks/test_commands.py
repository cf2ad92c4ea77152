"""Loading, checking and exporting playbooks from the command line."""

from __future__ import annotations

from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command

from incidents.models import Playbook, PlaybookVersion
from incidents.playbooks.load import dump_playbook, read_playbook
from incidents.playbooks.presets import PRESETS, preset, preset_text

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def refused(*words):
    """Give what is printed and what is said by a command that fails."""
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(*words, stdout=out)
    assert refusal.value.returncode == 1
    return out.getvalue(), str(refusal.value)


@pytest.fixture
def ours(tmp_path):
    file = tmp_path / "ours.yaml"
    file.write_text(preset_text("default"), encoding="utf-8")
    return file


def edit_stored(noon, respond="20 min"):
    """Publish a changed copy as the admin does."""
    text = preset_text("default").replace("respond: 15 min", f"respond: {respond}")
    playbook = Playbook.objects.get(slug="ours")
    return playbook.publish(read_playbook(text), by=None, at=noon)


@pytest.mark.parametrize("code", [code for code in PRESETS if code != "default"])
def test_a_preset_is_loaded_once_and_exported_as_it_was(code, tmp_path):
    first, second = run("load_playbook", code), run("load_playbook", code)
    output = tmp_path / f"{code}.yaml"
    said = run("export_playbook", code, "--output", str(output))
    exported = output.read_bytes()

    assert first == f"Stored version 1 of {code}, “{PRESETS[code]}”.\n"
    assert (
        second == f"Nothing to do: version 1 of {code} is what counts for this file.\n"
    )
    assert said == f"Wrote {code} to {output}.\n"
    assert yaml.safe_load(exported) == yaml.safe_load(preset_text(code))

    again = run("load_playbook", str(output))
    run("export_playbook", code, "--output", str(output))

    assert again == second
    assert output.read_bytes() == exported
    assert Playbook.objects.get(slug=code).versions.count() == 1


def test_a_playbook_is_printed_without_a_word_around_it():
    assert run("export_playbook", "default") == dump_playbook(preset("default"))


def test_a_preset_that_is_not_loaded_can_be_exported():
    assert run("export_playbook", "matrix") == dump_playbook(preset("matrix"))


def test_an_edited_playbook_is_exported_as_it_is_stored(ours, noon):
    run("load_playbook", str(ours))
    edit_stored(noon)

    assert "respond: 20 min" in run("export_playbook", "ours")


def test_a_file_that_was_not_edited_passes_the_check(ours):
    run("load_playbook", str(ours))

    assert run("load_playbook", str(ours), "--check") == (
        f"ours version 1 says the same as {ours}.\n"
    )


def test_a_stored_edit_fails_the_check_and_is_a_conflict(ours, noon):
    run("load_playbook", str(ours))
    edit_stored(noon)

    diff, checked = refused("load_playbook", str(ours), "--check")
    _, loaded = refused("load_playbook", str(ours))

    assert f"--- ours version 2\n+++ {ours}\n" in diff
    assert "-    respond: 20 min\n+    respond: 15 min\n" in diff
    assert checked == f"ours version 2 differs from {ours}."
    assert loaded.splitlines() == [
        "ours was edited since its file was loaded.",
        "  severities › P1 › respond: stored “20 min”, file “15 min”",
        "Nothing was written: add --take file or --take stored.",
    ]
    assert Playbook.objects.get(slug="ours").versions.count() == 2


@pytest.mark.parametrize(
    ("side", "said", "respond"),
    [
        ("file", "Stored version 3 of ours, “Default”.\n", "15 min"),
        ("stored", "Kept version 2 of ours; the file counts as loaded.\n", "20 min"),
    ],
)
def test_a_conflict_ends_when_a_side_is_taken(ours, noon, side, said, respond):
    run("load_playbook", str(ours))
    edit_stored(noon)

    assert run("load_playbook", str(ours), "--take", side) == said

    current = Playbook.objects.get(slug="ours").current
    assert str(current.content.severities[0].respond) == respond
    assert run("load_playbook", str(ours)).startswith("Nothing to do: ")


def test_what_is_not_stored_yet_cannot_be_checked(ours):
    _, said = refused("load_playbook", str(ours), "--check")

    assert said == "ours is not stored yet: load it without --check."
    assert not Playbook.objects.filter(slug="ours").exists()


def test_mistakes_are_told_as_compilers_do_and_nothing_is_written(ours):
    text = ours.read_text(encoding="utf-8").replace("respond: 15 min", "respnd: 15 min")
    ours.write_text(text.replace("badge: orange", "badge: purple"), encoding="utf-8")

    _, said = refused("load_playbook", str(ours))

    first, second, last = said.splitlines()
    line = text.splitlines().index("    respnd: 15 min") + 1
    assert first.startswith(f"{ours}:{line}: severities › P1 › respnd: There is no")
    assert "severities › P2 › badge: “purple” is not known here." in second
    assert last == "Nothing was written."
    assert not Playbook.objects.filter(slug="ours").exists()


def test_another_short_name_can_be_chosen(ours):
    run("load_playbook", str(ours), "--slug", "theirs", "--note", "A try")

    assert PlaybookVersion.objects.get(playbook__slug="theirs").note == "A try"


def test_a_name_that_is_no_short_name_is_refused_with_one_that_is(tmp_path):
    file = tmp_path / "Our playbook (2).yaml"
    file.write_text(preset_text("default"), encoding="utf-8")

    _, said = refused("load_playbook", str(file))

    assert said == ("“Our playbook (2)” is no short name: add --slug our-playbook-2.")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is neither a preset nor a file"),
        (b"name: \xff\n", "file.yaml:1: This is not UTF-8"),
        (b"name: A\nx: \xe9\n", "file.yaml:2: This is not UTF-8"),
        (b"", "file.yaml:1: A playbook begins with keys"),
        (b"\x00" * 3_000_000, "at most 500000 are read"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, content, sentence):
    file = tmp_path / "file.yaml"
    if content is not None:
        file.write_bytes(content)

    _, said = refused("load_playbook", str(file))

    assert sentence in said


def test_a_folder_is_no_playbook(tmp_path):
    _, said = refused("load_playbook", str(tmp_path))

    assert said == f"{tmp_path} cannot be read: Is a directory."


@pytest.mark.parametrize("command", ["load_playbook", "export_playbook"])
def test_a_misspelt_name_is_told_with_the_nearest(command):
    _, said = refused(command, "oncal")

    assert "Did you mean “oncall”?" in said


def test_an_export_that_cannot_be_written_says_why(tmp_path):
    output = str(tmp_path / "no" / "such.yaml")

    _, said = refused("export_playbook", "oncall", "--output", output)

    assert said == f"{output} cannot be written: No such file or directory."
