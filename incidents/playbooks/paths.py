"""Typed paths into a playbook: `severities/P1/respond`, `checklists/triage/steps/2`.

A part of a list goes by its code (key, or priority) where it has one, else by its
place, counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAMES = ("code", "key", "priority")
BETWEEN = " › "


class NoSuchPath(KeyError):
    """A path that leads nowhere in this playbook."""


def resolve(data: Any, path: str) -> Any:
    """Give what stands at the path, or raise NoSuchPath."""
    for step in path.split("/"):
        if isinstance(data, Mapping):
            found = {str(key): value for key, value in data.items()}
        elif isinstance(data, list | tuple):
            found = dict(named(data))
        else:
            found = {}
        if step not in found:
            raise NoSuchPath(path)
        data = found[step]
    return data


def walk(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every value that is no list and no mapping, with its path."""
    if isinstance(data, Mapping):
        parts: Iterator[tuple[str, Any]] = ((str(k), v) for k, v in data.items())
    elif isinstance(data, list | tuple):
        parts = named(data)
    else:
        yield path, data
        return
    for name, value in parts:
        yield from walk(value, f"{path}/{name}" if path else name)


def named(parts: list[Any] | tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Name the parts of a list; a name that comes twice is told apart by its place."""
    seen: set[str] = set()
    for place, part in enumerate(parts, start=1):
        name = str(place)
        if isinstance(part, Mapping):
            name = next((str(part[key]) for key in NAMES if key in part), name)
        if name in seen:
            name = f"{name}#{place}"
        seen.add(name)
        yield name, part


def shown(path: Sequence[str | int], data: Any) -> str:
    """Write a path as people read it: `severities › P1 › respond`."""
    steps = []
    for step in path:
        part = data[step] if _has(data, step) else None
        name = step if isinstance(step, str) else _name_of(part, step)
        steps.append("".join(each for each in name[:40] if each.isprintable()))
        data = part
    return BETWEEN.join(steps)


def _has(data: Any, step: str | int) -> bool:
    if isinstance(step, str):
        return isinstance(data, Mapping) and step in data
    return isinstance(data, list | tuple) and step < len(data)


def _name_of(part: Any, place: int) -> str:
    if isinstance(part, Mapping):
        for name in NAMES:
            if isinstance(code := part.get(name), str | int) and code != "":
                return str(code)
    return str(place + 1)
