"""Where a write-up goes: the incident that has its reference, or one of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.models import Incident, Playbook
from incidents.patterns import LONGEST_REFERENCE
from incidents.playbooks.schema import PlaybookDocument
from postmortems.importing.choosing import Choices
from postmortems.models import PostMortem

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def existing(reference: str, by: User) -> Incident | None:
    """Give the incident of this reference, if there is one that this person sees."""
    if not reference or len(reference) > LONGEST_REFERENCE:
        return None
    seen = Incident.objects.visible_to(by).select_related(
        "team__calendar", "severity", "playbook_version__playbook"
    )
    return seen.filter(reference=reference).first()


def is_here(incident: Incident) -> str:
    sentence = _(
        "%s is here already: its record stays as it is, and what its timeline and its "
        "action items lack is added."
    )
    return sentence % incident.reference


def rules_of(
    choices: Choices, incident: Incident | None
) -> tuple[Playbook, PlaybookDocument]:
    """Give the playbook with its document, or raise Refused where there is none."""
    if incident:
        return incident.playbook_version.playbook, incident.playbook
    playbook = choices.rules
    version = playbook.current if playbook else None
    if playbook is None or version is None:
        sentence = _("The team works by no published playbook: choose one.")
        raise Refused.because("playbook", sentence, "playbook")
    return playbook, version.content


def require_empty(incident: Incident) -> PostMortem | None:
    """Give the post-mortem in which nobody wrote yet; raise Refused for any other."""
    found = PostMortem.objects.filter(incident=incident).first()
    if found is None:
        return None
    sections = found.sections
    is_written = (
        found.version
        or sections.exclude(body="").exists()
        or sections.filter(findings__isnull=False).exists()
        or sections.filter(comments__isnull=False).exists()
        or found.drafts.exists()
    )
    if is_written:
        sentence = _(
            "%s has a post-mortem in which somebody wrote already: nothing of it is "
            "overwritten. Write there what is missing."
        )
        raise Refused.because("written", sentence % incident.reference, "text")
    return found
