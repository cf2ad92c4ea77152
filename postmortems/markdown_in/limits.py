"""How much of a write-up is read: what takes longer than a person waits is refused."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from postmortems.markdown_in.decoding import Unreadable

# The longest write-ups we know of have some thousand lines. A timeline of more entries
# than this is a log, and no document prints them.
MOST = {
    "lines": (20_000, gettext_noop("lines")),
    "headings": (5_000, gettext_noop("headings")),
    "entries": (2_000, gettext_noop("entries in its timeline")),
    "items": (1_000, gettext_noop("action items")),
}


def require_few(what: str, there: int) -> None:
    """Raise Unreadable for more of something than is read."""
    most, name = MOST[what]
    if there > most:
        sentence = _(
            "It has more than %(most)s %(name)s. Split it into one file for each "
            "incident, and leave logs out of it."
        )
        raise Unreadable(sentence % {"most": f"{most:,}", "name": _(name)})
