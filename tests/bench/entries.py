"""What stands beside the entries of a timeline: images, pins, messages, mails."""

from __future__ import annotations

from incidents.choices import ContactKind, Kind, Medium, NotificationKind
from incidents.models import (
    Attachment,
    Contact,
    Incident,
    Message,
    Notification,
    Team,
    TimelineEvent,
)

# One entry in so many has an image, and one is a message to so many people.
PER_IMAGE, PER_MESSAGE = 10, 25
READERS = 20
PINNED = 5


def adorn(incident: Incident, *, team: Team) -> None:
    """Give an incident's timeline all that an entry may have."""
    events = list(incident.timeline.order_by("-at", "-pk"))
    TimelineEvent.objects.filter(pk__in=[e.pk for e in events[:PINNED]]).update(
        is_pinned=True
    )
    Attachment.objects.bulk_create(
        Attachment(
            event=event,
            file=f"images/{event.pk}.png",
            media_type="image/png",
            width=1_200,
            height=800,
            size=90_000,
            words="The error rate of the gateway",
            created_at=event.recorded_at,
            created_by=event.author,
        )
        for event in events[::PER_IMAGE]
    )
    _send(incident, events[3::PER_MESSAGE], team)


def _send(incident: Incident, events: list[TimelineEvent], team: Team) -> None:
    """Have these events be messages, each with a mail to every reader."""
    contact, _made = Contact.objects.get_or_create(
        name=f"Customers of {team}", kind=ContactKind.LIST
    )
    for event in events:
        event.kind, event.verb = Kind.COMMUNICATION, "send_message"
    TimelineEvent.objects.bulk_update(events, ["kind", "verb"])
    messages = Message.objects.bulk_create(
        Message(
            incident=incident,
            event=event,
            audience="customers",
            contact=contact,
            subject="Payments",
            body=event.text,
            sent_at=event.at,
            sent_by=event.author,
        )
        for event in events
    )
    Notification.objects.bulk_create(
        Notification(
            key=f"bench:{message.pk}:{number}",
            kind=NotificationKind.MESSAGE,
            medium=Medium.EMAIL,
            address=f"reader{number}@bench.localhost",
            incident=incident,
            carries=message,
            contact=contact,
            subject=message.subject,
            state="sent",
            sent_at=message.sent_at,
            created_at=message.sent_at,
            due_at=message.sent_at,
            message_id=f"<bench-{message.pk}-{number}@localhost>",
        )
        for message in messages
        for number in range(READERS)
    )
