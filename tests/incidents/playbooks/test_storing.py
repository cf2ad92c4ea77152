"""Files become versions; an edit is never lost."""

from __future__ import annotations

import pytest

from incidents.models import Playbook, PlaybookVersion
from incidents.playbooks.load import read_playbook
from incidents.playbooks.presets import preset, preset_text
from incidents.playbooks.storing import Conflict, store

pytestmark = pytest.mark.django_db


def edition(respond):
    text = preset_text("default").replace("respond: 15 min", f"respond: {respond}")
    return read_playbook(text)


def load(document, noon, take=None):
    return store("ours", document, by=None, at=noon, take=take)


def test_a_new_playbook_gets_its_first_version(noon, manager):
    stored = store("ours", edition("15 min"), by=manager, at=noon, note="From us")

    assert (stored.version.number, stored.is_new) == (1, True)
    assert (stored.version.note, stored.version.published_by) == ("From us", manager)
    assert stored.playbook.loaded == stored.version


def test_the_same_file_makes_no_version(noon):
    load(edition("15 min"), noon)

    stored = load(edition("15 min"), noon)

    assert (stored.version.number, stored.is_new) == (1, False)


def test_a_changed_file_makes_the_next_version(noon):
    load(edition("15 min"), noon)

    stored = load(edition("20 min"), noon)

    assert (stored.version.number, stored.is_new) == (2, True)
    assert stored.playbook.loaded == stored.version


@pytest.mark.parametrize("file", ["15 min", "30 min"])
def test_a_stored_edit_is_not_written_over(noon, file):
    playbook = load(edition("15 min"), noon).playbook
    playbook.publish(edition("20 min"), by=None, at=noon)

    with pytest.raises(Conflict) as conflict:
        load(edition(file), noon)

    (difference,) = conflict.value.differences
    assert difference.path == "severities › P1 › respond"
    assert (difference.before, difference.after) == ("20 min", file)
    assert playbook.versions.count() == 2


def test_a_playbook_that_came_from_no_file_is_not_written_over(noon):
    playbook = Playbook.objects.create(slug="ours", name="Ours")
    playbook.publish(edition("20 min"), by=None, at=noon)

    with pytest.raises(Conflict, match="Version 1 of ours was not loaded from a file"):
        load(edition("15 min"), noon)


def test_the_file_wins_if_it_is_told_to(noon):
    playbook = load(edition("15 min"), noon).playbook
    playbook.publish(edition("20 min"), by=None, at=noon)

    stored = load(edition("15 min"), noon, take="file")

    assert (stored.version.number, stored.is_new) == (3, True)
    assert str(stored.version.content.severities[0].respond) == "15 min"


def test_the_stored_one_wins_if_it_is_told_to_and_goes_on_winning(noon):
    playbook = load(edition("15 min"), noon).playbook
    playbook.publish(edition("20 min"), by=None, at=noon)

    kept = load(edition("30 min"), noon, take="stored")
    again = load(edition("30 min"), noon)

    assert not kept.is_new
    assert not again.is_new
    assert again.version.number == 2


def test_a_file_that_changed_after_the_stored_one_was_kept_is_loaded(noon):
    playbook = load(edition("15 min"), noon).playbook
    playbook.publish(edition("20 min"), by=None, at=noon)
    load(edition("30 min"), noon, take="stored")

    stored = load(edition("45 min"), noon)

    assert (stored.version.number, stored.is_new) == (3, True)


def test_an_edit_that_says_what_the_file_says_is_no_conflict(noon):
    playbook = load(edition("15 min"), noon).playbook
    playbook.publish(edition("20 min"), by=None, at=noon)

    stored = load(edition("20 min"), noon)

    assert not stored.is_new
    assert stored.playbook.loaded.number == 2


def test_the_starting_playbook_was_loaded_from_its_preset(noon):
    version = Playbook.objects.get(slug="default").current

    stored = store("default", preset("default"), by=None, at=noon)

    assert (stored.version, stored.is_new) == (version, False)
    assert stored.playbook.loaded == version


def test_a_conflict_leaves_no_trace(noon):
    playbook = load(edition("15 min"), noon).playbook
    playbook.publish(edition("20 min"), by=None, at=noon)
    before = Playbook.objects.values().get(slug="ours")

    with pytest.raises(Conflict):
        load(edition("30 min"), noon)

    assert Playbook.objects.values().get(slug="ours") == before
    assert PlaybookVersion.objects.filter(playbook=playbook).count() == 2
