"""Lines that begin with a picture are the points of a list, where there are several."""

from __future__ import annotations

import re
from itertools import pairwise

PICTURE = "[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
POINT = re.compile(f" {{0,3}}{PICTURE}(?:{PICTURE}|[\ufe0f\u200d])*[ \\t]+(?=\\S)")


def pointed(lines: list[str]) -> list[str]:
    """Write a dash before lines that follow each other and begin with a picture."""
    drawn = [bool(POINT.match(line)) for line in lines]
    if not any(one and other for one, other in pairwise(drawn)):
        return lines
    beside = zip([False, *drawn], drawn, [*drawn[1:], False], lines, strict=False)
    return [
        f"- {line.lstrip()}" if here and (before or after) else line
        for before, here, after, line in beside
    ]
