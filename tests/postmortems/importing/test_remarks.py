"""What is said of a write-up whose names and figures the record cannot have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.models import Playbook
from postmortems.importing import Choices, source_of_text, story_of
from postmortems.importing.words import words_of_rows
from postmortems.markdown_in import words_of

from .hand import brought_in

TEXT = """# Orders stood still

Date: 2026-10-02
Times in UTC
Users affected: about 1,200
Services: Keycloak
Author: Zaphod
Lead: Trillian

## Summary

It broke.

## Timeline

- 09:02 It broke

## Action items

- Watch the queue (NAME)
- Mend the cable (see the wiki)

| Action | Owner |
|---|---|
| Test it | (NAME) |
"""


@pytest.fixture
def choices(team):
    playbook = Playbook.objects.get(slug="default")
    return Choices(team, playbook, zone="Europe/Berlin")


@pytest.fixture
def remarks(choices, administrator, at_noon):
    def remarks(text):
        source = source_of_text(text, "write-up.md")
        return story_of(source, choices, by=administrator, now=at_noon).notes

    return remarks


@pytest.mark.parametrize(
    "remark",
    [
        "Nobody here is called Zaphod: who imports it is its author.",
        "Nobody here is called Trillian: the record names no lead.",
        "There is no service called Keycloak here: ",
        "“Users affected: about 1,200” is taken as 1,200: ",
    ],
)
def test_what_the_record_cannot_have_is_said(remarks, remark):
    assert [note for note in remarks(TEXT) if note.startswith(remark)]


def test_a_figure_that_is_not_read_is_said(remarks):
    said = remarks(TEXT.replace("about 1,200", "quite a few"))

    assert any("“Users affected: quite a few” is not read" in note for note in said)


def test_an_owner_in_brackets_is_the_owner(
    choices, administrator, responder, at_noon, remarks
):
    text = TEXT.replace("NAME", responder.get_full_name() or responder.username)

    made = brought_in(text, choices, administrator, at_noon)

    incident = made.incident
    items = [(each.title, each.owner) for each in incident.items.order_by("pk")]
    assert items == [
        ("Watch the queue", responder),
        ("Mend the cable (see the wiki)", None),
        ("Test it", responder),
    ]
    assert incident.users_affected == 1200
    assert f"{incident.started_at:%H:%M %Z}" == "09:02 UTC"
    assert words_of(text) - words_of_rows(made) == {}
    assert not made.sections.filter(title="Without a heading").exists()


def test_a_day_that_was_given_is_not_called_its_own(choices, administrator, at_noon):
    source = source_of_text("# T\n\n## Summary\n\nIt broke.\n", "write-up.md")
    given = replace(choices, day=at_noon.date() - timedelta(days=1))

    said = story_of(source, given, by=administrator, now=at_noon).notes

    assert [note for note in said if "began" in note] == [
        "It does not say when it began: the beginning of the day that you give is "
        "taken."
    ]
