"""Our Markdown as a snapshot again: what `markdown_of` wrote comes back as it was.

Rows have the numbers that the document gave them in the place of their keys. Whoever
reads a document that was changed by hand is told where it is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from django.utils.translation import gettext as _
from pydantic import ValidationError

from postmortems.markdown_format import (
    FORMAT,
    NotOurs,
    Piece,
    cells_of,
    front_and_body,
    pieces_in,
    place_of,
)
from postmortems.snapshot import Snapshot

OUR_KEY = "debrief"
NAMES = (
    *("id", "title", "owner", "due_on", "priority", "status_code", "kind_code"),
    *("horizon", "ticket", "finished_at", "dropped_because", "is_public"),
)
LONGEST_SHOWN = 60


def is_ours(text: str) -> bool:
    """Say whether a text begins as our documents do, whatever became of the rest."""
    front = front_and_body(text)[0]
    try:
        return OUR_KEY in _record(front)
    except NotOurs:
        return any(line.startswith(f"{OUR_KEY}:") for line in front)


def snapshot_in(text: str) -> Snapshot:
    """Read a document of ours; raises NotOurs with what is wrong with it."""
    front, below = front_and_body(text)
    record = _record(front)
    if record.pop(OUR_KEY, None) != FORMAT:
        sentence = _("It says nothing of being a document of format %d.")
        raise NotOurs(sentence % FORMAT)
    body: dict[str, list[Any]] = {
        name: [] for name in ("parts", "timeline", "items", "messages")
    }
    try:
        for piece in pieces_in(below):
            _add(piece, body)
        _settle_evidence(body)
        return Snapshot.model_validate(_storable(record | body))
    except ValidationError as error:
        raise NotOurs(_said_of(error)) from error
    except NotOurs:
        raise
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        sentence = _("What stands behind one of its marks “debrief:” was changed.")
        raise NotOurs(sentence) from error


def _record(front: list[str]) -> dict[str, Any]:
    """Read the front matter; nothing of it is run, and no anchor is followed."""
    try:
        record = yaml.load("\n".join(front), Loader=_Loader)  # noqa: S506 - a safe one
    except NotOurs:
        raise
    except yaml.MarkedYAMLError as error:
        sentence = _("Line %(line)d cannot be read (%(why)s).")
        line = (error.problem_mark.line if error.problem_mark else 0) + 2
        raise NotOurs(sentence % {"line": line, "why": error.problem}) from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise NotOurs(_("What stands between the lines --- is no YAML.")) from error
    return record if isinstance(record, dict) else {}


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise NotOurs(_("It has an anchor: write the value itself."))
        return super().compose_node(parent, index)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Leave as words what is no day or number after all: its field is named."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError):
            if isinstance(node, yaml.ScalarNode):
                return node.value
            raise


def _storable(told: Any) -> Any:
    """Take out what no database keeps: signs of value 0, and halves of a sign."""
    if isinstance(told, str):
        return told.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(told, dict):
        return {_storable(name): _storable(each) for name, each in told.items()}
    return [_storable(each) for each in told] if isinstance(told, list) else told


def _said_of(error: ValidationError) -> str:
    """Say where the first fault is, and what to write there."""
    first = error.errors(include_url=False)[0]
    place, kind = place_of(first["loc"]), first["type"]
    if kind == "missing":
        return _("“%s” is missing.") % place
    remedies = {
        "string": _("put it into quotes, or write words"),
        "datetime": _("write a time such as 2026-11-21T14:05:00Z"),
        "date": _("write a day such as 2026-12-01"),
        "int": _("write a number"),
        "bool": _("write true or false"),
        "tuple": _("write a list, each line of it behind “- ”"),
        "model": _("write its keys on lines of their own below it"),
    }
    remedy = remedies.get(kind.partition("_")[0], first["msg"])
    sentence = _("“%(place)s” says “%(said)s”: %(remedy)s.")
    facts = {"place": place, "said": _shown(first["input"]), "remedy": remedy}
    return sentence % facts


def _shown(value: Any) -> str:
    try:
        return " ".join(str(value)[: 10 * LONGEST_SHOWN].split())[:LONGEST_SHOWN]
    except ValueError:  # a number of thousands of figures
        return "…"


def _add(piece: Piece, body: dict[str, list[Any]]) -> None:
    facts = dict(piece.facts)
    number = facts.pop("number", None)
    if piece.name in {"text", "line"} and not body["parts"]:
        sentence = _("A piece “%s” stands before the first section.")
        raise NotOurs(sentence % piece.name)
    if piece.name == "section":
        body["parts"].append({**facts, "title": piece.text, "body": "", "lines": []})
    elif piece.name == "text":
        body["parts"][-1]["body"] = piece.text
    elif piece.name == "line":
        line = {**facts, "id": number, "text": piece.text}
        body["parts"][-1]["lines"].append(line)
    elif piece.name == "entry":
        body["timeline"].append({**facts, "id": number, "text": piece.text})
    elif piece.name == "message":
        body["messages"].append({**facts, "body": piece.text})
    elif piece.name == "items":
        body["items"] += _items(piece.text)
    elif piece.name in {"details", "evidence"}:
        for item in body["items"]:
            if item["id"] == number:
                item[piece.name] = piece.text


def _items(table: str) -> Iterator[dict[str, Any]]:
    rows = [line for line in table.split("\n") if line.strip().startswith("|")]
    for place, line in enumerate(rows[2:], start=1):
        told = cells_of(line)
        if len(told) != len(NAMES):
            sentence = _("Row %(row)d of its action items has %(has)d cells, not 12.")
            raise NotOurs(sentence % {"row": place, "has": len(told)})
        cells = dict(zip(NAMES, told, strict=True))
        item: dict[str, Any] = {name: cell for name, cell in cells.items() if cell}
        item["title"] = cells["title"]
        item["priority"] = cells["priority"].removeprefix("P")
        item["is_public"] = cells["is_public"] == "yes"
        item["id"] = int(cells["id"]) if cells["id"].isdecimal() else cells["id"]
        yield item


def _settle_evidence(body: dict[str, list[Any]]) -> None:
    """Say of evidence what its entry says, as a snapshot does."""
    rows = (each for each in body["timeline"] if isinstance(each["id"], int))
    entries = {entry["id"]: entry for entry in rows}
    for part in body["parts"]:
        for line in part["lines"]:
            named = line.get("evidence")
            if isinstance(named, int) and (entry := entries.get(named)):
                line["evidence_at"] = entry.get("at")
                line["evidence_text"] = entry["text"]
