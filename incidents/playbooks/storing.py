"""Keeps playbooks that come as files in versions, and never loses an edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Playbook, PlaybookVersion
from incidents.models.playbook import fingerprint
from incidents.playbooks.compare import Difference, differences
from incidents.playbooks.schema import PlaybookDocument

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Side = Literal["file", "stored"]


@dataclass(frozen=True)
class Stored:
    """The playbook, its version that counts now, and whether this one is new."""

    playbook: Playbook
    version: PlaybookVersion
    is_new: bool


class Conflict(Exception):
    """The stored playbook says what no file said; somebody must choose.

    `differences` go from what is stored to what the file says.
    """

    def __init__(self, current: PlaybookVersion, found: list[Difference]) -> None:
        self.differences = found
        facts = {"name": current.playbook.slug, "number": current.number}
        if current.playbook.loaded_id is None:
            sentence = _("Version %(number)d of %(name)s was not loaded from a file.")
        else:
            sentence = _("%(name)s was edited since its file was loaded.")
        self.sentence = sentence % facts
        super().__init__(self.sentence)


@transaction.atomic
def store(
    slug: str,
    document: PlaybookDocument,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    take: Side | None = None,
) -> Stored:
    """Publish what a file says, unless it is stored already, or raise Conflict."""
    playbook, _made = Playbook.objects.select_for_update().get_or_create(
        slug=slug, defaults={"name": document.name}
    )
    current = playbook.current
    if current and _keeps(playbook, current, document, take):
        playbook.remember_file(current, document)
        return Stored(playbook, current, is_new=False)
    version = playbook.publish(document, by=by, at=at, note=note)
    playbook.remember_file(version, document)
    return Stored(playbook, version, is_new=True)


def _keeps(
    playbook: Playbook,
    current: PlaybookVersion,
    document: PlaybookDocument,
    take: Side | None,
) -> bool:
    """Say whether the stored version stays; raise Conflict where both have changed."""
    sha = fingerprint(document)
    if current.sha256 == sha or take == "stored":
        return True
    if take == "file":
        return False
    if playbook.loaded_id != current.pk:
        raise Conflict(current, differences(current.content, document))
    return playbook.loaded_sha256 == sha
