"""A person's action items as a calendar, under an address that nobody can guess.

The address is all a calendar program knows, so it is worth as much as a password: it
is shown once, only its SHA-256 is stored, and a new one ends the one before.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.choices import Priority
from incidents.models import ActionItem, Profile, TimelineEvent

if TYPE_CHECKING:
    from icalendar import Event

TOKEN_BYTES = 32
# A calendar of more days than these no program shows in any useful way.
MOST_EVENTS = 1_000
ASK_AGAIN = timedelta(hours=1)


def make_feed(person: User, *, at: datetime) -> str:
    """Give the person a new address, and return it; the one before is worth nothing."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = {"feed_hash": _hash(token), "feed_made_at": at}
    Profile.objects.update_or_create(user=person, defaults=made)
    return f"{settings.SITE_URL}{reverse('feed', args=[token])}"


def revoke_feed(person: User) -> None:
    """Take the address away; whoever asks there finds nothing."""
    Profile.objects.filter(user=person).update(feed_hash=None, feed_made_at=None)


def owner_of(token: str) -> User | None:
    """Find whose feed it is; one query and one hash, whatever the token is."""
    active = User.objects.filter(is_active=True)
    return active.filter(profile__feed_hash=_hash(token)).first()


def feed_of(person: User) -> bytes:
    """Write the person's pending items that have a date as a calendar of whole days."""
    from icalendar import Calendar  # a quarter of a second that few processes need

    calendar = Calendar()
    calendar.add("prodid", "-//Debrief//Action items//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Action items"))
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for item in _items(person):
        calendar.add_component(_event(item))
    return bytes(calendar.to_ical())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _items(person: User) -> QuerySet[ActionItem, Any]:
    """Select them with when they last changed, and how often: one query."""
    events = TimelineEvent.objects.filter(item=OuterRef("pk")).order_by().values("item")
    last = events.annotate(last=Max("recorded_at")).values("last")
    count = events.annotate(count=Count("pk")).values("count")
    rows = ActionItem.objects.visible_to(person).pending().worst_first()
    rows = rows.filter(owner=person, due_on__isnull=False)
    return rows.select_related("incident", "team").annotate(
        changed_at=Subquery(last), changes=Subquery(count)
    )[:MOST_EVENTS]


def _event(item: Any) -> Event:
    """Make the day of one item; a restricted one keeps its text to itself."""
    from icalendar import Event

    event = Event()
    changed_at = (item.changed_at or item.created_at).astimezone(UTC)
    address = settings.SITE_URL + item.get_absolute_url()
    event.add("uid", f"item-{item.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", item.changes or 0)
    # The same item gives the same bytes, so that a program sees what has changed.
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", item.due_on)
    event.add("dtend", item.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("url", address)
    if item.incident and item.incident.restricted:
        event.add("summary", _("Restricted action item"))
        event.add("class", "PRIVATE")
        return event
    priority = Priority(item.priority).label
    home = str(item.incident) if item.incident else item.belongs_to
    event.add("summary", f"{priority}: {item.title}")
    event.add("description", f"{home}\n{address}")
    return event
