"""Records the published incidents of the samples, by the verbs people use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle

from django.contrib.auth.models import User
from django.db.models import F

from incidents.choices import CloseReason, DeadlineKind, Milestone
from incidents.demo.people import Cast, services
from incidents.demo.samples import Sample, SampleItem
from incidents.models import Incident, Team, TimelineEvent

Step = tuple[datetime, Callable[[], object]]
PAYMENT_FIRMS = {"Knight Capital"}
NOT_PUBLISHED = "the published report does not say"
REVIEWED_AFTER = timedelta(hours=3)
CLOSED_AFTER = timedelta(days=10)
# In how many days an unfinished write-up is due.
POSTPONED_BY = {
    DeadlineKind.REPORT: 1,
    DeadlineKind.DRAFT: 2,
    DeadlineKind.REVIEW: 6,
}
# What the source left open is raised again of late, due so many days from today.
DUE_IN_DAYS = (-16, 9, 20, -3, 5, 13, 34, 0, 26, 2, 16, 41, 7)


class Past:
    """The samples in the hands of the demo people, seen from `now`."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast = cast
        self.now = now
        self._due_in = cycle(DUE_IN_DAYS)
        self._owners = cycle([cast.responder, cast.lead, cast.manager, cast.lead])

    def record(self, sample: Sample) -> Incident:
        """Declare the sample and take every step its report tells of, in order."""
        team = self._team(sample)
        incident = Incident.declare(
            title=sample.title,
            severity=self.cast.severity(team, sample.severity_hint),
            team=team,
            by=self.cast.responder,
            at=sample.detected_at or sample.started_at,
            is_record=True,
            services=services(sample.services, team, tier=1),
            lead=self.cast.lead,
            summary=sample.summary,
            started_at=sample.started_at,
            detected_at=sample.detected_at,
            detection_source=sample.detection or "",
            cause_category=sample.cause_category,
            **sample.impact.facts(),
        )
        for _, step in sorted(self._steps(incident, sample), key=lambda step: step[0]):
            step()
        self._review(incident, sample)
        self._raise_items(incident, sample)
        return incident

    def close(self, incident: Incident, sample: Sample) -> None:
        at = sample.resolved_at + CLOSED_AFTER
        incident.close(by=self.cast.lead, at=at, reason=CloseReason.COMPLETED)

    def postpone(self, incident: Incident) -> None:
        """Let a write-up that is not finished be due soon, not years ago."""
        for deadline in incident.deadlines.ticking():
            days = POSTPONED_BY[DeadlineKind(deadline.kind)]
            incident.move_deadline(
                deadline,
                self.now + timedelta(days=days),
                by=self.cast.lead,
                at=self.now - timedelta(days=1),
                reason="the published report is read first",
            )

    def _team(self, sample: Sample) -> Team:
        is_payment = sample.organisation in PAYMENT_FIRMS
        return self.cast.payments if is_payment else self.cast.platform

    def _steps(self, incident: Incident, sample: Sample) -> Iterator[Step]:
        """Give what people wrote and did; sorted by time it is the story."""
        writers = cycle([self.cast.responder, self.cast.lead])
        for entry, writer in zip(sample.timeline, writers, strict=False):
            tell = partial(incident.note, entry.text, kind=entry.kind)
            yield entry.at, partial(tell, by=writer, at=entry.at)
        for verb, by, at in (
            (incident.acknowledge, self.cast.responder, sample.acknowledged_at),
            (incident.mitigate, self.cast.responder, sample.mitigated_at),
            (incident.resolve, self.cast.lead, sample.resolved_at),
        ):
            if at:
                yield at, partial(verb, by=by, at=at)

    def _review(self, incident: Incident, sample: Sample) -> None:
        """Add where it was published, and say what the report is silent about."""
        by, at = self.cast.lead, sample.resolved_at + REVIEWED_AFTER
        source, publisher = str(sample.source), sample.organisation
        incident.add_link(url=source, label=publisher, by=by, at=at)
        for name, known in (
            (Milestone.DETECTED, sample.detected_at),
            (Milestone.ACKNOWLEDGED, sample.acknowledged_at),
            (Milestone.MITIGATED, sample.mitigated_at),
            ("detection_source", sample.detection),
            ("impact", incident.has_impact),
        ):
            if not known:
                incident.record_milestone(
                    name, by=by, at=at, unknown_because=NOT_PUBLISHED
                )
        self._correct_impact(incident, sample)

    def _correct_impact(self, incident: Incident, sample: Sample) -> None:
        """Where the report counts the downtime otherwise, its figure stands."""
        if sample.impact.downtime_minutes is None:
            return
        interval = incident.impact_intervals.get()
        ended_at = interval.started_at + timedelta(
            minutes=sample.impact.downtime_minutes
        )
        if interval.ended_at != ended_at:
            incident.correct_impact(
                interval,
                started_at=interval.started_at,
                ended_at=ended_at,
                reason="the published report gives this length",
                by=self.cast.lead,
                at=sample.resolved_at + REVIEWED_AFTER,
            )

    def _raise_items(self, incident: Incident, sample: Sample) -> None:
        for item in sample.action_items:
            owner = next(self._owners)
            if item.done:
                self._finish(incident, item, owner, sample)
            else:
                self._leave_open(incident, item, owner, sample)

    def _finish(
        self, incident: Incident, item: SampleItem, owner: User, sample: Sample
    ) -> None:
        raised_at = sample.resolved_at + REVIEWED_AFTER
        raised = incident.add_item(
            title=item.title,
            kind=item.kind,
            priority=item.priority,
            owner=owner,
            by=self.cast.lead,
            at=raised_at,
        )
        raised.complete(by=owner, at=raised_at + timedelta(days=item.priority + 1))

    def _leave_open(
        self, incident: Incident, item: SampleItem, owner: User, sample: Sample
    ) -> None:
        due_in = next(self._due_in)
        today = self.now.astimezone(incident.team.zone).date()
        at_the_time = sample.resolved_at + REVIEWED_AFTER
        raised = incident.add_item(
            title=item.title,
            kind=item.kind,
            priority=item.priority,
            owner=owner,
            due_on=today + timedelta(days=due_in),
            by=self.cast.lead,
            at=at_the_time if item.is_old else self.now - timedelta(days=30),
        )
        if due_in < 10:
            raised.start(by=owner, at=self.now - timedelta(days=6))


def date_entries_back() -> None:
    """Let every entry count as written when it happened, not while loading.

    Else each would say that it was written years later.
    """
    TimelineEvent.objects.update(recorded_at=F("at"))
    TimelineEvent.history.update(recorded_at=F("at"))
