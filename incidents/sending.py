"""How a message goes out: to whom, what they read, and which doubts come first.

The verbs call it in their transaction. Who reads what an audience is told is the list
that the team has bound to it; a drill spares whoever does not take part in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents import outbox
from incidents.bindings import resolve
from incidents.changes import Blocker
from incidents.choices import (
    BoundKind,
    DeliveryState,
    HookKind,
    Medium,
    NotificationKind,
)
from incidents.copying import GAP, html, plain_body
from incidents.drills import Reach, marked, subject_of
from incidents.due_lines import audiences_of
from incidents.mail_wording import clipped, write
from incidents.messages import NO_UPDATE
from incidents.targets import Target

if TYPE_CHECKING:
    from incidents.models import Contact, Incident, Message, Notification
    from incidents.playbooks.schema import MessageTemplate

# The event says all of it too, after a few words of its own.
LONGEST_BODY = 9_500
LONGEST_SUBJECT = 200
# What the outbox takes; nobody has a longer one.
LONGEST_ADDRESS = 254
LONGEST_KEY = 200
# The doubts that somebody has to have thought of: the code of each.
GAPS, RESTRICTED = "gaps", "restricted"
# Those who belong to the house may read titles; the others read what is meant for them.
INSIDE = frozenset({"team", "stakeholders", "company"})


@dataclass(frozen=True)
class Draft:
    """A message as somebody wrote it; `nonce` tells a second click from a second one.

    `template` is a code of the playbook, and empty for words of one's own. An update
    that does not count is written down and sent, and the promise stays open.
    """

    audience: str
    body: str
    subject: str = ""
    template: str = ""
    next_in: Target | None = None
    nonce: str = ""
    counts: bool = True

    def tidied(self) -> Draft:
        """Give it with the line ends and edges of text, not of browsers."""
        body = "\n".join(self.body.strip().splitlines())
        return replace(self, body=body, subject=" ".join(self.subject.split()))

    @property
    def gaps(self) -> list[str]:
        """List the marks of what is missing, each once."""
        return list(dict.fromkeys(GAP.findall(f"{self.subject}\n{self.body}")))


@dataclass(frozen=True)
class Recipients:
    """Who gets a message to an audience, and whom a drill spares."""

    contact: Contact | None = None
    addresses: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    chat: str = ""
    is_chat_spared: bool = False

    @property
    def is_anybody(self) -> bool:
        """Whether somebody gets it, or would, were it no drill."""
        return bool(self.addresses or self.spared or self.chat)

    @property
    def in_words(self) -> str:
        """Say it in a few words: “12 people and a chat”."""
        count = len(self.addresses)
        parts = []
        if count or not self.posts:
            people = ngettext("%s address", "%s addresses", count)
            parts.append(people % f"{count:,}")
        if self.posts:
            parts.append(self.chat)
        return _(" and ").join(parts)

    @property
    def posts(self) -> bool:
        return bool(self.chat) and not self.is_chat_spared


def recipients_of(incident: Incident, audience: str) -> Recipients:
    """Find who is on the list of an audience; the reach of a drill counts."""
    contact = resolve(incident.team, BoundKind.AUDIENCE, audience)
    return _on_list(contact, Reach.of(incident)) if contact else Recipients()


def lists_of(incident: Incident) -> dict[str, Recipients]:
    """Find who is on which list, by audience; one query, and another in a drill."""
    from incidents.models import Binding

    rows = Binding.objects.filter(team=incident.team_id, kind=BoundKind.AUDIENCE)
    reach = Reach.of(incident)
    bound = {
        row.code: _on_list(row.contact, reach)
        for row in rows.select_related("contact__user")
    }
    return {code: found for code, found in bound.items() if found.is_anybody}


def told_apart(
    incident: Incident, lists: dict[str, Recipients]
) -> list[tuple[str, str]]:
    """List whom an update may go to, each with who is on its list."""
    return [
        (code, f"{label}: {lists[code].in_words if code in lists else _('noted here')}")
        for code, label in audiences_of(incident)
    ]


def subject_for(incident: Incident, audience: str) -> str:
    """Make up a subject; whoever is outside reads no title of ours."""
    if audience in INSIDE:
        return f"{incident.reference} {incident.severity.code}: {incident.title}"
    return _("News of an interruption of our service")


def _on_list(contact: Contact, reach: Reach) -> Recipients:
    every = addresses_of(contact)
    return Recipients(
        contact,
        tuple(each for each in every if reach.takes(each)),
        tuple(each for each in every if not reach.takes(each)),
        chat_of(contact),
        is_chat_spared=not reach.takes_chats,
    )


def addresses_of(contact: Contact) -> list[str]:
    """List the mail addresses of a contact, each once, that of its person first."""
    person = contact.user
    own = [person.email] if person and person.is_active and person.email else []
    routes = [r["address"].strip() for r in contact.routes if r["medium"] == "email"]
    once: dict[str, str] = {}
    for each in [*own, *routes]:
        once.setdefault(each.lower(), each)
    return [each for each in once.values() if len(each) <= LONGEST_ADDRESS]


def chat_of(contact: Contact) -> str:
    """Name a contact's chat and its host: the rest of the address is a secret."""
    if not contact.hook_kind:
        return ""
    host = urlsplit(contact.hook_address).hostname or "?"
    return f"{HookKind(contact.hook_kind).label} ({host})"


def template_of(incident: Incident, code: str) -> MessageTemplate | None:
    return next(
        (each for each in incident.playbook.messages if each.code == code), None
    )


def is_update(incident: Incident, template: str) -> bool:
    """Say whether a message tells how it stands, so that it restarts the clock."""
    message = template_of(incident, template)
    return message is None or message.moment not in NO_UPDATE


def doubts(
    incident: Incident, draft: Draft, recipients: Recipients
) -> Iterator[Blocker]:
    """List what somebody should have thought of before it leaves."""
    if gaps := draft.gaps:
        sentence = _("The text still contains %s. Send it anyway?")
        yield Blocker(GAPS, sentence % ", ".join(gaps[:5]), GAPS)
    if incident.restricted and recipients.contact:
        sentence = _(
            "This incident is restricted. Send it to %(who)s of “%(list)s” anyway?"
        )
        told = {"who": recipients.in_words, "list": recipients.contact}
        yield Blocker(RESTRICTED, sentence % told, RESTRICTED)


def nobody_reached(audience: str, team: object) -> Blocker:
    sentence = _(
        "Nobody is on the list for %(audience)s: bind a contact with mail addresses to "
        "it on the page of %(team)s, or copy the text."
    )
    return Blocker(
        "nobody", sentence % {"audience": audience, "team": team}, "audience"
    )


def worn(incident: Incident, draft: Draft) -> Draft:
    """Mark the message of a drill as one, in its subject and its first line."""
    subject = draft.subject or subject_for(incident, draft.audience)
    body = marked(incident, draft.body)
    subject = subject_of(incident, clipped(subject, LONGEST_SUBJECT))
    return replace(draft, subject=subject, body=body)


def send_out(message: Message, recipients: Recipients, *, now: datetime) -> None:
    """Write one mail for each address, and a post for the chat, into the outbox.

    Whom a drill spares has a row, too, which is never sent: they are counted there.
    """
    outbox.queue_all(_rows(message, recipients, now))


def _rows(
    message: Message, recipients: Recipients, now: datetime
) -> Iterator[Notification]:
    from incidents.models import Notification

    team = message.incident.team
    told = {"body": html(message.body), "plain": plain_body(message.body), "team": team}
    wording = write("message", {**told, "subject": message.subject})
    common = {
        "kind": NotificationKind.MESSAGE,
        "incident": message.incident,
        "carries": message,
        "contact": recipients.contact,
        "subject": message.subject,
        "text": wording.text,
        "thread": f"message:{message.incident_id}:{message.audience}",
        "created_at": now,
        "due_at": now,
    }
    spared = {
        "state": DeliveryState.SUPPRESSED,
        "suppressed_because": _("A drill: they would have been told."),
    }
    for address in recipients.addresses:
        key = key_of(message, address)
        yield Notification(key=key, address=address, html=wording.html, **common)
    for address in recipients.spared:
        key = key_of(message, address)
        yield Notification(key=key, address=address, **common | spared)
    if recipients.chat:
        kept = spared if recipients.is_chat_spared else {}
        chat = {"medium": Medium.CHAT, "address": recipients.chat, "text": message.body}
        yield Notification(key=key_of(message, "chat"), **common | chat | kept)


def key_of(message: Message, address: str) -> str:
    """Name the one mail of a message to an address; a long address by its digest."""
    key = f"message:{message.pk}:{address}"
    if len(key) <= LONGEST_KEY:
        return key
    return f"message:{message.pk}:{hashlib.sha256(address.encode()).hexdigest()}"
