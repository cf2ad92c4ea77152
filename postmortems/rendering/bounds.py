"""How deep and how wide people's text may be: beyond it the words stay, the boxes go.

What sets the document goes down one level after the other; a thousand levels end it.
Short rows of a table are filled up, so a few lines may ask for a million cells; and
each bracket that nothing closes is looked for anew by those before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline

# A quote is one level, a list two: eight lists, or sixteen quotes, within each other.
DEEPEST_BLOCK = 16
# Emphasis within emphasis within a link …
DEEPEST_WORDS = 6
MOST_COLUMNS = 40
MOST_CELLS = 25_000
# Of those that turn out to be no link: more, and the rest is text.
MOST_BRACKETS = 10_000
# What makes a line a quote or an item of a list.
MARKS = re.compile(r"\A(?:>[ \t]?|(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]+|$))+")


def flatten(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take what is nested too deeply as one paragraph, line by line."""
    if silent or state.level < DEEPEST_BLOCK:
        return False
    _as_paragraph(state, start, _end_of(state, start, end))
    return True


def table_in_bounds(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take a table; one that no page can show stays as it was typed."""
    if not table(state, start, end, True):
        return False
    if silent:
        return True
    after = _end_of(state, start, end)
    rule = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]]
    columns = rule.strip(" \t|").count("|") + 1
    if columns <= MOST_COLUMNS and columns * (after - start) <= MOST_CELLS:
        return table(state, start, end, False)
    _as_paragraph(state, start, after)
    return True


def in_bounds(
    mark: str, rule: Callable[[StateInline, bool], bool]
) -> Callable[[StateInline, bool], bool]:
    """Try a rule for what begins with a mark, until it failed too often."""

    def bounded(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] != mark:
            return False
        failed = int(state.env.get("failed", 0))
        if failed >= MOST_BRACKETS:
            return False
        if rule(state, silent):
            return True
        state.env["failed"] = failed + 1
        return False

    return bounded


def _end_of(state: StateBlock, start: int, end: int) -> int:
    """Find where the lines end that belong together, lazily written ones included."""
    after = start + 1
    while after < end and not state.isEmpty(after):
        if 0 <= state.sCount[after] < state.blkIndent:
            break
        after += 1
    return after


def _as_paragraph(state: StateBlock, start: int, after: int) -> None:
    lines = state.getLines(start, after, state.blkIndent, False).split("\n")
    # Two blanks at its end break a line.
    content = "  \n".join(MARKS.sub("", line.strip(), count=1) for line in lines)
    state.line = after
    state.push("paragraph_open", "p", 1).map = [start, after]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = content.strip(), [start, after], []
    state.push("paragraph_close", "p", -1)
