"""Says in plain English where a text differs from the types, and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from incidents.patterns import slug_of
from incidents.playbooks.near import advice, excerpt
from incidents.playbooks.outline import node_at
from incidents.playbooks.schema.base import CODE
from incidents.yaml_lines import Path

# Looking for the nearest name takes time; nobody reads on for so long.
MOST_ADVISED = 1_000


def words_for(error: ValidationError) -> Iterator[tuple[Path, str]]:
    """Give every fault: where it is, and what to do about it."""
    for number, fault in enumerate(faults_in(error)):
        path: Path = fault["loc"]
        yield path, _sentence(path, fault, is_advised=number < MOST_ADVISED)


def faults_in(error: ValidationError) -> Iterator[Any]:
    """Give what pydantic found, but for what only follows from something else."""
    for fault in error.errors(include_url=False):
        # A list counts only its good entries; those that are not are told themselves.
        if fault["type"] != "too_short" or not fault["input"]:
            yield fault


def _sentence(path: Path, fault: Any, *, is_advised: bool) -> str:
    kind, value = fault["type"], fault["input"]
    if kind == "extra_forbidden":
        known = node_at(path[:-1]).get("properties", {}) if is_advised else {}
        remedy = advice(path[-1], known, "")
        return _("There is no key “%s” here. ") % excerpt(path[-1]) + remedy
    if kind == "missing":
        facts = {"key": path[-1], "what": _expected(node_at(path))}
        return _("The key “%(key)s” is missing: add it; it is %(what)s.") % facts
    if kind == "value_error":
        return _own_sentence(str(fault["ctx"]["error"]), value)
    if "enum" in node_at(path) and isinstance(value, str):
        known = node_at(path)["enum"]
        return _("“%s” is not known here. ") % excerpt(value) + advice(value, known, "")
    if (said := _limit(path, kind, value)) or (said := _pattern(path, kind, value)):
        return said
    return _mismatch(path, value)


def _own_sentence(text: str, value: Any) -> str:
    """Give the sentence that a type of ours has said, as a sentence."""
    if text.startswith("a target is"):
        facts = {"what": _("a target such as “15 min”"), "found": _found(value)}
        return _("This must be %(what)s, but is %(found)s.") % facts
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else text + "."


def _limit(path: Path, kind: str, value: Any) -> str:
    node = node_at(path)
    if kind == "string_too_long":
        facts = {"found": len(value), "most": node.get("maxLength")}
        return (
            _("This has %(found)d characters: shorten it to at most %(most)d.") % facts
        )
    if kind == "string_too_short":
        return _("This is empty: write a text.")
    if kind == "too_short":
        return _("This list needs at least one entry.")
    if kind in {"greater_than_equal", "less_than_equal"}:
        facts = {"least": node["minimum"], "most": node["maximum"]}
        return _("Write a number from %(least)d to %(most)d.") % facts
    if kind == "finite_number":
        return _("Write a number that has an end.")
    return ""


def _pattern(path: Path, kind: str, value: Any) -> str:
    if kind != "string_pattern_mismatch":
        return ""
    pattern = node_at(path).get("pattern")
    if pattern == CODE:
        return _no_code(value)
    if "\n" in value.strip():
        return _("This must be a single line: take out the line breaks.")
    if value[:1].isspace() or "\n" in value:
        return _("Remove the spaces and line breaks before and after the text.")
    return _(
        "“%s” is no code of a severity: use letters, figures and hyphens, as in SEV-1."
    ) % excerpt(value)


def _no_code(value: str) -> str:
    rule = _(
        "“%s” is no code: use small letters, figures, - and _, beginning with a letter"
    ) % excerpt(value)
    proposal = slug_of(value)[:40].strip("-")
    if re.match(CODE, proposal):
        return _("%(rule)s. Write “%(proposal)s”.") % {
            "rule": rule,
            "proposal": proposal,
        }
    return f"{rule}."


def _mismatch(path: Path, value: Any) -> str:
    """Say what was expected and what was found, and what people mostly meant."""
    node = node_at(path)
    facts = {"what": _expected(node), "found": _found(value)}
    sentence = _("This must be %(what)s, but is %(found)s.") % facts
    return " ".join(filter(None, [sentence, _remedy(node, value)]))


def _remedy(node: Mapping[str, Any], value: Any) -> str:
    kind = node.get("type")
    if value is None:
        return _("Write it, or remove it.")
    if kind == "array":
        return _("Begin each entry on a line of its own with “- ”.")
    if kind == "string" and isinstance(value, dict):
        return _("A text with a colon in it goes in quotation marks.")
    if kind == "string" and not isinstance(value, str | list):
        return _("Put it in quotation marks.")
    return ""


def _expected(node: Mapping[str, Any]) -> str:
    """Name what belongs in a place."""
    kind, form = node.get("type"), node.get("format")
    if "enum" in node:
        return _("one of %s") % ", ".join(map(str, node["enum"]))
    if "examples" in node:
        return _("a target such as “15 min”")
    if kind == "object":
        keys = ", ".join([*node.get("required", ()), *node["properties"]][:3])
        return _("a part with keys such as %s") % keys
    return {
        "date": _("a date such as '2026-11-21'"),
        "time": _("a time such as '09:00'"),
        "array": _("a list"),
        "boolean": _("true or false"),
        "integer": _("a whole number"),
        "number": _("a number"),
    }.get(form or kind or "", _("a text"))


def _found(value: Any) -> str:
    """Name what stands there instead."""
    if value is None:
        return _("empty")
    if isinstance(value, dict):
        return _("a part with keys of its own")
    if isinstance(value, list):
        return _("a list")
    if isinstance(value, bool):
        return _("a yes or no (%s)") % ("true" if value else "false")
    if isinstance(value, int | float):
        return _("the number %s") % excerpt(value)
    if isinstance(value, date):
        return _("the date %s") % value
    return _("“%s”") % excerpt(value)
