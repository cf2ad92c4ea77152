"""A team's reviews to photograph: one that is over, and one that goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.contrib.auth.models import User

from incidents import reviews
from incidents.choices import Priority
from incidents.models import ActionItem, Review, Team


def chased_item(item: ActionItem, by: User, at: datetime) -> ActionItem:
    """Give an item its whole life: raised from an entry, dated anew, talked about."""
    incident = item.incident
    assert incident
    entry = incident.note("The copy of Tuesday was empty too.", by=by, at=at)
    chased = incident.add_item(
        title="Prove that every copy can be restored",
        by=by,
        at=at,
        owner=item.owner,
        details=entry.text,
        ticket="https://acme.atlassian.net/browse/OPS-1204",
        raised_from=entry,
    )
    chased.comment("Waits for a second disk, due on Monday.", by=by, at=at)
    urgent = {"priority": (chased.priority, Priority.P1)}
    chased.amend(urgent, by=by, at=at)
    return chased


def moved_item(item: ActionItem, by: User, at: datetime) -> ActionItem:
    """Give an item whose date moved twice, for reasons short and long."""
    day = at.date()
    reasons = ("Vendor", "The person who knows the old system is away until then")
    for step, reason in enumerate(reasons, start=1):
        to = day + timedelta(days=7 * step)
        item.move_due_date(to, by=by, at=at, reason=reason)
    return item


def past_review(team: Team, by: User, at: datetime) -> Review:
    began = at - timedelta(days=7)
    review = reviews.begin(team, by=by, at=began)
    for stop, text in zip(
        reviews.stops_of(team, by, at.date())[-2:],
        ("We wait for the vendor's answer.", "Kept: the fix is in review."),
        strict=False,
    ):
        verb = partial(stop.item.comment, text)
        reviews.decide(review, stop.item, verb, seen=0, by=by, at=began)
    note = "Two of three go on with the new vendor.\n\nNext time: the alert rules."
    reviews.end(review, note, seen="", at=began + timedelta(minutes=24))
    return review


def open_review(team: Team, by: User, at: datetime) -> Review:
    review = reviews.begin(team, by=by, at=at)
    stops = reviews.stops_of(team, by, at.date())
    for stop in stops[-1:]:
        verb = partial(stop.item.comment, "Kept: it is nearly done.")
        reviews.decide(review, stop.item, verb, seen=0, by=by, at=at)
    return review
