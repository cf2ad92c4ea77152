"""The verbs of what hangs off an incident: action items, links, the post-mortem."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import Blocker, Change, changing
from incidents.choices import (
    POSTMORTEM_DEADLINES,
    CloseReason,
    Horizon,
    ItemKind,
    Kind,
    PostMortemOverrule,
    PostMortemState,
    Priority,
)
from incidents.deadlines import meet, reopen
from incidents.item_dates import item_due
from incidents.repeats import stop_second_item

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import ActionItem, Deadline, Incident, Link, TimelineEvent


# The fact of an event that names the deadlines which it met.
MET = "met"


class FollowUpVerbs(models.Model):
    class Meta:
        abstract = True

    def record_postmortem(
        self: Incident,
        state: str,
        *,
        by: User,
        at: datetime,
        text: str,
        meets: Collection[str] = (),
        reopens: Collection[str] = (),
    ) -> None:
        """Note how far the post-mortem is; `postmortems` calls it.

        `meets` names what is done by that of the report, the draft and the review;
        being published is all three. `reopens` names what an earlier such step had
        done, and is owed again.
        """
        with changing(self, by=by, at=at) as change:
            if state not in PostMortemState:
                change.refuse("state", _("There is no such state."))
            change.set(postmortem_state=state)
            rows = change.row._papers_met_by(meets)
            facts = {MET: [row.key for row in rows]} if rows else {}
            change.say("record_postmortem", Kind.POSTMORTEM, text, state=state, **facts)
            change.commit(change.row)
            for row in rows:
                meet(row, at, at)
                row.save()
            change.row._reopen_papers(reopens)
            change.row.follow_clocks(at)

    def require_postmortem(
        self: Incident, reason: str, *, by: User, at: datetime
    ) -> None:
        """Ask for a post-mortem though the playbook does not, or one was waived."""
        with changing(self, by=by, at=at) as change:
            if change.row.postmortem_required:
                sentence = _("A post-mortem is required already: %s")
                said = sentence % change.row.postmortem_reason
                change.refuse("required", said)
            text = _("Post-mortem required all the same: %s")
            change.row._overrule(
                change, "require_postmortem", PostMortemOverrule.REQUIRED, reason, text
            )

    def waive_postmortem(
        self: Incident, reason: str, *, by: User, at: datetime
    ) -> None:
        """Do without the post-mortem that is required."""
        with changing(self, by=by, at=at) as change:
            if not change.row.postmortem_required:
                change.refuse("not_required", _("No post-mortem is required."))
            if change.row.has_published_postmortem:
                change.refuse("published", _("Its post-mortem is published already."))
            text = _("Post-mortem waived: %s")
            change.row._overrule(
                change, "waive_postmortem", PostMortemOverrule.WAIVED, reason, text
            )

    def follow_postmortem_rule(self: Incident, *, by: User, at: datetime) -> None:
        """Take back what was decided about the post-mortem against the playbook."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            if not incident.postmortem_overruled:
                sentence = _("Nobody decided against the playbook.")
                change.refuse("not_overruled", sentence)
            change.stop_if_blocked()
            change.set(postmortem_overruled="", postmortem_overruled_because="")
            verdict = incident.judge_postmortem(at)
            text = _("Post-mortem as the playbook has it: %s") % verdict.reason
            change.say("follow_postmortem_rule", Kind.POSTMORTEM, text)
            change.commit(incident)
            incident.follow_clocks(at)

    def _overrule(
        self: Incident,
        change: Change[Incident],
        verb: str,
        overruled: str,
        reason: str,
        text: str,
    ) -> None:
        change.require(self._blockers_of_overrule(reason))
        change.stop_if_blocked()
        because = " ".join(reason.split())
        change.set(postmortem_overruled=overruled, postmortem_overruled_because=because)
        change.say(verb, Kind.POSTMORTEM, text % because)
        change.commit(self)
        self.follow_clocks(change.at)

    def _blockers_of_overrule(self: Incident, reason: str) -> list[Blocker]:
        blockers = []
        if self.is_drill:
            blockers.append(Blocker("drill", _("A drill needs no post-mortem.")))
        if self.close_reason in {CloseReason.FALSE_ALARM, CloseReason.DUPLICATE}:
            sentence = _("It was closed as no incident of its own: reopen it first.")
            blockers.append(Blocker("void", sentence, "reopen"))
        if not reason.strip():
            blockers.append(Blocker("reason", _("Say why."), "reason"))
        return blockers

    def _papers_met_by(self: Incident, kinds: Collection[str]) -> list[Deadline]:
        wanted = set(kinds) & set(POSTMORTEM_DEADLINES)
        if not wanted:
            return []
        return list(self.deadlines.unended().filter(kind__in=wanted))

    def _reopen_papers(self: Incident, kinds: Collection[str]) -> None:
        """Let be owed again what a step had met; what somebody said is done stays."""
        if not kinds or self.has_published_postmortem:
            return
        steps = self.timeline.filter(verb="record_postmortem")
        for row in self.deadlines.filter(kind__in=kinds, met_at__isnull=False):
            those = steps.filter(at=row.met_at).values_list("facts", flat=True)
            if any(row.key in facts.get(MET, ()) for facts in those):
                reopen(row)
                row.save()

    def add_item(
        self: Incident,
        *,
        title: str,
        by: User,
        at: datetime,
        priority: int = Priority.P2,
        kind: str = ItemKind.PREVENT,
        horizon: str = Horizon.SHORT,
        owner: User | None = None,
        due_on: date | None = None,
        details: str = "",
        ticket: str = "",
        raised_from: TimelineEvent | None = None,
        once: bool = False,
    ) -> ActionItem:
        """Raise an action item; without a date the playbook's rule sets one.

        `raised_from` is the entry of this incident's timeline that gave rise to it.
        With `once`, raises AlreadyThere for the second of two presses.
        """
        with changing(self, by=by, at=at) as change:
            incident = change.row
            if raised_from and raised_from.incident_id != incident.pk:
                sentence = _("That entry belongs to another incident.")
                change.refuse("raised_from", sentence, "raised_from")
            change.stop_if_blocked()
            item = incident.items.model(
                incident=incident,
                title=title.strip(),
                details=details,
                kind=kind,
                horizon=horizon,
                priority=priority,
                owner=owner,
                raised_from=raised_from,
                ticket=ticket,
                created_at=at,
                created_by=by,
            )
            item.set_date(due_on)
            if once:
                stop_second_item(item)
            change.also(item)
            change.say("add_item", Kind.ITEM, _("Action item: %s") % item.title)
            change.commit(incident, item=item)
            return item

    def due_date_for(self: Incident, priority: int, at: datetime) -> date | None:
        """Give the date the playbook sets for a priority, counted from `at`."""
        return item_due(self.playbook, priority, at, self.team)

    def add_link(
        self: Incident,
        *,
        by: User | None,
        at: datetime,
        url: str = "",
        label: str = "",
        other: Incident | None = None,
    ) -> Link:
        """Tie an address or another incident to this one."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            link = incident.links.model(
                incident=incident, url=url, label=label.strip(), other=other
            )
            change.also(link)
            target = other.reference if other else label.strip() or url
            change.say("add_link", Kind.RECORD, _("Link: %s") % target)
            change.commit(incident)
            return link
