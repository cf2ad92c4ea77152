"""Says how long something took, or has been going on, as people say it."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Hours add nothing to what took longer than this.
LONG = 10 * DAY


def say(span: timedelta) -> str:
    """Put a duration in words: “43 s”, “47 min”, “18 h 47 min”, “3 days 2 h”."""
    if span < timedelta(0):
        return f"−{say(-span)}"
    if span < MINUTE:
        seconds = int(span.total_seconds())
        return _("%d s") % seconds if seconds else _("under a minute")
    if span < HOUR:
        return _("%d min") % (span // MINUTE)
    if span < DAY:
        return _two(_("%d h") % (span // HOUR), _("%d min"), span % HOUR // MINUTE)
    days = span // DAY
    said = ngettext("%d day", "%d days", days) % days
    return said if span >= LONG else _two(said, _("%d h"), span % DAY // HOUR)


def _two(greater: str, unit: str, lesser: int) -> str:
    """Join two units; leave a zero out."""
    return f"{greater} {unit % lesser}" if lesser else greater
