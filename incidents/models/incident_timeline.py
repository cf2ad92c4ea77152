"""The verbs of an incident's timeline: write an entry, pin one, strike one out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import Refused, changing
from incidents.choices import ENTRY_KINDS, Kind
from incidents.images import MOST_IMAGES, Picture
from incidents.models.attachment import keeping
from incidents.repeats import stop_second_entry

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, TimelineEvent


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

    def _own(self: Incident, entry: TimelineEvent) -> TimelineEvent:
        if entry.incident_id != self.pk:
            sentence = _("That entry is of another incident.")
            raise Refused.because("entry", sentence, "entry")
        return entry
