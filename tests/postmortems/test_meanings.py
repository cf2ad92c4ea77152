from __future__ import annotations

import pytest

from incidents.playbooks.presets import preset
from postmortems.meanings import SYNONYMS, Meaning, meaning_of, plain

PRESETS = ("cadence", "command", "default", "matrix", "oncall", "phases")


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Summary", Meaning.SUMMARY),
        ("TL;DR", Meaning.SUMMARY),
        ("3. Root Cause(s)", Meaning.ROOT_CAUSE),
        ("5 Whys", Meaning.ROOT_CAUSE),
        ("What went wrong, and why?", Meaning.ROOT_CAUSE),
        ("IV. Timeline (UTC)", Meaning.TIMELINE),
        ("Timeline, in UTC", Meaning.TIMELINE),
        ("🚨 Impact:", Meaning.IMPACT),
        ("Impact on customers", Meaning.IMPACT),
        ("Customer support impact", Meaning.IMPACT),
        ("How we detected the problem", Meaning.DETECTION),
        ("**What Went Well**:", Meaning.WENT_WELL),
        ("What didn’t go so well?", Meaning.WENT_WRONG),
        ("improve", Meaning.WENT_WRONG),
        ("Where we got lucky", Meaning.LUCKY),
        ("contributing_factors", Meaning.FACTORS),
        ("Short-term (< 1 week):", Meaning.SHORT_TERM),
        ("Follow-ups", Meaning.ITEMS),
        ("Lessons Learnt", Meaning.LESSONS),
    ],
)
def test_a_section_is_known_by_its_heading(heading, meaning):
    assert meaning_of(heading) is meaning


@pytest.mark.parametrize(
    "heading", ["", "##", "Checkout fails", "A short story", "Status", "🔥", "x" * 500]
)
def test_what_says_nothing_means_nothing(heading):
    assert meaning_of(heading) is None


@pytest.mark.parametrize("code", PRESETS)
def test_every_section_of_a_preset_is_known_by_key_and_by_title(code):
    left = list(preset(code).postmortem.sections)

    while left:
        section = left.pop()
        left += section.sections
        meaning = meaning_of(section.key)
        assert meaning is not None
        assert meaning_of(section.title) is meaning


def test_no_word_has_two_meanings():
    meanings = {}
    for meaning, text in SYNONYMS.items():
        for word in text.split(", "):
            meanings.setdefault(plain(word), set()).add(meaning)

    assert {word for word, said in meanings.items() if len(said) > 1} == set()
