"""What a mail says: a subject, a text and HTML, by the templates of one name."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string

# Telephones show no more of a subject, and it must make sense without the rest.
LONGEST_SUBJECT = 60


class Wording(NamedTuple):
    subject: str
    text: str
    html: str


def write(name: str, context: dict[str, Any]) -> Wording:
    """Fill in emails/<name>.subject, .txt and .html; the subject is one short line."""
    subject = clipped(render_to_string(f"emails/{name}.subject", context))
    context = {"subject": subject, "site": settings.SITE_URL, **context}
    return Wording(
        subject,
        render_to_string(f"emails/{name}.txt", context),
        render_to_string(f"emails/{name}.html", context),
    )


def clipped(words: str, most: int = LONGEST_SUBJECT) -> str:
    """Put words on one line of at most so many characters."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def greeted(person: User) -> str:
    """Name a person as a letter to them does."""
    return person.first_name or person.get_username()
