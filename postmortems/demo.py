"""Loads the demo: incidents of the past with their post-mortems, and those of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

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
from postmortems.meanings import Meaning, meaning_of
from postmortems.models import PostMortem

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The latest of the past are not done with: one is not written up, two are drafts.
LATEST = (PostMortemState.NONE, PostMortemState.DRAFT, PostMortemState.DRAFT)
NOT_YET_IN_DRAFT = {Meaning.WENT_WRONG, Meaning.LESSONS}
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
    _write(postmortem, sample, whole=published, by=author, at=ended_at + WRITTEN_AFTER)
    if published:
        postmortem.publish(by=past.cast.manager, at=ended_at + PUBLISHED_AFTER)
        past.close(incident, sample)


def _write(
    postmortem: PostMortem, sample: Sample, *, whole: bool, by: User, at: datetime
) -> None:
    """Put what the sample says into the sections of its playbook, by their meaning."""
    texts, lines = _texts(sample), _lines(sample)
    changes, added = {}, {}
    sections = list(postmortem.sections.all())
    if Meaning.LUCKY not in {meaning_of(each.key) for each in sections}:
        luck = [_("By luck: %s") % each for each in lines.pop(Meaning.LUCKY)]
        lines[Meaning.WENT_WELL] = [*lines[Meaning.WENT_WELL], *luck]
    for section in sections:
        meaning = meaning_of(section.key)
        if section.is_block or (not whole and meaning in NOT_YET_IN_DRAFT):
            continue
        if section.is_list and (found := lines.pop(meaning, None)):
            added[section.key] = found
        elif text := texts.pop(meaning, "" if not section.is_owed else SILENT):
            changes[section.key] = ("", text)
    postmortem.write(changes, by=by, at=at, added=added)


def _texts(sample: Sample) -> dict[Meaning | None, str]:
    source = f"Source: [{sample.organisation}]({sample.source})"
    return {
        Meaning.SUMMARY: _paragraphs(sample.summary, source),
        Meaning.IMPACT: _impact(sample),
        Meaning.ROOT_CAUSE: _paragraphs(sample.root_cause),
        Meaning.RESOLUTION: sample.resolution,
        Meaning.LESSONS: sample.lessons or SILENT,
    }


def _lines(sample: Sample) -> dict[Meaning | None, Sequence[str]]:
    return {
        Meaning.FACTORS: sample.contributing_factors,
        Meaning.WENT_WELL: sample.went_well,
        Meaning.LUCKY: sample.lucky,
        Meaning.WENT_WRONG: sample.went_wrong,
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
