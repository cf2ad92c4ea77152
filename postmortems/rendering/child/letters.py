"""Letters of all scripts: which way they run, and what no font of ours has."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

# Inter has these; what lies beyond is looked for before it is printed.
UNUSUAL = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\u017f\u0391-\u03c9\u0410-\u044f‐-…€→]")
# No letters at all: the typesetter stumbles over some, XML over others.
BREAKS = dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n")
NOTHING = dict.fromkeys(
    [
        *range(0x09),
        *range(0x0E, 0x20),
        *range(0x7F, 0xA0),
        *range(0xFDD0, 0xFDF0),
        0xFEFF,
        *(
            plane + end
            for plane in range(0, 0x110000, 0x10000)
            for end in (0xFFFE, 0xFFFF)
        ),
    ]
)
# A key of a telephone, such as “1️⃣”: fonts draw the sign and an empty frame beside it.
KEY = re.compile("([0-9#*])\ufe0f?\u20e3")
CIRCLED = {"0": "⓪"} | {str(figure): chr(0x245F + figure) for figure in range(1, 10)}
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
BLOCKS = {
    "blockquote", "caption", "dd", "div", "dt", "figcaption", "h1", "h2", "h3", "h4",
    "h5", "h6", "li", "p", "td", "th",
}  # fmt: skip


def without_controls(html: str) -> str:
    """Leave out what is no letter, such as the codes of a terminal in a pasted log."""
    return html.translate(NOTHING | BREAKS)


def without_keys(html: str) -> str:
    """Write “①” for the key of a figure, which no font of ours draws whole."""
    return KEY.sub(lambda key: CIRCLED.get(key[1], key[1]), html)


def fit_for_print(root: Any, html: str, fonts: Path) -> None:
    """Turn what is written from right to left, and name letters no font of ours has."""
    body = root.find("body")
    if body is None:
        return
    if RIGHT_TO_LEFT.search(html):
        for element in body.iter():
            if element.tag in BLOCKS and reads_from_the_right(element):
                element.set("dir", "rtl")
    if missing := letters_without_font(html, fonts):
        runs = re.compile(f"[{re.escape(missing)}]+")
        for element in body.iter():
            if element.text:
                element.text = runs.sub(named, element.text)
            if element.tail:
                element.tail = runs.sub(named, element.tail)


def reads_from_the_right(element: Any) -> bool:
    """Tell by the first letter that has a direction, as browsers do for dir="auto"."""
    if element.get("dir"):
        return False
    for text in element.itertext():
        for letter in text:
            direction = unicodedata.bidirectional(letter)
            if direction in {"L", "R", "AL"}:
                return direction != "L"
    return False


def letters_without_font(html: str, fonts: Path) -> str:
    """Look for unusual letters in our fonts, the small ones first."""
    missing = {letter for letter in UNUSUAL.findall(html) if is_seen(letter)}
    for file in sorted(fonts.glob("*.?tf"), key=lambda each: each.stat().st_size):
        # The others of a family have the same letters.
        if missing and not re.search("Bold|Italic", file.stem):
            with TTFont(file, lazy=True) as font:
                missing -= set(map(chr, font.getBestCmap()))
    return "".join(sorted(missing))


def is_seen(letter: str) -> bool:
    """Tell letters from what only joins them or picks one of their forms."""
    joins = unicodedata.category(letter) == "Cf"
    return not joins and "VARIATION SELECTOR" not in unicodedata.name(letter, "")


def named(run: re.Match[str]) -> str:
    """Say in place of letters what they are and how many: “[Georgian ×7]”."""
    first = unicodedata.name(run[0][0], "")
    script = first.partition(" ")[0].title() or f"U+{ord(run[0][0]):04X}"
    return f"[{script} ×{len(run[0])}]"
