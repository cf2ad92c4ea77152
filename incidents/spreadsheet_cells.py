"""Text that a spreadsheet must not take for a formula, and the way back.

A cell that begins like a formula gets an apostrophe in front, as people type it
themselves. So does one that has such an apostrophe already, which makes the way back
exact: whatever was written out is read in as it was.
"""

from __future__ import annotations

import re

# Also the full-width signs, which some programs read as the plain ones, and after
# blanks, which some leave out.
FORMULA = r"'*\s*[=+\-@\t\r\n＝＋－＠]"
AT_RISK = re.compile(FORMULA)
MARKED = re.compile("'" + FORMULA)


def neutral(text: str) -> str:
    """Put an apostrophe before what a spreadsheet might run."""
    return f"'{text}" if AT_RISK.match(text) else text


def original(text: str) -> str:
    """Take off the apostrophe that `neutral` put before a text."""
    return text[1:] if MARKED.match(text) else text
