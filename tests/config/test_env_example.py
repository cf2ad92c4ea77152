from __future__ import annotations

import re

import pytest
from django.conf import settings

EXAMPLE = settings.BASE_DIR / ".env.example"
# Read by the web process and the launcher rather than by the settings.
READ_ELSEWHERE = {"PORT", "WEB_CONCURRENCY"}


def variables():
    return set(re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE))


def test_every_variable_of_the_settings_is_explained():
    source = (settings.BASE_DIR / "config" / "settings.py").read_text()
    read = set(re.findall(r"""\benv\.\w+\(\s*"([A-Z_]+)\"""", source))

    assert variables() == read | READ_ELSEWHERE


@pytest.mark.parametrize("name", sorted(variables()))
def test_a_variable_comes_with_a_sentence(name):
    before = EXAMPLE.read_text().partition(f"\n{name}=")[0].splitlines()[-1]

    assert before.startswith("# ")
    assert before.endswith((".", "one."))
