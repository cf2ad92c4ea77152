"""Places moments that say only a part of when they were: by what stands around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from django.utils.translation import gettext as _

from postmortems.markdown_in.times import FIRST_YEAR, LAST_YEAR, Stamp
from postmortems.markdown_in.zones import is_shared, zone_of

ONE_DAY = timedelta(days=1)
# Entries are told in order, or nearly: a time that lies further back is tomorrow's.
BACKWARDS = timedelta(hours=6)


@dataclass
class Notes:
    """Sentences for people; each once, and not without end."""

    sentences: list[str] = field(default_factory=list)
    left_out: int = 0
    most = 40

    def add(self, sentence: str) -> None:
        if sentence in self.sentences:
            return
        if len(self.sentences) < self.most:
            self.sentences.append(sentence)
        else:
            self.left_out += 1

    def all(self) -> tuple[str, ...]:
        more = [_("And %s more of this kind.") % self.left_out] if self.left_out else []
        return (*self.sentences, *more)


@dataclass
class Chronology:
    """Gives moments their day and zone, one after the other."""

    zone: tzinfo | None
    notes: Notes
    # The day of the head, else of the heading above the entries.
    day: date | None = None
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    # The day was said above these entries, so that they do not leave it backwards.
    is_said: bool = False
    before: datetime | None = None
    first: datetime | None = None

    def begin(self, day: date) -> None:
        """Let the entries that follow be of that day."""
        self.day, self.before, self.is_said = day, None, True

    def place(self, stamp: Stamp) -> tuple[datetime | None, datetime | None]:
        """Give when it was, and until when; None where that is not certain."""
        if stamp.is_unclear:
            self.notes.add(
                _("“%s” is not read: it can mean two moments, or none.") % stamp.words
            )
            return None, None
        if stamp.after is not None:
            return self._after(stamp, stamp.after), None
        if stamp.is_day:
            if day := self.day_of(stamp):
                self.begin(day)
            return None, None
        zone = self._zone(stamp)
        if stamp.clock is None or zone is None:
            return None, None
        at = self._at(stamp, stamp.clock, zone)
        if at is None:
            return None, None
        self.before = at
        self.first = self.first or at
        return at, self._until(stamp, at, zone)

    def day_of(self, stamp: Stamp) -> date | None:
        """Give the day that is written, with the year that is nearest."""
        if stamp.day or not stamp.yearless:
            return stamp.day
        if self.day is None:
            self.notes.add(
                _("“%s” has no year, and no other day says which.") % stamp.words
            )
            return None
        return nearest(self.day, *stamp.yearless)

    def _after(self, stamp: Stamp, after: timedelta) -> datetime | None:
        if self.started_at is None and self.first and after >= timedelta():
            self.notes.add(
                _("It says no start: “%s” is counted from the first entry.")
                % stamp.words
            )
            return _shifted(self.first, after)
        if self.started_at is None:
            sentence = _("“%s” counts from the start, which the write-up does not say.")
            self.notes.add(sentence % stamp.words)
            return None
        return _shifted(self.started_at, after)

    def _zone(self, stamp: Stamp) -> tzinfo | None:
        if not stamp.zone:
            return self.zone
        if found := zone_of(stamp.zone):
            return found
        if is_shared(stamp.zone) and self.zone is not None:
            day = self.day_of(stamp) or self.day
            if day and stamp.clock:
                local = datetime.combine(day, stamp.clock, tzinfo=self.zone)
                if local.tzname() == stamp.zone.upper():
                    return self.zone
        sentence = _(
            "“%s” is the zone of several countries: such times are not read. Write "
            "UTC or an offset."
        )
        self.notes.add(sentence % stamp.zone)
        return None

    def _at(self, stamp: Stamp, clock: time, zone: tzinfo) -> datetime | None:
        if stamp.day or stamp.yearless:
            day = self.day_of(stamp)
            if day:
                self.day, self.is_said = day, True
            return self._instant(day, clock, zone, stamp) if day else None
        if self.before:
            return self._following(self.before, stamp, clock, zone)
        if self.day is None:
            sentence = _("“%s” has no day, and nothing before it says which.")
            self.notes.add(sentence % stamp.words)
            return None
        at = self._instant(self.day, clock, zone, stamp)
        if at and not self.is_said and self._is_next_day(at):
            return self._instant(self.day + ONE_DAY, clock, zone, stamp)
        return at

    def _is_next_day(self, at: datetime) -> bool:
        """Say whether a first entry can only be after the midnight of the incident."""
        if self.started_at is None or self.resolved_at is None:
            return False
        early = self.started_at - at > 2 * BACKWARDS
        return early and at + ONE_DAY <= self.resolved_at

    def _following(
        self, before: datetime, stamp: Stamp, clock: time, zone: tzinfo
    ) -> datetime | None:
        """Place a bare time after the entry before it; midnight may lie between."""
        day = before.astimezone(zone).date()
        at = self._instant(day, clock, zone, stamp)
        if at is None:
            return None
        if before - at > BACKWARDS:
            return self._instant(day + ONE_DAY, clock, zone, stamp)
        alone = self.is_said and self.day == day
        if at - before > ONE_DAY - BACKWARDS and not alone:
            sentence = _(
                "“%s” may be of the day before or of the same day as the entry above "
                "it: it is not read."
            )
            self.notes.add(sentence % stamp.words)
            return None
        return at

    def _instant(
        self, day: date, clock: time, zone: tzinfo, stamp: Stamp
    ) -> datetime | None:
        """Give the instant at which clocks showed this, if there was exactly one."""
        found = instants(day, clock, zone)
        if len(found) != 1:
            sentence = (
                _("“%s” occurred twice as the clocks went back: add UTC or an offset.")
                if found
                else _("“%s” did not occur on that day: check it.")
            )
            self.notes.add(sentence % stamp.words)
            return None
        return found[0]

    def _until(self, stamp: Stamp, at: datetime, zone: tzinfo) -> datetime | None:
        if stamp.until is None:
            return None
        day = stamp.until_day or at.astimezone(zone).date()
        found = instants(day, stamp.until, zone)
        if len(found) == 1 and found[0] < at and not stamp.until_day:
            found = instants(day + ONE_DAY, stamp.until, zone)
        return found[0] if len(found) == 1 and found[0] >= at else None


def instants(day: date, clock: time, zone: tzinfo) -> list[datetime]:
    """List the instants, in UTC, at which clocks of a zone showed this."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return []
    wall = datetime.combine(day, clock)
    found = set()
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            found.add(instant)
    return sorted(found)


def nearest(day: date, month: int, of_month: int) -> date | None:
    """Give the day of that month that is nearest to another day."""
    found = []
    for year in (day.year - 1, day.year, day.year + 1):
        try:
            found.append(date(year, month, of_month))
        except ValueError:
            continue
    return min(found, key=lambda each: abs(each - day), default=None)


def runs_backwards(clocks: Iterable[Stamp]) -> bool:
    """Say whether bare times stand in reverse order, the newest first."""
    bare = [each for each in clocks if each.clock]
    if len(bare) <= 2 or any(each.day or each.yearless for each in bare):
        return False
    times = [each.clock for each in bare if each.clock]
    return all(one > two for one, two in pairwise(times))


def _shifted(at: datetime, by: timedelta) -> datetime | None:
    try:
        moved = at + by
    except OverflowError:
        return None
    return moved if FIRST_YEAR <= moved.year <= LAST_YEAR else None
