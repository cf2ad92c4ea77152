"""The JSON Schema of a playbook: every key, its type, its default, its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from incidents.playbooks.meanings import MEANINGS, PARTS
from incidents.playbooks.schema import PlaybookDocument

ROOT = PlaybookDocument.__name__


@cache
def json_schema() -> dict[str, Any]:
    """Give the schema, each key with its meaning."""
    schema = PlaybookDocument.model_json_schema(by_alias=True)
    for name, part in parts(schema):
        part.setdefault("description", PARTS.get(name, ""))
        for key, node in part["properties"].items():
            meaning = MEANINGS.get(f"{name}.{key}") or MEANINGS.get(key, "")
            node.setdefault("description", meaning)
            node.pop("title", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def parts(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """List the document and its parts, in the order in which they are met."""
    found = {ROOT: schema}
    waiting: list[Any] = [schema["properties"]]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting = [*node, *waiting]
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found[name] = schema["$defs"][name]
                waiting.append(found[name]["properties"])
            waiting = [*node.values(), *waiting]
    return list(found.items())


def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references, and pass over what merely allows leaving a key out."""
    while "$ref" in node or "anyOf" in node:
        if "$ref" in node:
            node = json_schema()["$defs"][node["$ref"].rpartition("/")[2]]
        else:
            node = next(each for each in node["anyOf"] if each.get("type") != "null")
    return node


def node_at(path: tuple[str | int, ...]) -> Mapping[str, Any]:
    """Find what the schema says of a place; nothing where there is no such place."""
    node = resolved(json_schema())
    for step in path:
        if isinstance(step, int):
            node = resolved(node.get("items", {}))
        else:
            node = resolved(node.get("properties", {}).get(step, {}))
    return node
