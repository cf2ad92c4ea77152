"""Says what a sample would lead to, and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from incidents.alerts.mappings import Mapping, Nothing, Signal
from incidents.alerts.raising import (
    key_within,
    open_about,
    service_named,
    severity_of,
)
from incidents.choices import Recovery

if TYPE_CHECKING:
    from incidents.models import AlertSource, Incident
    from incidents.querysets import Person

# More than these nobody reads to see whether a mapping is right.
MOST_SHOWN = 20


@dataclass(frozen=True)
class Outcome:
    """What one alert of a sample would do."""

    verdict: str
    badge: str
    signal: Signal | None = None
    severity: str = ""
    service: str = ""


def outcomes(
    source: AlertSource, mapping: Mapping, body: dict[str, Any], *, user: Person
) -> list[Outcome]:
    """List what its alerts would do; raises Unreadable as working off would."""
    found = mapping.signals(body)[:MOST_SHOWN]
    return [_outcome(source, signal, user) for signal in found]


def _outcome(source: AlertSource, signal: Signal | Nothing, user: Person) -> Outcome:
    if isinstance(signal, Nothing):
        return Outcome(signal.why, "red")
    if signal.is_ignored:
        return Outcome(_("Does nothing: its status means nothing."), "grey", signal)
    open_one = open_about(key_within(str(source.pk), signal.key))
    if signal.is_recovery:
        return Outcome(_recovery(source, open_one, user), "green", signal)
    service = service_named(signal.service) or source.service
    return Outcome(
        *_firing(source, signal, open_one, user),
        signal,
        _severity(source, signal),
        service.name if service else "",
    )


def _recovery(source: AlertSource, open_one: Incident | None, user: Person) -> str:
    if open_one is None:
        return _("It is well again, and nothing is open: does nothing.")
    if source.recovery == Recovery.RESOLVE:
        return _("Resolves %s.") % _named(open_one, user)
    return _("Writes on the timeline of %s that it is well again.") % _named(
        open_one, user
    )


def _firing(
    source: AlertSource, signal: Signal, open_one: Incident | None, user: Person
) -> tuple[str, str]:
    if open_one:
        sentence = _("%s is open: declares nothing, and writes down what is new.")
        return sentence % _named(open_one, user), "blue"
    if _severity(source, signal):
        return _("Declares an incident."), "orange"
    sentence = _("Fails: the playbook of %(team)s has no severity “%(code)s”.")
    return sentence % {"team": source.team, "code": source.severity}, "red"


def _severity(source: AlertSource, signal: Signal) -> str:
    said = severity_of(source.team, signal.severity or signal.severity_said)
    severity = said or severity_of(source.team, source.severity)
    return str(severity) if severity else ""


def _named(incident: Incident, user: Person) -> str:
    """Name it only to who sees it."""
    seen = type(incident).objects.visible_to(user).filter(pk=incident.pk).exists()
    return incident.reference if seen else _("a restricted incident")
