"""Reads the time somebody types beside an entry: `14:05`, `yesterday 23:40`, ISO.

A bare time is its latest past occurrence; in an incident that is over, the one inside
its span. What could mean two instants, or none, is asked back, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from incidents.changes import EARLIEST

EXAMPLES = "14:05, yesterday 23:40, 10 min ago, 2026-11-20 23:40"
CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2}))?"
ZONE = r"(?:\s*(?P<zone>Z|UTC|GMT|[A-Z]{3,5}|[+-]\d{2}(?::?\d{2})?))?"
BARE = re.compile(rf"{CLOCK}{ZONE}\Z")
NAMED = re.compile(rf"(?P<day>today|yesterday)[\s,]+{CLOCK}{ZONE}\Z", re.IGNORECASE)
DATED = re.compile(rf"(?P<date>\d{{4}}-\d{{2}}-\d{{2}})[T\s]+{CLOCK}(?:\.\d+)?{ZONE}\Z")
AGO = re.compile(
    r"(?P<count>\d{1,4})\s*(?P<unit>min|m|minutes?|h|hours?)\s+ago\Z", re.IGNORECASE
)
ONE_DAY = timedelta(days=1)


class UnclearTime(ValueError):
    """A time that cannot be read, or can be read in two ways; says what to write."""


@dataclass(frozen=True)
class Reader:
    """Reads times as typed `now` in `zone`, for an incident over during `span`."""

    now: datetime
    zone: ZoneInfo
    span: tuple[datetime, datetime] | None = None

    def read(self, text: str) -> datetime:
        """Return the instant in UTC; raise UnclearTime with what to write instead."""
        text = " ".join(text.split())
        if text.lower() in {"", "now"}:
            return self.now
        for pattern, reading in (
            (BARE, self._bare),
            (NAMED, self._named),
            (DATED, self._dated),
            (AGO, self._ago),
        ):
            if match := pattern.match(text):
                instant = self._possible(reading, match)
                if instant > self.now:
                    raise UnclearTime(_("“%s” lies in the future.") % text)
                if instant < EARLIEST:
                    raise UnclearTime(_("“%s” lies before 1970.") % text)
                return instant
        raise UnclearTime(
            _("“%(text)s” is not a time: write it like %(examples)s.")
            % {"text": text, "examples": EXAMPLES}
        )

    def _possible(
        self, reading: Callable[[re.Match[str]], datetime], match: re.Match[str]
    ) -> datetime:
        try:
            return reading(match)
        except OverflowError:
            raise UnclearTime(_("“%s” is too long ago.") % match[0]) from None

    def _ago(self, match: re.Match[str]) -> datetime:
        count = int(match["count"])
        hours = match["unit"].lower().startswith("h")
        return self.now - (
            timedelta(hours=count) if hours else timedelta(minutes=count)
        )

    def _named(self, match: re.Match[str]) -> datetime:
        days = 1 if match["day"].lower() == "yesterday" else 0
        return self._on(self._today() - timedelta(days=days), match)

    def _dated(self, match: re.Match[str]) -> datetime:
        try:
            day = date.fromisoformat(match["date"])
        except ValueError:
            sentence = _("“%s” is not a day of the calendar.") % match["date"]
            raise UnclearTime(sentence) from None
        return self._on(day, match)

    def _bare(self, match: re.Match[str]) -> datetime:
        if self.span and (inside := self._inside(self.span, match)):
            return inside
        today = self._today()
        for day in (today, today - ONE_DAY, today - 2 * ONE_DAY):
            if past := [
                each for each in self._instants(day, match) if each <= self.now
            ]:
                return self._only(past, match)
            if day == today and not self._instants(day, match):
                return self._only([], match)
        return self._on(today, match)

    def _inside(
        self, span: tuple[datetime, datetime], match: re.Match[str]
    ) -> datetime | None:
        start, end = span
        day = start.astimezone(self.zone).date() - ONE_DAY
        found = []
        while day <= end.astimezone(self.zone).date() + ONE_DAY:
            found += [
                each
                for each in self._instants(day, match)
                if start.replace(second=0, microsecond=0) <= each <= end
            ]
            day += ONE_DAY
        days = {each.astimezone(self.zone).date() for each in found}
        if len(found) > 1 and len(days) == 1:
            return self._only(found, match)
        if len(found) > 1:
            raise UnclearTime(
                _(
                    "%(time)s occurs %(count)s times in this incident: write the date "
                    "as well, such as %(example)s."
                )
                % {
                    "time": match[0],
                    "count": len(found),
                    "example": found[0]
                    .astimezone(self.zone)
                    .strftime("%Y-%m-%d %H:%M"),
                }
            )
        return found[0] if found else None

    def _on(self, day: date, match: re.Match[str]) -> datetime:
        return self._only(self._instants(day, match), match)

    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def _instants(self, day: date, match: re.Match[str]) -> list[datetime]:
        """List the instants at which clocks showed this: none, one or two."""
        try:
            hour, minute = int(match["hour"]), int(match["minute"])
            clock = time(hour, minute, int(match["second"] or 0))
        except ValueError:
            raise UnclearTime(_("“%s” is not a time of day.") % match[0]) from None
        wall = datetime.combine(day, clock)
        named = match["zone"]
        if named and (offset := _offset(named)):
            return [wall.replace(tzinfo=offset).astimezone(UTC)]
        instants = {
            local.astimezone(UTC)
            for local in (wall.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
            if self._exists(local) and named in (None, local.tzname())
        }
        return sorted(instants)

    def _exists(self, local: datetime) -> bool:
        back = local.astimezone(UTC).astimezone(self.zone)
        return back.replace(tzinfo=None) == local.replace(tzinfo=None)

    def _only(self, instants: list[datetime], match: re.Match[str]) -> datetime:
        if len(instants) == 1:
            return instants[0]
        clock = f"{int(match['hour']):02d}:{match['minute']}"
        if instants:
            names = [each.astimezone(self.zone).tzname() for each in instants]
            raise UnclearTime(
                _("%(time)s occurred twice as the clocks went back: write %(choices)s.")
                % {
                    "time": clock,
                    # With the day that was typed: what is written must be read again.
                    "choices": _(" or ").join(f"“{match[0]} {name}”" for name in names),
                }
            )
        if match["zone"]:
            raise UnclearTime(
                _("“%(name)s” is not the zone of that time: write UTC or an offset.")
                % {"name": match["zone"]}
            )
        raise UnclearTime(
            _("%s did not occur on that day, as the clocks went forward.") % clock
        )


def _offset(name: str) -> tzinfo | None:
    if name in {"Z", "UTC", "GMT"}:
        return UTC
    if name[0] in "+-":
        try:
            # Zones without letters are named by their hours alone, such as -03.
            return datetime.strptime(name.ljust(5, "0"), "%z").tzinfo
        except ValueError:
            raise UnclearTime(_("“%s” is not an offset from UTC.") % name) from None
    return None
