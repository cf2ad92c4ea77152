"""The playbooks that come with the product: five ways of working, and our advice."""

from __future__ import annotations

from functools import cache
from importlib import resources

from django.utils.translation import gettext_lazy as _

from incidents.playbooks.load import read_playbook
from incidents.playbooks.schema import PlaybookDocument

# The starting playbook of a new team.
DEFAULT = "default"
PRESETS = {
    "oncall": _("On-call shift"),
    "phases": _("Five timed phases"),
    "matrix": _("Escalation matrix"),
    "cadence": _("Updates at a fixed pace"),
    "command": _("Incident command"),
    DEFAULT: _("Default"),
}


def preset_text(code: str) -> str:
    """Give the file of a preset as it was written."""
    if code not in PRESETS:
        raise KeyError(code)
    source = resources.files("incidents.playbooks") / "presets" / f"{code}.yaml"
    return source.read_text(encoding="utf-8")


@cache
def preset(code: str) -> PlaybookDocument:
    """Give a preset, read and checked once in a process."""
    return read_playbook(preset_text(code))
