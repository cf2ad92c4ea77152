"""Mail to those who watch an incident, queued where the step is taken.

Each watcher gets one mail an event, in one conversation an incident, as long as they
see the incident. Whoever took the step knows of it; a record tells nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from incidents import outbox
from incidents.choices import NotificationKind
from incidents.digest_times import zone_of
from incidents.drills import Reach
from incidents.incident_mails import mail_about, page_of
from incidents.last_steps import clipped
from incidents.mail_wording import Wording, greeted, write
from incidents.message_facts import zoned
from incidents.names import name_of
from incidents.sight import Seers

if TYPE_CHECKING:
    from incidents.models import Incident, TimelineEvent

# What watchers hear of: how bad it is, how far it is, what was said of it.
TOLD = frozenset(
    {
        "change_status",
        "change_severity",
        "mitigate",
        "resolve",
        "reopen",
        "close",
        "post_update",
        "send_message",
        "record_copied",
    }
)
LONGEST_QUOTE = 2_000


@dataclass(frozen=True)
class Watched:
    """The watchers' block of the incident page."""

    count: int
    is_mine: bool


def watched(incident: Incident, user: User) -> Watched:
    """Count who watches, and say whether the reader does; one query."""
    keys = list(
        incident.watchers.through.objects.filter(incident=incident.pk).values_list(
            "user", flat=True
        )
    )
    return Watched(len(keys), user.pk in keys)


def tell_watchers(incident: Incident, event: TimelineEvent, now: datetime) -> None:
    """Queue the mails about this event, in the transaction of its step.

    Of a step that was taken back hears who had heard of the step itself.
    """
    verb = event.facts.get("undid_verb") or event.verb
    if verb not in TOLD or incident.is_record:
        return
    watchers = incident.watchers.order_by("pk")
    people = [person for person in watchers if person.pk != event.author_id]
    if not people:
        return
    if event.verb == "undo":
        people = _who_heard(people, incident, event)
    letters = [
        mail_about(
            incident,
            compose(incident, event, person),
            key=f"watch:{event.pk}:{person.pk}",
            kind=NotificationKind.WATCH,
            at=now,
            user=person,
        )
        for person in _who_may_hear(people, incident)
    ]
    if letters:
        outbox.queue_all(letters)


def _who_heard(
    people: list[User], incident: Incident, event: TimelineEvent
) -> list[User]:
    """Keep those to whom the mail about the undone step has gone out."""
    undone = f"watch:{event.facts['undid']}:"
    rows = incident.notifications.filter(key__startswith=undone)
    heard = set(rows.values_list("user", flat=True))
    return [person for person in people if person.pk in heard]


def _who_may_hear(people: Iterable[User], incident: Incident) -> list[User]:
    """Leave out who no longer sees it, and in a drill who takes no part."""
    people = list(people)
    seers, reach = Seers.of(incident, people), Reach.of(incident)
    return [person for person in people if seers.sees(person) and reach.takes(person)]


def compose(incident: Incident, event: TimelineEvent, person: User) -> Wording:
    """Write the subject, the text and the HTML, in the reader's zone."""
    stop = reverse("admin:incidents_incident_do", args=[incident.pk, "unwatch"])
    context = {
        "name": greeted(person),
        "incident": incident,
        # A message has the reference in its subject, which comes after ours.
        "heading": event.text.replace(f"{incident.reference} ", "", 1),
        "says": clipped(event.text, LONGEST_QUOTE),
        "who": name_of(event.author) or "Debrief",
        "when": zoned(event.at, zone_of(person)),
        "severity": incident.severity_label,
        "status": incident.status_label,
        "lead": name_of(incident.lead) or _("nobody"),
        "url": page_of(incident),
        "stop": settings.SITE_URL + stop,
    }
    return write("watch", context)
