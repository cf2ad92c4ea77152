"""The verbs of who does what: roles are given, and the leading one is handed over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import Blocker, Change, Refused, changing
from incidents.choices import Kind
from incidents.names import name_of
from incidents.permissions import INCIDENT_VERBS, people_with

if TYPE_CHECKING:
    from incidents.models import Incident, RoleAssignment

LEAD = "incidents.lead_incident"


class RoleVerbs(models.Model):
    class Meta:
        abstract = True

    def assign_role(
        self: Incident,
        role: str,
        person: User | None,
        *,
        by: User,
        at: datetime,
        instead_of: User | None = None,
        note: str = "",
    ) -> None:
        """Give a role to a person, or leave it empty.

        `instead_of` is who held it when the person decided; if somebody else took it
        meanwhile, the step is refused. The leading role is taken over like this, with
        a note; given to somebody else it is offered instead.
        """
        from incidents.role_mails import tell_former

        with changing(self, by=by, at=at) as change:
            incident = change.row
            held = incident._held(role)
            holder = held.person if held else None
            change.require(incident._blockers_of_role(role, person, holder, instead_of))
            if holder != person:
                handed = incident._blockers_of_handing(role, person, holder, by, note)
                change.require(handed)
            change.stop_if_blocked()
            since = incident._leave(held, at)
            if person:
                incident._end_offer(role, since)
                incident.roles.create(role=role, person=person, held_at=since)
            incident._follow_holder(change, role, person)
            text = f"{incident.role_label(role)}: {name_of(person) or _('nobody')}"
            text = ": ".join(filter(None, [text, note.strip()]))
            change.say("assign_role", Kind.ROLE, text, role=role)
            event = change.commit(incident)
            if held and person == by and incident.leads(role):
                tell_former(event, held, note=note)
            incident.follow_clocks(at)

    def offer_role(
        self: Incident, role: str, to: User, *, by: User, at: datetime
    ) -> None:
        """Offer the leading role; until it is accepted its holder keeps it."""
        from incidents.role_mails import tell_offered

        with changing(self, by=by, at=at) as change:
            incident = change.row
            held = incident._held(role)
            change.require(incident._blockers_of_offer(role, to, held, by))
            change.stop_if_blocked()
            offer = incident.roles.create(
                role=role, person=to, offered_at=at, offered_by=by
            )
            text = _("%(role)s: offered to %(name)s") % {
                "role": incident.role_label(role),
                "name": name_of(to),
            }
            change.say("offer_role", Kind.ROLE, text, role=role)
            event = change.commit(incident)
            tell_offered(event, offer)

    def accept_role(self: Incident, role: str, *, by: User, at: datetime) -> None:
        """Take what one was offered: from now on one holds it, and leads."""
        from incidents.role_mails import tell_accepted

        with changing(self, by=by, at=at) as change:
            incident = change.row
            offer = incident._offered_to(role, by)
            change.require(incident._blockers_of_accept(role, by))
            change.stop_if_blocked()
            held = incident._held(role)
            since = max(incident._leave(held, at), offer.offered_at or at)
            offer.held_at = since
            offer.save(update_fields=["held_at"])
            incident._follow_holder(change, role, by)
            text = _("%(role)s: %(name)s, who accepts it") % {
                "role": incident.role_label(role),
                "name": name_of(by),
            }
            change.say("accept_role", Kind.ROLE, text, role=role)
            event = change.commit(incident)
            tell_accepted(event, offer, held)
            incident.follow_clocks(at)

    def decline_role(
        self: Incident, role: str, *, by: User, at: datetime, reason: str = ""
    ) -> None:
        """Leave it with whoever holds it; who offered it is told."""
        from incidents.role_mails import tell_declined

        with changing(self, by=by, at=at) as change:
            incident = change.row
            offer = incident._offered_to(role, by)
            change.require(incident.blockers_if_closed())
            change.stop_if_blocked()
            incident._end_offer(role, at)
            words = {"role": incident.role_label(role), "name": name_of(by)}
            text = _("%(role)s: declined by %(name)s") % words
            text = ": ".join(filter(None, [text, reason.strip()]))
            change.say("decline_role", Kind.ROLE, text, role=role)
            event = change.commit(incident)
            tell_declined(event, offer, reason=reason)

    def withdraw_role(self: Incident, role: str, *, by: User, at: datetime) -> None:
        """Take an offer back that nobody has answered."""
        with changing(self, by=by, at=at) as change:
            incident = change.row
            change.require(incident.blockers_if_closed())
            offer = incident._offer(role)
            if offer is None:
                sentence = _("This role is offered to nobody.")
                raise Refused([*change.blockers, Blocker("no_offer", sentence, "role")])
            if offer.offered_by != by and not incident.may_hand(role, by):
                sentence = _("Only who offered it, or holds it, can take it back.")
                change.refuse("not_yours", sentence, "role")
            change.stop_if_blocked()
            incident._end_offer(role, at)
            text = _("%(role)s: no longer offered to %(name)s") % {
                "role": incident.role_label(role),
                "name": name_of(offer.person),
            }
            change.say("withdraw_role", Kind.ROLE, text, role=role)
            change.commit(incident)

    def role_label(self: Incident, code: str) -> str:
        """Name a role in the words of the playbook."""
        role = self.playbook.role(code)
        return role.name if role else code

    def leads(self: Incident, role: str) -> bool:
        """Say whether the holder of this role leads the incident."""
        return role == self.playbook.leading_role.code

    def holders_for(self: Incident, role: str) -> models.QuerySet[User]:
        """Keep who may hold this role: whoever leads must be able to work.

        Any other may go to somebody who only reads, and so sees what is restricted.
        """
        if self.leads(role):
            return people_with(INCIDENT_VERBS["accept_role"])
        return User.objects.filter(is_active=True)

    def may_hand(self: Incident, role: str, by: User) -> bool:
        """Say whether somebody may hand the leading role on: its holder, or a lead."""
        held = self._held(role)
        if held is None or not held.person.is_active:
            return True
        return held.person == by or by.has_perm(LEAD)

    def end_offers(self: Incident, at: datetime) -> None:
        """Leave no offer open of an incident that ends."""
        self.roles.offered().update(left_at=at)

    def _held(self: Incident, role: str) -> RoleAssignment | None:
        held = self.roles.current().filter(role=role)
        return held.select_related("person").first()

    def _offer(self: Incident, role: str) -> RoleAssignment | None:
        offer = self.roles.offered().filter(role=role)
        return offer.select_related("person", "offered_by").first()

    def _end_offer(self: Incident, role: str, at: datetime) -> None:
        self.roles.offered().filter(role=role).update(left_at=at)

    def _leave(self: Incident, held: RoleAssignment | None, at: datetime) -> datetime:
        """End what somebody holds; give when, which is never before it began."""
        if held is None:
            return at
        held.left_at = max(at, held.held_at or at)
        held.save(update_fields=["left_at"])
        return held.left_at

    def _follow_holder(
        self: Incident, change: Change[Incident], role: str, person: User | None
    ) -> None:
        if self.leads(role):
            change.set(lead=person)
        if person:
            self.take_as_response(change)

    def _blockers_of_role(
        self: Incident,
        role: str,
        person: User | None,
        holder: User | None,
        instead_of: User | None,
    ) -> list[Blocker]:
        # A role of an earlier version of the playbook can still be given up.
        is_given_up = person is None and holder is not None
        blockers = self.blockers_if_closed()
        if not is_given_up:
            blockers += self._blockers_of_code(role)
        if person:
            blockers += self._blockers_of_holder(role, person, "person")
        if holder == person:
            sentence = (
                _("%s holds this role already.") % name_of(person)
                if person
                else _("Nobody holds this role.")
            )
            blockers.append(Blocker("role_held", sentence, "person"))
        elif holder != instead_of:
            sentence = (
                _("Meanwhile %s took this role.") % name_of(holder)
                if holder
                else _("Meanwhile this role was left empty.")
            )
            blockers.append(Blocker("role_taken", sentence, "person"))
        return blockers

    def _blockers_of_holder(
        self: Incident, role: str, person: User, field: str
    ) -> list[Blocker]:
        if self.holders_for(role).filter(pk=person.pk).exists():
            return []
        if not person.is_active:
            return [_inactive(person, field)]
        sentence = _("%s may only read: choose somebody who works incidents.")
        return [Blocker("only_reads", sentence % name_of(person), field)]

    def _blockers_of_code(self: Incident, role: str) -> list[Blocker]:
        if role in {each.code for each in self.playbook.incident_roles}:
            return []
        return [Blocker("role", _("Choose one of the roles."), "role")]

    def _blockers_of_handing(
        self: Incident,
        role: str,
        person: User | None,
        holder: User | None,
        by: User | None,
        note: str,
    ) -> list[Blocker]:
        """Keep the leading role from being taken out of somebody's hands unseen."""
        if by is None or holder is None or not (holder.is_active and self.leads(role)):
            return []
        words = {"name": name_of(holder), "role": self.role_label(role)}
        if person not in {by, None}:
            sentence = _(
                "%(name)s holds this role: offer it, and it changes hands when it is "
                "accepted."
            )
            return [Blocker("offer_it", sentence % words, "person")]
        if holder != by and not by.has_perm(LEAD):
            sentence = _(
                "%(name)s is %(role)s: ask for an offer, or let an incident lead take "
                "it over."
            )
            return [Blocker("not_yours", sentence % words, "person")]
        if person == by and not note.strip():
            sentence = _("Say why you take over from %(name)s, who will read it.")
            return [Blocker("note", sentence % words, "note")]
        return []

    def _blockers_of_offer(
        self: Incident, role: str, to: User, held: RoleAssignment | None, by: User
    ) -> list[Blocker]:
        blockers = [*self.blockers_if_closed(), *self._blockers_of_code(role)]
        if not blockers and not self.leads(role):
            sentence = _("Only the leading role is offered: give this one at once.")
            blockers.append(Blocker("not_leading", sentence, "role"))
        blockers += self._blockers_of_holder(role, to, "to")
        name = {"name": name_of(to)}
        if held and held.person == to:
            sentence = _("%(name)s holds this role already.")
            blockers.append(Blocker("role_held", sentence % name, "to"))
        elif to == by:
            sentence = _("You need no offer: take it, or take it over.")
            blockers.append(Blocker("to_oneself", sentence, "to"))
        elif not self.may_hand(role, by):
            sentence = _("Only who holds it, or an incident lead, can offer it.")
            blockers.append(Blocker("not_yours", sentence, "role"))
        if offer := self._offer(role):
            sentence = _("It is offered to %s already: take that back first.")
            offered = sentence % name_of(offer.person)
            blockers.append(Blocker("role_offered", offered, "to"))
        return blockers

    def _offered_to(self: Incident, role: str, by: User) -> RoleAssignment:
        """Give what this person was offered, or refuse: somebody was quicker."""
        offer = self._offer(role)
        if offer and offer.person == by:
            return offer
        held = self._held(role)
        sentence = (
            _("This role is not offered to you any more: %s holds it.")
            % name_of(held.person)
            if held
            else _("This role is not offered to you, or not any more.")
        )
        problems = [*self.blockers_if_closed(), Blocker("no_offer", sentence, "role")]
        raise Refused(problems)

    def _blockers_of_accept(self: Incident, role: str, by: User) -> list[Blocker]:
        blockers = [*self.blockers_if_closed(), *self._blockers_of_code(role)]
        if not by.is_active:
            blockers.append(_inactive(by, "role"))
        return blockers


def _inactive(person: User, field: str) -> Blocker:
    sentence = _("%s is deactivated: choose somebody else.") % name_of(person)
    return Blocker("inactive", sentence, field)
