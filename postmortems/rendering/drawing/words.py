"""What the drawing shows, in words: for those who cannot see it."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.durations import say
from postmortems.rendering.drawing.axis import Clock
from postmortems.rendering.drawing.moments import Timeline


def in_words(timeline: Timeline) -> str:
    """Tell the timeline in two sentences: the impact, then each milestone."""
    keys = timeline.moments()
    if not keys:
        return _("Neither milestones nor impact are recorded.")
    return " ".join(filter(None, [_impact(timeline), _milestones(timeline)]))


def _clock(timeline: Timeline) -> Clock:
    keys = timeline.moments()
    return Clock(timeline.zone, keys[0], keys[-1])


def _impact(timeline: Timeline) -> str:
    stretches = timeline.affected()
    if not stretches:
        return ""
    start, end = stretches[0][0], stretches[-1][1]
    values = {
        "span": say(timeline.affected_for()),
        "times": times_said(len(stretches)),
        "start": _with_zone(timeline, start, None),
        "end": _with_zone(timeline, end, start),
    }
    if timeline.is_running:
        return (
            _(
                "Users have been affected since %(start)s, for %(span)s%(times)s up to "
                "%(end)s, and still are."
            )
            % values
        )
    return (
        _("Users were affected from %(start)s to %(end)s, for %(span)s%(times)s.")
        % values
    )


def times_said(count: int) -> str:
    """Say in how many stretches, if in more than one."""
    if count == 1:
        return ""
    return ngettext(" in %d stretch", " in %d stretches", count) % count


def _with_zone(timeline: Timeline, at: datetime, before: datetime | None) -> str:
    clock = _clock(timeline)
    said = clock.moment(at, before)
    has_two = len(clock.zone_names) > 1
    return said if has_two or before is not None else f"{said} {clock.zone_names[0]}"


def _milestones(timeline: Timeline) -> str:
    marks = timeline.in_order()
    if not marks:
        return ""
    first, clock = marks[0], _clock(timeline)
    at = clock.moment(first.at, None)
    said = [_("%(label)s at %(at)s") % {"label": first.label, "at": at}]
    if not timeline.impact and len(clock.zone_names) == 1:
        said = [f"{said[0]} {clock.zone_names[0]}"]
    for before, mark in pairwise(marks):
        values = {
            "label": mark.label,
            "at": clock.moment(mark.at, before.at),
            "span": say(mark.at - first.at),
        }
        form = _("%(label)s at %(at)s, after %(span)s")
        if mark.at == before.at:
            form = _("%(label)s at the same time")
        said.append(form % values)
    return f"{'; '.join(said)}."
