"""Works stored alerts off: into incidents, entries on their timelines, resolutions.

One source is worked at a time, the oldest alert first, so that a recovery never comes
before what it ends. One that broke us holds up no other: when it is tried again, what
came after it counts. What an alert asks for is compared with what is: working one off
twice, or the hundredth of its kind, changes nothing more.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.alerts.mappings import Nothing, Signal, mapping_of
from incidents.alerts.overtaken import MOST_ATTEMPTS, Newer, said_since
from incidents.alerts.raising import (
    key_within,
    open_about,
    over_after,
    raise_once,
    service_named,
    severity_of,
)
from incidents.alerts.reading import Unreadable, read
from incidents.alerts.storing import WORK_OFF
from incidents.changes import Refused, changing, coming_by, locked
from incidents.choices import AlertState, DetectionSource, Kind, Recovery
from incidents.hints import hint
from incidents.models import Alert, AlertSource

if TYPE_CHECKING:
    from incidents.models import Incident

logger = logging.getLogger(__name__)

HEARD = "hear_alert"
NUMBERS = re.compile(r"[0-9]+([.,][0-9]+)*")
Clock = Callable[[], datetime]


@dataclass
class Heard:
    """What became of what an alert says: incidents, and sentences for people."""

    incidents: list[Incident] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def work_off(*, again: bool = False, clock: Clock = timezone.now) -> int:
    """Work off what nobody has tried yet, `again` also what failed; give how many."""
    waiting = Alert.objects.stored()
    if not again:
        waiting = waiting.filter(attempts=0)
    sources = waiting.order_by("source").values_list("source", flat=True).distinct()
    return sum(_work_source(pk, again, clock) for pk in sources)


def work_again(alert: Alert) -> None:
    """Have a failed alert worked off anew; raises Refused for any other."""
    with locked(alert) as current:
        if current.state != AlertState.FAILED:
            sentence = _("Only an alert that failed can be worked off again.")
            raise Refused.because("not_failed", sentence)
        current.state, current.worked_at, current.attempts = AlertState.STORED, None, 0
        current.save(update_fields=["state", "worked_at", "attempts"])
        hint(WORK_OFF)


def _work_source(source_pk: int, again: bool, clock: Clock) -> int:
    ended, tried = 0, set[int]()
    while True:
        with transaction.atomic():
            # Only those who work alerts off wait for this; storing goes on.
            rows = AlertSource.objects.select_for_update(no_key=True, of=("self",))
            source = rows.select_related("team__calendar", "team__playbook").get(
                pk=source_pk
            )
            waiting = source.alerts.stored().exclude(pk__in=tried)
            if not again:
                waiting = waiting.filter(attempts=0)
            alert = waiting.order_by("received_at", "pk").first()
            if alert is None:
                return ended
            _work(source, alert, clock())
        if alert.state == AlertState.STORED:
            tried.add(alert.pk)
        else:
            ended += 1


def _work(source: AlertSource, alert: Alert, now: datetime) -> None:
    """Work one alert off, and write down what became of it."""
    alert.attempts += 1
    try:
        with transaction.atomic():
            heard = _heard(source, alert, now)
    except Exception:
        logger.exception("alert.not_worked_off", extra={"alert": alert.pk})
        heard = Heard(problems=[_("Debrief itself failed: its log says why.")])
        if alert.attempts >= MOST_ATTEMPTS:
            alert.state, alert.worked_at = AlertState.FAILED, now
    else:
        alert.state = AlertState.FAILED if heard.problems else AlertState.WORKED
        alert.worked_at = now
    alert.incident = next(iter(heard.incidents), None)
    alert.error = " ".join(heard.problems + heard.remarks)
    alert.save(
        update_fields=["attempts", "incident", "state", "worked_at", "error"],
    )
    keys = {"alert": alert.pk, "source": source.pk, "incident": alert.incident_id}
    logger.info("alert.worked_off", extra=keys | {"state": alert.state})


def _heard(source: AlertSource, alert: Alert, now: datetime) -> Heard:
    """Act on everything it says; what cannot be acted on comes back as sentences."""
    mapping, heard = mapping_of(source), Heard()
    try:
        found = mapping.signals(read(alert.body.encode()))
    except Unreadable as unreadable:
        heard.problems.append(str(unreadable))
        return heard
    since = said_since(alert, mapping)
    for number, signal in enumerate(found, start=1):
        try:
            if isinstance(signal, Nothing):
                raise Unreadable(signal.why)
            newer = since.get(signal.key)
            with transaction.atomic():
                incident = _take(source, alert, signal, newer, now)
            heard.incidents += [incident] if incident else []
            if newer and newer.ends(signal) and incident is None:
                heard.remarks.append(_over(signal))
        except (Refused, Unreadable) as error:
            place = _("Alert %(number)d of %(count)d: %(why)s")
            told = {"number": number, "count": len(found), "why": error}
            heard.problems.append(place % told if len(found) > 1 else str(error))
    return heard


def _over(signal: Signal) -> str:
    sentence = _(
        "“%s” was over before this could be worked off, as a later alert had said: no "
        "incident was declared."
    )
    return sentence % signal.title


def _take(
    source: AlertSource,
    alert: Alert,
    signal: Signal,
    newer: Newer | None,
    now: datetime,
) -> Incident | None:
    """Give the incident it is about, if there is one when it is done."""
    if signal.is_ignored:
        return None
    key = key_within(str(source.pk), signal.key)
    incident = open_about(key)
    if newer and newer.overtakes(signal, is_open=incident is not None):
        return incident or over_after(key, alert.received_at)
    with coming_by(**_facts(source, alert, signal)):
        if incident and signal.is_recovery:
            return _recover(source, incident, alert, signal, now)
        if incident:
            return _follow(source, incident, alert, signal, now)
        if signal.is_recovery:
            return None
        if over := over_after(key, alert.received_at):
            return over  # it came in while that one ran, and is worked off late
        return _declare(source, key, alert, signal, now)


def _facts(source: AlertSource, alert: Alert, signal: Signal) -> dict[str, str]:
    return {
        "route": "alert",
        "source": source.name,
        "alert": str(alert.pk),
        "alert_state": "recovered" if signal.is_recovery else "firing",
        "alert_title": signal.title,
        "alert_severity": signal.severity or signal.severity_said,
    }


def _declare(
    source: AlertSource, key: str, alert: Alert, signal: Signal, now: datetime
) -> Incident:
    code = signal.severity or signal.severity_said
    severity = severity_of(source.team, code)
    if severity is None:
        code = source.severity
        severity = severity_of(source.team, code)
    service = service_named(signal.service) or source.service
    started = signal.started_at
    incident, is_new = raise_once(
        alert_key=key,
        team=source.team,
        severity=severity,
        code=code,
        by=None,
        at=now,
        title=signal.title,
        summary=signal.summary,
        services=[service] if service else [],
        detection_source=DetectionSource.ALERT,
        detected_at=alert.received_at,
        started_at=started if started and started <= alert.received_at else None,
        is_record=False,
    )
    if is_new and signal.link:
        _tie(source, incident, signal.link, now)
    return incident


def _tie(source: AlertSource, incident: Incident, link: str, now: datetime) -> None:
    """Keep where it links to, if only as an entry: no address costs an incident.

    Such as http://prometheus:9090/, which is no address to a field for addresses.
    """
    try:
        with transaction.atomic():
            incident.add_link(by=None, at=now, url=link, label=source.name)
    except Refused:
        told = {"source": source.name, "link": link}
        _write(incident, _("%(source)s: more at %(link)s") % told, now)


def _follow(
    source: AlertSource, incident: Incident, alert: Alert, signal: Signal, now: datetime
) -> Incident:
    """Write down what is new about an incident that is open: no news, no entry."""
    last = _last_heard(incident)
    told = {"source": source.name, "title": signal.title}
    news = []
    if last.get("alert_state") == "recovered":
        news.append(_("%(source)s: it fires again: %(title)s") % told)
    elif _without_numbers(last.get("alert_title", "")) != _without_numbers(
        signal.title
    ):
        news.append(_("%(source)s now says: %(title)s") % told)
    if code := _raised_to(source, incident, signal, last):
        told["severity"] = code
        news.append(_("%(source)s now calls it %(severity)s.") % told)
    if news:
        _write(incident, " ".join(news), _moment(incident, alert, now))
    return incident


def _recover(
    source: AlertSource, incident: Incident, alert: Alert, signal: Signal, now: datetime
) -> Incident:
    """Write down that it is well again; resolve it where the source is to."""
    resolves = source.recovery == Recovery.RESOLVE
    has_recovered = _last_heard(incident).get("alert_state") == "recovered"
    if has_recovered and not resolves:
        return incident
    told = {"source": source.name, "title": signal.title}
    text = _("%(source)s: recovered: %(title)s") % told
    refused = ""
    if resolves:
        try:
            with transaction.atomic():
                incident.resolve(by=None, at=now)
        except Refused as refusal:
            if has_recovered:
                return incident
            refused = _("It was not resolved by itself: %s") % refusal
    text = " ".join(filter(None, [text, refused]))
    _write(incident, text, _moment(incident, alert, now))
    return incident


def _raised_to(
    source: AlertSource, incident: Incident, signal: Signal, last: dict[str, Any]
) -> str:
    """Give the code it rose to: above what was said last, and what it is by now."""
    code = signal.severity or signal.severity_said
    if not code or code == last.get("alert_severity"):
        return ""
    severity = severity_of(source.team, code)
    before = severity_of(source.team, last.get("alert_severity", ""))
    ranks = [each.rank for each in (before, incident.severity) if each]
    return severity.code if severity and severity.rank < min(ranks) else ""


def _last_heard(incident: Incident) -> dict[str, Any]:
    heard = incident.timeline.filter(facts__has_key="alert_state").order_by("-pk")
    return heard.values_list("facts", flat=True).first() or {}


def _write(incident: Incident, text: str, at: datetime) -> None:
    with changing(incident, by=None, at=at) as change:
        change.say(HEARD, Kind.DETECTION, text)
        change.commit(change.row)


def _moment(incident: Incident, alert: Alert, now: datetime) -> datetime:
    """Let an entry stand where it happened, but not before there was an incident."""
    return min(now, max(alert.received_at, incident.declared_at))


def _without_numbers(title: str) -> str:
    """Compare titles by their words: figures in them move all the time."""
    return NUMBERS.sub("#", title)
