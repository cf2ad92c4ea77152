"""The verbs of an incident's timeline: write an entry, pin one, strike one out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext as _

from incidents.changes import Refused, changing, save_alike
from incidents.choices import ENTRY_KINDS, Kind
from incidents.images import MOST_IMAGES, Picture
from incidents.models.attachment import keeping
from incidents.repeats import stop_second_entry
from incidents.revisions import touch

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, TimelineEvent


def _takes(entry: TimelineEvent, new: Mapping[str, bool]) -> bool:
    """Say whether these marks change an entry."""
    if entry.struck_at and any(new.values()):
        return False
    return any(getattr(entry, name) != value for name, value in new.items())


class TimelineVerbs(models.Model):
    class Meta:
        abstract = True

    def note(
        self: Incident,
        text: str,
        *,
        by: User,
        at: datetime,
        kind: str = Kind.NOTE,
        images: Sequence[Picture] = (),
        once: bool = False,
    ) -> TimelineEvent:
        """Write a person's entry on the timeline, at the time it happened.

        An image may stand for the text; what it shows, or “Image”, is the text then.
        With `once`, raises AlreadyThere for the second of two presses.
        """
        with keeping(images) as keep, changing(self, by=by, at=at) as change:
            shown = next((each.words for each in images if each.words), _("Image"))
            said = text.strip() or (shown if images else "")
            if not said:
                change.refuse("text", _("An entry needs a text or an image."), "text")
            if kind not in ENTRY_KINDS:
                sentence = _("Choose the kind from those a person writes.")
                change.refuse("kind", sentence, "kind")
            if len(images) > MOST_IMAGES:
                sentence = _("At most %s images go with an entry: write two.")
                change.refuse("images", sentence % MOST_IMAGES, "images")
            if once:
                change.stop_if_blocked()
                stop_second_entry(
                    self.timeline.model(
                        incident=self, author=by, at=at, kind=kind, text=said
                    ),
                    images,
                )
            change.say("", kind, said)
            event = change.commit(change.row)
            keep(event)
            return event

    def pin(self: Incident, entry: TimelineEvent, *, by: User, at: datetime) -> None:
        """Keep an event in sight above the others."""
        self._own(entry).pin(by=by)

    def unpin(self: Incident, entry: TimelineEvent, *, by: User, at: datetime) -> None:
        self._own(entry).unpin(by=by)

    def strike(
        self: Incident, entry: TimelineEvent, *, because: str, by: User, at: datetime
    ) -> None:
        """Strike out a person's entry: it stays, and is told no more."""
        self._own(entry).strike(because, by=by, at=at)

    def reword_entry(
        self: Incident, entry: TimelineEvent, text: str, *, was: str, by: User
    ) -> None:
        """Have the post-mortem say it in other words; the log stays."""
        self._own(entry).reword(text, was=was, by=by)

    def mark_entries(
        self: Incident,
        keys: Collection[int],
        *,
        in_postmortem: bool | None = None,
        is_public: bool | None = None,
        by: User,
    ) -> int:
        """Choose what the post-mortem tells, and what of it customers read, at once.

        Returns how many entries that changed. What is struck out is told nobody, so it
        can only be taken out.
        """
        asked = {"in_postmortem": in_postmortem, "is_public": is_public}
        new = {name: value for name, value in asked.items() if value is not None}
        with transaction.atomic():
            touch(self.pk)
            rows = self.timeline.select_for_update().in_bulk(set(keys))
            if len(rows) < len(set(keys)):
                sentence = _("One of these entries is of another incident.")
                raise Refused.because("entry", sentence, "entry")
            changed = [row for row in rows.values() if _takes(row, new)]
            save_alike(changed, by, new)
        return len(changed)

    def _own(self: Incident, entry: TimelineEvent) -> TimelineEvent:
        if entry.incident_id != self.pk:
            sentence = _("That entry is of another incident.")
            raise Refused.because("entry", sentence, "entry")
        return entry
