"""What the pages of a review show, gathered in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Count, QuerySet
from django.utils import timezone

from incidents.forms.review import Decision, NoteForm, choices_of_people
from incidents.item_page import EventLine, event_line
from incidents.lines import ItemLine, item_lines
from incidents.models import ActionItem, Review, Team
from incidents.names import name_of
from incidents.reviews import (
    MOST_LISTED,
    Stop,
    asleep,
    counts,
    decisions_of,
    items_of,
    stops_of,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Decided: TypeAlias = tuple[ActionItem, EventLine]
MOST_SAID = 4
MOST_PAST = 20


class StopView:
    """One item as the review shows it: its line, why it is here, what to decide."""

    def __init__(self, stop: Stop, line: ItemLine, decision: Decision) -> None:
        self.item, self.reasons = stop.item, stop.reasons
        self.line, self.decision = line, decision


class ReviewPage:
    """A team's review for one person: what is to be decided, and what was."""

    def __init__(
        self, team: Team, user: User, now: datetime, *, view: str = "", at: str = ""
    ) -> None:
        self.team, self.user, self.now = team, user, now
        self.is_list = view == "list"
        self.at = at
        self.today = timezone.localdate(now)
        self.refused: Decision | None = None

    @cached_property
    def review(self) -> Review | None:
        open_ones = Review.objects.filter(team=self.team, ended_at=None)
        return open_ones.select_related("began_by").first()

    @property
    def held_by(self) -> str:
        return name_of(self.review.began_by) if self.review else ""

    @cached_property
    def note(self) -> NoteForm:
        note = self.review.note if self.review else ""
        return NoteForm(initial={"note": note, "seen_note": note})

    @cached_property
    def stops(self) -> list[Stop]:
        return stops_of(self.team, self.user, self.today)

    @property
    def counts(self) -> dict[str, int]:
        return counts(self.stops, self.today)

    @cached_property
    def asleep(self) -> QuerySet[ActionItem]:
        return asleep(self.team, self.user, self.today)[:MOST_LISTED]

    @cached_property
    def decisions(self) -> list[Decided]:
        """List what this review decided so far, in its order."""
        return decisions_in_words(self.review, self.user) if self.review else []

    @property
    def last_decisions(self) -> list[Decided]:
        return self.decisions[::-1]

    @cached_property
    def decided(self) -> dict[int, list[EventLine]]:
        """Give what was decided by the key of the item it is about."""
        found: dict[int, list[EventLine]] = defaultdict(list)
        for item, line in self.decisions:
            found[item.pk].append(line)
        return dict(found)

    @cached_property
    def waiting(self) -> list[Stop]:
        return [stop for stop in self.stops if stop.item.pk not in self.decided]

    @property
    def total(self) -> int:
        return len(self.waiting) + len(self.decided)

    @cached_property
    def people(self) -> list[tuple[Any, str]]:
        return choices_of_people()

    @cached_property
    def listed(self) -> list[StopView]:
        """Give the items of the list, of which a refused one may be among others."""
        chosen = self.waiting[:MOST_LISTED]
        if self.refused and all(s.item.pk != self.refused.item.pk for s in chosen):
            chosen = [self._stop_at(self.refused.item), *chosen]
        return self._views(chosen)

    @property
    def more(self) -> int:
        return max(len(self.waiting) - MOST_LISTED, 0)

    @cached_property
    def current(self) -> StopView | None:
        """Give the item the walk is at: the one asked for, else the first waiting."""
        stop = self._asked() or (self.waiting[0] if self.waiting else None)
        return self._views([stop])[0] if stop else None

    @property
    def earlier(self) -> list[EventLine]:
        """Give what this review decided about the current item already."""
        return self.decided.get(self.current.item.pk, []) if self.current else []

    @cached_property
    def said(self) -> list[EventLine]:
        """Give what happened to the current item last."""
        if self.current is None:
            return []
        item = self.current.item
        rows = item.events.select_related("author")[:MOST_SAID]
        return [event_line(row, item) for row in rows]

    @property
    def then(self) -> int | None:
        """Give the key of the item after the current one."""
        return self._neighbour(1)

    @property
    def before(self) -> int | None:
        return self._neighbour(-1)

    @property
    def place(self) -> int:
        """Say which of the items that wait the current one is, from 1; 0 for none."""
        keys = [stop.item.pk for stop in self.waiting]
        pk = self.current.item.pk if self.current else None
        return keys.index(pk) + 1 if pk in keys else 0

    @cached_property
    def past(self) -> list[tuple[Review, str]]:
        """List the reviews before this one, each with who held it."""
        rows = Review.objects.filter(team=self.team, ended_at__isnull=False)
        rows = rows.select_related("began_by").annotate(decided=Count("decisions"))
        return [(row, name_of(row.began_by)) for row in rows[:MOST_PAST]]

    def _neighbour(self, step: int) -> int | None:
        place = self.place - 1 + step
        inside = self.place and 0 <= place < len(self.waiting)
        return self.waiting[place].item.pk if inside else None

    def _asked(self) -> Stop | None:
        if self.refused:
            return self._stop_at(self.refused.item)
        return next((s for s in self.stops if str(s.item.pk) == self.at), None)

    def _stop_at(self, item: ActionItem) -> Stop:
        """Give the item as a stop, also where nothing speaks for one any more."""
        found = (stop for stop in self.stops if stop.item.pk == item.pk)
        stored = items_of(self.team, self.user).filter(pk=item.pk)
        return next(found, None) or Stop(stored.first() or item, [], ())

    def _views(self, stops: list[Stop]) -> list[StopView]:
        lines = item_lines([s.item for s in stops], self.user, today=self.today)
        return [
            StopView(stop, line, self._decision(stop.item))
            for stop, line in zip(stops, lines, strict=True)
        ]

    def _decision(self, item: ActionItem) -> Decision:
        seen = len(self.decided.get(item.pk, ()))
        if self.refused and self.refused.item.pk == item.pk:
            self.refused.seen = seen  # what they now see: once more is on purpose
            return self.refused
        return Decision(item, self.people, seen=seen)


class PastPage:
    """A review that is over, as one reader may see it."""

    def __init__(self, review: Review, user: User) -> None:
        self.review = review
        self.held_by = name_of(review.began_by)
        self.decisions = decisions_in_words(review, user)
        self.hidden = review.decisions.count() - len(self.decisions)


def decisions_in_words(review: Review, user: User) -> list[Decided]:
    """Give each decision this person may read, beside its item."""
    events = decisions_of(review, user)
    return [(e.item, event_line(e, e.item)) for e in events if e.item]
