"""Says which people, services and figures of a write-up its record cannot have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from postmortems.importing.choosing import Known
from postmortems.markdown_in import WriteUp
from postmortems.markdown_in.values import is_about, is_empty

SHARE = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{1,2})?)\s?(?:%|per ?cent\b)")
MOST_USERS = 10**15
MOST_NAMED = 10


def strangers(
    writeup: WriteUp, known: Known, owners: Iterable[str], *, is_new: bool
) -> Iterator[str]:
    """Name whom and what nobody here is called; of a record only where it is new."""
    if strange := _unknown(owners, known):
        sentence = _(
            "Nobody here is called %s: what they were to do has no owner, and keeps "
            "the name in its details."
        )
        yield sentence % strange
    for name, sentence in (
        (
            "authors",
            _("Nobody here is called %s: who imports it is its author. The name stays "
              "in the text."),
        ),
        (
            "lead",
            _("Nobody here is called %s: the record names no lead. The name stays in "
              "the text."),
        ),
    ):  # fmt: skip
        names = list(names_in(writeup, name))
        found = any(known.person(each) for each in names)
        if not found and (is_new or name != "lead") and (who := _named(names)):
            yield sentence % who
    if is_new:
        said = names_in(writeup, "services")
        if missing := _named(each for each in said if not known.services([each])):
            sentence = _(
                "There is no service called %s here: the record is without it. The "
                "name stays in the text."
            )
            yield sentence % missing
        yield from _figures(writeup)


def names_in(writeup: WriteUp, name: str) -> Iterator[str]:
    """Give the names that the values of that kind list."""
    for each in writeup.fields:
        if each.name == name:
            yield from each.names


def users_of(writeup: WriteUp) -> tuple[str, Any] | None:
    """Read how many users were affected: the column, and what it is to hold."""
    for each in writeup.fields:
        if each.name != "users":
            continue
        share = SHARE.search(each.words)
        if share and Decimal(share[1]) <= 100:
            return "users_percent", Decimal(share[1])
        if each.number is not None and each.number < MOST_USERS:
            return "users_affected", each.number
    return None


def _figures(writeup: WriteUp) -> Iterator[str]:
    """Say of a count what is taken of it: an approximate one, or nothing."""
    said = next(
        (f for f in writeup.fields if f.name == "users" and not is_empty(f.words)), None
    )
    if said is None:
        return
    facts = {"said": f"{said.label}: {said.words[:80]}"}
    found = users_of(writeup)
    if found is None:
        sentence = _("“%(said)s” is not read as a number: the words stay in the text.")
        yield sentence % facts
    elif is_about(said.words) and found == ("users_affected", said.number):
        sentence = _("“%(said)s” is taken as %(count)s: the words stay in the text.")
        yield sentence % {**facts, "count": f"{said.number:,}"}


def _unknown(names: Iterable[str], known: Known) -> str:
    return _named(name for name in names if known.person(name) is None)


def _named(names: Iterable[str]) -> str:
    """List names, each once and not without end."""
    different = list(dict.fromkeys(filter(None, names)))
    more = ["…"] if len(different) > MOST_NAMED else []
    return ", ".join([*different[:MOST_NAMED], *more])
