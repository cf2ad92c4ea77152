"""What differs between two playbooks: part by part, and line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from itertools import zip_longest
from typing import Any

from incidents.playbooks.paths import BETWEEN, NAMES, named
from incidents.playbooks.schema import PlaybookDocument, plain
from incidents.playbooks.writing import as_yaml, dump_playbook

_GONE = object()
MOST_MATCHES = 100_000
Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Difference:
    """A place that says something else; empty where nothing is said."""

    path: str
    before: str
    after: str


def differences(before: PlaybookDocument, after: PlaybookDocument) -> list[Difference]:
    """List what is new, gone or changed, in the order of the document."""
    return list(_compare((), plain(before), plain(after)))


def unified(
    before: PlaybookDocument,
    after: PlaybookDocument,
    before_name: str,
    after_name: str,
) -> str:
    """Write the difference of both files as `diff -u` does; empty where none is."""
    lines = unified_diff(
        dump_playbook(before).splitlines(keepends=True),
        dump_playbook(after).splitlines(keepends=True),
        before_name,
        after_name,
    )
    return "".join(lines)


def _compare(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _compare_parts(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compare_lists(path, before, after)
    else:
        yield Difference(BETWEEN.join(path), _text(before), _text(after))


def _compare_parts(
    path: tuple[str, ...], before: dict[str, Any], after: dict[str, Any]
) -> Iterator[Difference]:
    for name in [*before, *(name for name in after if name not in before)]:
        yield from _compare(
            (*path, name), before.get(name, _GONE), after.get(name, _GONE)
        )


def _compare_lists(
    path: tuple[str, ...], before: list[Any], after: list[Any]
) -> Iterator[Difference]:
    """Compare parts by their codes, whose order may count; other lists by place."""
    if not _is_coded(before + after):
        yield from _compare_places(path, before, after)
        return
    old, new = dict(named(before)), dict(named(after))
    kept = [name for name in old if name in new]
    moved = [name for name in new if name in old]
    if kept != moved:
        yield Difference(BETWEEN.join(path), ", ".join(kept), ", ".join(moved))
    yield from _compare_parts(path, old, new)


def _compare_places(
    path: tuple[str, ...], before: list[Any], after: list[Any]
) -> Iterator[Difference]:
    texts = [[_text(part) for part in side] for side in (before, after)]
    for how, i, i_end, j, j_end in _opcodes(*texts):
        if how == "equal":
            continue
        pairs = zip_longest(before[i:i_end], after[j:j_end], fillvalue=_GONE)
        for place, (old, new) in enumerate(pairs, start=1):
            yield from _compare(
                (*path, str((j if old is _GONE else i) + place)), old, new
            )


def _opcodes(before: list[str], after: list[str]) -> Iterable[Opcode]:
    """Match two lists; long ones that repeat themselves would take for ever."""
    known = Counter(before)
    if sum(known[text] for text in after) > MOST_MATCHES:
        return [("replace", 0, len(before), 0, len(after))]
    return SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()


def _is_coded(parts: list[Any]) -> bool:
    return any(isinstance(part, dict) and part.keys() & {*NAMES} for part in parts)


def _text(value: Any) -> str:
    """Write a value as people read it; a part as YAML, without what it leaves open."""
    if value is _GONE or value is None or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return as_yaml(_said(value)).strip()
    return str(value)


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        said = {name: _said(part) for name, part in value.items()}
        return {name: part for name, part in said.items() if part not in (None, [], {})}
    if isinstance(value, list):
        return [_said(part) for part in value]
    return value
