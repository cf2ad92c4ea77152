"""What a step of a post-mortem is that a button takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.models import PostMortem

# The fingerprint of the text on the page that a step is taken from, and its time.
READ, READ_AT = "read", "read_at"
# May give the place on the page that the step leads to.
Taker = Callable[["PostMortem", Mapping[str, str], "User", datetime], str | None]
# What is said of a step by what it made.
Saying = Callable[["PostMortem", Mapping[str, str]], str]


@dataclass(frozen=True)
class Step:
    """How a step is taken from what was posted, and what is said when it worked."""

    take: Taker
    done: str | Promise | Saying = ""
    leads_to: str = ""

    def said(self, postmortem: PostMortem, posted: Mapping[str, str]) -> str:
        """Say that it worked, by what there is now."""
        if callable(self.done):
            return self.done(postmortem, posted)
        return str(self.done)


def place_of(posted: Mapping[str, str]) -> str:
    """Give the place on the page where the button stood."""
    for name, start in (("line", "#line-"), ("section", "#section-")):
        if name in posted:
            return start + "".join(c for c in posted[name] if c.isalnum() or c in "-_")
    return ""
