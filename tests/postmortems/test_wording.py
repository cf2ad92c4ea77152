from __future__ import annotations

import time

import pytest
from pydantic import ValidationError

from incidents.demo.samples import OUR_FILE, read_samples
from postmortems.wording import Names, hints_in
from postmortems.wording.phrases import Phrase
from postmortems.wording.rules import Rules, rules

NAMES = Names(["Ada Lind", "Grace"], ["Robin Meyer"])
LIMIT = 64 * 1024
# Of a processor, however slow: what grew with the square of the text took minutes.
SLOWEST = 1


def found(text):
    return [(hint.code, hint.words) for hint in hints_in(text, NAMES)]


def seconds_for(text):
    began = time.process_time()
    list(hints_in(text, NAMES))
    return time.process_time() - began


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("We should have tested it.", "hindsight", "We should have tested"),
        (
            "We should never have\nmerged it.",
            "hindsight",
            "We should never have merged",
        ),
        ("Ada could have noticed.", "hindsight", "Ada could have noticed"),
        ("The engineer FAILED to look.", "failed_to", "engineer FAILED to"),
        ("Why didn’t the on-call look?", "failed_to", "Why didn’t the on-call"),
        ("It was human error.", "human_error", "human error"),
        ("It was Grace's mistake.", "human_error", "Grace's mistake"),
        ("@kim forgot the flag.", "forgot", "@kim forgot"),
        ("The review was careless.", "character", "careless"),
        ("It was the fault of the new operator.", "guilt", "fault of the new operator"),
        ("The lead was to blame.", "guilt", "lead was to blame"),
        ("Obviously it broke.", "obvious", "Obviously"),
        ("Wir hätten das testen müssen.", "hindsight", "Wir hätten das testen müssen"),
        ("Das war menschliches Versagen.", "human_error", "menschliches Versagen"),
        ("Er vergaß den Schalter.", "forgot", "Er vergaß"),
        ("**We** should _have_ tested.", "hindsight", "We** should _have_ tested"),
    ],
)
def test_words_that_blame_are_found(text, code, words):
    assert found(text) == [(code, words)]


@pytest.mark.parametrize(
    "text",
    [
        "The database failed to start, and the alert should have fired.",
        "We should have two regions by March.",
        "Why did nobody notice? The tool that should have stopped it had a bug.",
        "The carelessnesses2 of `human error`, ``careless ` too``.",
        "```\nhuman error\n```\n~~~ text\nhuman error\n~~~",
        "> It was human error, he said.",
        'She said “it was human error”, and wrote "human error".',
        "See [Human error considered](https://example.org/human-error).",
        "See https://example.org/?q=human+error and <https://example.org/careless>.",
        "We noticed late. Should have been a short day.",
        "It failed. To be mended by Grace.",
    ],
)
def test_other_words_are_left_alone(text):
    assert found(text) == []


def test_a_hint_shows_its_sentence_the_reason_and_another_way():
    text = (
        "It broke.\n\n- Then, at noon, Ada Lind should have tested it first. So it is."
    )

    [hint] = hints_in(text, NAMES)

    assert hint.before == "Then, at noon, "
    assert (hint.words, hint.after) == ("Ada Lind should have tested", " it first.")
    assert len(hint.why) > 20
    assert len(hint.instead) > 20


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("It was human error; Robin Meyer was on call.", "Robin Meyer"),
        ("It was human error by @kim.", "@kim"),
        ("It was human error, and Grace's shift.", "Grace"),
        ("It was human error. Grace was on call.", ""),
        ("It was human error by the grace of a robin.", ""),
        ("It was human error; Robin was on call.", ""),
    ],
)
def test_a_name_in_the_same_sentence_is_told(text, who):
    [hint] = hints_in(text, NAMES)

    assert hint.named == who


def test_published_write_ups_are_not_hinted_at():
    texts = [
        text
        for each in read_samples(OUR_FILE)
        for text in (
            *(each.summary, each.root_cause, each.resolution, each.lessons),
            *each.contributing_factors,
            *each.went_well,
            *each.went_wrong,
            *each.lucky,
            *(entry.text for entry in each.timeline),
            *(item.title for item in each.action_items),
        )
    ]

    assert len(texts) > 200
    assert [hint for text in texts for hint in found(text)] == []


@pytest.mark.parametrize(
    "piece",
    [
        *("we ", "should ", "should have ", "we should have ", "ich hätte ", "a "),
        *(
            "why did we ",
            "warum hat ich ",
            "fault of the new ",
            "@",
            "a-",
            "a'",
            "Ada ",
        ),
        *(
            "`",
            "`a``b```c",
            "``` \n",
            "~~~\n",
            '"',
            "“",
            "[",
            "[x](a",
            "](",
            "<https://",
        ),
        *(".", "! ", "\n", "\n ", " ", "|", "> \n", "- ", "*", "_", "😀", "ß", "\x00"),
    ],
)
def test_no_text_takes_long(piece):
    text = (piece * LIMIT)[: LIMIT - 13] + " human error."
    hints = list(hints_in(text, NAMES))

    assert len(hints) <= 1
    assert any(seconds_for(text) < SLOWEST for _try in range(3))


def test_the_time_grows_with_the_text_alone():
    text = "We should have looked. Ada failed to. "

    assert len(found(text * 400)) == 800
    assert seconds_for(text * 1600) < 12 * max(seconds_for(text * 400), 0.01)


@pytest.mark.parametrize(
    "phrase",
    ["<person> ...", "... careless", "[a] b", "a.*b", "<person> <done>", "a " * 13, ""],
)
def test_a_phrase_that_is_none_is_refused(phrase):
    with pytest.raises((ValueError, IndexError)):
        Phrase.parse(phrase)


@pytest.mark.parametrize(
    "change",
    [
        {"why": ""},
        {"pattern": "x"},
        {"phrases": {"en": []}},
        {"phrases": {"xx": ["a"]}},
    ],
)
def test_the_file_is_held_to_its_schema(change):
    known = rules().model_dump()
    first = {**known["hints"][0], **change}

    with pytest.raises(ValidationError):
        Rules.model_validate({**known, "hints": [first]})
