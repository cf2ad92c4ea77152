"""Imports a text as a person does who looks at nothing in between."""

from __future__ import annotations

from postmortems.importing import source_of_text, store, story_of


def brought_in(text, choices, by, at, name="write-up.md"):
    source = source_of_text(text, name)
    story = story_of(source, choices, by=by, now=at)
    return store(story, source, by=by, at=at)
