"""Takes out of a playbook what is wrong, so that the rest can be looked at as well.

Of a part only what cannot stay is taken out: an unknown key, a key that may be absent,
an entry of a list, else the whole part. What is left remembers what it lacks, so that
nobody is told of a fault that only exists because something was taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from incidents.playbooks.outline import node_at
from incidents.playbooks.schema import PlaybookDocument
from incidents.playbooks.words import faults_in, words_for
from incidents.yaml_lines import Path, Reading

LISTS = ("severities", "statuses", "roles", "flags", "phases", "checklists", "watches")
# Each time the parts around what was taken out may have to go too; they lie less deep.
MOST_TIMES = 20
# Stands for a text that is missing or wrong, where no check reads what it says.
SOME_TEXT = "-"
SOME_SEVERITY = {"code": "0", "name": "-", "badge": "red", "definition": "-"}


class Mapping(dict[str, Any]):
    """A part, and the keys of which is not known what they say."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__({key: _remembering(each) for key, each in content.items()})
        self.unknown: set[str] = set()


class Entries(list[Any]):
    """A list, and which place each of its entries had in the file."""

    def __init__(self, content: list[Any]) -> None:
        super().__init__(map(_remembering, content))
        self.places = list(range(len(content)))
        self.is_shorter = False


def _remembering(content: Any) -> Any:
    if isinstance(content, dict):
        return Mapping(content)
    return Entries(content) if isinstance(content, list) else content


@dataclass(frozen=True)
class Rest:
    """A document that is right in all its types, and what was taken out of it."""

    document: PlaybookDocument
    content: Mapping
    # By the name of each list; None where nobody can say which codes it has.
    codes: dict[str, list[str] | None]

    def gaps(self, *path: str | int) -> set[str]:
        """Give the keys of a part of which is not known what they say."""
        part = _at(self.content, path)
        if not isinstance(part, Mapping):
            return set()
        lists = {key for key, each in part.items() if isinstance(each, Entries)}
        return part.unknown | {key for key in lists if part[key].is_shorter}

    def place(self, path: Path) -> Path:
        """Give the path that leads to the same part in the file."""
        part: Any = self.content
        found: list[str | int] = []
        for step in path:
            is_entry = isinstance(part, Entries) and isinstance(step, int)
            found.append(part.places[step] if is_entry else step)
            part = _at(part, (step,))
        return tuple(found)


def salvage(reading: Reading) -> tuple[list[tuple[Path, str]], Rest | None]:
    """Give all that is wrong with the types, and what is left without it."""
    content = Mapping(reading.content)
    for fault in reading.faults:
        _forget(content, fault.path)
    told: list[tuple[Path, str]] | None = None
    for _time in range(MOST_TIMES):
        try:
            document = PlaybookDocument.model_validate(
                content, by_alias=True, by_name=False
            )
        except ValidationError as error:
            # Later ones only come of what was taken out.
            told = list(words_for(error)) if told is None else told
            _take_out(content, error)
            continue
        wrong = {path for path, _sentence in told or ()}
        codes = {
            name: _codes(name, document, reading.content, content.unknown, wrong)
            for name in LISTS
        }
        return told or [], Rest(document, content, codes)
    return told or [], None


def _forget(content: Mapping, path: Path) -> None:
    """Note that a part says something else than what could be read of it."""
    holder, part = _at(content, path[:-1]), _at(content, path)
    if isinstance(holder, Mapping) and path:
        holder.unknown.add(str(path[-1]))
    if isinstance(part, Mapping):
        part.unknown |= set(node_at(path).get("properties", ())) - set(part)


def _take_out(content: Mapping, error: ValidationError) -> None:
    gone: dict[int, tuple[Any, set[str | int]]] = {}
    strange: dict[Path, set[str]] = {}
    for fault in faults_in(error):
        path: Path = fault["loc"]
        found: tuple[Any, str | int] | None
        if fault["type"] == "extra_forbidden":
            strange.setdefault(path[:-1], set()).add(_kind(_at(content, path)))
            found = _at(content, path[:-1]), path[-1]
        else:
            found = _outermost(content, path)
        if found:
            gone.setdefault(id(found[0]), (found[0], set()))[1].add(found[1])
    for path, kinds in strange.items():
        _suspect(path, _at(content, path), kinds)
    for holder, keys in gone.values():
        _remove(holder, keys)


def _suspect(path: Path, part: Mapping, kinds: set[str]) -> None:
    """Note which keys the unknown ones of a part may have been meant for."""
    for key in set(node_at(path).get("properties", ())) - set(part):
        kind = node_at((*path, key)).get("type")
        if "" in kinds or (kind if kind in {"array", "object"} else "other") in kinds:
            part.unknown.add(key)


def _kind(value: Any) -> str:
    """Say what a value may have been meant for; nothing may be meant for anything."""
    if isinstance(value, Entries):
        return "array"
    if isinstance(value, Mapping):
        return "object"
    return "" if value is None else "other"


def _outermost(content: Mapping, path: Path) -> tuple[Any, str | int] | None:
    """Find what goes with a faulty part, and where: what cannot be without it.

    Nothing goes where something else could be put in its place.
    """
    while True:
        holder, key = _at(content, path[:-1]), path[-1]
        needed = node_at(path[:-1]).get("required", ())
        if isinstance(holder, Entries) or key not in needed:
            return holder, key
        if _is_free_text(path):
            holder[key] = SOME_TEXT
            return None
        if len(path) == 1:
            holder[key] = Entries([SOME_SEVERITY])
            return None
        path = path[:-1]


def _is_free_text(path: Path) -> bool:
    node = node_at(path)
    has_form = {"enum", "examples", "format"} & set(node)
    is_matched = re.match(node.get("pattern", ""), SOME_TEXT)
    return node.get("type") == "string" and not has_form and bool(is_matched)


def _remove(holder: Any, keys: set[str | int]) -> None:
    if isinstance(holder, Mapping):
        for key in map(str, keys):
            holder.pop(key, None)
            holder.unknown.add(key)
        return
    left = [place for place in range(len(holder)) if place not in keys]
    holder.places = [holder.places[place] for place in left]
    holder[:] = [holder[place] for place in left]
    holder.is_shorter = True


def _codes(
    name: str,
    document: PlaybookDocument,
    content: dict[str, Any],
    unknown: Iterable[str],
    wrong: set[Path],
) -> list[str] | None:
    """Give the codes of a list as the file has them, also of entries taken out."""
    if name in unknown or (name,) in wrong:
        return None
    if name not in content:
        return [each.code for each in getattr(document, name)]
    found = []
    for place, each in enumerate(content[name]):
        code = each.get("code") if isinstance(each, dict) else None
        if not isinstance(code, str) or (name, place, "code") in wrong:
            return None
        found.append(code)
    return found


def _at(content: Any, path: Path) -> Any:
    """Give what stands at the path, or None."""
    for step in path:
        if isinstance(content, Mapping):
            content = content.get(str(step))
        elif isinstance(content, Entries) and isinstance(step, int):
            content = content[step] if step < len(content) else None
        else:
            return None
    return content
