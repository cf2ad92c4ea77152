"""Publishes the schema of a playbook for editors and for people.

`python -m incidents.playbooks.published` writes both files under docs/ anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from incidents.playbooks.outline import ROOT, json_schema, parts
from incidents.playbooks.schema.base import CODE

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMA, REFERENCE = "playbook.schema.json", "playbook-schema.md"
LONGEST_DEFAULT = 60
TITLE = "# The document of a playbook, key by key\n"
INTRODUCTION = """
Generated from the schema: change what is under `incidents/playbooks/schema/`, then run
`python -m incidents.playbooks.published`. Editors that know JSON Schema check a file
while you write it if its first line is
`# yaml-language-server: $schema=…/docs/playbook.schema.json`.

Every key is listed here; one that is not is refused. Anchors, aliases and tags are not
read. A file has at most 500,000 characters. What drives an incident, and what is only
read on the playbook's page, is told in [Concepts](concepts.md#playbook); what messages
may hold between braces, in [Messages](messages.md). These kinds of values occur:

| kind | what to write |
|---|---|
| line | a text of one line, at most 400 characters |
| text | a text of several lines, at most 8,000 characters |
| code | small letters, figures, `-`, `_`; a letter first; at most 40 characters |
| severity | the code of one: letters, figures and hyphens, at most 16 characters |
| target | how long something may take, see [Targets and calendars](targets.md) |
| date, time | `'2026-11-21'`, `'09:00'` |
| list of … | `[a, b]`, or each entry on a line of its own with `- ` before it |
"""


def files() -> dict[str, str]:
    """Give the text of each published file by its name."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return {SCHEMA: schema, REFERENCE: _reference()}


def _reference() -> str:
    sections = [TITLE, INTRODUCTION]
    for name, part in parts(json_schema()):
        sections.append(f"\n## {_title(name)}\n\n{_prose(part['description'])}\n\n")
        sections.append("| key | type | default | meaning |\n|---|---|---|---|\n")
        sections += [f"{row}\n" for row in _rows(part)]
    return "".join(sections)


def _rows(part: dict[str, Any]) -> Iterator[str]:
    for key, node in part["properties"].items():
        default = "required" if key in part.get("required", ()) else _default(node)
        cells = [f"`{key}`", _type(node), default, node["description"]]
        yield f"| {' | '.join(cells)} |"


def _title(name: str) -> str:
    if name == ROOT:
        return "The whole document"
    words = "".join(f" {each.lower()}" if each.isupper() else each for each in name)
    for apart, together in (("post mortem", "post-mortem"), ("follow up", "follow-up")):
        words = words.replace(apart, together)
    return words.strip().capitalize()


def _prose(text: str) -> str:
    """Make one line of each paragraph."""
    return "\n\n".join(" ".join(each.split()) for each in text.split("\n\n"))


def _type(node: dict[str, Any]) -> str:
    for each in node.get("anyOf", ()):
        if each.get("type") != "null":
            return _type(each)
    if "$ref" in node:
        title = _title(node["$ref"].rpartition("/")[2])
        return f"[{title}](#{title.lower().replace(' ', '-')})"
    if "enum" in node:
        return "one of " + ", ".join(f"`{each}`" for each in node["enum"])
    if node.get("type") == "array":
        return f"list of {_type(node['items'])}"
    return _simple(node)


def _simple(node: dict[str, Any]) -> str:
    pattern = node.get("pattern")
    if "examples" in node:
        return "target"
    if pattern is not None:
        named = {CODE: "code", r"^\S[^\n]*$": "line"}
        return named.get(pattern, "severity")
    if "maximum" in node:
        return f"{node['minimum']} to {node['maximum']}"
    if "maxLength" in node and node["maxLength"] < 400:
        return f"line of at most {node['maxLength']} characters"
    names = {
        "boolean": "`true` or `false`",
        "integer": "whole number",
        "string": "text",
    }
    kind = str(node.get("format", node["type"]))
    return names.get(kind, kind)


def _default(node: dict[str, Any]) -> str:
    value = _said(node.get("default"))
    if value in (None, [], {}, ""):
        return "–"
    if isinstance(value, list) and isinstance(value[0], dict) and "code" in value[0]:
        return ", ".join(f"`{each['code']}`" for each in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # A part whose keys all have a default shows them in its own table.
    return "–" if "$ref" in node and len(text) > LONGEST_DEFAULT else f"`{text}`"


def _said(value: Any) -> Any:
    """Leave out of a part what it says nothing of."""
    if not isinstance(value, dict):
        return value
    said = {key: _said(each) for key, each in value.items()}
    return {
        key: each for key, each in said.items() if each not in (None, [], {}, False)
    }


def write() -> None:
    for name, text in files().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
