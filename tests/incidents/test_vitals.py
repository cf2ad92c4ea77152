from __future__ import annotations

from datetime import timedelta

from incidents import holding, vitals
from incidents.models import Vital


def test_writing_sets_only_what_is_named(db, noon):
    vitals.write("sweep", at=noon, words="as it began")

    vitals.write("sweep", until=noon + timedelta(seconds=2))

    row = vitals.read("sweep")
    assert (row.at, row.words) == (noon, "as it began")
    assert row.until == noon + timedelta(seconds=2)
    assert Vital.objects.count() == 1


def test_nothing_is_known_before_it_was_written(db):
    assert vitals.read("sweep") is None
    assert not holding.is_held()


def test_a_restored_system_is_held(db, noon):
    holding.hold(backed_up_at=noon, at=noon + timedelta(hours=3))

    assert holding.is_held()
