"""The demo's playbooks: every preset, one of them changed while incidents ran."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from incidents.models import Playbook
from incidents.models.playbook import fingerprint
from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import PlaybookDocument
from incidents.playbooks.storing import store

CHANGED = "command"
MILDEST = "SEV-3"
LOADED_BEFORE = timedelta(days=400)


def load_presets(*, by: User, now: datetime) -> dict[str, Playbook]:
    """Load all presets by their codes; a playbook that is there stays as it is."""
    loaded = {}
    for code in PRESETS:
        document = earlier_edition() if code == CHANGED else preset(code)
        at = now - LOADED_BEFORE
        stored = store(
            code, document, by=by, at=at, note="First edition", take="stored"
        )
        loaded[code] = stored.playbook
    return loaded


def publish_change(*, by: User, at: datetime) -> None:
    """Publish the preset as it comes; incidents that run go on by the edition before.

    Left out where the playbook is not the demo's own.
    """
    current = Playbook.objects.get(slug=CHANGED).current
    if current and current.sha256 == fingerprint(earlier_edition()):
        note = f"The status page speaks of a {MILDEST}, too"
        store(CHANGED, preset(CHANGED), by=by, at=at, note=note)


def earlier_edition() -> PlaybookDocument:
    """Give the preset without the updates of its mildest severity."""
    document = preset(CHANGED)
    levels = tuple(
        level.model_copy(update={"updates": ()}) if level.code == MILDEST else level
        for level in document.severities
    )
    return document.model_copy(update={"severities": levels})
