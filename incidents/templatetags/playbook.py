"""Names of what a playbook refers to by a code, for the templates of its page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from incidents.playbook_words import KINDS, band_of, field_of, rhythm_of, span_of
from incidents.playbooks.schema import Part, Span, Threshold, UpdateClock

register = template.Library()
NAMES = ("name", "title", "label", "condition")


@register.filter
def word(code: str, kind: str) -> str:
    """Print a fixed choice, such as a medium, in words."""
    return str(KINDS[kind].get(code, code))


@register.filter
def named(code: str, parts: Iterable[Part]) -> str:
    """Print what the part of this code is called."""
    found: Any = next((p for p in parts if getattr(p, "code", None) == code), None)
    return next((getattr(found, n) for n in NAMES if hasattr(found, n)), code)


@register.filter
def band(threshold: Threshold) -> str:
    return band_of(threshold)


@register.filter
def rhythm(clock: UpdateClock) -> str:
    return rhythm_of(clock)


@register.filter
def span(part: Span) -> str:
    return span_of(part)


@register.filter
def field(code: str) -> str:
    return field_of(code)
