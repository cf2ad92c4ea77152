"""Who gets what and why, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from incidents.digest import nobodys, upcoming
from incidents.digest_mail import Digest
from incidents.models import ActionItem


def story(
    at: datetime, digests: list[Digest], *, person: int | None = None
) -> Iterator[str]:
    """Tell who would get which digest at a moment; where nobody would, what comes."""
    digests = [each for each in digests if person in (None, each.person.pk)]
    for digest in digests:
        yield from described(digest)
    if not digests:
        for digest in upcoming(at):
            if person in (None, digest.person.pk):
                yield f"Next: {headline(digest)}"
    if person is None:
        for item in nobodys(at):
            yield f"{name(item)}: nobody can be reminded of it."


def described(digest: Digest) -> Iterator[str]:
    """Name the person, then each item with the reason, a line for each."""
    yield headline(digest)
    for line in digest.lines:
        news = "new" if line.is_new else "told before"
        yield f"  {name(line.item)}: {line.when}, {news}. {line.reason}".rstrip()


def headline(digest: Digest) -> str:
    return f"{digest.person.email}, {digest.at:%Y-%m-%d %H:%M %Z}: {digest.summary}"


def name(item: ActionItem) -> str:
    return f"{item.belongs_to} {item.title}"
