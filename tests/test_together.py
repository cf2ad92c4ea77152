from __future__ import annotations

from pathlib import Path

from tests.together import GROUPS, Together

TESTS = Path(__file__).parent


def test_every_module_that_is_named_exists():
    assert [name for name in GROUPS if not (TESTS.parent / name).exists()] == []


def test_every_browser_module_has_its_place():
    found = {f"tests/browser/{path.name}" for path in TESTS.glob("browser/test_*.py")}

    assert found - GROUPS.keys() == set()


def test_a_group_stays_together_and_others_go_their_way():
    split = Together._split_scope
    one, other = "tests/browser/test_items.py", "tests/browser/test_pages.py"

    assert split(None, f"{one}::test_a[x@y]") == split(None, f"{other}::test_b")
    assert split(None, "tests/test_lint.py::test_a") == "tests/test_lint.py::test_a"
