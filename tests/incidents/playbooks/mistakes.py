"""Makes one mistake in a preset, at a place picked by chance, each time alike."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

from incidents.playbooks.outline import node_at
from incidents.playbooks.paths import shown
from incidents.yaml_lines import Path
from tests.whole import FULL

MISTAKES = 150 if FULL else 15
# What is wrong for each type; for all others, such as texts, the second.
WRONG: dict[str, tuple[Any, ...]] = {
    "array": ("words", 17, {"code": "x"}, True),
    "object": ("words", 17, ["words"], []),
}
WRONG_VALUES: tuple[Any, ...] = ([], {}, ["words"], {"code": "x"})


class Mistake(NamedTuple):
    """A text with one mistake in it, what it is, and the path that is to be told."""

    how: str
    path: str
    text: str


def mistakes(text: str) -> Iterator[Mistake]:
    """Give texts with one mistake each."""
    whole = yaml.load(text, Loader=yaml.CSafeLoader)
    places = [path for path in walk(whole) if path]
    for number in range(MISTAKES):
        chance = random.Random(number)  # noqa: S311
        data, path = copy.deepcopy(whole), chance.choice(places)
        how = chance.choice(list(HOW))
        found = HOW[how](chance, data, path)
        dumped = yaml.dump(
            data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True
        )
        yield Mistake(f"{number}: {how} {path}", shown(found, data), dumped)


def walk(part: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    steps: list[Any] = []
    if isinstance(part, dict | list):
        steps = list(part if isinstance(part, dict) else range(len(part)))
    for step in steps:
        yield from walk(part[step], (*path, step))


def at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def wrong_type(chance: random.Random, data: Any, path: Path) -> Path:
    kind = node_at(path).get("type")
    at(data, path[:-1])[path[-1]] = chance.choice(WRONG.get(kind, WRONG_VALUES))
    return path


def unknown_key(chance: random.Random, data: Any, path: Path) -> Path:
    while not isinstance(at(data, path), dict):
        path = path[:-1]
    at(data, path)["strange"] = chance.choice([1, "words", ["words"], {"code": "x"}])
    return (*path, "strange")


def misspelt_key(chance: random.Random, data: Any, path: Path) -> Path:
    """Misspell a key that may be absent; one that is needed is left out instead."""
    while isinstance(path[-1], int):
        path = path[:-1]
    part, key = at(data, path[:-1]), str(path[-1])
    value = part.pop(key)
    if key in node_at(path[:-1]).get("required", ()):
        return path
    spot = chance.randrange(len(key) + 1)
    misspelt = f"{key[:spot]}{chance.choice('qxzj')}{key[spot:]}"
    part[misspelt] = value
    return (*path[:-1], misspelt)


HOW: dict[str, Callable[[random.Random, Any, Path], Path]] = {
    each.__name__: each for each in (wrong_type, unknown_key, misspelt_key)
}
