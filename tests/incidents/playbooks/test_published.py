"""The published schema: up to date, complete and readable."""

from __future__ import annotations

import json
import re

import pytest

from incidents.playbooks.outline import json_schema, parts
from incidents.playbooks.published import DOCS, REFERENCE, SCHEMA, files

KEYS = [
    (name, key, node)
    for name, part in parts(json_schema())
    for key, node in part["properties"].items()
]


@pytest.mark.parametrize("name", [SCHEMA, REFERENCE])
def test_a_published_file_is_up_to_date(name):
    committed = (DOCS / name).read_text(encoding="utf-8")

    assert committed == files()[name], "run python -m incidents.playbooks.published"


def test_every_part_and_every_key_says_what_it_means():
    assert [
        name for name, part in parts(json_schema()) if not part["description"]
    ] == []
    assert [
        f"{name}.{key}" for name, key, node in KEYS if not node["description"]
    ] == []


def test_every_part_of_the_schema_is_listed():
    names = {name for name, _part in parts(json_schema())}

    assert names == {*json_schema()["$defs"], "PlaybookDocument"}


def test_no_part_takes_a_key_that_is_not_listed():
    schema = json.loads((DOCS / SCHEMA).read_text(encoding="utf-8"))

    assert all(
        part["additionalProperties"] is False
        for part in [schema, *schema["$defs"].values()]
    )


def test_the_reference_has_a_row_for_every_key():
    text = (DOCS / REFERENCE).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\w+` \| [^|]+ \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)

    assert len(rows) == len(KEYS)


def test_every_link_of_the_reference_leads_to_a_heading():
    text = (DOCS / REFERENCE).read_text(encoding="utf-8")
    headings = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)
    }

    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings
