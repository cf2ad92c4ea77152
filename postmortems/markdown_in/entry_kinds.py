"""Guesses what a timeline entry is about by its first telling word."""

from __future__ import annotations

import re

from incidents.choices import Kind

# In the order in which they are tried: what says more comes first.
SIGNS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.COMMUNICATION,
        "status page, customers (?:are |were )?(?:told|informed|notified), notified, "
        "announce\\w*, posted, tweet\\w*, informed, e-?mail(?:ed|s)?, published, "
        "statement, communicat\\w+, update sent, banner",
    ),
    (
        Kind.ESCALATION,
        "escalat\\w+, paged (?:in|the)?, called in, joins?, joined, war room, "
        "incident (?:is |was )?declared, commander",
    ),
    (
        Kind.HYPOTHESIS,
        "suspect\\w*, hypothes\\w+, theory, assum\\w+, we think, believed",
    ),
    (Kind.DECISION, "decid\\w+, decision, agreed? to, chose, go ahead"),
    (
        Kind.STATUS,
        "resolved, recovered, restored, back to normal, back online, all clear, "
        "incident (?:is |was )?(?:over|closed|ended), fully operational",
    ),
    (
        Kind.DETECTION,
        "alert\\w*, alarm\\w*, detect\\w+, notic\\w+, first reports?, pages?, paged, "
        "report(?:s|ed)? (?:of|that|by), monitoring show(?:s|ed), tickets? arrive",
    ),
    (
        Kind.ACTION,
        "roll(?:s|ed|ing)? back, rollback, revert\\w*, restart\\w*, deploy\\w*, "
        "disabl\\w+, enabl\\w+, scal\\w+ (?:up|out|down), fixe[sd], block\\w*, "
        "failover, failed over, drain\\w*, merged, switch\\w*, turned (?:on|off), "
        "mitigat\\w+, appl(?:y|ied), runs?, running, start(?:s|ed)",
    ),
    (
        Kind.FINDING,
        "identif\\w+, found, discover\\w*, root cause, caused by, trac(?:ed|es) to, "
        "confirm\\w*, shows?, reveals?, investigat\\w+, turns out",
    ),
)
LOOKED_AT = 300
PATTERNS = tuple(
    (kind, re.compile(rf"\b(?:{words.replace(', ', '|')})\b", re.IGNORECASE))
    for kind, words in SIGNS
)


def kind_of(text: str) -> str:
    """Give the kind a text speaks for; a note where it speaks for none."""
    head = text[:LOOKED_AT]
    for kind, pattern in PATTERNS:
        if pattern.search(head):
            return kind.value
    return Kind.NOTE.value
