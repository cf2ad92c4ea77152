"""A team goes through its items together: which ones, and what it decides of each.

Every decision is a verb of the item, taken while the review is locked, so that two
people who press at once never decide twice: the second is told what was decided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.changes import Refused, locked
from incidents.filters import end_of_week, own_teams
from incidents.lines import moved_in_words
from incidents.models import ActionItem, Review, ReviewDecision, Team
from incidents.names import name_of
from incidents.permissions import ITEM_PERMISSION
from incidents.querysets import SEE_RESTRICTED

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import TimelineEvent
    from incidents.querysets import ActionItemQuerySet, Person

MOVED_OFTEN = 2
# One page of a list; what is decided makes room for the rest.
MOST_LISTED = 100


def teams_of(user: Person) -> QuerySet[Team]:
    """Find the teams a person is in, leads or manages; administrators: every one."""
    if not user.is_active or not user.has_perm("incidents.view_actionitem"):
        return Team.objects.none()
    if user.has_perm(SEE_RESTRICTED):
        return Team.objects.all()
    return own_teams(user).distinct()


def may_review(user: Person) -> bool:
    """Say whether a person may decide in the reviews of their teams."""
    return user.has_perm(ITEM_PERMISSION)


@dataclass(frozen=True)
class Stop:
    """An item the review stops at, and the reasons; `weight` sorts the worst first."""

    item: ActionItem
    reasons: list[str]
    weight: tuple[Any, ...]


def stops_of(team: Team, user: Person, today: date) -> list[Stop]:
    """List what wants a decision, each item once, the worst first: one query.

    Overdue, due this week, owned by nobody, or moved twice and more; what sleeps is
    left out until it wakes.
    """
    rows = items_of(team, user).pending().filter(_wanting(today)).awake(today)
    found = [_stop(row, today) for row in rows]
    return sorted(found, key=lambda stop: stop.weight)


def asleep(team: Team, user: Person, today: date) -> QuerySet[ActionItem]:
    """Find what would want a decision, if it were not snoozed."""
    rows = items_of(team, user).pending().filter(_wanting(today)).asleep(today)
    return rows.order_by("snoozed_until", "pk")


def items_of(team: Team, user: Person) -> ActionItemQuerySet:
    """Find the items a team answers for, of those the person may see."""
    seen = ActionItem.objects.visible_to(user).answered_by(team.pk)
    return seen.select_related("incident", "owner", "team")


def _wanting(today: date) -> Q:
    due = Q(due_on__lte=end_of_week(today))
    return due | Q(owner=None) | Q(moves__gte=MOVED_OFTEN)


def _stop(item: ActionItem, today: date) -> Stop:
    late, reasons = item.days_late(today), []
    if late:
        reasons.append(ngettext("%d day late", "%d days late", late) % late)
    elif item.due_on and item.due_on <= end_of_week(today):
        day = date_format(item.due_on, "D j M")
        reasons.append(_("due this week, on %s") % day)
    if item.owner_id is None:
        reasons.append(_("nobody owns it"))
    if item.moves >= MOVED_OFTEN:
        reasons.append(moved_in_words(item))
    due = item.due_on or date.max
    return Stop(
        item, reasons, (item.priority if late else 9, due, item.priority, item.pk)
    )


def begin(team: Team, *, by: User, at: datetime) -> Review:
    """Begin the team's review, or raise Refused with who holds one already."""
    try:
        with transaction.atomic():
            return Review.objects.create(team=team, began_at=at, began_by=by)
    except IntegrityError:
        going_on = Review.objects.filter(team=team, ended_at=None).first()
        who = name_of(going_on.began_by) if going_on else _("somebody")
        sentence = _("%s began a review of this team already: join it.") % who
        raise Refused.because("going_on", sentence) from None


def decide(
    review: Review,
    item: ActionItem,
    verb: Callable[..., None],
    *,
    seen: int,
    by: User,
    at: datetime,
) -> ReviewDecision:
    """Take a verb on the item as what the review decides of it.

    `seen` is how many decisions about the item the person saw; `verb` is called with
    `by` and `at`. Raises Refused where the review is over, somebody decided
    meanwhile, or the verb says no; then nothing is stored.
    """
    with locked(review) as current:
        _must_go_on(current)
        decided = current.decisions.filter(item=item).select_related("event__author")
        if len(decided) != seen:
            last = decided.last()
            raise Refused.because("decided", _already(last))
        verb(by=by, at=at)
        # The verb holds the item's lock until the end: the latest event is its own.
        event = item.events.latest("pk")
        return ReviewDecision.objects.create(review=current, item=item, event=event)


def write_note(review: Review, note: str, *, seen: str) -> None:
    """Keep the review's note; `seen` is the note the person began from."""
    with locked(review) as current:
        _must_go_on(current)
        _note(current, note, seen)
        current.save(update_fields=["note"])


def end(review: Review, note: str, *, seen: str, at: datetime) -> None:
    """End the review; from then on it is read only."""
    with locked(review) as current:
        _must_go_on(current)
        _note(current, note, seen)
        # Clocks of two machines differ, and the database holds the order.
        current.ended_at = max(at, current.began_at)
        current.save(update_fields=["note", "ended_at"])


def _note(review: Review, note: str, seen: str) -> None:
    limit = Review._meta.get_field("note").max_length or 0
    if len(note) > limit:
        sentence = _("The note is too long: at most %s characters.") % f"{limit:,}"
        raise Refused.because("max_length", sentence, "note")
    if review.note.strip() not in {seen.strip(), note.strip()}:
        sentence = _("Somebody changed the note meanwhile; it now says: %s")
        raise Refused.because("stale", sentence % review.note, "note")
    review.note = note.strip()


def _must_go_on(review: Review) -> None:
    if review.ended_at:
        sentence = _("This review is over: begin another one.")
        raise Refused.because("ended", sentence)


def _already(decision: ReviewDecision | None) -> str:
    if decision is None:
        return _("The page is stale: look at it again.")
    event = decision.event
    return _("%(who)s decided already: %(what)s") % {
        "who": name_of(event.author) or "Debrief",
        "what": event.text,
    }


def decisions_of(review: Review, user: Person) -> list[TimelineEvent]:
    """List what was decided, in its order, of the items this person may see."""
    seen = ActionItem.objects.visible_to(user)
    rows = review.decisions.filter(item__in=seen.values("pk"))
    rows = rows.select_related("event__author", "event__item")
    return [row.event for row in rows.order_by("pk")]


def counts(stops: list[Stop], today: date) -> dict[str, int]:
    """Count why the items are stopped at; one item may count more than once."""
    items = [stop.item for stop in stops]
    week = end_of_week(today)
    return {
        "overdue": sum(bool(item.days_late(today)) for item in items),
        "due": sum(bool(i.due_on and today <= i.due_on <= week) for i in items),
        "unowned": sum(item.owner_id is None for item in items),
        "moved": sum(item.moves >= MOVED_OFTEN for item in items),
    }
