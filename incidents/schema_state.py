"""Which migrations this version knows, and which the database has seen."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

OURS = ("incidents", "postmortems")
MOST_NAMED = 5
# What earlier versions made new databases by; each has run what it stood for.
FORMER = frozenset({"incidents.0001_squashed_0004_follow_through"})


@lru_cache(maxsize=1)
def _migrations() -> dict[str, list[str]]:
    """Read the migrations of this version, each with those that it replaces.

    Once: the files of a running process do not change its code.
    """
    loader = MigrationLoader(None)
    return {
        _name(key): [_name(each) for each in migration.replaces]
        for key, migration in loader.graph.nodes.items()
    }


def known() -> set[str]:
    """Name the migrations of this version, as "incidents.0001_initial"."""
    found = _migrations()
    return {*found, *(name for replaced in found.values() for name in replaced)}


def applied() -> set[str]:
    """Name the migrations that the database has seen; none in an empty one."""
    return set(map(_name, MigrationRecorder(connection).applied_migrations()))


def unapplied(have: set[str]) -> list[str]:
    """Name what `migrate` would still do to a database that has seen these."""
    missing: list[str] = []
    for name, replaced in _migrations().items():
        lacking = [each for each in replaced if each not in have]
        if name in have or (replaced and not lacking):
            continue
        is_begun = len(lacking) < len(replaced)
        missing += lacking if is_begun else [name]
    return sorted(missing)


def unheard_of(migrations: set[str]) -> list[str]:
    """Name those of ours that only a newer version than this one has."""
    strange = migrations - known() - FORMER
    return sorted(each for each in strange if each.partition(".")[0] in OURS)


def _name(key: tuple[str, str]) -> str:
    return f"{key[0]}.{key[1]}"


def enumerate_some(names: list[str]) -> str:
    """Print the first few of many names."""
    more = len(names) - MOST_NAMED
    first = ", ".join(names[:MOST_NAMED])
    return f"{first}, … (+{more})" if more > 0 else first
