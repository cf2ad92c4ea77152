"""Our Markdown as a snapshot again: what `markdown_of` wrote comes back as it was.

Rows have the numbers that the document gave them in the place of their keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from postmortems.markdown_format import (
    FORMAT,
    Piece,
    cells_of,
    front_and_body,
    pieces_in,
)
from postmortems.snapshot import Snapshot

NAMES = (
    *("id", "title", "owner", "due_on", "priority", "status_code", "kind_code"),
    *("horizon", "ticket", "finished_at", "dropped_because", "is_public"),
)


class NotOurs(ValueError):
    """A text that is no document of ours, or was damaged since."""


def is_ours(text: str) -> bool:
    """Say whether a text begins as our documents do, whatever became of the rest."""
    return "debrief" in _record(front_and_body(text)[0])


def snapshot_in(text: str) -> Snapshot:
    """Read a document of ours; raises NotOurs with what is wrong with it."""
    front, below = front_and_body(text)
    record = _record(front)
    if record.pop("debrief", None) != FORMAT:
        raise NotOurs(f"It says nothing of being a document of format {FORMAT}.")
    body: dict[str, list[Any]] = {
        name: [] for name in ("parts", "timeline", "items", "messages")
    }
    try:
        for piece in pieces_in(below):
            _add(piece, body)
        _settle_evidence(body)
        return Snapshot.model_validate(record | body)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise NotOurs(str(error)) from error


def _record(front: list[str]) -> dict[str, Any]:
    """Read the front matter; nothing of it is run, and no anchor is followed."""
    try:
        record = yaml.load("\n".join(front), Loader=_Loader)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("There are no anchors in our documents.")
        return super().compose_node(parent, index)


def _add(piece: Piece, body: dict[str, list[Any]]) -> None:
    facts = dict(piece.facts)
    number = facts.pop("number", None)
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
    elif piece.name == "details":
        for item in body["items"]:
            if item["id"] == number:
                item["details"] = piece.text


def _items(table: str) -> Iterator[dict[str, Any]]:
    rows = [line for line in table.split("\n") if line.strip().startswith("|")]
    for line in rows[2:]:
        cells = dict(zip(NAMES, cells_of(line), strict=True))
        item: dict[str, Any] = {name: cell for name, cell in cells.items() if cell}
        item["id"], item["title"] = int(cells["id"]), cells["title"]
        item["priority"] = int(cells["priority"].removeprefix("P"))
        item["is_public"] = cells["is_public"] == "yes"
        yield item


def _settle_evidence(body: dict[str, list[Any]]) -> None:
    """Say of evidence what its entry says, as a snapshot does."""
    entries = {entry["id"]: entry for entry in body["timeline"]}
    for part in body["parts"]:
        for line in part["lines"]:
            if entry := entries.get(line.get("evidence")):
                line["evidence_at"] = entry["at"]
                line["evidence_text"] = entry["text"]
