"""Playbooks of the first release said less, and took any text; all can be read."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from incidents.models import Incident, Playbook, PlaybookVersion, Severity
from incidents.models.playbook import fingerprint
from incidents.playbooks.load import dump_playbook, read_playbook

carrying = import_module("incidents.migrations.0003_carry_playbooks_over")
OLD = {
    "severities": [
        {
            "code": code,
            "name": "Bad",
            "badge": "red",
            "definition": definition,
            "examples": examples,
        }
        for code, definition, examples in (
            ("SEV 1", "", ["Two\nlines", " ", "x" * 500]),
            ("SEV-1", "y" * 9_000, []),
            ("✱", "It is bad.", []),
        )
    ],
    "priorities": [{"priority": 0, "days": 3}, {"priority": 0, "days": 5}],
}


@pytest.fixture
def old(team, at_noon, lead) -> Incident:
    """An incident under a playbook of the first release, as its database held it."""
    playbook = Playbook.objects.create(slug="old", name="Old")
    version = PlaybookVersion.objects.create(
        playbook=playbook, number=1, document=OLD, sha256="0" * 64, published_at=at_noon
    )
    severities = [
        playbook.severities.create(
            code=each["code"], rank=rank, name="Bad", badge="red"
        )
        for rank, each in enumerate(OLD["severities"], start=1)
    ]
    return Incident.objects.create(
        reference="OLD-1",
        title="Slow",
        playbook_version=version,
        severity=severities[0],
        team=team,
        declared_at=at_noon,
    )


def test_a_playbook_with_codes_and_texts_of_any_kind_can_be_read(old):
    carrying.carry_over(apps, None)

    version = PlaybookVersion.objects.get(playbook__slug="old")
    levels = version.content.severities
    assert [each.code for each in levels] == ["SEV-1-2", "SEV-1", "S3"]
    assert [len(each.definition) for each in levels] == [3, 8_000, 10]
    assert levels[0].examples == ("Two lines", "x" * 400)
    assert version.sha256 == fingerprint(version.content)
    assert read_playbook(dump_playbook(version.content)) == version.content


def test_its_incidents_keep_a_severity_that_the_playbook_has(old, lead, client_of):
    carrying.carry_over(apps, None)

    incident = Incident.objects.get(pk=old.pk)
    assert incident.playbook.level(incident.severity.code)
    codes = Severity.objects.filter(playbook__slug="old").values_list("code", flat=True)
    assert set(codes) == {"SEV-1-2", "SEV-1", "S3"}
    assert client_of(lead).get(incident.get_absolute_url()).status_code == 200
