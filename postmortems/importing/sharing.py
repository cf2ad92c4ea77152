"""Says how much of a text was not recognised."""

from __future__ import annotations

from postmortems.choices import Origin
from postmortems.importing.reading import Source
from postmortems.importing.story import Story, ToldPart
from postmortems.markdown_in import words_of


def share_outside(source: Source, story: Story) -> float:
    """Give the share of its words that stand in sections nobody knows."""
    every = words_of(source.text).total()
    if source.is_ours or not every:
        return 0.0
    strange = sum(words_of(part.body).total() for part in strangers(story))
    return min(strange / every, 1.0)


def strangers(story: Story) -> list[ToldPart]:
    """List the sections that keep their place because nobody knows them."""
    return [
        part
        for part in story.parts
        if part.plan.origin == Origin.IMPORTED and not part.meaning
    ]
