"""What of a Markdown text its writer says: no code, no quotation, no link.

What others said is blotted out, letter by letter, so that every place stays where it
was. Each step goes through the text once.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator

BLOT = "\ufffc"
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
QUOTED_LINE = re.compile(r" {0,3}>")
# Each stops at the next sign of its own kind, so that no letter is looked at twice.
OTHERS = re.compile(
    r"!?\[[^\[\]\n]{0,400}\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,100}\])"
    r"|<?\bhttps?://[^\s<>]{1,2000}>?"
    r"|“[^“”\n]{0,400}”|„[^„“”\n]{0,400}[“”]|«[^«»\n]{0,400}»"
    r'|"[^"\n]{0,400}"'
)
TICKS = re.compile(r"`+")
# More than this between two backticks is a mark left over, not code.
LONGEST_CODE = 2_000
# A blank line, a list's mark, a heading or the cell of a table ends a sentence as well.
ENDS = re.compile(
    r"(?<=[.!?…])[\"”“’')\]*_]?[*_]{0,2}\s|[.!?…](?=\n)|\|"
    r"|\n[ \t]*(?=\n|[-*+#|]|\d{1,3}[.)])"
)


def own_words(text: str) -> str:
    """Give the text with everything that is not the writer's own blotted out."""
    return OTHERS.sub(lambda found: BLOT * len(found[0]), outside_code(text))


def outside_code(text: str) -> str:
    """Give the text with code and quoted lines blotted out."""
    return _without_code("".join(_without_blocks(text)))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Give where each sentence begins and ends."""
    start = 0
    for found in ENDS.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def _without_blocks(text: str) -> Iterator[str]:
    """Blot fenced code and quoted lines out, line by line."""
    fence = ""
    for line in text.splitlines(keepends=True):
        found = FENCE.match(line)
        if fence:
            yield _blotted(line)
            if found and found[1].startswith(fence) and not line[found.end() :].strip():
                fence = ""
        elif found:
            fence = found[1]
            yield _blotted(line)
        else:
            yield _blotted(line) if QUOTED_LINE.match(line) else line


def _without_code(text: str) -> str:
    """Blot out what stands between equally many backticks in one paragraph."""
    runs = list(TICKS.finditer(text))
    closing: dict[int, deque[int]] = defaultdict(deque)
    for run in runs:
        closing[len(run[0])].append(run.start())
    pieces, done = [], 0
    for run in runs:
        if run.start() < done:
            continue
        ends = closing[len(run[0])]
        while ends and ends[0] <= run.start():
            ends.popleft()
        if not ends:
            continue
        start, end = run.start(), ends[0] + len(run[0])
        if "\n\n" in text[start : min(end, start + LONGEST_CODE)]:
            continue
        if end - start > LONGEST_CODE:
            continue
        pieces += [text[done:start], _blotted(text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])


def _blotted(text: str) -> str:
    return "".join(each if each == "\n" else BLOT for each in text)
