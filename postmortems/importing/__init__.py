"""Brings write-ups in: reads a file, says what it would become, stores it at once."""

from __future__ import annotations

from postmortems.importing.bringing import bring_in, may_import, may_publish
from postmortems.importing.choosing import Choices, Known
from postmortems.importing.reading import Source, source_of, source_of_text
from postmortems.importing.storing import store
from postmortems.importing.telling import story_of

__all__ = [
    "Choices",
    "Known",
    "Source",
    "bring_in",
    "may_import",
    "may_publish",
    "source_of",
    "source_of_text",
    "store",
    "story_of",
]
