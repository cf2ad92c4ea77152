"""What holds of every preset, whatever it says."""

from __future__ import annotations

import pytest
import yaml

from incidents.playbooks.placeholders import PLACEHOLDERS
from incidents.playbooks.presets import PRESETS, preset, preset_text
from incidents.playbooks.schema import plain
from tests.incidents.playbooks.placeholders import placeholders_of

pytestmark = pytest.mark.parametrize("code", PRESETS)


def test_the_file_says_nothing_twice(code):
    written = yaml.load(preset_text(code), Loader=yaml.CSafeLoader)

    assert plain(preset(code), exclude_defaults=True) == written


def test_messages_use_known_placeholders_only(code):
    texts = [f"{each.subject}\n{each.body}" for each in preset(code).messages]

    assert texts
    for text in texts:
        assert set(placeholders_of(text)) <= PLACEHOLDERS.keys()
        assert text.count("{") == len(placeholders_of(text))
