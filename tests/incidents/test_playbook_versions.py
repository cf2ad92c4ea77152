"""The versions of a playbook: listed, read as they were, compared, downloaded."""

from __future__ import annotations

import pytest
from django.urls import reverse

from incidents.models import Playbook
from incidents.playbooks.load import read_playbook
from incidents.playbooks.presets import preset


def address(name, *args):
    return reverse(f"admin:incidents_playbook_{name}", args=args)


@pytest.fixture
def playbook(manager, noon) -> Playbook:
    """The default playbook in its second version, with another summary."""
    found = Playbook.objects.get()
    document = preset("default").model_copy(update={"summary": "Shorter."})
    found.publish(document, by=manager, at=noon, note="Shorter summary")
    return found


def test_versions_say_when_by_whom_and_why(client_of, viewer, playbook):
    page = client_of(viewer).get(address("versions", playbook.pk))

    for text in ("Version 2", "Version 1", "Manager", "Shorter summary", "21 Nov 2026"):
        assert text in page.text


def test_an_older_version_is_read_as_it_was(client_of, viewer, playbook):
    browser = client_of(viewer)

    older = browser.get(address("version", playbook.pk, 1))
    newer = browser.get(address("change", playbook.pk))

    assert preset("default").summary in older.text
    assert "Version 2 is the current one." in older.text
    assert "Shorter." in newer.text
    assert "is the current one" not in newer.text


def test_two_versions_are_compared_by_path_and_as_text(client_of, viewer, playbook):
    page = client_of(viewer).get(
        address("compare", playbook.pk), {"from": "1", "to": "2"}
    )

    (found,) = page.context["comparison"].differences
    assert (found.path, found.after) == ("summary", "Shorter.")
    assert "+summary: Shorter." in page.text


def test_a_version_compared_with_itself_is_the_same(client_of, viewer, playbook):
    page = client_of(viewer).get(
        address("compare", playbook.pk), {"from": "2", "to": "2"}
    )

    assert "both say the same" in page.text


@pytest.mark.parametrize("number", ["3", "0", "", "x", "-1", "9" * 30, "²"])
def test_a_version_that_is_not_there(client_of, viewer, playbook, number):
    path = address("compare", playbook.pk)

    answer = client_of(viewer).get(path, {"from": "1", "to": number})

    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["version", "download"])
def test_neither_page_nor_file_of_a_version_that_is_not_there(
    client_of, viewer, playbook, name
):
    answer = client_of(viewer).get(address(name, playbook.pk, 99))

    assert answer.status_code == 404


def test_a_version_is_downloaded_as_its_file(client_of, viewer, playbook):
    answer = client_of(viewer).get(address("download", playbook.pk, 1))

    assert answer["Content-Type"].startswith("application/yaml")
    assert 'filename="default-v1.yaml"' in answer["Content-Disposition"]
    assert read_playbook(answer.text) == preset("default")
