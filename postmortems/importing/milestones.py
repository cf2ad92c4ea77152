"""When an incident of long ago began and ended, as far as a write-up says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from incidents.changes import CLOCK_SKEW, EARLIEST, Refused
from incidents.choices import Milestone, Status
from incidents.models.incident_work import NEEDED_MILESTONES
from postmortems.markdown_in import WriteUp, WrittenField

# A later step is no earlier than these.
AFTER: Mapping[str, tuple[str, ...]] = {
    Milestone.DETECTED: (Milestone.STARTED,),
    Milestone.ACKNOWLEDGED: (Milestone.STARTED, Milestone.DETECTED),
    Milestone.MITIGATED: (Milestone.STARTED,),
}
LONGEST, A_DAY = timedelta(days=365), timedelta(days=1)


@dataclass
class Moments:
    """The milestones that hold together; `notes` says of the others why not."""

    started: datetime
    resolved: datetime
    declared: datetime
    others: dict[str, datetime] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def columns(self) -> Iterator[tuple[str, Any]]:
        yield "started_at", self.started
        yield "resolved_at", self.resolved
        yield "status", Status.RESOLVED
        for name, at in self.others.items():
            yield f"{name}_at", at
        silent = _("the imported write-up does not say")
        known = {Milestone.STARTED, *self.others}
        lacking = [each for each in NEEDED_MILESTONES if each not in known]
        yield "unknown", {name.value: silent for name in lacking}


def moments_of(
    writeup: WriteUp,
    entries: list[datetime],
    day: date | None,
    zone: ZoneInfo,
    now: datetime,
) -> Moments:
    """Read them off the head and the timeline; raise Refused without any day."""
    entries = sorted(entries)
    if day:
        not_before_its_time(datetime.combine(day, time(12), tzinfo=UTC), now + A_DAY)
    said = {name: _at(writeup, f"{name}_at") for name in Milestone}
    is_given, day = day is not None, day or day_of(writeup)
    started = said[Milestone.STARTED] or _start(entries, day, zone)
    if started is None:
        started = min(filter(None, said.values()), default=None)
    if started is None:
        sentence = _(
            "It does not say on which day it happened: give the date, or write a line "
            "such as “Date: 2026-11-21” at its top."
        )
        raise Refused.because("day", sentence, "day")
    not_before_its_time(started, now)
    resolved = said[Milestone.RESOLVED] or _end(writeup, started, entries)
    moments = Moments(started, resolved, said[Milestone.DECLARED] or started)
    if not said[Milestone.STARTED]:
        moments.notes.append(_began(started, entries, is_given=is_given))
    if not said[Milestone.RESOLVED] and not _length(writeup):
        moments.notes.append(_ended(entries))
    if resolved < started:
        moments.notes.append(_("Its end lies before its start and is left out."))
        moments.resolved = max([*entries, started])
    for name in AFTER:
        _add(moments, Milestone(name), said[Milestone(name)])
    if not said[Milestone.DECLARED]:
        moments.declared = moments.others.get(Milestone.DETECTED, started)
    for at in (moments.resolved, moments.declared):
        not_before_its_time(at, now)
    return moments


def _began(started: datetime, entries: list[datetime], *, is_given: bool) -> str:
    """Say what is taken for a start that nobody wrote."""
    if started in entries:
        return _("It does not say when it began: its first entry is taken.")
    if entries:
        return _("It does not say when it began: the first time it names is taken.")
    if is_given:
        return _(
            "It does not say when it began: the beginning of the day that you give is "
            "taken."
        )
    return _("It does not say when it began: the beginning of its day is taken.")


def _ended(entries: list[datetime]) -> str:
    if entries:
        return _("It does not say when it ended: its last entry is taken.")
    return _("It does not say when it ended: it stands there without a duration.")


def not_before_its_time(at: datetime, now: datetime) -> None:
    """Raise Refused for what has not happened yet, or not in our calendar."""
    if at > now + CLOCK_SKEW:
        sentence = _("It happened on %s, which lies in the future: check the date.")
        raise Refused.because("future", sentence % f"{at:%Y-%m-%d}", "day")
    if at < EARLIEST:
        sentence = _("It happened on %s, before 1970: check the date.")
        raise Refused.because("early", sentence % at.date().isoformat(), "day")


def _add(moments: Moments, name: Milestone, at: datetime | None) -> None:
    if at is None:
        return
    earlier = [moments.started]
    earlier += [moments.others[e] for e in AFTER[name] if e in moments.others]
    if at < max(earlier) or at > max(moments.resolved, *earlier):
        sentence = _("“%(what)s” at %(when)s cannot be, and is left out.")
        facts = {"what": name.label, "when": f"{at:%Y-%m-%d %H:%M %Z}"}
        moments.notes.append(sentence % facts)
    else:
        moments.others[name.value] = at


def _at(writeup: WriteUp, name: str) -> datetime | None:
    known = (each.at for each in writeup.fields if each.name == name and each.at)
    return next(known, None)


def day_of(writeup: WriteUp) -> date | None:
    """Give the day of the incident, where its head says one."""
    days: Iterable[WrittenField] = (
        each for each in writeup.fields if each.name == "date" and each.day
    )
    return next((each.day for each in days), None)


def is_dated(writeup: WriteUp) -> bool:
    """Say whether anything in it says a day."""
    times = [*(each.at for each in writeup.fields), *(m.at for m in writeup.moments)]
    return any(times) or day_of(writeup) is not None


def _start(
    entries: list[datetime], day: date | None, zone: ZoneInfo
) -> datetime | None:
    """Give the first entry of that day or later; without entries, the day itself."""
    if day is None:
        return entries[0] if entries else None
    began = datetime.combine(day, time(), tzinfo=zone)
    return next((at for at in entries if at >= began), began)


def _end(writeup: WriteUp, started: datetime, entries: list[datetime]) -> datetime:
    if length := _length(writeup):
        return started + length
    return max([*entries, started])


def _length(writeup: WriteUp) -> timedelta | None:
    for name in ("duration", "downtime"):
        found = writeup.field(name)
        if found and found.lasts and timedelta() <= found.lasts < LONGEST:
            return found.lasts
    return None
