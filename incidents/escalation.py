"""Telling people: one message each, once for a rung, in the transaction that causes it.

What a rung of the ladder and a person who escalates by hand have in common: whom it
reaches, what each of them reads, and who is to be called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from incidents import outbox
from incidents.acknowledge_links import link_to
from incidents.choices import Medium, NotificationKind
from incidents.digest_times import zone_of
from incidents.drills import Reach, marked, stays_inside, subject_of
from incidents.mail_wording import Wording, clipped, greeted, write
from incidents.names import name_of
from incidents.rung_people import Addressee, Crew, mark_of, people_of
from incidents.sight import PlaceOf

if TYPE_CHECKING:
    from incidents.models import Call, Contact, Deadline, Incident, Notification

# A telephone shows so much of a text message in one piece.
LONGEST_LINE = 160
LONGEST_NAME = 160
# What wakes people up: besides the letter a line to their pager, and a call.
WAKING = frozenset({"pager", "phone"})


@dataclass(frozen=True)
class Summons:
    """One call for help: which incident, what it says, and by which media."""

    incident: Incident
    key: str
    label: str
    at: datetime
    media: frozenset[str] = frozenset()
    deadline: Deadline | None = None
    by: User | None = None
    tried: str = ""
    needed: str = ""
    calls: bool = True

    @property
    def is_waking(self) -> bool:
        return bool(self.media & WAKING)


@dataclass
class Told:
    """Who was told, who had been before, and who is left out of a drill."""

    people: list[Addressee] = field(default_factory=list)
    before: list[Addressee] = field(default_factory=list)
    spared: list[Addressee] = field(default_factory=list)

    @property
    def anybody(self) -> bool:
        return bool(self.people or self.before)

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.people]

    def sentence(self, nobody: str) -> str:
        """Say whom it told and why; `nobody` says why there is nobody."""
        parts = [
            template % ", ".join(each.words for each in those)
            for template, those in (
                (_("told %s"), self.people),
                (_("told before: %s"), self.before),
                (_("a drill: would have told %s"), self.spared),
            )
            if those
        ]
        return "; ".join(parts) if parts else nobody


def rung(
    incident: Incident, row: Deadline, crew: Crew, at: datetime
) -> tuple[Summons, list[Addressee]]:
    """Give what a rung says that was reached, and to whom."""
    summons = Summons(
        incident=incident,
        key=f"rung:{incident.pk}:{row.key}",
        label=row.label,
        at=at,
        media=frozenset(row.media),
        deadline=row,
    )
    return summons, people_of(incident, row.tells, crew, at)


def nobody_for(incident: Incident, codes: Iterable[str]) -> str:
    names = incident.playbook.role_names
    roles = ", ".join(names.get(code, code) for code in codes)
    sentence = _(
        "nobody to tell: no one holds or is bound to %(roles)s, and the team %(team)s "
        "has neither a lead nor a manager"
    )
    return sentence % {"roles": roles, "team": incident.team}


def sort_out(incident: Incident, people: Iterable[Addressee]) -> Told:
    """Divide those who are told from those whom a drill leaves alone."""
    reach, told = Reach.of(incident), Told()
    for each in people:
        takes = _takes(reach, each)
        (told.people if takes else told.spared).append(each)
    return told


def _takes(reach: Reach, addressee: Addressee) -> bool:
    if addressee.person:
        return reach.takes(addressee.person)
    addresses = [*addressee.emails, *addressee.urgent]
    return all(map(reach.takes, addresses)) if addresses else reach.is_open


def tell(summons: Summons, people: Iterable[Addressee], crew: Crew) -> Told:
    """Write what each of them is sent, and the calls; who had it already is left."""
    return tell_all([(summons, people)], crew)[0]


def tell_all(
    several: Iterable[tuple[Summons, Iterable[Addressee]]], crew: Crew
) -> list[Told]:
    """Do it for several calls for help, in as many queries as for one."""
    from incidents.models import Call

    sorted_out = [(each, sort_out(each.incident, people)) for each, people in several]
    known = _known(sorted_out)
    letters: list[Notification] = []
    calls: list[Call] = []
    for summons, told in sorted_out:
        had = [each for each in told.people if known & set(_keys(summons, each))]
        told.before = had
        told.people = [each for each in told.people if each not in had]
        seers = Seers.of(summons.incident, told.people, crew)
        letters += [
            row for each in told.people for row in _letters(summons, each, seers)
        ]
        if summons.is_waking and summons.calls:
            calls += [_call(summons, each) for each in told.people]
    if letters and not crew.is_silent:
        outbox.queue_all(letters)
    if calls:
        Call.objects.bulk_create(calls, ignore_conflicts=True)
    return [told for _summons, told in sorted_out]


def _known(several: Iterable[tuple[Summons, Told]]) -> set[str]:
    """Find who had it already: a step that was taken back may come again; one query."""
    from incidents.models import Notification

    keys = [
        key
        for summons, told in several
        for each in told.people
        for key in _keys(summons, each)
    ]
    if not keys:
        return set()
    rows = Notification.objects.filter(key__in=keys)
    return set(rows.values_list("key", flat=True))


def _keys(summons: Summons, each: Addressee) -> Iterator[str]:
    if each.person:
        yield f"{summons.key}:{each.person.pk}"
    else:
        yield from (f"{summons.key}:{mark_of(address)}" for address in each.emails)
    yield from (
        f"{summons.key}:{mark_of(address)}:urgent"
        for address in (each.urgent if summons.is_waking else ())
    )
    if chat := _chat_of(summons, each):
        yield f"{summons.key}:chat:{chat.pk}"


def _chat_of(summons: Summons, each: Addressee) -> Contact | None:
    """Give the chat that is posted to: in a drill none, even of who takes part."""
    is_wanted = "chat" in summons.media and not stays_inside(summons.incident)
    return each.chat if is_wanted else None


@dataclass(frozen=True)
class Seers:
    """Who of some people may read the title: all who see the incident, nobody else."""

    people: frozenset[int]
    is_open: bool

    @classmethod
    def of(cls, incident: Incident, those: Iterable[Addressee], crew: Crew) -> Seers:
        keys = [each.person.pk for each in those if each.person]
        sight = crew.sight(keys, incident) if keys else None
        place = PlaceOf(incident)
        seen = frozenset(key for key in keys if sight and sight.sees(key, place))
        return cls(seen, not incident.restricted)

    def sees(self, addressee: Addressee) -> bool:
        """Say so; whoever cannot log in was chosen by the team to be told."""
        if addressee.person:
            return addressee.person.pk in self.people
        return self.is_open


def _letters(summons: Summons, each: Addressee, seers: Seers) -> Iterator[Notification]:
    sees = seers.sees(each)
    if each.emails:
        wording = compose(summons, each, sees=sees)
        for address in each.emails:
            mark = str(each.person.pk) if each.person else mark_of(address)
            yield _row(summons, each, f"{summons.key}:{mark}", address, wording)
    if summons.is_waking and each.urgent:
        line = short_line(summons, sees=sees)
        brief = Wording(line, line, "")
        for address in each.urgent:
            key = f"{summons.key}:{mark_of(address)}:urgent"
            yield _row(summons, each, key, address, brief)
    if _chat_of(summons, each):
        yield _post(summons, each, sees=not summons.incident.restricted)


def _row(
    summons: Summons, each: Addressee, key: str, address: str, wording: Wording
) -> Notification:
    from incidents.models import Notification

    return Notification(
        key=key,
        kind=NotificationKind.ESCALATION,
        incident=summons.incident,
        user=each.person,
        address=address,
        subject=wording.subject,
        text=wording.text,
        html=wording.html,
        thread=f"incident:{summons.incident.pk}",
        created_at=summons.at,
        due_at=summons.at,
    )


def _post(summons: Summons, each: Addressee, *, sees: bool) -> Notification:
    line = short_line(summons, sees=sees)
    where = f"\n{_page(summons.incident)}"
    text = marked(summons.incident, line + where)
    key = f"{summons.key}:chat:{each.chat.pk if each.chat else ''}"
    row = _row(summons, each, key, each.name, Wording(line, text, ""))
    row.medium, row.contact, row.user = Medium.CHAT, each.chat, None
    return row


def _call(summons: Summons, each: Addressee) -> Call:
    from incidents.models import Call

    deadline = summons.deadline
    return Call(
        incident=summons.incident,
        deadline=deadline,
        key=f"{deadline.key if deadline else summons.key}:{each.key}",
        name=clipped(each.name, LONGEST_NAME),
        number=each.number,
        person=each.person,
        created_at=summons.at,
    )


def compose(summons: Summons, each: Addressee, *, sees: bool) -> Wording:
    """Write the letter; of a restricted incident only to who sees it."""
    incident, person = summons.incident, each.person
    zone = zone_of(person) if person else incident.team.zone
    due = summons.deadline.due_at if summons.deadline else summons.at
    acknowledged = incident.acknowledged_at
    context = {
        "name": greeted(person) if person else each.name,
        "sees": sees,
        "incident": incident,
        "heading": heading(summons, sees=sees),
        "label": summons.label,
        "why": each.why,
        "severity": incident.severity_label,
        "status": incident.status_label,
        "lead": name_of(incident.lead) or _("nobody"),
        "whom_to_ask": whom_to_ask(incident),
        "declared": f"{incident.declared_at.astimezone(zone):%Y-%m-%d %H:%M %Z}",
        "due": f"{(due or summons.at).astimezone(zone):%H:%M %Z}",
        "by": name_of(summons.by),
        "tried": summons.tried,
        "needed": summons.needed,
        "acknowledge": link_to(incident, person) if person and not acknowledged else "",
        "url": _page(incident),
        "is_person": person is not None,
    }
    wording = write("escalation", context)
    subject = subject_of(incident, wording.subject)
    return wording._replace(subject=subject, text=marked(incident, wording.text))


def heading(summons: Summons, *, sees: bool) -> str:
    incident = summons.incident
    severity = incident.severity.code
    if not sees:
        words = _("%(severity)s needs you: %(reference)s")
        return words % {"severity": severity, "reference": incident.reference}
    words = _("%(severity)s needs you: %(title)s")
    return words % {"severity": severity, "title": incident.title}


def short_line(summons: Summons, *, sees: bool) -> str:
    """Say all of it in one text message: a pager shows no more."""
    incident = summons.incident
    if sees:
        parts = [incident.severity.code, incident.reference, incident.title]
        line = f"{' '.join(parts)}: {summons.needed or summons.label}"
    else:
        line = _("A restricted incident, %(reference)s, %(severity)s, needs you") % {
            "reference": incident.reference,
            "severity": incident.severity.code,
        }
    return clipped(subject_of(incident, clipped(line, LONGEST_LINE)), LONGEST_LINE)


def whom_to_ask(incident: Incident) -> str:
    asked = incident.lead if incident.lead and incident.lead.is_active else None
    return name_of(asked or incident.team.reader) or str(incident.team)


def _page(incident: Incident) -> str:
    return f"{settings.SITE_URL}{incident.get_absolute_url()}"
