"""The verb that fills in a record: what happened, entered when it was over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.backfilling import PastEntry
from incidents.changes import Blocker, Change, changing, save_as, unfit
from incidents.choices import ENTRY_KINDS, RESPONSES, Kind, Milestone, Status
from incidents.revisions import touch

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, TimelineEvent


class BackfillVerbs(models.Model):
    class Meta:
        abstract = True

    def backfill(
        self: Incident,
        milestones: Mapping[str, datetime | str],
        entries: Sequence[PastEntry],
        *,
        by: User,
        at: datetime,
    ) -> None:
        """Fill in milestones and entries of a record: all of them, or none.

        A milestone is a time, or the reason why it is not known. They make one event
        together, each entry makes one at its own time; one that stands there already
        is left out, so that the same form sent twice is harmless.
        """
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_of_backfill())
            change.stop_if_blocked()
            fresh = incident._not_yet_written(entries)
            new = incident._not_yet_known(milestones)
            if not milestones and not entries:
                sentence = _("There is nothing new in it: write a time or an entry.")
                change.refuse("nothing", sentence)
            for name, known in new.items():
                change.require(incident._blockers_of_past(name, known, at))
            rows = [incident._past_event(each, by) for each in fresh]
            for entry, row in zip(fresh, rows, strict=True):
                change.require(_blockers_of_entry(entry, row, at))
            change.stop_if_blocked()
            for row in rows:
                save_as(row, by)
            if new:
                incident._fill_in(change, new)
            else:
                touch(incident.pk)
            change.stand_in(rows)

    def blockers_of_backfill(self: Incident) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if not self.is_record:
            sentence = _("Its clocks run: write entries and milestones on its page.")
            blockers.append(Blocker("running", sentence))
        return blockers

    def _blockers_of_past(
        self: Incident, name: str, known: datetime | str, now: datetime
    ) -> list[Blocker]:
        when = known if isinstance(known, datetime) else None
        why = "" if isinstance(known, datetime) else known
        blockers = [
            blocker
            for blocker in self._blockers_of_milestone(name, when, why)
            if blocker.code != "closed"
            and not (when and blocker.code == "not_resolved")
        ]
        if when and when > now:
            sentence = _("The time lies in the future.")
            blockers.append(Blocker("future", sentence, name))
        return blockers

    def _not_yet_written(
        self: Incident, entries: Sequence[PastEntry]
    ) -> list[PastEntry]:
        rows = self.timeline.standing().filter(verb="")
        written = set(rows.values_list("at", "text"))
        return [each for each in entries if (each.at, each.text.strip()) not in written]

    def _not_yet_known(
        self: Incident, milestones: Mapping[str, datetime | str]
    ) -> dict[str, datetime | str]:
        return {
            name: known
            for name, known in milestones.items()
            if name not in Milestone
            or known not in (self.known_at(name), self.unknown.get(name))
        }

    def _past_event(self: Incident, entry: PastEntry, by: User) -> TimelineEvent:
        return self.timeline.model(
            incident=self,
            at=entry.at,
            kind=entry.kind,
            text=entry.text.strip(),
            author=by,
        )

    def _fill_in(
        self: Incident,
        change: Change[Incident],
        milestones: Mapping[str, datetime | str],
    ) -> None:
        zone, said = self.team.zone, []
        for name, known in milestones.items():
            label = Milestone(name).label
            if isinstance(known, datetime):
                change.set(**{f"{name}_at": known})
                if name in RESPONSES:
                    self.take_as_response(change, known)
                said.append(f"{label} {known.astimezone(zone):%Y-%m-%d %H:%M %Z}")
            else:
                change.set(unknown={**self.unknown, name: known.strip()})
                change.set(**{f"{name}_at": None})
                words = {"what": label, "why": known.strip()}
                said.append(_("%(what)s not known, because %(why)s") % words)
        if self.resolved_at and self.status != Status.RESOLVED:
            change.set(status=Status.RESOLVED)
        change.set(unknown=self.unknown)
        text = _("Filled in afterwards: %s") % "; ".join(said)
        change.say("backfill", Kind.MILESTONE, text, milestones=[*milestones])
        self.follow_impact(change)
        change.commit(self)
        self.follow_clocks(change.at)


def _blockers_of_entry(
    entry: PastEntry, row: TimelineEvent, now: datetime
) -> list[Blocker]:
    blockers = []
    if not row.text:
        blockers.append(Blocker("text", _("An entry needs a text."), entry.field))
    elif entry.kind not in ENTRY_KINDS:
        sentence = _("Choose the kind from those a person writes.")
        blockers.append(Blocker("kind", sentence, entry.field))
    elif entry.at > now:
        sentence = _("The time lies in the future.")
        blockers.append(Blocker("future", sentence, entry.field))
    else:
        found = unfit(row)
        blockers += [Blocker(each.code, each.sentence, entry.field) for each in found]
    return blockers
