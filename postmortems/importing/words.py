"""Counts the words of all rows that an import made, so that none is lost unseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from postmortems.markdown_in.inline import tokens
from postmortems.models import Finding

if TYPE_CHECKING:
    from postmortems.models import PostMortem


def words_of_rows(postmortem: PostMortem) -> Counter[str]:
    """Count the words in the rows of an incident and its post-mortem."""
    counted: Counter[str] = Counter()
    for text in _texts(postmortem):
        counted.update(tokens(text))
    return counted


def _texts(postmortem: PostMortem) -> Iterator[str]:
    """Give each text once; an entry of the file in the words the file had for it."""
    incident = postmortem.incident
    yield incident.title
    yield postmortem.source_left
    for event in incident.timeline.all():
        if not event.verb or event.facts.get("imported"):
            yield event.facts.get("imported") or event.text
    for section in postmortem.sections.all():
        yield section.title
        yield section.body
    for finding in Finding.objects.filter(section__postmortem=postmortem):
        yield finding.text
