"""Brings many files in, each by itself: what is wrong with one stops no other."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.changes import Refused
from postmortems.importing.bringing import bring_in
from postmortems.importing.choosing import Choices, Known
from postmortems.importing.files import Found
from postmortems.importing.reading import source_of
from postmortems.importing.sharing import share_outside

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.importing.reading import Source
    from postmortems.importing.story import Story
    from postmortems.models import PostMortem

logger = logging.getLogger(__name__)


class Ended(StrEnum):
    IMPORTED = "imported"
    AGAIN = "again"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of a file, in a sentence, and what to look at."""

    name: str
    ended: Ended
    sentence: str
    notes: tuple[str, ...] = ()


def bring_all(
    files: Iterable[Found],
    choices: Choices,
    *,
    by: User,
    at: datetime,
    keeps: bool = True,
) -> Iterator[Outcome]:
    """Bring files in one by one; without `keeps` nothing of it is stored."""
    known = Known()
    for file in files:
        try:
            with transaction.atomic():
                outcome = _brought(file, choices, by, at, known)
                if not keeps:
                    transaction.set_rollback(True)
        except Refused as refused:
            codes = {blocker.code for blocker in refused.blockers}
            ended = Ended.AGAIN if codes == {"again"} else Ended.REFUSED
            outcome = Outcome(file.name, ended, str(refused))
        except Exception:
            logger.exception("import.failed", extra={"file": file.name})
            sentence = _("It cannot be imported: this is our fault, and in the log.")
            outcome = Outcome(file.name, Ended.REFUSED, sentence)
        yield outcome


def _brought(
    file: Found, choices: Choices, by: User, at: datetime, known: Known
) -> Outcome:
    if file.refused:
        raise Refused.because("file", file.refused)
    source = source_of(file.content, file.name)
    story, postmortem = bring_in(source, choices, by=by, at=at, known=known)
    sentence = _said(source, story, postmortem)
    return Outcome(file.name, Ended.IMPORTED, sentence, story.notes)


def _said(source: Source, story: Story, postmortem: PostMortem) -> str:
    sentence = _(
        "%(reference)s “%(title)s”, %(state)s: %(entries)d entries, %(items)d action "
        "items of which %(open)d open, %(outside)s of its words not recognised."
    )
    return sentence % {
        "reference": postmortem.incident.reference,
        "title": story.title,
        "state": _("draft") if postmortem.is_draft else _("published"),
        "entries": len(story.entries),
        "items": len(story.items),
        "open": story.open_items,
        "outside": f"{share_outside(source, story):.0%}",
    }
