"""How far messages have come: how many were sent, wait, failed or were spared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import DeliveryState, MessageRoute
from incidents.clocks import AUDIENCES

if TYPE_CHECKING:
    from incidents.models import Message, Notification, TimelineEvent
    from incidents.querysets import MessageQuerySet

# The verbs whose events have a message behind them.
TOLD = frozenset({"send_message", "record_copied"})
MOST_LISTED = 5
MOST_ROWS = 200
PARTS = ("pk", "event_id", "incident_id", "audience", "route", "subject", "sent_at")


@dataclass(frozen=True)
class Delivery:
    """A message, and how far it has come."""

    pk: int
    event_id: int
    incident_id: int
    audience: str
    route: str
    subject: str
    sent_at: datetime
    sent: int
    waiting: int
    failed: int
    spared: int

    @property
    def linked(self) -> SafeString:
        """Say how far it has come, with a link to what became of it at each address."""
        see = format_html('<a href="{}">{}</a>', self.url, _("see"))
        if not self.failed:
            return format_html("{} {}", self.words, see)
        failed = format_html('<span class="late">{}</span>', self.failed_in_words)
        return format_html("{}, {} {}", self.words, failed, see)

    @property
    def words(self) -> str:
        """Say how many of them were sent, and whom a drill would have reached."""
        if self.route == MessageRoute.COPIED:
            return _("posted by hand")
        total = self.sent + self.waiting + self.failed
        numbers = {"sent": f"{self.sent:,}", "total": f"{total:,}"}
        said = _("sent %(sent)s/%(total)s") % numbers
        if not self.spared:
            return said
        return _("%(said)s, %(n)s more spared") % {"said": said, "n": self.spared}

    @property
    def failed_in_words(self) -> str:
        said = ngettext("%s failed", "%s failed", self.failed)
        return said % f"{self.failed:,}"

    @property
    def to(self) -> str:
        return capfirst(str(AUDIENCES.get(self.audience, self.audience)))

    @property
    def url(self) -> str:
        keys = [self.incident_id, self.pk]
        return reverse("admin:incidents_incident_sent", args=keys)


def deliveries(messages: MessageQuerySet) -> list[Delivery]:
    """Count what became of each of these messages; one query."""
    state = "notifications__state"
    counted: dict[str, Any] = {
        "sent": Count(state, filter=Q(**{state: DeliveryState.SENT})),
        "waiting": Count(state, filter=Q(**{state: DeliveryState.QUEUED})),
        "failed": Count(state, filter=Q(**{state: DeliveryState.FAILED})),
        "spared": Count(state, filter=Q(**{state: DeliveryState.SUPPRESSED})),
    }
    rows = messages.values_list(*PARTS).annotate(**counted)
    return [Delivery(*row) for row in rows]


def by_event(events: Iterable[TimelineEvent]) -> dict[int, SafeString]:
    """Say it of the messages among these events; one query, if there are any."""
    from incidents.models import Message

    keys = [event.pk for event in events if event.verb in TOLD]
    if not keys:
        return {}
    found = deliveries(Message.objects.filter(event__in=keys).order_by())
    return {each.event_id: each.linked for each in found}


class SentMessage:
    """One message, and what became of it at each address."""

    def __init__(self, message: Message, *, shows_addresses: bool) -> None:
        self.message, self.shows_addresses = message, shows_addresses
        model = type(message)
        self.delivery = deliveries(model.objects.filter(pk=message.pk).order_by())[0]

    @cached_property
    def groups(self) -> list[tuple[str, list[Notification], int]]:
        """Give (heading, rows, how many more) of each state, what failed first."""
        headings = (
            (DeliveryState.FAILED, _("Failed"), self.delivery.failed),
            (DeliveryState.QUEUED, _("On the way"), self.delivery.waiting),
            (DeliveryState.SENT, _("Sent"), self.delivery.sent),
            (DeliveryState.SUPPRESSED, _("Not sent, on purpose"), self.delivery.spared),
        )
        return [
            (f"{heading}: {count:,}", rows, count - len(rows))
            for state, heading, count in headings
            if count
            for rows in [self._rows(state)]
        ]

    def _rows(self, state: str) -> list[Notification]:
        rows = self.message.notifications.filter(state=state).order_by("pk")
        return list(rows.defer("text", "html")[:MOST_ROWS])
