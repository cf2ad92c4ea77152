"""What the page “Write a message” offers: which one fits, its text, who gets it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst

from incidents.choices import DeadlineKind, Status
from incidents.clocks import AUDIENCES
from incidents.copying import GAP
from incidents.deadlines import update_clock
from incidents.due_lines import audiences_of
from incidents.mail_wording import clipped
from incidents.message_facts import promised_in_words
from incidents.messages import NO_UPDATE, fill
from incidents.playbook_words import MOMENT
from incidents.playbooks.placeholders import read_all
from incidents.sending import LONGEST_SUBJECT, Recipients, recipients_of, subject_for
from incidents.targets import How, Target

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident
    from incidents.playbooks.schema import MessageTemplate

# Said once to each audience; what is said again and again are updates.
ONCE = ("declared", "first_update", "identified", "mitigated", "resolved")


class Text(NamedTuple):
    subject: str
    body: str

    @property
    def digest(self) -> str:
        """Name it, so that a text nobody touched is known again."""
        return hashlib.sha256("\0".join(self).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Offer:
    """A message that can be written: by a template, or in one's own words."""

    name: str
    audience: str
    moment: str
    url: str
    is_chosen: bool
    is_sent: bool = False


class MessagePage:
    """One message about one incident, as its writer sees it before it leaves."""

    def __init__(
        self,
        incident: Incident,
        user: User,
        now: datetime,
        *,
        template: str = "",
        audience: str = "",
    ) -> None:
        self.incident, self.user, self.now = incident, user, now
        asked = audience if audience in AUDIENCES else ""
        known = {each.code: each for each in incident.playbook.messages}
        self.message = known.get(template)
        if self.message is None and template != "none":
            self.message = self._fitting(asked)
        chosen = self.message.audience if self.message else ""
        self.audience = chosen or asked or self._first_audience

    @cached_property
    def sent(self) -> set[str]:
        """Name the templates that have gone out already."""
        return set(self.incident.messages.values_list("template", flat=True))

    @cached_property
    def due_audience(self) -> str:
        """Name the audience whose update is due first."""
        rows = self.incident.deadlines.unended().filter(kind=DeadlineKind.UPDATE)
        first = rows.order_by("due_at").values_list("audience", flat=True).first()
        return first or ""

    @property
    def _first_audience(self) -> str:
        return self.due_audience or audiences_of(self.incident)[0][0]

    def _fits(self, message: MessageTemplate) -> bool:
        """Say whether a template is meant for the incident as it is now."""
        code = self.incident.severity.code
        if message.severities and code not in message.severities:
            return False
        after = message.after.due(self.incident.declared_at) if message.after else None
        return after is None or after <= self.now

    def _fitting(self, audience: str) -> MessageTemplate | None:
        """Choose what is due or has just happened; None where no template fits."""
        fits = [each for each in self.incident.playbook.messages if self._fits(each)]
        if audience:
            fits = [each for each in fits if each.audience == audience]
        elif any(each.audience == self.due_audience for each in fits):
            fits = [each for each in fits if each.audience == self.due_audience]
        found: dict[str, MessageTemplate] = {}
        for each in fits:
            found.setdefault(each.moment, each)
        wanted = [moment for moment in self._moments() if moment in found]
        fresh = [
            moment
            for moment in wanted
            if moment not in ONCE or found[moment].code not in self.sent
        ]
        return found[(fresh or wanted)[0]] if wanted else None

    def _moments(self) -> Iterator[str]:
        """Give the moments of a message in the order in which they fit now."""
        incident = self.incident
        if not incident.is_running:
            yield from ("resolved", "update")
            return
        if incident.mitigated_at:
            yield "mitigated"
        if incident.root_cause_identified_at or incident.status in {
            Status.IDENTIFIED,
            Status.MITIGATING,
        }:
            yield "identified"
        yield from ("declared", "first_update", "update", "identified")

    @cached_property
    def offers(self) -> list[Offer]:
        """List the templates meant for it as it is, and free words to each audience."""
        every = self.incident.playbook.messages
        return [self._offer(each) for each in every if self._fits(each)]

    @cached_property
    def others(self) -> list[Offer]:
        every = self.incident.playbook.messages
        return [self._offer(each) for each in every if not self._fits(each)]

    @cached_property
    def free(self) -> list[Offer]:
        return [
            Offer(
                label,
                label,
                "",
                self._url("none", code),
                self.message is None and code == self.audience,
            )
            for code, label in audiences_of(self.incident)
        ]

    def _offer(self, message: MessageTemplate) -> Offer:
        return Offer(
            message.name,
            self.label_of(message.audience),
            str(MOMENT[message.moment]),
            self._url(message.code, message.audience),
            is_chosen=message == self.message,
            is_sent=message.code in self.sent,
        )

    @property
    def template(self) -> str:
        return self.message.code if self.message else ""

    @property
    def url(self) -> str:
        """Give the address at which this very message is written."""
        return self._url(self.template or "none", self.audience)

    def _url(self, template: str, audience: str) -> str:
        home = reverse("admin:incidents_incident_message", args=[self.incident.pk])
        return f"{home}?{urlencode({'template': template, 'audience': audience})}"

    @staticmethod
    def label_of(audience: str) -> str:
        return capfirst(str(AUDIENCES.get(audience, audience)))

    @property
    def audience_label(self) -> str:
        return self.label_of(self.audience)

    @cached_property
    def recipients(self) -> Recipients:
        return recipients_of(self.incident, self.audience)

    @property
    def zone(self) -> ZoneInfo:
        zone = self.message.zone if self.message else None
        return ZoneInfo(zone) if zone else self.incident.team.zone

    @cached_property
    def asks(self) -> list[str]:
        """List what the sender must write, each once, in the template's order."""
        if self.message is None:
            return []
        read = read_all(f"{self.message.subject or ''}\n{self.message.body}")
        return list(dict.fromkeys(e.argument for e in read if e.name == "ask"))

    @property
    def is_update(self) -> bool:
        return self.message is None or self.message.moment not in NO_UPDATE

    @property
    def promises(self) -> bool:
        """Whether another update follows, so that its time can be stated."""
        return self.is_update and self.incident.is_running

    @cached_property
    def must_state(self) -> bool:
        """Whether the playbook wants each update to say when the next one comes."""
        clock = update_clock(self.incident, self.audience)
        is_stated = clock and clock.following().target.how == How.STATED
        return self.promises and bool(is_stated)

    @property
    def cadence(self) -> str:
        """Say in how long the next update comes, if nobody states it."""
        return self.promise(None)[1]

    def promise(self, next_in: Target | None) -> tuple[str, str]:
        """Give the time of the next update in words, and how long until then."""
        if not self.promises:
            return "", ""
        return promised_in_words(
            self.incident, self.now, self.audience, zone=self.zone, next_in=next_in
        )

    def filled(
        self, answers: Mapping[str, str] | None = None, next_in: Target | None = None
    ) -> Text:
        """Fill the template from the record, and give it a subject if it has none."""
        if self.message is None:
            return Text(self.subject, "")
        given = {words: said for words, said in (answers or {}).items() if said}
        subject, body = fill(
            self.message,
            self.incident,
            self.user,
            self.now,
            answers=given,
            next_in=next_in,
        )
        return Text(subject or self.subject, body.strip())

    @property
    def subject(self) -> str:
        return clipped(subject_for(self.incident, self.audience), LONGEST_SUBJECT)


def put_in(text: str, words: Mapping[str, str]) -> str:
    """Put answers in place of the marks that ask for them; the other marks stay."""
    return GAP.sub(lambda found: words.get(found[0][1:-1], "") or found[0], text)
