"""Which rows of post-mortems: all of them are as visible as their incident is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import F, FloatField, Q, Value

from incidents.querysets import ChildQuerySet
from postmortems.choices import Edition, ReportState

if TYPE_CHECKING:
    from postmortems.models import (  # noqa: F401 - named below as text
        Finding,
        Meeting,
        PostMortem,
        Publication,
        Report,
        Reviewer,
        SearchEntry,
        Section,
        SectionComment,
    )

MOST_ATTEMPTS = 3


class PostMortemQuerySet(ChildQuerySet["PostMortem"]):
    def drafts(self) -> Self:
        """Keep what is being written: for the first time, or as a correction."""
        return self.filter(published_at=None)

    def readable(self) -> Self:
        """Keep those of which some version was published."""
        return self.filter(version__gt=0)

    def matching(self, typed: str) -> Self:
        """Keep those whose published version says what was typed."""
        from postmortems.models import SearchEntry

        found = SearchEntry.objects.matching(typed)
        return self.filter(pk__in=found.values("pk"))


class SearchEntryQuerySet(ChildQuerySet["SearchEntry"]):
    incident_path = "postmortem__incident"

    def matching(self, typed: str) -> Self:
        """Keep what says all that was typed; `rank` is how well, if that differs.

        Words, phrases in quotes, and the last word as the beginning of one: whatever
        is typed, it is never an error.
        """
        from postmortems.search import Wanted

        wanted = Wanted(typed)
        rank = wanted.rank() or Value(0.0, FloatField())
        return self.filter(wanted.condition()).annotate(rank=rank)


class SectionQuerySet(ChildQuerySet["Section"]):
    incident_path = "postmortem__incident"

    def shown(self) -> Self:
        return self.filter(is_shown=True)


class FindingQuerySet(ChildQuerySet["Finding"]):
    incident_path = "section__postmortem__incident"


class ReviewerQuerySet(ChildQuerySet["Reviewer"]):
    incident_path = "postmortem__incident"

    def approved(self) -> Self:
        return self.filter(approved_at__isnull=False)


class SectionCommentQuerySet(ChildQuerySet["SectionComment"]):
    incident_path = "section__postmortem__incident"

    def unresolved(self) -> Self:
        return self.filter(resolved_at=None)


class MeetingQuerySet(ChildQuerySet["Meeting"]):
    incident_path = "postmortem__incident"


class PublicationQuerySet(ChildQuerySet["Publication"]):
    incident_path = "postmortem__incident"

    def of(self, edition: str) -> Self:
        return self.filter(edition=edition)

    def current(self) -> Self:
        """Keep of each post-mortem the internal version that counts."""
        return self.filter(edition=Edition.INTERNAL, number=F("postmortem__version"))


class ReportQuerySet(ChildQuerySet["Report"]):
    incident_path = "postmortem__incident"

    def done(self) -> Self:
        return self.filter(state=ReportState.DONE)

    def waiting(self) -> Self:
        """Keep what nobody has begun."""
        return self.filter(state=ReportState.QUEUED, lease_until=None)

    def claimable(self, now: datetime) -> Self:
        """Keep what waits, and what a killed worker left behind."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(
            free, state=ReportState.QUEUED, attempts__lt=MOST_ATTEMPTS
        ).order_by("requested_at", "pk")

    def abandoned(self, at: datetime) -> Self:
        """Keep what was begun, and left by its worker before `at`."""
        return self.filter(state=ReportState.QUEUED, lease_until__lt=at)

    def exhausted(self, now: datetime) -> Self:
        """Keep what was begun too often and never ended."""
        return self.filter(
            state=ReportState.QUEUED, attempts__gte=MOST_ATTEMPTS, lease_until__lt=now
        )
