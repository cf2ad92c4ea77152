"""Which tests stay on one worker: those of a module that makes something expensive.

xdist 3.8 loses the names of its own groups under pytest 9.2 without a word
(https://github.com/pytest-dev/pytest-xdist/issues/1386), so the modules are named here.
It gives out the groups with most tests first, so that none is left for the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from xdist.scheduler import LoadScopeScheduling

GROUPS = {
    # A browser each; three of them, for three workers at least.
    "tests/browser/test_import.py": "browser-1",
    "tests/browser/test_journey.py": "browser-1",
    "tests/browser/test_keyboard.py": "browser-1",
    "tests/browser/test_review.py": "browser-1",
    "tests/browser/test_postmortem_review.py": "browser-1",
    "tests/browser/test_declaring.py": "browser-2",
    "tests/browser/test_item_link.py": "browser-2",
    "tests/browser/test_playbook.py": "browser-2",
    "tests/browser/test_presets_journey.py": "browser-2",
    "tests/browser/test_timeline.py": "browser-2",
    "tests/browser/test_postmortem_import.py": "browser-2",
    "tests/browser/test_items.py": "browser-3",
    "tests/browser/test_postmortem_writing.py": "browser-3",
    "tests/browser/test_live.py": "browser-3",
    "tests/browser/test_pages.py": "browser-3",
    "tests/browser/test_without_scripts.py": "browser-3",
    # Every file of ours parsed.
    "tests/test_structure.py": "structure",
    # A data folder, the demo's incidents or the samples as PDFs, made once.
    "tests/config/test_launcher.py": "launcher",
    "tests/incidents/test_demo.py": "demo-samples",
    "tests/incidents/test_demo_playbooks.py": "demo-playbooks",
    "tests/postmortems/test_pdf_samples.py": "pdf-samples",
}


class Together(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return GROUPS.get(nodeid.partition("::")[0], nodeid)


class Groups:
    """What is asked of us where xdist is there, which it may not be."""

    @pytest.hookimpl
    def pytest_xdist_make_scheduler(
        self, config: pytest.Config, log: Callable[..., object]
    ) -> LoadScopeScheduling | None:
        if config.getvalue("dist") != "loadgroup":
            return None
        return Together(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Give one more than there are cores: a fifth of the time is spent waiting."""
    return 1 + len(os.sched_getaffinity(0))


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(Groups())
