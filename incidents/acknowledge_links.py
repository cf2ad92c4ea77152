"""Links in an escalation: each lets one person acknowledge one incident by mail.

The address itself says who and what, under our signature, and is good for two hours:
long enough to wake up, too short to be found years later in a mailbox.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.urls import reverse

from incidents.models import Incident

GOOD_FOR = timedelta(hours=2)
# What the event says of an acknowledgement that came by such a link.
ROUTE = {"route": "mail"}
PLACE = "TOKEN"
SIGNED = re.compile(r"/acknowledge/(\d+)-\d+\.[\w-]+\.[\w-]+/")


class Expired(Exception):
    """A link that we signed, but too long ago."""


class Damaged(Exception):
    """An address that was never signed by us as it is."""


@dataclass(frozen=True)
class AcknowledgeLink:
    """What a link opens: an incident, for the person it was written to."""

    person: User
    incident: Incident | None  # None: they are gone, or may not see it any more

    @property
    def asks_for_log_in(self) -> bool:
        """Whether holding the mail is not enough: the incident is restricted."""
        return self.incident is not None and self.incident.restricted


def link_to(incident: Incident, person: User) -> str:
    """Give the whole address that lets a person acknowledge an incident."""
    token = _signer().sign(f"{incident.pk}-{person.pk}")
    return f"{settings.SITE_URL}{_path().replace(PLACE, token)}"


def opened(token: str) -> AcknowledgeLink:
    """Find what a link opens now; raises Expired or Damaged."""
    try:
        signed = _signer().unsign(token, max_age=GOOD_FOR)
    except SignatureExpired as error:
        raise Expired from error
    except BadSignature as error:
        raise Damaged from error
    incident, person = map(int, signed.split("-"))
    reader = User.objects.select_related("profile").filter(pk=person).first()
    if reader is None:
        raise Damaged
    seen = Incident.objects.visible_to(reader).filter(pk=incident)
    found = seen.select_related("severity", "team", "lead", "playbook_version")
    return AcknowledgeLink(reader, found.first())


def without_signatures(words: str) -> str:
    """Turn the links of a mail into plain ones, for whoever else may read it."""

    def plain(link: re.Match[str]) -> str:
        return reverse("admin:incidents_incident_change", args=[link[1]])

    return SIGNED.sub(plain, words)


@cache
def _path() -> str:
    return reverse("acknowledge_link", args=[PLACE])


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="incidents.acknowledge_links", sep=".")
