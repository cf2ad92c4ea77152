"""Reads the lines between --- at the top of a file: one value for each key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from postmortems.markdown_in.inline import squeezed

KEY = re.compile(r"(?P<key>[A-Za-z_][\w .()/-]{0,60}?)[ \t]*:(?P<value>[ \t].*|)$")
NESTED = re.compile(r"[ \t]+\S|-(?:[ \t]|$)")
# What a short text could use to stand for a huge one, or to crash a parser.
NO_ANCHOR = re.compile(r"(?:^|[\s\[{,:-])[&*!]")
# A head that a person wrote is shorter; a longer one is taken as it stands, because
# reading YAML takes far longer than finding its lines.
LONGEST, MOST_KEYS, DEEPEST = 16_384, 200, 20


@dataclass(frozen=True)
class Labelled:
    """A label with its value, as written, and the lines both stand on."""

    label: str
    value: str
    source: str
    # Its line is also part of a text, and stays there.
    stays: bool = False


def front_of(text: str) -> tuple[list[Labelled], str]:
    """Give what stands between --- at the top, and the text below it."""
    lines = text.lstrip("\n ").split("\n")
    if lines[0].rstrip() != "---":
        return [], text
    end = next(
        (at for at, line in enumerate(lines) if at and line.rstrip() in {"---", "..."}),
        0,
    )
    head = [line for line in lines[1:end] if line.strip()]
    if not head or not (KEY.match(head[0]) or head[0].startswith("#")):
        return [], text
    return _labelled(head), "\n".join(lines[end + 1 :])


def _labelled(lines: list[str]) -> list[Labelled]:
    chunks: list[list[str]] = []
    for line in lines:
        if not chunks or not NESTED.match(line):
            chunks.append([])
        chunks[-1].append(line)
    is_short = sum(map(len, lines)) <= LONGEST and len(chunks) <= MOST_KEYS
    return [_value(chunk, is_short=is_short) for chunk in chunks]


def _value(chunk: list[str], *, is_short: bool) -> Labelled:
    source = "\n".join(chunk)
    found = KEY.match(chunk[0])
    if not found:
        return Labelled("", squeezed(source.strip("# ")), source)
    value = _read(source) if is_short else None
    below = "\n".join([found["value"], *chunk[1:]]).strip()
    return Labelled(found["key"], below if value is None else value, source)


def _read(source: str) -> str | None:
    """Read a value as YAML does, so that quotes and lists are right."""
    deep = source.count("[") + source.count("{") > DEEPEST
    if deep or NO_ANCHOR.search(source):
        return None
    if max(len(line) - len(line.lstrip()) for line in source.split("\n")) > DEEPEST:
        return None
    try:
        # Of this loader every value is text; it makes neither dates nor objects.
        read = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    values = list(read.values()) if isinstance(read, dict) else []
    return _flat(values[0]) if len(values) == 1 else None


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_flat(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_flat(each)}" for key, each in value.items())
    return "" if value is None else str(value).strip()
