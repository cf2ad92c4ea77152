from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def name_of(person: User | None) -> str:
    """Name a person as others know them: by name, else by address; nobody is empty."""
    return (person.get_full_name() or person.get_username()) if person else ""


def enumerated(words: Iterable[str], last: str) -> str:
    """Join words with commas, the last one with what is given."""
    *first, end = [*words] or [""]
    return f"{', '.join(first)}{last}{end}" if first else end
