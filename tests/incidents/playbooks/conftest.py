from __future__ import annotations

import pytest

from incidents.playbooks.presets import preset
from incidents.playbooks.schema import PlaybookDocument


@pytest.fixture(scope="module")
def document(request) -> PlaybookDocument:
    """The preset that a module is about."""
    return preset(request.module.PRESET)
