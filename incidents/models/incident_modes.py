"""The verbs of what concerns everybody: a deploy freeze, the maintenance mode."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.changes import Blocker, Change, Refused, changing
from incidents.choices import MODES, ConditionKind, Kind, Tracking

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Condition, Incident
    from incidents.playbooks.schema import SeverityLevel

CONFIRMED = {
    ConditionKind.FREEZE: gettext_lazy("All-clear: deployments may go on"),
    ConditionKind.MAINTENANCE: gettext_lazy("All-clear: the maintenance mode is over"),
}


class ModeVerbs(models.Model):
    class Meta:
        abstract = True

    def start_mode(
        self: Incident, kind: str, *, by: User, at: datetime, banner: str = ""
    ) -> None:
        """Start a freeze or the maintenance mode: every page says so from now on.

        Without a text the banner is what the playbook says.
        """
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_of_start_mode(kind))
            change.stop_if_blocked()
            words = " ".join(banner.split()) or incident.banner_of(kind)
            mode = incident._mode(kind, words, by, at)
            change.also(mode)
            change.say("start_mode", Kind.ACTION, mode.announcement, mode=kind)
            change.commit(incident)

    def end_mode(
        self: Incident, kind: str, *, by: User, at: datetime, note: str = ""
    ) -> None:
        """Give the all-clear."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            held = next((e for e in incident.held_modes if e.kind == kind), None)
            if held is None:
                sentence = _("It is over already: somebody gave the all-clear.")
                raise Refused([*change.blockers, Blocker("no_mode", sentence, "kind")])
            if at < held.since_at:
                change.refuse("mode_later", _("It was started later than this."), "at")
            change.stop_if_blocked()
            held.until_at, held.cleared_by = at, by
            change.also(held)
            text = str(CONFIRMED[ConditionKind(kind)])
            text = ": ".join(filter(None, [text, note.strip()]))
            change.say("end_mode", Kind.ACTION, text, mode=kind)
            change.commit(incident)

    @property
    def held_modes(self: Incident) -> list[Condition]:
        """List what every page speaks of; from memory where conditions were read."""
        rows = self.conditions.all()
        return [row for row in rows if row.until_at is None and row.kind in MODES]

    def banner_of(self: Incident, kind: str) -> str:
        """Propose what every page says, in the words of the playbook."""
        if kind == ConditionKind.FREEZE:
            freeze = self.playbook.freeze
            proposed = freeze.banner if freeze else ""
            return proposed or _("Please deploy nothing until the all-clear.")
        maintenance = self.playbook.maintenance
        proposed = (maintenance.banner if maintenance else "") or ""
        return proposed or _("We have taken the service down on purpose.")

    def blockers_of_start_mode(self: Incident, kind: str) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if kind not in MODES:
            sentence = _("Choose the deploy freeze or the maintenance mode.")
            blockers.append(Blocker("kind", sentence, "kind"))
        elif kind in {each.kind for each in self.held_modes}:
            blockers.append(Blocker("mode_holds", _("It holds already."), "kind"))
        return blockers

    def blockers_of_modes(self: Incident) -> list[Blocker]:
        """List the all-clears that stand out before it can be closed as completed."""
        sentence = _("The %s still holds: give the all-clear.")
        return [
            Blocker(f"mode_{each.kind}", sentence % _lower(each), "end_mode")
            for each in self.held_modes
        ]

    def asked_freeze(
        self: Incident, change: Change[Incident], *, was: SeverityLevel | None = None
    ) -> Condition | None:
        """Give the freeze that the severity asks for, if it has to start now.

        A severity it had before, and which asked for one too, does not start it anew:
        somebody may have given the all-clear.
        """
        level = self.playbook.level(self.severity.code)
        if level is None or not level.deploy_freeze or (was and was.deploy_freeze):
            return None
        in_earnest = self.tracking == Tracking.DECLARED and not self.is_drill
        if not in_earnest or self.is_record or not self.is_running:
            return None
        kind = ConditionKind.FREEZE
        if self.pk and self.blockers_of_start_mode(kind):
            return None
        return self._mode(kind, self.banner_of(kind), change.by, change.at)

    def end_modes(self: Incident, change: Change[Incident]) -> str:
        """End all of them, where it was no incident; give what the event adds."""
        said = []
        for each in self.held_modes:
            each.until_at = max(change.at, each.since_at)
            each.cleared_by = change.by
            change.also(each)
            said.append(str(CONFIRMED[ConditionKind(each.kind)]))
        return ". ".join(said)

    def _mode(
        self: Incident, kind: str, words: str, by: User | None, at: datetime
    ) -> Condition:
        from incidents.models import Condition

        return Condition(
            incident=self, kind=kind, code=kind, banner=words, since_at=at, set_by=by
        )


def _lower(mode: Condition) -> str:
    return str(ConditionKind(mode.kind).label).lower()
