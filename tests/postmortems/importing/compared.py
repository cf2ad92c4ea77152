"""Compares two snapshots but for what only the place they are kept at decides."""

from __future__ import annotations

import json

# Keys of rows, the moment it was looked at, and what publishing adds.
ELSEWHERE = {
    *("taken_at", "language", "service_ids", "is_draft", "number", "reason"),
    *("published_at", "published_by", "versions", "approvals", "still_open"),
}


def told(snapshot, besides=frozenset()):
    """Give what a snapshot says, its rows named by their number in it."""
    said = json.loads(snapshot.model_dump_json(exclude=ELSEWHERE | set(besides)))
    entries = _renumbered(said.get("timeline", []))
    items = _renumbered(said.get("items", []))
    _renumbered(said.get("parts", []))
    for part in said.get("parts", []):
        lines = _renumbered(part["lines"])
        for line in part["lines"]:
            line["evidence"] = entries.get(line["evidence"])
            line["item"] = items.get(line["item"])
            line["earlier"] = lines.get(line["earlier"])
    return said


def _renumbered(rows):
    numbers = {row["id"]: number for number, row in enumerate(rows, start=1)}
    for number, row in enumerate(rows, start=1):
        row["id"] = number
    return numbers
