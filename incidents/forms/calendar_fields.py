"""Fields of a calendar: whose public holidays count, and the team's own days off."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

import holidays
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from holidays.registry import COUNTRIES

from incidents.forms.list_field import ListField, numbered_lines

Choices = list[tuple[str, Any]]
MOST_DAYS = 400
SMALL_WORDS = {"And": "and", "Of": "of", "The": "the"}


@lru_cache(maxsize=1)
def country_choices() -> Choices:
    """Offer every country by name, those that have parts as a group with them."""
    offered: dict[str, Any] = {}
    for code, parts in holidays.list_supported_countries(include_aliases=False).items():
        name = _country_names()[code]
        whole = (code, name)
        offered[name] = [whole, *_part_choices(code, name, parts)] if parts else whole
    return [
        ("", _("No public holidays")),
        *(
            (name, choice) if isinstance(choice, list) else choice
            for name, choice in sorted(offered.items())
        ),
    ]


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    """Take the names apart that the library writes as one word."""
    return {
        code: " ".join(
            SMALL_WORDS.get(word, word)
            for word in re.findall(r"Mc[A-Z][a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+", name)
        )
        for name, code, *_others in COUNTRIES.values()
    }


def _part_choices(code: str, country: str, parts: list[str]) -> Choices:
    """Name the parts; the first of several names that the library knows is taken."""
    names: dict[str, str] = {}
    for name, part in getattr(holidays, code).subdivisions_aliases.items():
        names.setdefault(part, name)
    named = [
        (f"{code}-{part}", f"{country}: {names.get(part, part)}") for part in parts
    ]
    return sorted(named, key=lambda choice: choice[1])


class CountryField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=country_choices, required=False, **kwargs)


class DaysField(ListField):
    """Dates, one a line; its value is a sorted list such as ["2026-12-24"]."""

    widget = forms.Textarea(
        attrs={"rows": 6, "spellcheck": "false", "placeholder": "2026-12-24"}
    )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        written = numbered_lines(value)
        if len(written) > MOST_DAYS:
            sentence = gettext("Write at most %d days: leave out those that are past.")
            raise forms.ValidationError(sentence % MOST_DAYS)
        wrong = [(n, line) for n, line in written if _day(line) is None]
        if wrong:
            sentence = gettext("Line %(n)d: “%(line)s” is no date like 2026-12-24.")
            raise forms.ValidationError(
                [sentence % {"n": n, "line": line[:40]} for n, line in wrong[:10]]
            )
        return sorted({line for _n, line in written})


def _day(text: str) -> date | None:
    """Read 2026-12-24, and nothing else that a date can be written as."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
