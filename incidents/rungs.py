"""Which playbook's rungs count for each item, read once for all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from incidents.bindings import playbooks_of
from incidents.models import PlaybookVersion, Team
from incidents.playbooks.schema import ReminderRule

# The one part of a stored document that is needed, so that the rest stays behind.
PART = "document__action_items__reminders"
USUAL = ReminderRule()
# As many days before it is due, at most, somebody may be reminded of an item.
MOST_BEFORE = 14


@dataclass(frozen=True)
class Rules:
    """The rungs of the versions that incidents keep, and of teams by themselves."""

    versions: dict[int, ReminderRule]
    teams: dict[int, ReminderRule]
    usual: ReminderRule

    @classmethod
    def read(cls, versions: Collection[int], teams: Collection[int]) -> Rules:
        """Read them in as many queries for few as for many."""
        frozen = PlaybookVersion.objects.filter(pk__in=versions)
        chosen = Team.objects.select_related("playbook").in_bulk(list(teams))
        playbooks = playbooks_of([*chosen.values(), None])
        newest = _newest({each.pk for each in playbooks.values() if each})
        own = {team: newest.get(each.pk) for team, each in playbooks.items() if each}
        usual = own.get(None) or USUAL
        return cls(
            {pk: rule_in(part) for pk, part in frozen.values_list("pk", PART)},
            {team.pk: rule or usual for team, rule in own.items() if team},
            usual,
        )

    def of(self, version: int | None, team: int | None) -> ReminderRule:
        """Give the rungs of an incident's version, else of the item's own team."""
        if version is not None:
            return self.versions[version]
        return self.teams.get(team or 0, self.usual)


def rule_in(part: object) -> ReminderRule:
    """Read the part of a document; one from before it had any keeps the usual rungs."""
    return ReminderRule.model_validate(part) if part else USUAL


def _newest(playbooks: Collection[int]) -> dict[int, ReminderRule]:
    rows = PlaybookVersion.objects.filter(playbook__in=playbooks).order_by("number")
    # The last of each playbook wins.
    parts = dict(rows.values_list("playbook", PART))
    return {playbook: rule_in(part) for playbook, part in parts.items()}
