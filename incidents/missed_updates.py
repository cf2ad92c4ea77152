"""Reminding of a promised update: before it is due, and once it was missed.

Who keeps the communications hears of it, else who leads the incident, else its team.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.choices import NotificationKind
from incidents.clocks import AUDIENCES
from incidents.digest_times import zone_of
from incidents.escalation import Told, sort_out
from incidents.incident_mails import mail_about, page_of, whom_to_ask
from incidents.mail_wording import Wording, greeted, write
from incidents.message_facts import zoned
from incidents.names import name_of
from incidents.rung_people import Addressee, Crew, once, with_stand_ins

if TYPE_CHECKING:
    from incidents.models import Deadline, Incident, Notification

Letters = tuple[Told, list["Notification"]]
# The role that keeps people informed, where a playbook has it by this code.
COMMUNICATIONS = "communications"


def people_for(incident: Incident, crew: Crew, at: datetime) -> list[Addressee]:
    """Name who keeps people informed now, and who stands in if they are away.

    Where none of them has an address, it is the next ones' turn.
    """
    for each in _in_turn(incident, crew):
        found = once(with_stand_ins([each], at))
        if reached := [one for one in found if one.emails]:
            return reached
    return []


def _in_turn(incident: Incident, crew: Crew) -> Iterator[Addressee]:
    holders, document = crew.holders(incident), incident.playbook
    for code in (COMMUNICATIONS, document.leading_role.code):
        if person := holders.get(code):
            role = document.role_names.get(code, code)
            yield Addressee(name_of(person), _("holds %s") % role, person)
    lead, reader = incident.lead, incident.team.reader
    if lead and lead.is_active:
        yield Addressee(name_of(lead), _("leads the incident"), lead)
    if reader:
        yield Addressee(name_of(reader), _("answers for the team"), reader)


def remind(incident: Incident, row: Deadline, crew: Crew, at: datetime) -> Letters:
    """Write the mails of a missed update; each person has one for each miss.

    Dated anew it may be missed anew: after a severity that was taken back, say.
    """
    moment = int(row.due_at.timestamp()) if row.due_at else 0
    key = f"update:{incident.pk}:{row.key}:{moment}"
    return _tell(incident, row, crew, at, key=key)


def nudge(incident: Incident, row: Deadline, crew: Crew, at: datetime) -> Letters:
    """Write the reminders before it is due; dated anew, it comes again."""
    moment = int(row.nudge_at.timestamp()) if row.nudge_at else 0
    key = f"nudge:{incident.pk}:{row.key}:{moment}"
    return _tell(incident, row, crew, at, key=key, is_early=True)


def _tell(
    incident: Incident,
    row: Deadline,
    crew: Crew,
    at: datetime,
    *,
    key: str,
    is_early: bool = False,
) -> Letters:
    told = sort_out(incident, people_for(incident, crew, at))
    seers = crew.seers(incident, told.people)
    letters = [
        mail_about(
            incident,
            compose(
                incident, row, each, is_early=is_early, sees=seers.sees(each.person)
            ),
            key=f"{key}:{each.key}",
            kind=NotificationKind.UPDATE_DUE,
            at=at,
            user=each.person,
        )
        for each in told.people
    ]
    return told, letters


def compose(
    incident: Incident, row: Deadline, each: Addressee, *, is_early: bool, sees: bool
) -> Wording:
    """Say who waits, since when, and where the update is written."""
    zone = zone_of(each.person) if each.person else incident.team.zone
    write_at = reverse("admin:incidents_incident_do", args=[incident.pk, "post_update"])
    audience = str(AUDIENCES.get(row.audience, row.audience))
    context = {
        "name": greeted(each.person) if each.person else each.name,
        "sees": sees,
        "is_early": is_early,
        "incident": incident,
        "audience": audience,
        "title": incident.title if sees else incident.reference,
        "severity": incident.severity_label,
        "status": incident.status_label,
        "due": zoned(row.due_at, zone) if row.due_at else "",
        "since": zoned(row.starts_at, zone) if row.starts_at else "",
        "why": each.why,
        "whom_to_ask": whom_to_ask(incident),
        "url": f"{settings.SITE_URL}{write_at}?audience={row.audience}",
        "page": page_of(incident),
    }
    return write("update_due", context)
