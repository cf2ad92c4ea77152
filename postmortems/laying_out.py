"""Which sections a post-mortem begins with: the playbook's, in its order and words.

What every write-up needs and the playbook does not name is added: contributing factors
after the root cause, durations after the timeline, and the blocks of the record that
are not asked for, switched off, under the text about the same if there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from postmortems.choices import Block, Origin, SectionKind
from postmortems.meanings import Meaning, meaning_of

if TYPE_CHECKING:
    from incidents.playbooks.schema import PlaybookDocument
    from incidents.playbooks.schema.learning import SectionPrompt

FACTORS, ROOT_CAUSE = "contributing_factors", "root_cause"
LONGEST_KEY = 40
# Their lines become action items one by one.
ALWAYS_LISTS = frozenset(
    {Meaning.FACTORS, Meaning.WENT_WELL, Meaning.WENT_WRONG, Meaning.LUCKY}
)


@dataclass(frozen=True)
class SectionPlan:
    """A section as it is laid out; its fields are those of `Section`."""

    key: str
    title: str
    kind: str = SectionKind.TEXT
    block: str = ""
    depth: int = 0
    origin: str = Origin.PLAYBOOK
    prompts: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    zone: str = ""
    is_shown: bool = True


def plans_of(document: PlaybookDocument) -> list[SectionPlan]:
    """Lay out the sections of a playbook's post-mortem, keys once each."""
    plans = list(_flat(document.postmortem.sections))
    if not plans:
        plans = list(_fallback())
    plans = _with_factors(plans)
    plans = _with_durations(plans)
    named = {plan.block for plan in plans}
    for each in Block:
        if each not in named:
            left = _block(each, is_shown=each in {Block.TIMELINE, Block.ITEMS})
            plans = _with_left(plans, left)
    return list(_keyed_once(plans))


def _flat(parts: Iterable[SectionPrompt], depth: int = 0) -> Iterator[SectionPlan]:
    for part in parts:
        yield SectionPlan(
            key=part.key,
            title=part.title,
            kind=SectionKind.BLOCK if part.block else SectionKind(_kind(part)),
            block=part.block or "",
            depth=depth,
            prompts=list(part.prompts),
            fields=list(part.fields),
            columns=list(part.columns),
            zone=part.zone or "",
        )
        yield from _flat(part.sections, depth + 1)


def _kind(part: SectionPrompt) -> str:
    """Take what is made of points for a list, whatever the playbook calls it."""
    is_list = part.kind == "list" or meaning_of(part.key) in ALWAYS_LISTS
    return SectionKind.LIST if is_list else SectionKind.TEXT


def _with_factors(plans: list[SectionPlan]) -> list[SectionPlan]:
    meanings = [meaning_of(plan.key) for plan in plans]
    if Meaning.FACTORS in meanings:
        return plans
    place = len(plans)
    if Meaning.ROOT_CAUSE in meanings:
        place = meanings.index(Meaning.ROOT_CAUSE) + 1
    factors = SectionPlan(
        key=FACTORS,
        title=_("Contributing factors"),
        kind=SectionKind.LIST,
        origin=Origin.OURS,
        prompts=[
            _("What else had to come together? Name conditions, one a line."),
        ],
    )
    return [*plans[:place], factors, *plans[place:]]


def _with_durations(plans: list[SectionPlan]) -> list[SectionPlan]:
    """Put the bars behind the timeline, unless the playbook has a place for them."""
    blocks = [plan.block for plan in plans]
    if Block.DURATIONS in blocks:
        return plans
    place = len(plans)
    if Block.TIMELINE in blocks:
        place = blocks.index(Block.TIMELINE) + 1
    bars = _block(Block.DURATIONS, is_shown=True)
    return [*plans[:place], bars, *plans[place:]]


def _with_left(plans: list[SectionPlan], left: SectionPlan) -> list[SectionPlan]:
    """Put a block that is not asked for last, or under the text about the same.

    There it has a name of its own: two parts of one name cannot be told apart.
    """
    about = meaning_of(left.key)
    for place, plan in enumerate(plans, start=1):
        if about and about == meaning_of(plan.key) and not plan.block:
            title = _("%s as recorded") % left.title
            under = replace(left, title=title, depth=plan.depth + 1)
            return [*plans[:place], under, *plans[place:]]
    return [*plans, left]


def _block(block: Block, *, is_shown: bool) -> SectionPlan:
    return SectionPlan(
        key=block.value,
        title=str(block.label),
        kind=SectionKind.BLOCK,
        block=block.value,
        origin=Origin.OURS,
        is_shown=is_shown,
    )


def _fallback() -> Iterator[SectionPlan]:
    """Give what a playbook gets that says nothing of its post-mortems."""
    yield SectionPlan(
        "summary",
        _("Summary"),
        prompts=[_("What happened, who noticed it, and how did it end?")],
    )
    yield replace(_block(Block.IMPACT, is_shown=True), origin=Origin.PLAYBOOK)
    yield replace(_block(Block.TIMELINE, is_shown=True), origin=Origin.PLAYBOOK)
    yield SectionPlan(
        ROOT_CAUSE,
        _("Root cause"),
        prompts=[_("Why did it happen? Name systems and conditions, not people.")],
    )
    for key, title, prompt in (
        ("went_well", _("What went well"), _("What should stay as it is?")),
        ("went_wrong", _("What went wrong"), _("What cost time or misled us?")),
    ):
        yield SectionPlan(key, title, SectionKind.LIST, prompts=[prompt])
    yield replace(_block(Block.ITEMS, is_shown=True), origin=Origin.PLAYBOOK)
    yield SectionPlan(
        "lessons",
        _("Lessons"),
        prompts=[_("What do we know now that would have helped?")],
    )


def _keyed_once(plans: Iterable[SectionPlan]) -> Iterator[SectionPlan]:
    """Number the keys that come twice, such as a section “items” beside the block."""
    taken: set[str] = set()
    for plan in plans:
        yield replace(plan, key=free_key(plan.key, taken))


def free_key(key: str, taken: set[str]) -> str:
    """Give the key, with a number if it is taken, and take it."""
    free, number = key[:LONGEST_KEY], 1
    while free in taken:
        number += 1
        free = f"{key[: LONGEST_KEY - 4]}-{number}"
    taken.add(free)
    return free
