"""Makes write-ups: each form with habits that change from one to the next."""

from __future__ import annotations

from .facts import facts_of
from .forms import cadence, command, matrix, oncall, phases
from .page import MARKS, TIMES, Habits, Page
from .public_forms import asked, labelled, reviewed, staged, tracked

FORMS = (
    *(oncall, phases, matrix, cadence, command),
    *(labelled, staged, asked, reviewed, tracked),
)


def habits_of(number):
    """Give the habits of a write-up; neighbours differ in nearly all of them."""
    each = number // len(FORMS) + 7 * number
    return Habits(
        marks=MARKS[each % len(MARKS)]
        if number % 3
        else MARKS[number // 3 % len(MARKS)],
        bullet=("-", "*", "+", "1.")[each % 4],
        time=tuple(TIMES)[(number + number // len(TIMES)) % len(TIMES)],
        timeline=("list", "table", "lines")[(number + number // 3) % 3],
        items=("boxes", "table", "labels", "dashes")[(number + number // 4) % 4],
        end=("\n", "\r\n", "\r")[number % 7 % 3],
        bom=number % 5 == 0,
        html=number % 6 == 1,
        fence=number % 4 == 2,
    )


def write(number):
    """Give a write-up, the facts in it, and the meanings it has sections of."""
    facts = facts_of(number)
    page = Page(habits_of(number), facts.sample.started_at)
    meanings = FORMS[number % len(FORMS)](page, facts)
    return page.written(), facts, meanings
