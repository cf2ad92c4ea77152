"""The figures of an incident in words: how long it took, whom it hit, what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incidents.choices import Milestone
from incidents.durations import say
from incidents.models import ImpactInterval, Incident, Service
from postmortems.snapshot import Fact, Figure

# Facts that may say why they are not known, and the name the record keeps that under.
MAY_BE_UNKNOWN = {
    "users": "impact",
    "detection_source": "detection_source",
    "cause_category": "cause_category",
}


def times(incident: Incident, zone: tzinfo, now: datetime) -> tuple[Figure, ...]:
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
    figures = [_step(incident, zone, *step) for step in steps]
    return (_duration(incident, zone, now), *_why_once(figures))


def _why_once(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Say once why several moments are not known, if it is for the same reason."""
    told: set[str] = set()
    for figure in figures:
        is_told = figure.value == "—" and figure.note in told
        told.add(figure.note)
        if is_told and figure.note != _("not recorded"):
            yield figure.model_copy(update={"note": _("not known")})
        else:
            yield figure


def affected(intervals: Iterable[ImpactInterval], now: datetime) -> timedelta:
    """Add up the time users were affected; where intervals overlap, once."""
    total, reached = timedelta(0), None
    for interval in sorted(intervals, key=lambda each: each.started_at):
        end = interval.ended_at or now
        start = max(interval.started_at, reached or interval.started_at)
        total += max(end - start, timedelta(0))
        reached = max(end, reached or end)
    return total


def facts(incident: Incident, services: Iterable[Service]) -> tuple[Fact, ...]:
    """List what is known of the cost and the cause, and what nobody recorded."""
    none = _("not recorded")
    said = {
        "users": (_("Users affected"), _users(incident)),
        "transactions": (_("Transactions affected"), _count(incident)),
        "services": (
            _("Services"),
            ", ".join(service.name for service in services) or none,
        ),
        "features": (_("Features affected"), incident.features_affected),
        "revenue": (_("Revenue lost"), _revenue(incident) or none),
        "data_loss": (_("Data loss"), incident.get_data_loss_display() or none),
        "data_loss_details": (_("Data lost"), incident.data_loss_details),
        "reputation": (_("Reputation"), incident.reputation),
        "detection_source": (
            _("Detected by"),
            incident.get_detection_source_display()
            or _known(incident, "detection_source"),
        ),
        "cause_category": (
            _("Kind of cause"),
            incident.get_cause_category_display() or _known(incident, "cause_category"),
        ),
    }
    return tuple(
        Fact(key=key, label=label, value=str(value), unknown=_why(incident, key, value))
        for key, (label, value) in said.items()
        if value
    )


def _why(incident: Incident, key: str, value: str) -> str:
    """Give the reason that the value tells, if it is nothing but that."""
    name = MAY_BE_UNKNOWN.get(key, "")
    is_reason = name in incident.unknown and value == _known(incident, name)
    return incident.unknown[name] if is_reason else ""


def _count(incident: Incident) -> str:
    count = incident.transactions_affected
    return "" if count is None else intcomma(count)


def _revenue(incident: Incident) -> str:
    lost = incident.revenue_lost
    if lost is None:
        return ""
    figure = intcomma(lost.normalize() if not lost % 1 else lost)
    return f"{figure} {incident.revenue_currency}"


def moment(at: datetime, zone: tzinfo) -> str:
    """Give day and time in a zone that the document names elsewhere."""
    local = at.astimezone(zone)
    return f"{date_format(local, 'j M Y')}, {local:%H:%M}"


def _duration(incident: Incident, zone: tzinfo, now: datetime) -> Figure:
    intervals = list(incident.impact_intervals.all())
    if not intervals:
        return Figure(label=_("Duration"), value="—", note=_("not recorded"))
    running = any(interval.ended_at is None for interval in intervals)
    first = min(interval.started_at for interval in intervals)
    since = f"{moment(first, zone)} {first.astimezone(zone).tzname()}"
    note = _("and still running, since %s") if running else _("of impact, from %s")
    took = say(affected(intervals, now))
    return Figure(label=_("Duration"), value=took, note=note % since)


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
        note = _known(incident, name)
        return Figure(label=label, value="—", note=note, colour=colour)
    local, first = at.astimezone(zone), (since or at).astimezone(zone)
    is_new_day = since is None or local.date() != first.date()
    when = moment(at, zone) if is_new_day else f"{local:%H:%M}"
    value = say(at - since) if since else "—"
    note = f"{name.label} {when}"
    return Figure(label=label, value=value, note=note, colour=colour)


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
