"""Tells what a source becomes: by our own format, or by what was recognised in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from postmortems.importing import foreign, own
from postmortems.importing.choosing import Choices, Known
from postmortems.importing.reading import Source
from postmortems.importing.story import Story

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def story_of(
    source: Source,
    choices: Choices,
    *,
    by: User,
    now: datetime,
    known: Known | None = None,
) -> Story:
    """Say what would be stored, or raise Refused with what has to be said first."""
    known = known or Known()
    if source.is_ours:
        return own.story_of(source.snapshot, choices, known, by=by, now=now)
    return foreign.story_of(source, choices, known, by=by, now=now)
