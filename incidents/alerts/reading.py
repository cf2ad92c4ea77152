"""Reads JSON of strangers: strictly, within bounds, or not at all.

What two programs could read differently (a key twice, NaN, a number nobody can hold)
is refused, and so is what a database could not store.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

MOST_BYTES = 256 * 1024
MOST_DEPTH = 20
MOST_NODES = 10_000
MOST_DIGITS = 40
INFINITE = (float("inf"), float("-inf"))


class Unreadable(Exception):
    """A body that is not taken, with the sentence that says why."""


def read(raw: bytes) -> dict[str, Any]:
    """Give the one JSON object that this is, or raise Unreadable."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        sentence = _("The body is not UTF-8 at byte %d.")
        raise Unreadable(sentence % error.start) from None
    try:
        content = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except RecursionError:
        raise Unreadable(_too_deep()) from None
    except json.JSONDecodeError as error:
        sentence = _("The body is not JSON at character %d.")
        raise Unreadable(sentence % error.pos) from None
    if not isinstance(content, dict):
        raise Unreadable(_("The body must be one JSON object."))
    _measure(content)
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(_("An object has the same key twice."))
    return found


def _constant(name: str) -> Any:
    raise Unreadable(_("%s is no number of JSON.") % name)


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Unreadable(_too_big())
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if len(digits) > MOST_DIGITS or number in INFINITE:
        raise Unreadable(_too_big())
    return number


def _measure(content: Any) -> None:
    """Count what is in it and how deep it goes, level by level."""
    level, depth, nodes = [content], 0, 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if nodes > MOST_NODES:
            sentence = _("The body has more than %s values.")
            raise Unreadable(sentence % f"{MOST_NODES:,}")
        if depth > MOST_DEPTH + 1 or (depth > MOST_DEPTH and _nests(level)):
            raise Unreadable(_too_deep())
        level = [inner for each in level for inner in _within(each)]


def _nests(level: list[Any]) -> bool:
    return any(isinstance(each, dict | list) for each in level)


def _within(value: Any) -> list[Any]:
    if isinstance(value, dict):
        for key in value:
            _storable(key)
        return list(value.values())
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        _storable(value)
    return []


def _storable(text: str) -> None:
    """Refuse NUL and halves of characters, which no database stores."""
    if "\0" in text:
        raise Unreadable(_("A text holds the character NUL."))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unreadable(_("A text holds half a character.")) from None


def _too_deep() -> str:
    return _("The body is nested more than %d levels deep.") % MOST_DEPTH


def _too_big() -> str:
    return _("A number has more than %d digits, or is infinite.") % MOST_DIGITS
