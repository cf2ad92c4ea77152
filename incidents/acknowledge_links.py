"""Links in an escalation: each lets one person acknowledge one incident by mail.

They are good for two hours: long enough to wake up, too short to be found years later
in a mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User

from incidents.models import Incident
from incidents.signed_links import SignedLinks

GOOD_FOR = timedelta(hours=2)
# What the event says of an acknowledgement that came by such a link.
ROUTE = {"route": "mail"}
LINKS = SignedLinks(
    "incidents.acknowledge_links",
    route="acknowledge_link",
    plain_route="admin:incidents_incident_change",
    good_for=GOOD_FOR,
)


@dataclass(frozen=True)
class AcknowledgeLink:
    """What a link opens: an incident, for the person it was written to."""

    person: User
    incident: Incident | None  # None: they are gone, or may not see it any more

    @property
    def is_shut(self) -> bool:
        return self.incident is None

    @property
    def asks_for_log_in(self) -> bool:
        """Whether holding the mail is not enough: the incident is restricted."""
        return self.incident is not None and self.incident.restricted


def link_to(incident: Incident, person: User) -> str:
    """Give the whole address that lets a person acknowledge an incident."""
    return LINKS.to(incident.pk, person)


def opened(token: str) -> AcknowledgeLink:
    """Find what a link opens now; raises Expired or Damaged."""
    incident, reader = LINKS.read(token)
    seen = Incident.objects.visible_to(reader).filter(pk=incident)
    found = seen.select_related("severity", "team", "lead", "playbook_version")
    return AcknowledgeLink(reader, found.first())
