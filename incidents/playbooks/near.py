"""Says what is allowed in a place, and which of it was likely meant."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

LONGEST_SHOWN = 60
# Enough to tell what kind of names are meant; all keys of a part fit in.
MOST_SHOWN = 40


def excerpt(value: Any) -> str:
    """Show a value in a sentence: short, and without what a terminal would obey."""
    text = "".join(char if char.isprintable() else "·" for char in str(value))
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def nearest(name: Any, known: Collection[str]) -> str:
    """Give the known name that was likely meant, or nothing."""
    wanted = str(name)[:LONGEST_SHOWN].casefold()
    by_fold = {each.casefold(): each for each in known}
    found = get_close_matches(wanted, by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else ""


def listed(known: Collection[str]) -> str:
    shown = list(known)[:MOST_SHOWN]
    return ", ".join(shown) + ("…" if len(known) > len(shown) else "")


def advice(name: Any, known: Collection[str], none_known: str) -> str:
    """Name the nearest and what else is allowed; `none_known` where nothing is."""
    if not known:
        return none_known
    sentence = _("Known here: %s.") % listed(known)
    if near := nearest(name, known):
        return _("Did you mean “%s”?") % near + " " + sentence
    return sentence
