"""Tells which facts of a published version the record says otherwise by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import override

from incidents.choices import Milestone
from postmortems.choices import Block
from postmortems.drafting import record_of

if TYPE_CHECKING:
    from postmortems.models import PostMortem
    from postmortems.snapshot import Snapshot

# Neither the status nor the closing: it comes after the post-mortem, as a rule.
IDENTITY = ("title", "team", "lead", "severity")


def overtaken_blocks(postmortem: PostMortem, published: Snapshot) -> frozenset[str]:
    """Name the blocks whose facts were changed in the record since."""
    # Facts are kept in the words of the language they were published in.
    with override(published.language):
        record = record_of(postmortem.incident, published.taken_at)
    now = published.model_copy(update=record)
    blocks = {
        Block.IDENTITY.value: _differ_in_identity(published, now),
        Block.IMPACT.value: _differ_in_impact(published, now),
    }
    return frozenset(block for block, differs in blocks.items() if differs)


def _differ_in_identity(published: Snapshot, now: Snapshot) -> bool:
    moments = {each.name: (each.at, each.unknown) for each in now.moments}
    return any(getattr(published, n) != getattr(now, n) for n in IDENTITY) or any(
        moments.get(each.name) != (each.at, each.unknown)
        for each in published.moments
        if each.name != Milestone.CLOSED
    )


def _differ_in_impact(published: Snapshot, now: Snapshot) -> bool:
    before, after = (
        (each.impact, {fact.key: fact.value for fact in each.facts})
        for each in (published, now)
    )
    return before != after
