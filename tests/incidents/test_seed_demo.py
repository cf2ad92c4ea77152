from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from incidents.demo import PASSWORD
from incidents.demo.people import make_cast
from incidents.demo.playbooks import publish_change
from incidents.demo.samples import OUR_FILE, SamplesBroken, read_samples
from incidents.models import Incident, Playbook, PlaybookVersion, Service, Team
from incidents.playbooks.presets import preset
from postmortems.models import PostMortem


@pytest.fixture
def broken(tmp_path):
    """Give our file with one text replaced by another."""

    def write(text: str, by: str) -> Path:
        ours = OUR_FILE.read_text()
        assert text in ours
        path = tmp_path / "broken.yaml"
        path.write_text(ours.replace(text, by, 1))
        return path

    return write


def test_in_the_embedded_demo_everybody_knows_the_password(db, settings):
    settings.DEMO = True

    make_cast(timezone.now())

    assert all(person.check_password(PASSWORD) for person in User.objects.all())


def test_a_database_with_incidents_is_left_alone(incident):
    with pytest.raises(CommandError, match="There are incidents in this database"):
        call_command("seed_demo")

    assert Incident.objects.get() == incident


@pytest.mark.parametrize(
    ("text", "by", "line", "reason"),
    [
        ("severity_hint: 1", "severity_hint: one", 9, "valid integer"),
        ("kind: detection", "kind: item", 47, "choose one of note, detection"),
        ("priority: P0", "priority: P9", 103, "choose one of P0, P1, P2, P3"),
        ("  impact:", "  impact: &all", 23, "anchors (&) and aliases"),
        ("  services:\n", "  services\n", 15, "Each line here needs a key"),
        ("mitigated_at: '2017", "mitigated_at: '2016", 6, "mitigated before"),
    ],
)
def test_a_broken_file_names_line_and_reason(db, broken, text, by, line, reason):
    path = broken(text, by)

    with pytest.raises(CommandError) as refused:
        call_command("seed_demo", file=path)

    assert str(refused.value).startswith(f"{path}, line {line}: ")
    assert reason in str(refused.value)


@pytest.mark.parametrize(("text", "by"), [("P0", "P9"), ("at: '2023", "at: '2999")])
def test_a_broken_file_writes_nothing(db, broken, text, by):
    with pytest.raises(CommandError):
        call_command("seed_demo", file=broken(text, by))

    for model in (Incident, PostMortem, Service, Team, User):
        assert not model.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SamplesBroken, match=r"none\.yaml, line 1: cannot be read"):
        read_samples(tmp_path / "none.yaml")


def test_a_playbook_somebody_else_wrote_is_left_alone(severity, administrator, noon):
    document = preset("command").model_copy(update={"name": "Ours"})
    theirs = Playbook.objects.create(slug="command", name="Ours")
    theirs.publish(document, by=None, at=noon)

    call_command("seed_demo", verbosity=0)
    publish_change(by=administrator, at=noon)

    assert PlaybookVersion.objects.get(playbook=theirs).content == document
