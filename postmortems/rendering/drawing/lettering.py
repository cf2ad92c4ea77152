"""Measures text as the document sets it, so that labels can be placed beforehand."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent.parent / "assets" / "fonts"
REGULAR, BOLD = "Inter-Regular.otf", "Inter-SemiBold.otf"
ELLIPSIS = "…"
# Letters that another font will draw: broad scripts fill their square.
BROAD, OTHER = 1.05, 0.8


@lru_cache(maxsize=2)
def _advances(font: str) -> dict[int, float]:
    """Read how far each letter of a font advances, in em."""
    with TTFont(FONTS / font, lazy=True) as opened:
        em = opened["head"].unitsPerEm
        metrics = opened["hmtx"].metrics
        letters = opened.getBestCmap()
        return {code: metrics[glyph][0] / em for code, glyph in letters.items()}


@lru_cache(maxsize=4096)
def width_of(text: str, *, bold: bool = False) -> float:
    """Measure a line in em."""
    advances = _advances(BOLD if bold else REGULAR)
    return sum(advances.get(ord(letter)) or _foreign(letter) for letter in text)


def _foreign(letter: str) -> float:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    is_broad = unicodedata.east_asian_width(letter) in "WF"
    return BROAD if is_broad or ord(letter) > 0xFFFF else OTHER


def fitted(text: str, room: float, *, bold: bool = False) -> str:
    """Cut a line to so many em; an ellipsis says that there was more."""
    # The typesetter draws letter by letter: an accent apart would stand beside it.
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if width_of(text, bold=bold) <= room:
        return text
    left = room - width_of(ELLIPSIS, bold=bold)
    for end in range(len(text)):
        left -= width_of(text[end], bold=bold)
        if left < 0:
            return text[:end].rstrip() + ELLIPSIS
    return text
