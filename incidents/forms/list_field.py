from __future__ import annotations

from typing import Any

from django import forms


class ListField(forms.CharField):
    """A text that people write and a list that is stored; subclasses read it."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except forms.ValidationError:
            return True

    def run_validators(self, value: Any) -> None:
        """Leave the list alone: the validators of a text are about its characters."""


def numbered_lines(text: Any) -> list[tuple[int, str]]:
    """Give the lines that say something, each with its number."""
    lines = [line.strip() for line in str(text or "").splitlines()]
    return [(number, line) for number, line in enumerate(lines, start=1) if line]
