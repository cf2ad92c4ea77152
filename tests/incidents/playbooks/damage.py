"""Damages copies of the presets as people and programs do, each time alike.

Read a sample of what is said of them:
`bin/with-settings .venv/bin/python -m tests.incidents.playbooks.damage --sample 20`
"""

from __future__ import annotations

import argparse
import os
import random
import string
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

CODES = ("oncall", "phases", "matrix", "cadence", "command", "default")
COPIES = 1_200
TARGETS = ("15 mins", "soon", "-5 min", "1 h 90", "2 fortnights", "", "99999 weeks")
OTHERS: tuple[Any, ...] = (
    None,
    True,
    17,
    2.5,
    "",
    "No such thing",
    [],
    ["a", "b"],
    {},
    {"code": "x"},
    [[[[]]]],
    float("inf"),
    10**50,
    "two\nlines",
    "x" * 9_000,
    "\x00",
    "{now.__class__} {role:nobody} {",
)


class Damaged(NamedTuple):
    """A copy: its number, the preset, what was done to it, and its text."""

    number: int
    preset: str
    how: str
    text: str


def copies(text_of: Callable[[str], str], numbers: range) -> Iterator[Damaged]:
    """Give the copies of these numbers."""
    for number in numbers:
        chance = random.Random(number)  # noqa: S311
        preset = CODES[number % len(CODES)]
        how = chance.choice([*ON_TEXT, *ON_DATA])
        text = text_of(preset)
        if how in ON_TEXT:
            text = ON_TEXT[how](chance, text)
        else:
            data = yaml.load(text, Loader=yaml.CSafeLoader)
            ON_DATA[how](chance, *place(chance, data))
            text = yaml.dump(
                data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True
            )
        yield Damaged(number, preset, how, text)


def place(chance: random.Random, data: Any) -> tuple[Any, Any]:
    """Walk to a part by chance; give it, and one of its keys or places."""
    part = data
    while True:
        key = chance.choice(list(part) if isinstance(part, dict) else range(len(part)))
        inner = part[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.15:
            return part, key
        part = inner


def typo(chance: random.Random, word: str) -> str:
    spot = chance.randrange(len(word) + 1)
    return word[:spot] + chance.choice(string.ascii_lowercase) + word[spot + 1 :]


def line_deleted(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def line_doubled(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    spot = chance.randrange(len(lines))
    lines.insert(spot, lines[spot])
    return "".join(lines)


def lines_swapped(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    one, other = (chance.randrange(len(lines)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


def line_moved(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    spot = chance.randrange(len(lines))
    indent = chance.choice([" ", "   ", "\t"])
    lines[spot] = indent + lines[spot]
    return "".join(lines)


def cut_off(chance: random.Random, text: str) -> str:
    return text[: chance.randrange(len(text))]


def hole(chance: random.Random, text: str) -> str:
    spot = chance.randrange(len(text))
    return text[:spot] + text[spot + chance.randrange(1, 200) :]


def strange_character(chance: random.Random, text: str) -> str:
    spot = chance.randrange(len(text))
    strange = chance.choice("\x00\x07\x1b\x85\u2028\ud800\ufeff\x7f:'\"{}[]&*!|>%@`#-?")
    return text[:spot] + strange + text[spot:]


def deep(chance: random.Random, text: str) -> str:
    depth = chance.choice([10, 100, 10_000])
    opening, closing = chance.choice(["[]", "{}", ("[", ""), ("- ", "")])
    lines = text.splitlines(keepends=True)
    spot = chance.randrange(len(lines))
    lines.insert(spot, f"deep: {opening * depth}{closing * depth}\n")
    return "".join(lines)


def anchored(chance: random.Random, text: str) -> str:
    return text.replace(": ", chance.choice([": &all ", ": *all ", ": !!set "]), 5)


def key_renamed(chance: random.Random, part: Any, key: Any) -> None:
    if isinstance(part, dict):
        part[typo(chance, key)] = part.pop(key)


def part_deleted(chance: random.Random, part: Any, key: Any) -> None:
    del part[key]


def type_changed(chance: random.Random, part: Any, key: Any) -> None:
    part[key] = chance.choice(OTHERS)


def value_misspelt(chance: random.Random, part: Any, key: Any) -> None:
    if isinstance(part[key], str):
        part[key] = typo(chance, part[key])


def target_broken(chance: random.Random, part: Any, key: Any) -> None:
    part[key] = chance.choice(TARGETS)


def part_doubled(chance: random.Random, part: Any, key: Any) -> None:
    if isinstance(part, list):
        part.insert(key, part[key])


def parts_swapped(chance: random.Random, part: Any, key: Any) -> None:
    other = chance.choice(list(part) if isinstance(part, dict) else range(len(part)))
    part[key], part[other] = part[other], part[key]


def list_turned(chance: random.Random, part: Any, key: Any) -> None:
    if isinstance(part[key], list):
        part[key].reverse()


ON_TEXT = {
    each.__name__: each
    for each in (
        line_deleted,
        line_doubled,
        lines_swapped,
        line_moved,
        cut_off,
        hole,
        strange_character,
        deep,
        anchored,
    )
}
ON_DATA = {
    each.__name__: each
    for each in (
        key_renamed,
        part_deleted,
        type_changed,
        value_misspelt,
        target_broken,
        part_doubled,
        parts_swapped,
        list_turned,
    )
}


def show(count: int, seed: int) -> None:
    """Print what is said of that many copies, each with the line it names."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from incidents.playbooks.load import BrokenPlaybook, read_playbook
    from incidents.playbooks.presets import preset_text

    shown = 0
    for copy in copies(preset_text, range(seed, seed + 100 * count)):
        try:
            read_playbook(copy.text)
        except BrokenPlaybook as broken:
            problem = random.Random(copy.number).choice(broken.problems)  # noqa: S311
            line = [*copy.text.split("\n"), ""][problem.line - 1].strip()[:100]
            more = len(broken.problems) - 1
            what = f"{copy.preset}.yaml ({copy.how}; {more} more)"
            sys.stdout.write(f"{what}\n  {line}\n  {problem}\n\n")
            shown += 1
        if shown == count:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    show(options.sample, options.seed)
