"""The figures on the cover: how long it took, whom it hit, what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incidents.choices import Milestone
from incidents.durations import say
from incidents.models import ImpactInterval, Incident

# What leads to a moment is a phase, in the colour of the figure that says how long it
# took; where a moment is not known, its phase is part of the next.
PHASES = (
    (Milestone.STARTED, ""),
    (Milestone.DETECTED, "red"),
    (Milestone.ACKNOWLEDGED, "orange"),
    (Milestone.MITIGATED, "blue"),
    (Milestone.RESOLVED, "green"),
)
# Even a phase of seconds in a day must be seen: per mille of the bar.
NARROWEST = 12


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    note: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Phase:
    """A stretch of the phase bar; `share` is per mille of its width."""

    colour: str
    share: int


def times(incident: Incident, zone: tzinfo, now: datetime) -> list[Figure]:
    """Say how long users were affected and how long each step took."""
    started = incident.started_at
    steps = (
        (_("To detect"), "red", Milestone.DETECTED, started),
        (
            _("To acknowledge"),
            "orange",
            Milestone.ACKNOWLEDGED,
            incident.detected_at or started,
        ),
        (_("To mitigate"), "blue", Milestone.MITIGATED, started),
        (_("To resolve"), "green", Milestone.RESOLVED, started),
    )
    return [
        _duration(incident, zone, now),
        *(_step(incident, zone, *step) for step in steps),
    ]


def affected(intervals: Iterable[ImpactInterval], now: datetime) -> timedelta:
    """Add up the time users were affected; where intervals overlap, once."""
    total, reached = timedelta(0), None
    for interval in sorted(intervals, key=lambda each: each.started_at):
        end = interval.ended_at or now
        start = max(interval.started_at, reached or interval.started_at)
        total += max(end - start, timedelta(0))
        reached = max(end, reached or end)
    return total


def phases(incident: Incident) -> list[Phase]:
    """Divide the bar from the first known moment to the last."""
    moments = ((incident.known_at(name), colour) for name, colour in PHASES)
    # Somebody may have acknowledged only what was mitigated already.
    known = sorted((at, colour) for at, colour in moments if at is not None)
    spans = [
        (colour, later - earlier)
        for (earlier, _before), (later, colour) in pairwise(known)
    ]
    whole = sum((span for _colour, span in spans), timedelta(0))
    if not whole:
        return []
    return [
        Phase(colour, max(round(span / whole * 1_000), NARROWEST))
        for colour, span in spans
        if span
    ]


def facts(incident: Incident) -> list[Figure]:
    """List what is known of the cost and the cause, and what nobody recorded."""
    names = ", ".join(service.name for service in incident.services.all())
    revenue = incident.revenue_lost
    return [
        Figure(_("Users affected"), _users(incident)),
        Figure(_("Services"), names or _("not recorded")),
        Figure(
            _("Revenue lost"),
            _("not recorded")
            if revenue is None
            else f"{intcomma(revenue.normalize() if not revenue % 1 else revenue)} "
            f"{incident.revenue_currency}",
        ),
        Figure(_("Data loss"), incident.get_data_loss_display() or _("not recorded")),
        Figure(
            _("Detected by"),
            incident.get_detection_source_display()
            or _known(incident, "detection_source"),
        ),
        Figure(
            _("Kind of cause"),
            incident.get_cause_category_display() or _known(incident, "cause_category"),
        ),
    ]


def moment(at: datetime, zone: tzinfo) -> str:
    """Give day and time in a zone that the document names elsewhere."""
    local = at.astimezone(zone)
    return f"{date_format(local, 'j M Y')}, {local:%H:%M}"


def _duration(incident: Incident, zone: tzinfo, now: datetime) -> Figure:
    intervals = list(incident.impact_intervals.all())
    if not intervals:
        return Figure(_("Duration"), "—", _("not recorded"))
    running = any(interval.ended_at is None for interval in intervals)
    first = min(interval.started_at for interval in intervals)
    since = f"{moment(first, zone)} {first.astimezone(zone).tzname()}"
    note = _("and still running, since %s") if running else _("of impact, from %s")
    return Figure(_("Duration"), say(affected(intervals, now)), note % since)


def _step(
    incident: Incident,
    zone: tzinfo,
    label: str,
    colour: str,
    name: Milestone,
    since: datetime | None,
) -> Figure:
    """Say how long one step took; the note names the moment, its day if it is new."""
    at = incident.known_at(name)
    if at is None:
        return Figure(label, "—", _known(incident, name), colour)
    local, first = at.astimezone(zone), (since or at).astimezone(zone)
    is_new_day = since is None or local.date() != first.date()
    when = moment(at, zone) if is_new_day else f"{local:%H:%M}"
    value = say(at - since) if since else "—"
    return Figure(label, value, f"{name.label} {when}", colour)


def _users(incident: Incident) -> str:
    if incident.users_affected is not None:
        return intcomma(incident.users_affected)
    if incident.users_percent is not None:
        return _("%s %% of users") % f"{incident.users_percent.normalize():f}"
    return _known(incident, "impact")


def _known(incident: Incident, name: str) -> str:
    """Tell what cannot be found out any more from what nobody wrote down."""
    reason = incident.unknown.get(name)
    return _("not known: %s") % reason if reason else _("not recorded")
