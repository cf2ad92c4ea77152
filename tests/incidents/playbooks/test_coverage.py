"""Every fact of the originals and of their digest has a place in a preset.

The tables hold ids and paths only. Where PLAYBOOK_ORIGINALS names the folder of the
originals they are compared with these; elsewhere ids and paths are checked.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from incidents.playbooks.paths import resolve
from incidents.playbooks.schema import PlaybookDocument, plain
from tests.incidents.playbooks.originals import digest_lines, facts

PRESETS = Path("incidents/playbooks/presets")
ORIGINALS = {
    "oncall": "000-*.md",
    "phases": "001-*.md",
    "matrix": "002-*.md",
    "cadence": "003-*.md",
    "command": "004-*.md",
}
TABLES = (*ORIGINALS, "digest")
# How many facts each has; as counted in the originals.
FACTS = {
    "oncall": 88,
    "phases": 167,
    "matrix": 75,
    "cadence": 152,
    "command": 263,
    "digest": 67,
}
MOST_WITHOUT_A_PATH = 0.05
FOLDER = os.environ.get("PLAYBOOK_ORIGINALS", "")


@cache
def table(name: str) -> list[dict]:
    source = (PRESETS / "coverage" / f"{name}.yaml").read_bytes()
    return yaml.load(source, Loader=yaml.CSafeLoader)["items"]


@cache
def document(code: str) -> dict:
    content = yaml.load((PRESETS / f"{code}.yaml").read_bytes(), yaml.CSafeLoader)
    return plain(PlaybookDocument.model_validate(content))


def places(name: str, item: dict) -> list[tuple[str, str]]:
    paths = item.get("path", [])
    paths = [paths] if isinstance(paths, str) else paths
    pairs = [path.split(":", 1) if name == "digest" else (name, path) for path in paths]
    return [(code, path) for code, path in pairs]


def original(name: str) -> list[tuple[int, str]]:
    if name == "digest":
        text = (Path(FOLDER).parent / "PLAYBOOKS.md").read_text()
        return [(fact.line, fact.kind) for fact in digest_lines(text)]
    (source,) = Path(FOLDER).glob(ORIGINALS[name])
    return [(fact.line, fact.kind) for fact in facts(source.read_text())]


@pytest.mark.parametrize("name", TABLES)
def test_every_fact_has_a_place_or_a_reason(name):
    for item in table(name):
        found = places(name, item)
        assert bool(found) != bool(item.get("none")), item
        for code, path in found:
            assert resolve(document(code), path) not in (None, "", [], {}), item


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_the_ids_of_every_fact_and_nothing_else(name):
    for item in table(name):
        assert item.keys() <= {"line", "kind", "path", "none"}
        assert item["kind"] in {"row", "item", "block", "line"}

    ids = [(item["line"], item["kind"]) for item in table(name)]
    assert len(set(ids)) == len(ids) == FACTS[name]
    assert ids == (original(name) if FOLDER else sorted(ids))


def test_few_facts_have_a_reason_in_place_of_a_path(capsys):
    items = [item for name in TABLES for item in table(name)]
    without = sum("none" in item for item in items)

    with capsys.disabled():
        share = f"{without} of {len(items)} facts ({without / len(items):.1%})"
        sys.stdout.write(f"\n{share} have a reason in place of a path.\n")

    assert without / len(items) < MOST_WITHOUT_A_PATH
