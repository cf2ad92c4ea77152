"""The way of a text to a version: what it would change, and publishing it safely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from incidents.models import Playbook, PlaybookVersion
from incidents.playbook_moves import Group, groups_of
from incidents.playbooks.compare import Difference, differences, unified
from incidents.playbooks.schema import PlaybookDocument


class Overtaken(Exception):
    """Somebody published since the preview was made."""


class Taken(Exception):
    """Somebody else has just used this short name."""


@dataclass(frozen=True)
class Comparison:
    """Two documents side by side: by path, and as text."""

    differences: list[Difference]
    text: str

    @classmethod
    def of(
        cls, before: PlaybookDocument, after: PlaybookDocument, *names: str
    ) -> Comparison:
        return cls(differences(before, after), unified(before, after, *names))


@dataclass(frozen=True)
class Preview:
    """What publishing would do, and what somebody else has done meanwhile."""

    content: PlaybookDocument
    changes: Comparison | None
    groups: list[Group]
    base: int
    newest: PlaybookVersion | None = None
    meanwhile: Comparison | None = None

    @property
    def is_idle(self) -> bool:
        return self.changes is not None and not self.changes.differences

    @property
    def running(self) -> int:
        return sum(group.count for group in self.groups)


def preview_of(
    playbook: Playbook,
    content: PlaybookDocument,
    *,
    base: int | None,
    draft_name: str,
    reader: User,
) -> Preview:
    """Compare a draft with the present version, and that with where it began."""
    newest = playbook.current
    if newest is None:
        return Preview(content, None, [], base=0)
    meanwhile = None
    begun = base and playbook.versions.filter(number=base).first()
    if begun and begun != newest:
        names = f"v{begun.number}", f"v{newest.number}"
        meanwhile = Comparison.of(begun.content, newest.content, *names)
    return Preview(
        content=content,
        changes=Comparison.of(newest.content, content, f"v{newest.number}", draft_name),
        groups=groups_of(playbook, content, reader),
        base=newest.number,
        newest=newest,
        meanwhile=meanwhile,
    )


@transaction.atomic
def publish_over(
    playbook: Playbook,
    content: PlaybookDocument,
    *,
    base: int,
    by: User,
    at: datetime,
    note: str,
) -> PlaybookVersion:
    """Publish on top of the version the preview showed, or raise Overtaken."""
    locked = Playbook.objects.select_for_update().get(pk=playbook.pk)
    newest = locked.current
    if (newest.number if newest else 0) != base:
        raise Overtaken
    return locked.publish(content, by=by, at=at, note=note)


def begin(
    slug: str, content: PlaybookDocument, *, by: User, at: datetime
) -> PlaybookVersion:
    """Make a playbook with its first version, or raise Taken."""
    try:
        with transaction.atomic():
            playbook = Playbook.objects.create(slug=slug, name=content.name)
            return playbook.publish(content, by=by, at=at)
    except IntegrityError as error:
        raise Taken from error
