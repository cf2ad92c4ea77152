"""The verbs of an incident's clocks: updates, flags, promotion, another playbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import Blocker, Change, changing
from incidents.choices import (
    DeadlineKind,
    DeadlineState,
    Kind,
    PostMortemOverrule,
    Status,
    Tracking,
)
from incidents.clocks import AUDIENCES, Dates
from incidents.deadline_facts import facts_of
from incidents.deadlines import (
    Plan,
    Sent,
    follow,
    meet,
    reconcile,
    set_dates,
    update_clock,
)
from incidents.patterns import Named, next_channel, values_at
from incidents.postmortem_rule import Verdict, verdict_on
from incidents.targets import LONGEST, How, Target

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import (
        Deadline,
        ImpactInterval,
        Incident,
        PlaybookVersion,
        Service,
    )

# What a person says is done, as against what a milestone says.
BY_HAND = frozenset(
    {
        DeadlineKind.FOLLOW_UP,
        DeadlineKind.REPORT,
        DeadlineKind.DRAFT,
        DeadlineKind.REVIEW,
    }
)


class ClockVerbs(models.Model):
    class Meta:
        abstract = True

    def post_update(
        self: Incident,
        audience: str,
        text: str,
        *,
        by: User,
        at: datetime,
        next_in: Target | None = None,
        counts: bool = True,
    ) -> None:
        """Note that an update went out: it meets the one due and promises the next.

        `next_in` is what the update itself states; a playbook may demand it. What does
        not count is written down, and the promise stays open.
        """
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident._blockers_of_update(audience, text, next_in))
            incident.take_as_response(change)
            label = AUDIENCES.get(audience, audience)
            said = _("Update to %(audience)s: %(text)s") % {
                "audience": label,
                "text": text.strip(),
            }
            change.say("post_update", Kind.COMMUNICATION, said, audience=audience)
            change.commit(incident)
            sent = Sent(audience, next_in) if counts else None
            incident.follow_clocks(at, sent=sent)

    def _blockers_of_update(
        self: Incident, audience: str, text: str, next_in: Target | None
    ) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if audience not in AUDIENCES:
            sentence = _("Choose who is told.")
            return [*blockers, Blocker("audience", sentence, "audience")]
        if not text.strip():
            blockers.append(Blocker("text", _("An update needs a text."), "text"))
        return [*blockers, *self.blockers_of_promise(audience, next_in)]

    def blockers_of_promise(
        self: Incident, audience: str, next_in: Target | None
    ) -> list[Blocker]:
        """Ask for the time of the next update where the playbook leaves that open."""
        clock = update_clock(self, audience)
        promised = clock.following().target.how if clock else None
        must_state = promised == How.STATED and self.is_running
        is_unclear = not next_in.is_countdown if next_in else must_state
        if not is_unclear:
            return []
        sentence = _("Say in how many minutes the next update comes.")
        return [Blocker("next_in", sentence, "next_in")]

    def set_flag(self: Incident, code: str, *, by: User | None, at: datetime) -> None:
        """Say that a condition of the playbook holds from now on."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_if_closed())
            flag = incident.playbook.flag_names.get(code)
            if flag is None:
                change.refuse("flag", _("The playbook has no such flag."), "code")
            if incident.conditions.holding().filter(code=code).exists():
                change.refuse("flag_set", _("This flag is set already."), "code")
            change.stop_if_blocked()
            incident.conditions.create(code=code, since_at=at, set_by=by)
            change.say("set_flag", Kind.FLAG, _("Flag set: %s") % flag, flag=code)
            change.commit(incident)
            incident.follow_clocks(at)

    def clear_flag(self: Incident, code: str, *, by: User, at: datetime) -> None:
        """Say that a condition no longer holds; what it has started stays."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_if_closed())
            held = incident.conditions.holding().filter(code=code).first()
            if held is None:
                change.refuse("flag_clear", _("This flag is not set."), "code")
            elif at < held.since_at:
                sentence = _("It was set later than this.")
                change.refuse("flag_later", sentence, "at")
            change.stop_if_blocked()
            if held:
                held.until_at, held.cleared_by = at, by
                held.save(update_fields=["until_at", "cleared_by"])
            name = incident.playbook.flag_names.get(code, code)
            change.say("clear_flag", Kind.FLAG, _("Flag cleared: %s") % name, flag=code)
            change.commit(incident)
            incident.follow_clocks(at)

    def promote(self: Incident, *, by: User, at: datetime) -> None:
        """Declare what was a ticket only: from now on clocks and ladder run."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_of_promote())
            change.stop_if_blocked()
            change.set(tracking=Tracking.DECLARED, declared_at=at)
            incident.take_channel(change)
            text = _("Declared: it was a ticket only")
            if freeze := incident.asked_freeze(change):
                change.also(freeze)
                text = f"{text} · {freeze.announcement}"
            change.say("promote", Kind.STATUS, text)
            change.commit(incident)
            incident.follow_clocks(at, replan=True)

    def follow_severity(self: Incident, change: Change[Incident]) -> None:
        """Declare a ticket whose new severity must be, and see to its channel."""
        level = self.playbook.level(self.severity.code)
        must_declare = level is not None and (level.tracking, level.declaring) == (
            "declared",
            "required",
        )
        if not self.is_running or self.is_record:
            return
        if must_declare and self.tracking == Tracking.TICKET:
            change.set(tracking=Tracking.DECLARED, declared_at=change.at)
        self.take_channel(change)

    def blockers_of_promote(self: Incident) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if self.tracking == Tracking.DECLARED:
            blockers.append(Blocker("declared", _("It is declared already.")))
        if self.status == Status.RESOLVED:
            sentence = _("It is resolved; reopen it with a reason to go on working.")
            blockers.append(Blocker("resolved", sentence, "reopen"))
        return blockers

    def apply_playbook(
        self: Incident, version: PlaybookVersion, *, by: User, at: datetime
    ) -> None:
        """Go on under another version of the same playbook; open deadlines move."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_of_apply(version))
            change.stop_if_blocked()
            was = incident.playbook_version.number
            change.set(playbook_version=version)
            text = _("Playbook: version %(now)d instead of %(was)d") % {
                "now": version.number,
                "was": was,
            }
            change.say("apply_playbook", Kind.RECORD, text, version=version.number)
            change.commit(incident)
            incident.follow_clocks(at, replan=True)

    def blockers_of_apply(self: Incident, version: PlaybookVersion) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if version.playbook_id != self.playbook_version.playbook_id:
            sentence = _("This version belongs to another playbook.")
            blockers.append(Blocker("playbook", sentence, "version"))
        elif version.pk == self.playbook_version_id:
            sentence = _("It is worked by this version already.")
            blockers.append(Blocker("version", sentence, "version"))
        elif version.content.level(self.severity.code) is None:
            sentence = _("This version has no severity %s: change the severity first.")
            missing = sentence % self.severity.code
            blockers.append(Blocker("severity", missing, "version"))
        return blockers

    def meet_deadline(
        self: Incident, deadline: Deadline, *, by: User, at: datetime
    ) -> None:
        """Say that a follow-up, a report, a draft or a review is done."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            row = incident.deadlines.get(pk=deadline.pk)
            change.require(_blockers_of_hand(row))
            change.stop_if_blocked()
            meet(row, at, at)
            row.save()
            text = _("Done: %s") % row.label
            change.say("meet_deadline", Kind.DEADLINE, text, **row.facts())
            change.commit(incident)

    def move_deadline(
        self: Incident,
        deadline: Deadline,
        to: datetime,
        *,
        by: User,
        at: datetime,
        reason: str,
    ) -> None:
        """Set another time for what follows an incident, with the reason."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            row = incident.deadlines.get(pk=deadline.pk)
            change.require(_blockers_of_hand(row))
            if row.state != DeadlineState.OPEN:
                sentence = _("Only what is due, and not late, can be moved.")
                change.refuse("state", sentence, "to")
            elif not max(row.starts_at or at, at) <= to <= at + LONGEST:
                sentence = _("Choose a time that lies ahead, within ten years.")
                change.refuse("past", sentence, "to")
            if not reason.strip():
                change.refuse("reason", _("Say why."), "reason")
            change.stop_if_blocked()
            set_dates(row, Dates(row.starts_at, to, None, to))
            row.rule = row.calendar = ""  # by hand, and so no rule moves it again
            row.save()
            text = _("%(what)s: due %(to)s instead, because %(why)s") % {
                "what": row.label,
                "to": f"{to.astimezone(incident.team.zone):%Y-%m-%d %H:%M %Z}",
                "why": reason.strip(),
            }
            change.say("move_deadline", Kind.DEADLINE, text, **row.facts())
            change.commit(incident)

    def follow_clocks(
        self: Incident,
        at: datetime,
        *,
        replan: bool = False,
        restart: bool = False,
        sent: Sent | None = None,
    ) -> Plan:
        """Judge the post-mortem anew and bring the deadlines in step."""
        verdict = self.judge_postmortem(at)
        if (verdict.required, verdict.reason) != (
            self.postmortem_required,
            self.postmortem_reason,
        ):
            self.postmortem_required = verdict.required
            self.postmortem_reason = verdict.reason
            # Bookkeeping that follows from the record, so no history of its own.
            type(self).objects.filter(pk=self.pk).update(
                postmortem_required=verdict.required,
                postmortem_reason=verdict.reason,
            )
        facts = facts_of(self, at=at, replan=replan, restart=restart)
        plan = follow(self, facts, sent=sent)
        plan.hint_if_climbing(at)
        return plan

    def plan_clocks(self: Incident, at: datetime) -> None:
        """Plan the deadlines of an incident that has only just been declared."""
        plan = Plan([])
        reconcile(self, plan, facts_of(self, at=at, flags={}))
        self.deadlines.bulk_create(plan.new)
        plan.hint_if_climbing(at)

    def judge_postmortem(
        self: Incident,
        at: datetime,
        *,
        services: Iterable[Service] | None = None,
        spans: Iterable[ImpactInterval] | None = None,
    ) -> Verdict:
        """Say whether a post-mortem is asked for, by what is known now, and why.

        Who decided against the playbook is right, whatever comes to be known.
        What it touches and how long it lasted is looked up where it is not given.
        """
        if self.is_drill:
            return Verdict(False, _("It is a drill."))
        if self.postmortem_overruled:
            is_required = self.postmortem_overruled == PostMortemOverrule.REQUIRED
            return Verdict.of(is_required, self.postmortem_overruled_because)
        document, code = self.playbook, self.severity.code
        rule = document.postmortem.required
        tags: set[str] = set()
        if rule.tags:
            touched = self.services.all() if services is None else services
            tags.update(*(each.tags for each in touched))
        impact = timedelta()
        if rule.impact and code in rule.impact.severities:
            impact = lasted(self.impact_intervals.all() if spans is None else spans, at)
        is_declared = self.tracking == Tracking.DECLARED
        return verdict_on(
            document, code, is_declared=is_declared, impact=impact, tags=tags
        )

    def take_as_response(
        self: Incident, change: Change[Incident], when: datetime | None = None
    ) -> None:
        """Count this step of a person as the response, if it is the first."""
        if change.by is None:
            return  # an alert that recovers is nobody's step
        step = when or change.at
        if self.responded_at is None or step < self.responded_at:
            change.set(responded_at=step)

    def take_channel(self: Incident, change: Change[Incident]) -> None:
        """Give it the channel its severity asks for, unless people have met already."""
        if self.channel or self.is_record:
            return
        channel = self.name_channel(change.at)
        if channel.name:
            change.set(channel=channel.name, has_own_channel=channel.is_own)

    def name_channel(self: Incident, at: datetime) -> Named:
        """Name where it is talked about, by the playbook; takes a number if needed."""
        code = self.severity.code
        channel = self.playbook.channel_for(code)
        is_ticket = self.tracking == Tracking.TICKET
        if is_ticket or channel is None or not channel.pattern:
            return Named()
        if channel.kind != "own":
            return Named(channel.pattern)
        local = at.astimezone(self.team.zone)
        values = values_at(local, severity=code, title=self.title)
        return Named(next_channel(channel.pattern, values), is_own=True)


def lasted(spans: Iterable[ImpactInterval], at: datetime) -> timedelta:
    """Add up how long users were affected; intervals never overlap."""
    lengths = ((each.ended_at or at) - each.started_at for each in spans)
    return sum((max(each, timedelta()) for each in lengths), timedelta())


def _blockers_of_hand(row: Deadline) -> list[Blocker]:
    if row.kind not in BY_HAND:
        sentence = _("This is met by the work itself, not by hand.")
        return [Blocker("kind", sentence, "deadline")]
    if row.ended_at or row.state == DeadlineState.WAITING:
        sentence = _("“%s” is not due.") % row.label
        return [Blocker("not_due", sentence, "deadline")]
    return []
