"""The ladder of each severity as it is drawn: timed rungs climb, conditions wait."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.playbooks.schema import PlaybookDocument, Rung, SeverityLevel

# The page indents no further: a long ladder would leave the card.
HIGHEST_STEP = 6


@dataclass(frozen=True)
class Ladder:
    """What is climbed by the clock at a severity, and what only a flag brings in.

    A timed rung comes with how far up it stands.
    """

    level: SeverityLevel
    timed: tuple[tuple[int, Rung], ...]
    conditional: tuple[Rung, ...]


def ladders_of(document: PlaybookDocument) -> list[Ladder]:
    """Draw a ladder for each severity that has one."""
    found = []
    for level in document.severities:
        rungs = document.rungs_for(level.code)
        timed = [rung for rung in rungs if not rung.condition]
        steps = ((min(n, HIGHEST_STEP), rung) for n, rung in enumerate(timed, start=1))
        conditional = tuple(rung for rung in rungs if rung.condition)
        if rungs:
            found.append(Ladder(level, tuple(steps), conditional))
    return found
