from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from incidents.schema_state import applied, known, unapplied, unheard_of


@pytest.fixture
def squashed() -> tuple[str, list[str]]:
    """A migration that replaces others, and those, as they are named."""
    nodes = MigrationLoader(None).graph.nodes.values()
    found = next(node for node in nodes if node.replaces)
    return str(found), [".".join(each) for each in found.replaces]


def test_a_database_of_this_version_lacks_nothing_and_is_not_newer(db):
    assert unapplied(applied()) == []
    assert unheard_of(applied()) == []
    assert MigrationLoader(connection).applied_migrations


def test_an_empty_database_lacks_everything():
    assert {"incidents", "postmortems", "auth"} <= {
        each.partition(".")[0] for each in unapplied(set())
    }


def test_what_ran_the_replaced_ones_lacks_only_those_it_did_not_run(squashed):
    name, replaced = squashed
    others = known() - {name, *replaced}

    assert unapplied(others | set(replaced)) == []
    assert unapplied(others | set(replaced[:-1])) == replaced[-1:]
    assert unapplied(others) == [name]


def test_only_our_own_unknown_ones_are_of_a_newer_version():
    strange = {"incidents.0099_later", "gone.0001_initial"}

    assert unheard_of(strange) == ["incidents.0099_later"]


def test_what_an_earlier_version_began_with_is_not_of_a_newer_one():
    assert unheard_of({"incidents.0001_squashed_0004_follow_through"}) == []
