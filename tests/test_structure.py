"""The shape of the code itself: sizes, layers, and that every table has its reason."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "incidents", "postmortems")
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
LONGEST_TEST = 40
# What models know nothing of: they are called, and never call.
ABOVE_MODELS = {"admin", "tasks", "views", "forms", "management"}


def files(*packages):
    return [
        path
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@cache
def nodes(path):
    """Parse a file once for all that is asked of it, and keep what is asked about."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.Import | ast.ImportFrom
    parsed = ast.walk(ast.parse(path.read_text()))
    return [node for node in parsed if isinstance(node, kinds)]


def functions(path):
    return [
        node
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def imported(path):
    """Name the modules a file imports, wherever in it, relative ones in full."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def model_files():
    return [
        path
        for path in files("incidents", "postmortems")
        if "models" in path.relative_to(ROOT).with_suffix("").parts
    ]


def tables():
    return [
        model
        for label in ("incidents", "postmortems")
        for model in apps.get_app_config(label).get_models()
        if not model.__name__.startswith("Historical")
    ]


def test_no_file_is_too_long():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in files(*PACKAGES, "tests")
    }

    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


@pytest.mark.parametrize(
    ("packages", "most"), [(PACKAGES, LONGEST_FUNCTION), (("tests",), LONGEST_TEST)]
)
def test_no_function_is_too_long(packages, most):
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in files(*packages)
        for node in functions(path)
    }

    assert {name: n for name, n in lengths.items() if n > most} == {}


def test_incidents_do_not_know_of_postmortems():
    found = {
        str(path.relative_to(ROOT)): name
        for path in files("incidents")
        for name in imported(path)
        if name.split(".")[0] == "postmortems"
    }

    assert found == {}


def test_models_do_not_know_who_calls_them():
    found = {
        str(path.relative_to(ROOT)): name
        for path in model_files()
        for name in imported(path)
        if name.split(".")[0] in PACKAGES and ABOVE_MODELS & set(name.split("."))
    }

    assert model_files()
    assert found == {}


def test_packages_do_not_know_of_tests():
    found = {
        str(path.relative_to(ROOT)): name
        for path in files(*PACKAGES)
        for name in imported(path)
        if name.split(".")[0] == "tests"
    }

    assert found == {}


@pytest.mark.parametrize("model", tables(), ids=lambda model: model.__name__)
def test_the_documents_give_every_table_its_reason(model):
    page = (ROOT / "docs" / "architecture.md").read_text()

    row = re.search(rf"^\| `?{model.__name__}`? \| (.+) \|$", page, re.MULTILINE)

    assert row, f"docs/architecture.md does not say why {model.__name__} is a table"
    assert len(row[1].split()) >= 5


def test_the_documents_name_no_table_that_is_gone():
    page = (ROOT / "docs" / "architecture.md").read_text()

    named = set(re.findall(r"^\| `([A-Z]\w+)` \|", page, re.MULTILINE))

    assert named == {model.__name__ for model in tables()}
