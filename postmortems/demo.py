"""Loads the demo: incidents of the past with their post-mortems, and those of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.choices import PostMortemState
from incidents.demo.contacts import bind
from incidents.demo.current import Current
from incidents.demo.follow_through import follow_through
from incidents.demo.past import Past, date_entries_back
from incidents.demo.people import is_there, make_cast
from incidents.demo.samples import (
    OUR_FILE,
    Sample,
    SampleImpact,
    SamplesBroken,
    read_samples,
)
from incidents.last_steps import for_good
from incidents.models import Incident
from postmortems.models import PostMortem

# The latest of the past are not done with: one is not written up, two are drafts.
LATEST = (PostMortemState.NONE, PostMortemState.DRAFT, PostMortemState.DRAFT)
NOT_YET_IN_DRAFT = {"went_wrong", "lessons"}
# Within the day that the strictest of the demo's playbooks gives.
OPENED_AFTER = timedelta(hours=4)
WRITTEN_AFTER = timedelta(hours=20)
PUBLISHED_AFTER = timedelta(hours=22)
SILENT = "The published report does not say."


@transaction.atomic
def seed(*, now: datetime, path: Path = OUR_FILE) -> int:
    """Load the demo and count its incidents; 0 where it is loaded already.

    Everything or nothing. Raises Refused where there are other incidents, and
    SamplesBroken, with the line, for a file that does not hold.
    """
    if is_there():
        return 0
    if Incident.objects.exists():
        sentence = _(
            "There are incidents in this database, and the demo goes only into one "
            "without any: nothing was changed."
        )
        raise Refused.because("incidents", sentence)
    with for_good():
        _play(path, now)
    return Incident.objects.count()


def _play(path: Path, now: datetime) -> None:
    samples = read_samples(path)
    cast = make_cast(now)
    bind(cast)
    past = Past(cast, now)
    for sample, state in _states(samples):
        try:
            _record(past, sample, state)
        except Refused as refused:
            raise SamplesBroken(path, sample.line, str(refused)) from refused
    Current(cast, now).record()
    follow_through(cast, now)
    date_entries_back()


def _states(samples: Iterable[Sample]) -> Iterator[tuple[Sample, PostMortemState]]:
    """Say of each sample how far its post-mortem gets; the oldest come first."""
    by_age = sorted(samples, key=lambda sample: sample.resolved_at)
    finished = len(by_age) - len(LATEST)
    for index, sample in enumerate(by_age):
        done = index < finished
        yield sample, PostMortemState.PUBLISHED if done else LATEST[index - len(by_age)]


def _record(past: Past, sample: Sample, state: PostMortemState) -> None:
    incident = past.record(sample)
    if state != PostMortemState.PUBLISHED:
        past.postpone(incident)
    if state == PostMortemState.NONE:
        return
    author, ended_at = past.cast.lead, sample.resolved_at
    postmortem = PostMortem.open(incident, by=author, at=ended_at + OPENED_AFTER)
    published = state == PostMortemState.PUBLISHED
    texts = {
        key: ("", text)
        for key, text in _texts(sample).items()
        if published or key not in NOT_YET_IN_DRAFT
    }
    postmortem.write(texts, by=author, at=ended_at + WRITTEN_AFTER)
    if published:
        postmortem.publish(by=past.cast.manager, at=ended_at + PUBLISHED_AFTER)
        past.close(incident, sample)


def _texts(sample: Sample) -> dict[str, str]:
    """Put what the sample says into the sections of a post-mortem, as Markdown."""
    source = f"Source: [{sample.organisation}]({sample.source})"
    return {
        "summary": _paragraphs(sample.summary, sample.resolution, source),
        "impact": _impact(sample),
        "root_cause": _paragraphs(
            sample.root_cause,
            *_headed("What contributed:", sample.contributing_factors),
        ),
        "went_well": _paragraphs(
            _list(sample.went_well) or SILENT,
            *_headed("Where luck helped:", sample.lucky),
        ),
        "went_wrong": _list(sample.went_wrong) or SILENT,
        "lessons": sample.lessons or SILENT,
    }


def _impact(sample: Sample) -> str:
    services = f"Affected services: {', '.join(sample.services)}."
    return _paragraphs(services, *_figures(sample.impact))


def _figures(impact: SampleImpact) -> Iterator[str]:
    if impact.users_affected is not None:
        yield f"Users affected: {impact.users_affected:,}."
    elif impact.users_percent is not None:
        yield f"Users affected: {impact.users_percent.normalize():f} per cent."
    if impact.downtime_minutes is not None:
        yield f"Downtime: {impact.downtime_minutes:,} minutes."
    if impact.revenue:
        yield f"{impact.revenue}."
    if impact.data_loss_detail:
        yield impact.data_loss_detail


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


def _headed(heading: str, lines: Iterable[str]) -> tuple[str, ...]:
    return (heading, _list(lines)) if lines else ()


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
