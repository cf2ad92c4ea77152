"""Brings a source in: all of it, published if that is asked for, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.changes import Refused
from postmortems.importing.choosing import Choices, Known
from postmortems.importing.reading import Source
from postmortems.importing.storing import require_new, store
from postmortems.importing.story import Story
from postmortems.importing.telling import story_of
from postmortems.permissions import POSTMORTEM_VERBS

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.models import PostMortem

IMPORT = ("postmortems.add_postmortem", "incidents.add_incident")
FILL = ("postmortems.change_postmortem", "incidents.change_incident")
RESTRICT = "incidents.restrict_incident"


def may_import(person: User) -> bool:
    return person.has_perms(IMPORT)


def may_publish(person: User) -> bool:
    return person.has_perm(POSTMORTEM_VERBS["publish"])


def bring_in(
    source: Source,
    choices: Choices,
    *,
    by: User,
    at: datetime,
    known: Known | None = None,
) -> tuple[Story, PostMortem]:
    """Store what a source says, and give it; raise Refused with what hinders it."""
    if not may_import(by):
        sentence = _("Your group does not allow you to import post-mortems.")
        raise Refused.because("permission", sentence)
    if choices.publishes and not may_publish(by):
        sentence = _("Your group does not allow you to publish: import it as a draft.")
        raise Refused.because("publish", sentence, "publishes")
    if choices.restricted and not by.has_perm(RESTRICT):
        sentence = _("Your group does not allow you to restrict incidents.")
        raise Refused.because("restrict", sentence, "restricted")
    require_new(source, by)
    story = story_of(source, choices, by=by, now=at, known=known)
    if story.incident and not by.has_perms(FILL):
        sentence = _("Your group does not allow you to change %s.")
        raise Refused.because("permission", sentence % story.incident.reference)
    with transaction.atomic():
        postmortem = store(story, source, by=by, at=at)
        if choices.publishes:
            postmortem.publish_as_imported(by=by, at=at)
    return story, postmortem
