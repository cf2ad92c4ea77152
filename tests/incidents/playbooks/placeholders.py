"""Finds the placeholders of a message by a pattern of its own, not the product's."""

from __future__ import annotations

import re

PLACEHOLDER = re.compile(r"{([a-z_]+)(?:[ :][^{}]*)?}")


def placeholders_of(text: str) -> list[str]:
    return PLACEHOLDER.findall(text)
