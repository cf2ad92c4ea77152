"""Telling people by mail that the leading role is offered, answered or taken over."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from incidents import outbox
from incidents.choices import NotificationKind
from incidents.drills import reaches
from incidents.incident_mails import mail_about, page_of
from incidents.mail_wording import greeted, write
from incidents.models import Incident, RoleAssignment, TimelineEvent
from incidents.names import name_of
from incidents.sight import Seers


def tell_offered(event: TimelineEvent, offer: RoleAssignment) -> None:
    """Ask whoever it was offered to; they may be asleep, or elsewhere."""
    says = _(
        "%(by)s offers you the role %(role)s. Until you accept it, it stays where it "
        "is."
    )
    _tell(event, offer.person, offer.role, _("Do you take it? %(role)s"), says)


def tell_accepted(
    event: TimelineEvent, offer: RoleAssignment, held: RoleAssignment | None
) -> None:
    """Tell who held it until now that it is off their hands."""
    says = _("%(by)s has accepted the role %(role)s. You no longer hold it.")
    if held:
        _tell(event, held.person, offer.role, _("Accepted: %(role)s"), says)
    elif offer.offered_by:
        says = _("%(by)s has accepted the role %(role)s, which you offered.")
        _tell(event, offer.offered_by, offer.role, _("Accepted: %(role)s"), says)


def tell_declined(event: TimelineEvent, offer: RoleAssignment, *, reason: str) -> None:
    """Tell who offered it that it is still where it was."""
    says = _("%(by)s has declined the role %(role)s: it stays where it was.")
    if offer.offered_by:
        subject = _("Declined: %(role)s")
        _tell(event, offer.offered_by, offer.role, subject, says, reason)


def tell_former(event: TimelineEvent, held: RoleAssignment, *, note: str) -> None:
    """Tell somebody that the role was taken over from them."""
    says = _("%(by)s has taken over the role %(role)s from you.")
    _tell(event, held.person, held.role, _("Taken over: %(role)s"), says, note)


def _tell(
    event: TimelineEvent, to: User, role: str, subject: str, says: str, note: str = ""
) -> None:
    """Queue the mail, in the transaction of the step; nobody is told of their own."""
    incident = event.incident
    if incident is None or to.pk == event.author_id or not to.is_active:
        return
    if not reaches(incident, to):
        return
    named = {"by": name_of(event.author), "role": incident.role_label(role)}
    context = _about(incident, to) | {
        "name": greeted(to),
        "heading": subject % named,
        "says": says % named,
        "note": note.strip(),
    }
    letter = mail_about(
        incident,
        write("role", context),
        key=f"role:{event.pk}:{to.pk}",
        kind=NotificationKind.ROLE,
        at=event.at,
        user=to,
    )
    outbox.queue_all([letter])


def _about(incident: Incident, to: User) -> dict[str, Any]:
    """Name the incident; of one that is hidden from them nothing but its number."""
    if not Seers.of(incident, [to]).sees(to):
        return {"what": incident.reference, "severity": "", "url": ""}
    return {
        "what": f"{incident.reference} {incident.title}",
        "severity": incident.severity_label,
        "url": page_of(incident),
    }
