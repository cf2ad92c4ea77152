from __future__ import annotations

import pytest

from incidents.playbooks.presets import preset
from postmortems.choices import Block, Origin, SectionKind
from postmortems.laying_out import free_key, plans_of
from postmortems.meanings import Meaning, meaning_of

PRESETS = ("oncall", "phases", "matrix", "cadence", "command", "default")


def flat(parts):
    for part in parts:
        yield part
        yield from flat(part.sections)


@pytest.mark.parametrize("name", PRESETS)
def test_a_playbooks_sections_come_in_its_order_and_words(name):
    asked = list(flat(preset(name).postmortem.sections))

    plans = [p for p in plans_of(preset(name)) if p.origin == Origin.PLAYBOOK]

    assert [(p.key, p.title) for p in plans] == [(p.key, p.title) for p in asked]
    assert [p.prompts for p in plans] == [list(p.prompts) for p in asked]
    assert [p.fields for p in plans] == [list(p.fields) for p in asked]


@pytest.mark.parametrize("name", PRESETS)
def test_every_block_and_the_factors_have_a_place(name):
    plans = plans_of(preset(name))

    assert {plan.block for plan in plans} == {"", *Block.values}
    assert len({plan.key for plan in plans}) == len(plans)
    meanings = [meaning_of(plan.key) for plan in plans if not plan.block]
    assert meanings.count(Meaning.FACTORS) == 1
    cause = meanings.index(Meaning.ROOT_CAUSE)
    assert meanings[cause + 1] == Meaning.FACTORS


@pytest.mark.parametrize("name", PRESETS)
def test_what_nobody_asked_for_is_switched_off(name):
    ours = [p for p in plans_of(preset(name)) if p.origin == Origin.OURS]

    shown = {plan.block for plan in ours if plan.is_shown}
    assert shown <= {Block.DURATIONS, Block.TIMELINE, Block.ITEMS, ""}


@pytest.mark.parametrize("name", PRESETS)
def test_what_went_well_and_wrong_are_lists(name):
    kinds = {meaning_of(plan.key): plan.kind for plan in plans_of(preset(name))}

    assert kinds[Meaning.WENT_WELL] == SectionKind.LIST
    assert kinds[Meaning.WENT_WRONG] == SectionKind.LIST


def test_a_silent_playbook_gets_sections_of_ours():
    document = preset("default")
    silent = document.postmortem.model_copy(update={"sections": ()})

    plans = plans_of(document.model_copy(update={"postmortem": silent}))

    assert [p.key for p in plans][:4] == ["summary", "impact", "timeline", "durations"]


@pytest.mark.parametrize("name", PRESETS)
def test_no_two_sections_have_one_name(name):
    titles = [plan.title.casefold() for plan in plans_of(preset(name))]

    assert len(set(titles)) == len(titles)


def test_a_block_left_over_stands_under_the_text_about_the_same():
    plans = plans_of(preset("default"))

    place = next(n for n, plan in enumerate(plans) if plan.block == Block.IMPACT)
    text, block = plans[place - 1 : place + 1]
    assert (text.title, block.title) == ("Impact", "Impact as recorded")
    assert (block.depth, block.is_shown) == (text.depth + 1, False)


def test_a_key_that_is_taken_gets_a_number():
    taken = {"items"}

    assert [free_key("items", taken), free_key("items", taken)] == [
        "items-2",
        "items-3",
    ]
    assert len(free_key("x" * 60, taken)) == 40
