"""Fills the message templates of a playbook: data in, text out, nothing is run.

What is not known is marked ‹like this›, so that nobody sends a gap, and what a value
says is never read for placeholders again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from incidents.message_facts import facts_of, zoned
from incidents.playbooks.placeholders import (
    BETWEEN_BRACES,
    PLACEHOLDERS,
    NotAPlaceholder,
    Placeholder,
    read_all,
)
from incidents.playbooks.schema import MessageTemplate, SeverityLevel
from incidents.targets import Target

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident

__all__ = ["SAMPLE", "facts_of", "fill", "preview", "render", "sample", "unfilled"]

# Of these only the open row is meant; whatever else goes out promises the next one.
NO_UPDATE = frozenset({"escalation", "handover", "maintenance", "review"})
SAMPLE_NOW = datetime(2026, 3, 6, 16, 49, tzinfo=UTC)
SAMPLE_NAMES = ("Ada", "Bela", "Chioma", "Dag", "Emine", "Farid")


def render(
    text: str,
    facts: Mapping[str, str],
    *,
    now: datetime,
    zone: tzinfo,
    roles: Mapping[str, str] | None = None,
) -> str:
    """Put the facts in place of the placeholders, and mark what is missing.

    `facts` go by the names of the placeholders, `role:ops` and `ask:what is known`
    among them; `roles` names the roles of the playbook, for those that nobody holds.
    """

    def put(found: re.Match[str]) -> str:
        try:
            placeholder = Placeholder.read(found[1])
        except NotAPlaceholder:
            return marked(found[1])
        if placeholder.name == "now":
            return _present(placeholder, now, zone)
        fact = facts.get(placeholder.key, "").strip()
        return fact or marked(_gap(placeholder, roles or {}))

    return BETWEEN_BRACES.sub(put, text)


def marked(words: str) -> str:
    """Mark what somebody still has to write."""
    return f"‹{words.strip()}›"


def unfilled(text: str, facts: Mapping[str, str]) -> list[Placeholder]:
    """List, each once, the placeholders of a text for which there is no fact."""
    wanted = dict.fromkeys(each for each in read_all(text) if each.name != "now")
    return [each for each in wanted if not facts.get(each.key, "").strip()]


def fill(
    message: MessageTemplate,
    incident: Incident,
    user: User | None,
    now: datetime,
    *,
    answers: Mapping[str, str] | None = None,
    next_in: Target | None = None,
) -> tuple[str, str]:
    """Give subject and body of a message about an incident, as `user` would send it.

    `answers` are what the sender wrote, by the words of `ask`; `next_in` is when the
    next update is promised, where the playbook leaves that to each update.
    """
    zone = ZoneInfo(message.zone) if message.zone else incident.team.zone
    facts = facts_of(
        incident,
        user,
        now,
        message.audience,
        zone=zone,
        next_in=next_in,
        is_update=message.moment not in NO_UPDATE,
    )
    facts |= {f"ask:{words}": said for words, said in (answers or {}).items()}
    roles = incident.playbook.role_names
    return _parts(message, facts, now=now, zone=zone, roles=roles)


def preview(
    message: MessageTemplate, level: SeverityLevel | None = None
) -> tuple[str, str]:
    """Give subject and body as they would read in an incident made up for it."""
    zone = ZoneInfo(message.zone) if message.zone else UTC
    wanted = [each.argument for each in read_all(message.body) if each.name == "role"]
    people = dict.fromkeys(wanted)
    roles = {
        f"role:{code}": SAMPLE_NAMES[place % len(SAMPLE_NAMES)]
        for place, code in enumerate(people)
    }
    worn = {"severity": level.code, "severity_name": level.name} if level else {}
    facts = {**sample(zone), **worn, **roles}
    return _parts(message, facts, now=SAMPLE_NOW, zone=zone)


def sample(zone: tzinfo = UTC) -> dict[str, str]:
    """Make up the facts of an incident that has run for 47 minutes."""
    began = SAMPLE_NOW - timedelta(minutes=47)
    ago = {
        "started": 47,
        "detected": 45,
        "declared": 44,
        "root_cause_at": 20,
        "fix_deployed_at": 9,
        "mitigated": 5,
        "resolved": 0,
    }
    times = {
        name: zoned(SAMPLE_NOW - timedelta(minutes=minutes), zone)
        for name, minutes in ago.items()
    }
    return {
        **SAMPLE_WORDS,
        **times,
        "timeline": f"{zoned(began, zone)}: {_('Started')}\n"
        f"{times['detected']}: {_('Detected')}",
        "entries": f"{zoned(began, zone)}: The first card was refused.",
        "next_update": zoned(SAMPLE_NOW + timedelta(minutes=30), zone),
        "review": zoned(SAMPLE_NOW + timedelta(days=2), zone),
    }


SAMPLE_WORDS = {
    "title": "Checkout fails for European cards",
    "reference": "INC-2026-03-06-001",
    "severity": "P1",
    "severity_name": "Critical",
    "status": "Mitigating",
    "public_status": "Identified",
    "summary": "Payments with cards issued in Europe are refused.",
    "impact": "About 3 % of users; getting worse",
    "services": "Checkout, Payments",
    "features": "Paying by card",
    "users": "1,200 users, 3 % of all",
    "transactions": "340",
    "data_loss": "No data lost",
    "revenue": "EUR 8,500.00",
    "cause": "Recent deployment",
    "lead": "Ada",
    "roles": "Lead: Ada\nCommunications: Bela",
    "responders": "Ada, Bela",
    "channel": "#incident-2026-03-06",
    "items": "- Test cards of every region (Bela, due 2026-03-13)",
    "elapsed": "47 min",
    "duration": "47 min",
    "next_update_in": "30 min",
    "status_page": "https://status.example.com",
    "link": "https://debrief.example.com/incidents/1",
    "postmortem_link": "https://debrief.example.com/post-mortems/1",
    "team": "Checkout",
    "sender": "Bela",
}


def _parts(
    message: MessageTemplate,
    facts: Mapping[str, str],
    *,
    now: datetime,
    zone: tzinfo,
    roles: Mapping[str, str] | None = None,
) -> tuple[str, str]:
    subject, body = (
        render(text, facts, now=now, zone=zone, roles=roles)
        for text in (message.subject or "", message.body)
    )
    # A subject is one line, whatever a value brings along.
    return " ".join(subject.split()), body


def _present(placeholder: Placeholder, now: datetime, zone: tzinfo) -> str:
    if placeholder.later is None:
        return zoned(now, zone)
    at = placeholder.later.due(now)
    return zoned(at, zone) if at else ""


def _gap(placeholder: Placeholder, roles: Mapping[str, str]) -> str:
    """Say what is missing: the question itself, the role, or what the name means."""
    if placeholder.name == "ask":
        return placeholder.argument
    if placeholder.name == "role":
        name = roles.get(placeholder.argument, placeholder.argument)
        return _("nobody is %s yet") % name
    meaning = str(PLACEHOLDERS[placeholder.name])
    return meaning[:1].lower() + meaning[1:]


SAMPLE = sample()
