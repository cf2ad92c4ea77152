"""The way of an incident through its playbook's statuses, and what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse

from incidents.changes import Blocker
from incidents.choices import Milestone, Status
from incidents.models.incident_record import OTHER_FACTS
from incidents.models.incident_work import NEEDED_MILESTONES

if TYPE_CHECKING:
    from incidents.models import Incident

# While it runs these are no gaps in the record, but what people work on.
STILL_TO_COME = {"not_resolved", f"missing_{Milestone.MITIGATED}"}


@dataclass(frozen=True)
class Step:
    """A status on the path; `is_free` where it can be gone to from here."""

    code: str
    label: str
    is_now: bool
    is_free: bool


@dataclass(frozen=True)
class Remedy:
    """Something missing: the sentence, and how it is mended from the page."""

    sentence: str
    code: str
    fact: str = ""
    takes_time: bool = False
    edit: str = ""
    verb: str = ""


class StatusPath:
    """The steps, the next of them that something blocks, and each remedy."""

    def __init__(self, incident: Incident, may: Mapping[str, bool]) -> None:
        self.incident, self.may = incident, may

    @cached_property
    def steps(self) -> list[Step]:
        incident, now = self.incident, self.incident.status
        free = incident.is_running and self.may["change_status"]
        labels: dict[str, str] = {
            each.code: each.label for each in incident.playbook.statuses
        }
        labels.setdefault(now, incident.status_label)  # of an earlier version
        return [
            Step(code, label, code == now, free and code not in {now, Status.RESOLVED})
            for code, label in labels.items()
        ]

    @property
    def can_move(self) -> bool:
        return any(step.is_free for step in self.steps)

    @cached_property
    def missing(self) -> list[Remedy]:
        """List what stands against closing it as completed, each with its remedy."""
        if self.incident.closed_at:
            return []
        return [
            self._remedy(blocker)
            for blocker in self.incident.blockers_of_close()
            if not (self.incident.is_running and blocker.code in STILL_TO_COME)
        ]

    @cached_property
    def ahead(self) -> tuple[str, list[Remedy]]:
        """Give the next step that is blocked and what blocks it; else what is missing.

        Only an unfinished incident has a next status; what it lacks to be closed is
        said beforehand, for it is easier to answer while it is fresh.
        """
        for step in self._following():
            blockers = self._blockers_of(step)
            if blockers:
                return step.label, [self._remedy(blocker) for blocker in blockers]
        return "", self.missing

    def _following(self) -> list[Step]:
        if not self.incident.is_running:
            return []
        place = next(n for n, step in enumerate(self.steps) if step.is_now)
        return self.steps[place + 1 :]

    def _blockers_of(self, step: Step) -> list[Blocker]:
        if step.code == Status.RESOLVED:
            return self.incident.blockers_of_resolve()
        return self.incident.blockers_of_change_status(step.code)

    def _remedy(self, blocker: Blocker) -> Remedy:
        fact = str(blocker.field)
        edit = reverse("admin:incidents_incident_edit", args=[self.incident.pk])
        field = "users_affected" if fact == "impact" else fact
        return Remedy(
            sentence=blocker.sentence,
            code=blocker.code,
            fact=fact if blocker.code.startswith("missing_") else "",
            takes_time=fact in NEEDED_MILESTONES,
            edit=f"{edit}#id_{field}" if fact in OTHER_FACTS else "",
            verb=fact if self.may.get(fact) else "",
        )
