"""The verbs of clocks that speak: what the sweep tells, escalating by hand, calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import Blocker, changing
from incidents.choices import CallOutcome, DeadlineKind, Kind, Tracking
from incidents.clocks import STATED
from incidents.deadlines import update_clock
from incidents.names import name_of
from incidents.targets import How, Target

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Call, Contact, Incident
    from incidents.rung_people import Addressee

# The same words to the same people are a second click.
PRESSED_TWICE = timedelta(minutes=1)
ESCALATION_MEDIA = frozenset({"email", "pager", "chat"})
# What has to be responded to so soon wakes people up.
WAKES_WITHIN = timedelta(minutes=30)


class LadderVerbs(models.Model):
    class Meta:
        abstract = True

    def pass_deadlines(self: Incident, *, at: datetime, is_silent: bool = False) -> int:
        """Mark what was missed or reached by now, with one event each; tell of it.

        Run twice, or by two at once, it finds nothing left. `is_silent` sends nothing.
        """
        from incidents.rung_people import Crew
        from incidents.sweeping import pass_batch

        return pass_batch([self.pk], at, Crew(is_silent=is_silent))

    def call_lead(self: Incident, *, at: datetime) -> None:
        """Tell whoever is to lead it of what no person declared.

        Not where the ladder tells somebody at once, and not of a mere ticket.
        """
        from incidents.escalation import Summons, nobody_for, tell
        from incidents.rung_people import Crew, people_of

        due = self.deadlines.filter(due_at__lte=at + WAKES_WITHIN)
        at_once = due.filter(kind=DeadlineKind.RUNG, due_at__lte=at)
        if self.tracking == Tracking.TICKET or at_once.exists():
            return
        with changing(self, by=None, at=at) as change:
            incident, crew = change.row, Crew()
            role, label = incident.playbook.leading_role, _("Nobody leads it yet")
            wakes = due.filter(kind=DeadlineKind.RESPOND).exists()
            summons = Summons(
                incident=incident,
                key=f"lead:{incident.pk}",
                label=label,
                at=at,
                media=frozenset({"pager"} if wakes else ()),
            )
            told = tell(summons, people_of(incident, [role.code], crew, at), crew)
            whom = told.sentence(nobody_for(incident, [role.code]))
            words = {"what": label, "whom": whom}
            text = _("%(what)s: %(whom)s.") % words
            change.say("call_lead", Kind.ESCALATION, text)
            change.commit(incident)

    def escalate(
        self: Incident,
        to: str | User | Contact,
        *,
        tried: str,
        needed: str,
        by: User,
        at: datetime,
        call: bool = False,
    ) -> None:
        """Ask a role, a person or a contact for help; they are told at once.

        `call` puts a call on the page as well. Pressed twice it wakes them once.
        """
        from incidents.escalation import Summons, sort_out, tell
        from incidents.rung_people import Crew

        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident._blockers_of_escalate(tried, needed))
            people = incident._people_behind(to, by, at)
            if not any(each.can_be_reached for each in people):
                change.refuse("nobody", _nobody_behind(to), "to")
            change.stop_if_blocked()
            incident.take_as_response(change)
            whom = sort_out(incident, people).sentence("")
            text = _(
                "Escalated by hand: %(whom)s.\nTried: %(tried)s\nNeeded: %(needed)s"
            )
            words = {"whom": whom, "tried": tried.strip(), "needed": needed.strip()}
            if incident._just_asked(text % words, call, by, at):
                return
            kept = {"calls": call, "needed": words["needed"]}
            change.say("escalate", Kind.ESCALATION, text % words, **kept)
            event = change.commit(incident)
            summons = Summons(
                incident=incident,
                key=f"escalation:{event.pk}",
                label=_("%s asks for your help") % name_of(by),
                at=at,
                media=ESCALATION_MEDIA,
                by=by,
                tried=tried.strip(),
                needed=needed.strip(),
                calls=call,
            )
            tell(summons, people, Crew())
            incident.follow_clocks(at)

    def _people_behind(
        self: Incident, to: str | User | Contact, by: User, at: datetime
    ) -> list[Addressee]:
        from incidents.models import Contact
        from incidents.rung_people import (
            Addressee,
            Crew,
            of_contact,
            once,
            people_of,
            with_stand_ins,
        )

        if isinstance(to, str):
            return people_of(self, [to], Crew(), at)
        why = _("asked by %s") % name_of(by)
        if isinstance(to, Contact):
            found = of_contact(to, why)
        elif not to.is_active:
            return []
        else:
            found = Addressee(name_of(to), why, to)
        return once(with_stand_ins([found], at))

    def _just_asked(
        self: Incident, text: str, call: bool, by: User, at: datetime
    ) -> bool:
        asked = self.timeline.filter(verb="escalate", author=by, struck_at=None)
        same = asked.filter(text=text, facts__calls=call)
        return same.filter(at__gt=at - PRESSED_TWICE).exists()

    def _blockers_of_escalate(self: Incident, tried: str, needed: str) -> list[Blocker]:
        blockers = self.blockers_if_closed()
        if not tried.strip():
            sentence = _("Say what was tried so far, if only “nothing yet”.")
            blockers.append(Blocker("tried", sentence, "tried"))
        if not needed.strip():
            sentence = _("Say what is needed from them.")
            blockers.append(Blocker("needed", sentence, "needed"))
        return blockers

    def end_call(
        self: Incident, call: Call, outcome: str, *, by: User, at: datetime
    ) -> None:
        """Say how a call went; the first who says so is right.

        However often they were asked for until then: it was one call to them.
        """
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_if_closed())
            row = incident.calls.select_related("ended_by").get(pk=call.pk)
            change.require(_blockers_of_end_call(row, outcome, at))
            change.stop_if_blocked()
            for each in incident.calls.waiting().filter(created_at__lte=at):
                if each.whom == row.whom:
                    each.outcome, each.ended_at, each.ended_by = outcome, at, by
                    change.also(each)
            words = {
                "who": ", ".join(filter(None, [row.name, row.number])),
                "outcome": CallOutcome(outcome).label.lower(),
            }
            text = _("Called %(who)s: %(outcome)s") % words
            change.say("end_call", Kind.ESCALATION, text, call=row.pk)
            change.commit(incident)

    def nothing_new(
        self: Incident,
        audience: str,
        *,
        by: User,
        at: datetime,
        next_in: Target | None = None,
    ) -> bool:
        """Post that there is nothing new; say whether it keeps the promise.

        Where each update must state when the next one comes, the last word is repeated.
        """
        next_in = self.as_stated_before(audience, next_in)
        counts = self.nothing_new_counts(audience)
        said = _("Nothing new.")
        self.post_update(audience, said, by=by, at=at, next_in=next_in, counts=counts)
        return counts

    def as_stated_before(
        self: Incident, audience: str, next_in: Target | None = None
    ) -> Target | None:
        """Repeat the last word on the next update, where each update must have one."""
        clock = update_clock(self, audience)
        if clock and next_in is None and clock.following().target.how == How.STATED:
            return self._last_stated(audience)
        return next_in

    def nothing_new_counts(self: Incident, audience: str) -> bool:
        """Say whether the playbook takes “nothing new” for an update."""
        level = self.playbook.level(self.severity.code)
        clocks = level.updates if level else ()
        asked = [clock for clock in clocks if clock.audience == audience]
        return all(clock.nothing_new_counts for clock in asked)

    def _last_stated(self: Incident, audience: str) -> Target | None:
        promised = self.deadlines.filter(
            kind=DeadlineKind.UPDATE, audience=audience, counts_from=STATED
        ).exclude(rule="")
        latest = promised.order_by("-pk").first()
        return Target.parse(latest.rule) if latest else None


def _nobody_behind(to: str | User | Contact) -> str:
    if isinstance(to, str):
        return _(
            "Nobody holds this role or is bound to it, and the team has neither a "
            "lead nor a manager: choose a person."
        )
    return _("%s cannot be reached by Debrief: choose somebody else.") % to


def _blockers_of_end_call(row: Call, outcome: str, at: datetime) -> list[Blocker]:
    if row.ended_at:
        words = {
            "outcome": row.get_outcome_display().lower(),
            "who": name_of(row.ended_by) or _("somebody"),
        }
        sentence = _("%(who)s has noted it already: %(outcome)s.") % words
        return [Blocker("ended", sentence)]
    blockers = []
    if outcome not in CallOutcome:
        sentence = _("Choose whether they were reached.")
        blockers.append(Blocker("outcome", sentence, "outcome"))
    if at < row.created_at:
        sentence = _("The call was asked for later than this.")
        blockers.append(Blocker("at", sentence, "at"))
    return blockers
