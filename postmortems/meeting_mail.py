"""What people are told of a review meeting: a letter, and what their calendar reads.

The meeting in a calendar is the same for everybody; who may not see the incident is
told when and where, and its reference alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from incidents import outbox
from incidents.choices import CalendarMethod, NotificationKind
from incidents.digest_times import zone_of
from incidents.incident_mails import mail_about, whom_to_ask
from incidents.mail_wording import greeted, write
from incidents.message_facts import zoned
from incidents.names import name_of
from incidents.sight import Seers
from postmortems.agenda import Point, running_order
from postmortems.invitations import Attendee, invitation

if TYPE_CHECKING:
    from datetime import tzinfo

    from django.contrib.auth.models import User

    from incidents.models import Incident, Notification
    from postmortems.models import Meeting


class Invited(NamedTuple):
    """Somebody with an address: a person who logs in, or a guest."""

    name: str
    address: str
    user: User | None = None


def addresses_in(guests: str) -> list[Invited]:
    """Find who of the guests is named with an address: “Ann <ann@vendor.example>”."""
    found = {}
    for line in guests.splitlines():
        name, address = parseaddr(line)
        try:
            validate_email(address)
        except ValidationError:
            continue
        found[address.lower()] = Invited(name or address, address)
    return list(found.values())


def everybody(meeting: Meeting) -> list[Attendee]:
    """Name all who are invited, by name and address, each address once."""
    people = {
        each.email.lower(): Attendee(name_of(each), each.email)
        for each in meeting.attendees.all()
        if each.email
    }
    for guest in addresses_in(meeting.guests):
        address = guest.address.lower()
        people.setdefault(address, Attendee(guest.name, guest.address))
    return list(people.values())


def calendar_of(
    meeting: Meeting, method: str, *, now: datetime, is_open: bool = True
) -> str:
    """Write the meeting as calendars read it; not `is_open` tells no title."""
    postmortem, incident = meeting.postmortem, meeting.postmortem.incident
    url = f"{settings.SITE_URL}{postmortem.get_absolute_url()}"
    agenda = "\n".join(point.words for point in _points(meeting))
    organizer = meeting.called_by
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return invitation(
        uid=meeting.uid,
        sequence=meeting.sequence,
        method=method,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        summary=_("Post-mortem: %s") % named(incident, is_open=is_open),
        description=f"{url}\n\n{agenda}".strip() if is_open else url,
        place=meeting.place,
        organizer=Attendee(name_of(organizer), organizer.email or sender),
        attendees=everybody(meeting),
        now=now,
    )


def named(incident: Incident, *, is_open: bool) -> str:
    return str(incident) if is_open else incident.reference


def invite(
    meeting: Meeting,
    people: Iterable[Invited],
    method: str,
    *,
    by: User,
    at: datetime,
    is_moved: bool = False,
    is_taken_off: bool = False,
) -> None:
    """Queue a mail to each: the meeting is called, moved, or off for them."""
    people = list(people)
    if not people:
        return
    occasion = _Occasion(meeting, method, by, at, is_moved, is_taken_off)
    outbox.queue_all(occasion.letters(people))


@dataclass(frozen=True)
class _Occasion:
    """One thing that is told of a meeting, to several people."""

    meeting: Meeting
    method: str
    by: User
    at: datetime
    is_moved: bool
    is_taken_off: bool

    @property
    def incident(self) -> Incident:
        return self.meeting.postmortem.incident

    def letters(self, people: list[Invited]) -> Iterator[Notification]:
        users = [each.user for each in people if each.user]
        seers = Seers.of(self.incident, users)
        calendars = {
            is_open: calendar_of(
                self.meeting, self.method, now=self.at, is_open=is_open
            )
            for is_open in {seers.sees(each.user) for each in people}
        }
        for each in people:
            is_open = seers.sees(each.user)
            yield self._letter(each, calendars[is_open], is_open=is_open)

    def _letter(self, to: Invited, calendar: str, *, is_open: bool) -> Notification:
        meeting, user = self.meeting, to.user
        wording = write("meeting", self._facts(to, is_open=is_open))
        who = user.pk if user else to.address.lower()
        mail = mail_about(
            self.incident,
            wording,
            key=f"meeting:{meeting.pk}:{meeting.sequence}:{self.method}:{who}",
            kind=NotificationKind.MEETING,
            at=self.at,
            user=user,
            address=to.address,
        )
        mail.calendar, mail.calendar_method = calendar, self.method
        return mail

    def _facts(self, to: Invited, *, is_open: bool) -> dict[str, object]:
        incident, is_on = self.incident, self.method == CalendarMethod.REQUEST
        there, here = incident.team.zone, zone_of(to.user) if to.user else None
        zones = [there, here] if here and here.key != there.key else [there]
        title = named(incident, is_open=is_open)
        url = f"{settings.SITE_URL}{self.meeting.postmortem.get_absolute_url()}"
        return {
            "name": greeted(to.user) if to.user else to.name,
            "heading": self._heading % title,
            "says": self._sentence % {"who": name_of(self.by)},
            "title": title,
            "whens": [self._span(zone) for zone in zones],
            "is_on": is_on,
            "place": self.meeting.place,
            "points": _points(self.meeting) if is_on and is_open else [],
            # A guest cannot log in; who may not see the incident finds nothing there.
            "url": url if to.user and is_open else "",
            "whom_to_ask": "" if is_open or not to.user else whom_to_ask(incident),
        }

    @property
    def _heading(self) -> str:
        if self.method == CalendarMethod.CANCEL:
            return _("Called off: %s") if not self.is_taken_off else _("Not needed: %s")
        return _("Meeting moved: %s") if self.is_moved else _("Meeting: %s")

    @property
    def _sentence(self) -> str:
        if self.is_taken_off:
            return _(
                "%(who)s took you off the list of this meeting: you may stay away."
            )
        if self.method == CalendarMethod.CANCEL:
            return _("%(who)s called this post-mortem meeting off.")
        if self.is_moved:
            return _("%(who)s changed this post-mortem meeting.")
        return _("%(who)s invites you to a post-mortem meeting.")

    def _span(self, zone: tzinfo) -> str:
        minutes = self.meeting.minutes
        said = _("%(when)s, %(minutes)d min")
        return said % {"when": zoned(self.meeting.starts_at, zone), "minutes": minutes}


def _points(meeting: Meeting) -> list[Point]:
    incident = meeting.postmortem.incident
    agenda = incident.playbook.postmortem.agenda
    return running_order(agenda, meeting.starts_at, incident.team.zone)
