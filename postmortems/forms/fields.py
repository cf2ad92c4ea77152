"""How the fields of the writing page are named, and the texts in them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from postmortems.models.section import tidy

SEEN, TEXT, LINE, NEW = "seen-", "text-", "line-", "new-"
WRITING = "writing"  # the key of the form that all of them belong to
FEWEST_ROWS, MOST_ROWS, CHARACTERS_PER_ROW = 4, 24, 90
# What a pasted list begins its lines with.
BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")


class Text(forms.CharField):
    """Text as it was typed, with the line ends the database has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)
        # PostgreSQL refuses it, and nobody types it: it goes without a word.
        self.validators = [
            each
            for each in self.validators
            if not isinstance(each, ProhibitNullCharactersValidator)
        ]

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show what is stored where nothing came: the page leaves out what stayed."""
        return initial if data is None else super().bound_data(data, initial)

    def to_python(self, value: Any) -> str:
        return tidied(super().to_python(value) or "")


def tidied(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def is_same(one: str, other: str) -> bool:
    return tidy(one) == tidy(other)


def lines_of(text: str) -> list[str]:
    """Give the lines of a list as somebody typed or pasted it."""
    lines = (BULLET.sub("", line).strip() for line in text.split("\n"))
    return [line for line in lines if line]


def rows_for(text: str, fewest: int = FEWEST_ROWS) -> int:
    """Choose a height in which most of the text is seen at once."""
    lines = sum(1 + len(line) // CHARACTERS_PER_ROW for line in text.split("\n"))
    return min(max(lines + (fewest > 1), fewest), MOST_ROWS)


def area(**attributes: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"form": WRITING, **attributes})


def seen() -> forms.HiddenInput:
    return forms.HiddenInput(attrs={"form": WRITING})
