"""Knows a step that was sent twice: a double press, or a page sent once more.

The same person, the same words, within seconds. Asked on the locked incident, so that
of two at once the second sees the first. Whoever means it twice says so a bit later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.changes import Refused

if TYPE_CHECKING:
    from incidents.images import Picture
    from incidents.models import ActionItem, Attachment, TimelineEvent

# Longer than a press takes that seemed to do nothing, shorter than second thoughts.
WINDOW = timedelta(seconds=15)


class AlreadyThere(Refused):
    """The very same was just added: nothing is missing, and nothing was done."""


def stop_second_entry(entry: TimelineEvent, images: Sequence[Picture]) -> None:
    """Raise AlreadyThere if this person has just written that of that time."""
    alike = type(entry).objects.filter(
        incident=entry.incident_id,
        author=entry.author_id,
        verb="",
        kind=entry.kind,
        text=entry.text,
        struck_at=None,
        at__range=_around(entry.at),
        recorded_at__range=_around(timezone.now()),
    )
    if any(_shows(each, images) for each in alike):
        sentence = _("That entry is there already: it was not written twice.")
        raise AlreadyThere.because("already_there", sentence)


def stop_second_item(item: ActionItem) -> None:
    """Raise AlreadyThere if this person has just raised that, alike in all it says."""
    pending = type(item).objects.pending()
    alike = pending.filter(
        incident=item.incident_id,
        created_by=item.created_by_id,
        created_at__range=_around(item.created_at),
        title=item.title,
        details=item.details,
        kind=item.kind,
        horizon=item.horizon,
        priority=item.priority,
        owner=item.owner_id,
        due_on=item.due_on,
        ticket=item.ticket,
        raised_from=item.raised_from_id,
    )
    if alike.exists():
        sentence = _("That action item is there already: it was not added twice.")
        raise AlreadyThere.because("already_there", sentence)


def _shows(entry: TimelineEvent, images: Sequence[Picture]) -> bool:
    """Say whether these are the images beside an entry, to the last byte."""
    kept = list(entry.images.all())
    if len(kept) != len(images):
        return False
    pairs = zip(kept, images, strict=True)
    return all(row.is_stored and _content(row) == e.content for row, e in pairs)


def _content(image: Attachment) -> bytes:
    with image.file.open("rb") as file:
        return bytes(file.read())


def _around(at: datetime) -> tuple[datetime, datetime]:
    return at - WINDOW, at + WINDOW
