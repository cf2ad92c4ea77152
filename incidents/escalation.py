"""Telling people: one message each, once for a rung, in the transaction that causes it.

What a rung of the ladder and a person who escalates by hand have in common: whom it
reaches, what each of them reads, and who is to be called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from incidents import outbox
from incidents.acknowledge_links import link_to
from incidents.choices import DeliveryState, Medium, NotificationKind
from incidents.digest_times import zone_of
from incidents.drills import Reach, stays_inside, subject_of
from incidents.incident_mails import hidden_words, mail_about, page_of, whom_to_ask
from incidents.mail_wording import Wording, clipped, greeted, write
from incidents.message_facts import zoned
from incidents.models import Call, Notification
from incidents.models.mail import URGENT
from incidents.names import name_of
from incidents.outbox import MOST_REASON, message_id
from incidents.rung_people import Addressee, Crew, mark_of, people_of

if TYPE_CHECKING:
    from incidents.models import Contact, Deadline, Incident
    from incidents.sight import Seers

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


@dataclass(frozen=True)
class Way:
    """One message to one address of somebody: a letter, a pager's line, or a post."""

    summons: Summons
    each: Addressee
    mark: str
    address: str
    chat: Contact | None = None

    @property
    def key(self) -> str:
        return f"{self.summons.key}:{self.mark}"

    def naming(self, others: Iterable[Way]) -> Way:
        """Give it with what the others say as well: a person is woken once."""
        every = [self, *others]
        label = "; ".join(dict.fromkeys(way.summons.label for way in every))
        why = ", ".join(dict.fromkeys(way.each.why for way in every))
        summons = replace(self.summons, label=label)
        return replace(self, summons=summons, each=replace(self.each, why=why))

    @property
    def is_short(self) -> bool:
        return self.chat is not None or self.mark.endswith(URGENT)


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
    sorted_out = [(each, sort_out(each.incident, people)) for each, people in several]
    known = _known(sorted_out)
    ways: list[tuple[Way, Seers]] = []
    calls: list[Call] = []
    for summons, told in sorted_out:
        had = [
            each
            for each in told.people
            if any(way.key in known for way in _ways(summons, each))
        ]
        told.before = had
        told.people = [each for each in told.people if each not in had]
        seers = crew.seers(summons.incident, told.people)
        ways += [(way, seers) for each in told.people for way in _ways(summons, each)]
        if summons.is_waking and summons.calls:
            # Of a step that was taken back the mail stays known, its call went.
            asked = [*told.people, *told.before]
            calls += [_call(summons, each) for each in asked]
    if ways and not crew.is_silent:
        outbox.queue_all(_rows(ways))
    if calls:
        Call.objects.bulk_create(calls, ignore_conflicts=True)
    return [told for _summons, told in sorted_out]


def _known(several: Iterable[tuple[Summons, Told]]) -> set[str]:
    """Find who had it already: a step that was taken back may come again; one query."""
    keys = [
        way.key
        for summons, told in several
        for each in told.people
        for way in _ways(summons, each)
    ]
    if not keys:
        return set()
    rows = Notification.objects.filter(key__in=keys)
    return set(rows.values_list("key", flat=True))


def _ways(summons: Summons, each: Addressee) -> Iterator[Way]:
    """Give what one addressee is sent: in a drill no post, even of who takes part."""
    for address in each.emails:
        mark = str(each.person.pk) if each.person else mark_of(address)
        yield Way(summons, each, mark, address)
    for address in each.urgent if summons.is_waking else ():
        yield Way(summons, each, f"{mark_of(address)}{URGENT}", address)
    if "chat" in summons.media and each.chat and not stays_inside(summons.incident):
        yield Way(summons, each, f"chat:{each.chat.pk}", each.name, each.chat)


def _rows(ways: Iterable[tuple[Way, Seers]]) -> Iterator[Notification]:
    """Write one message to an address, however many rungs are reached at once.

    The others have rows, too, so that nobody is ever told of them again.
    """
    alike: dict[tuple[int, str], dict[str, tuple[Way, Seers]]] = {}
    for way, seers in ways:
        known = alike.setdefault((way.summons.incident.pk, way.mark), {})
        known.setdefault(way.key, (way, seers))
    for each in alike.values():
        (first, sees_first), *others = each.values()
        yield _row(first.naming(way for way, _seers in others), sees_first)
        for way, seers in others:
            yield _told_with(first, _row(way, seers))


def _told_with(first: Way, row: Notification) -> Notification:
    row.state, row.message_id = DeliveryState.SUPPRESSED, message_id(first.key)
    reason = _("Told in one message with “%s”.") % first.summons.label
    row.suppressed_because = clipped(reason, MOST_REASON)
    return row


def _row(way: Way, seers: Seers) -> Notification:
    sees = seers.is_open if way.chat else seers.sees(way.each.person)
    row = mail_about(
        way.summons.incident,
        _wording(way, sees=sees),
        key=way.key,
        kind=NotificationKind.ESCALATION,
        at=way.summons.at,
        user=None if way.chat else way.each.person,
        address=way.address,
    )
    if way.chat:
        row.medium, row.contact = Medium.CHAT, way.chat
    return row


def _wording(way: Way, *, sees: bool) -> Wording:
    if not way.is_short:
        return compose(way.summons, way.each, sees=sees)
    line = short_line(way.summons, sees=sees)
    where = f"\n{page_of(way.summons.incident)}" if way.chat else ""
    return Wording(line, f"{line}{where}", "")


def _call(summons: Summons, each: Addressee) -> Call:
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
        "declared": zoned(incident.declared_at, zone),
        "due": f"{(due or summons.at).astimezone(zone):%H:%M %Z}",
        "by": name_of(summons.by),
        "tried": summons.tried,
        "needed": summons.needed,
        "acknowledge": link_to(incident, person) if person and not acknowledged else "",
        "url": page_of(incident),
        "is_person": person is not None,
    }
    return write("escalation", context)


def heading(summons: Summons, *, sees: bool) -> str:
    incident = summons.incident
    if not sees:
        return hidden_words(incident, NotificationKind.ESCALATION)[0]
    words = _("%(severity)s needs you: %(title)s")
    return words % {"severity": incident.severity.code, "title": incident.title}


def short_line(summons: Summons, *, sees: bool) -> str:
    """Say all of it in one text message: a pager shows no more."""
    incident = summons.incident
    if sees:
        parts = [incident.severity.code, incident.reference, incident.title]
        line = f"{' '.join(parts)}: {summons.needed or summons.label}"
    else:
        _subject, line = hidden_words(incident, NotificationKind.ESCALATION)
    return clipped(subject_of(incident, clipped(line, LONGEST_LINE)), LONGEST_LINE)
