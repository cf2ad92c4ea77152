from __future__ import annotations

import re
from collections import Counter

import pytest

from postmortems.markdown_in import lost_words, outside, recognise
from tests.whole import FULL

from .writing import FORMS, write

COUNT = 1200 if FULL else 40
NAMES = [f"{FORMS[n % len(FORMS)].__name__}-{n}" for n in range(COUNT)]


MARKS = re.compile(r"</?(?:p|br)>|^\s*(?:[-*+]|\d+\.)(?: \[[x ]\])? ", re.MULTILINE)
WORD = re.compile(r"[^\W_]+")


@pytest.mark.parametrize("number", range(COUNT), ids=NAMES)
def test_a_write_up_of_a_known_form_is_recognised(number):
    text, facts, meanings = write(number)

    writeup = recognise(text)

    assert writeup.title == facts.sample.title
    assert meanings <= {section.meaning for section in writeup.sections}
    assert outside(writeup) <= 0.05
    assert [(each.at, each.text) for each in writeup.moments] == [*facts.moments]
    assert [
        (each.title, each.owner, each.due, each.ticket) for each in writeup.items
    ] == [(task.title, task.owner, task.due, task.ticket) for task in facts.tasks]


@pytest.mark.parametrize("number", range(COUNT), ids=NAMES)
def test_every_word_of_a_known_form_is_found_again(number):
    text, _facts, _meanings = write(number)

    writeup = recognise(text)

    assert not lost_words(text, writeup)
    # Counted once more, without any of the code that is tried here.
    written = Counter(WORD.findall(MARKS.sub(" ", text.replace("\r", "\n"))))
    assert not written - Counter(WORD.findall("\n".join(writeup.pieces())))
