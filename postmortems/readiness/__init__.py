"""What a draft still lacks before it is published, or where it is weak.

What blocks is exactly what the verb would refuse; everything else is advice. All of it
is read off the snapshot, with a number of queries that does not depend on how much
there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from postmortems.drafting import snapshot_of
from postmortems.readiness.check import Check, Draft, Level
from postmortems.readiness.parts import checks_of_parts
from postmortems.readiness.review import checks_of_review, checks_that_block
from postmortems.readiness.texts import checks_of_texts
from postmortems.readiness.times import checks_of_times

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.utils.functional import _StrPromise

    from incidents.changes import Blocker
    from incidents.playbooks.schema.learning import Wording
    from postmortems.models import PostMortem
    from postmortems.snapshot import Snapshot

__all__ = ["Check", "Level", "Readiness", "readiness_of"]

MOST_OF_A_KIND = 8
TITLES: Mapping[Level, _StrPromise] = {
    Level.BLOCKS: _("Before it can be published"),
    Level.WEAK: _("Weak"),
    Level.HINT: _("Worth another look"),
}


def readiness_of(
    postmortem: PostMortem,
    user: User,
    now: datetime,
    snapshot: Snapshot | None = None,
    blockers: Sequence[Blocker] | None = None,
) -> list[Check]:
    """List what is missing or weak, worst first; nothing once it is published.

    What is known by now is not asked for again.
    """
    if not postmortem.is_draft:
        return []
    snapshot = snapshot or snapshot_of(postmortem, now=now)
    draft = Draft(postmortem, snapshot, user, now)
    if blockers is None:
        may_publish = user.has_perm("postmortems.publish_postmortem")
        blockers = postmortem.blockers_of_publish(user if may_publish else None)
    empty = {each.field for each in blockers if each.code == "empty"}
    checks = [
        *checks_that_block(draft, blockers),
        *checks_of_parts(draft, empty),
        *checks_of_times(draft),
        *checks_of_texts(draft),
        *checks_of_review(draft, blockers),
    ]
    return sorted(_few_of_each(checks), key=lambda each: list(Level).index(each.level))


def _few_of_each(checks: Iterable[Check]) -> Iterator[Check]:
    """Keep some of each kind, and say how many more there are; all that block stay."""
    counts: Counter[str] = Counter()
    more: dict[str, Check] = {}
    for each in checks:
        counts[each.code] += 1
        if each.level == Level.BLOCKS or counts[each.code] <= MOST_OF_A_KIND:
            yield each
        else:
            more.setdefault(each.code, each)
    for code, first in more.items():
        number = counts[code] - MOST_OF_A_KIND
        sentence = ngettext("%d more like “%s”", "%d more like “%s”", number)
        yield Check(code, first.level, sentence % (number, first.sentence), first.url)


@dataclass(frozen=True)
class Group:
    level: Level
    title: str
    checks: list[Check]


class Readiness:
    """The checks as the card shows them, and how the playbook speaks of people."""

    def __init__(self, checks: Iterable[Check], wording: Wording | None = None) -> None:
        self.checks = list(checks)
        self.wording = wording

    @classmethod
    def of(
        cls,
        postmortem: PostMortem,
        user: User,
        now: datetime,
        snapshot: Snapshot | None = None,
        blockers: Sequence[Blocker] | None = None,
    ) -> Readiness:
        rule = postmortem.incident.playbook.postmortem
        wording = rule.wording if rule else None
        checks = readiness_of(postmortem, user, now, snapshot, blockers)
        return cls(checks, wording)

    @property
    def groups(self) -> list[Group]:
        """Give the levels at which there is something, the worst first."""
        groups = (
            Group(level, str(title), [c for c in self.checks if c.level == level])
            for level, title in TITLES.items()
        )
        return [each for each in groups if each.checks]

    @property
    def advice(self) -> int:
        """Count what does not stand against publishing."""
        return sum(each.level != Level.BLOCKS for each in self.checks)

    @property
    def blocks(self) -> bool:
        return any(each.level == Level.BLOCKS for each in self.checks)
