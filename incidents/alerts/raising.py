"""Declares without a person at the keyboard: once for each key while it is open."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from incidents.bindings import playbook_of
from incidents.changes import Refused
from incidents.models import Incident, Service, Severity

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Team

LONGEST_KEY = Incident._meta.get_field("alert_key").max_length or 0


def key_within(scope: str, key: str) -> str:
    """Give the key of an incident: whose alert it is, and what they call it."""
    whole = f"{scope}:{key}"
    if len(whole) <= LONGEST_KEY:
        return whole
    return f"{scope}:{hashlib.sha256(key.encode()).hexdigest()}"


def open_about(alert_key: str) -> Incident | None:
    """Find the one open incident about this."""
    return Incident.objects.running().filter(alert_key=alert_key).first()


def over_after(alert_key: str, at: datetime) -> Incident | None:
    """Find one about this that still was open at that time, and no longer is."""
    ended = Q(resolved_at__gt=at) | Q(resolved_at=None, closed_at__gt=at)
    return Incident.objects.filter(ended, alert_key=alert_key).first()


def severity_of(team: Team, code: str) -> Severity | None:
    """Find a severity by its code, in the playbook the team works by now."""
    playbook = playbook_of(team)
    if playbook is None or not code:
        return None
    offered = Severity.objects.filter(playbook=playbook, is_current=True)
    return offered.filter(code__iexact=code).first()


def codes_of(team: Team) -> list[str]:
    """List the codes of the severities the team's playbook has, the worst first."""
    playbook = playbook_of(team)
    offered = Severity.objects.filter(playbook=playbook, is_current=True)
    return list(offered.order_by("rank").values_list("code", flat=True))


def service_named(name: str) -> Service | None:
    if not name:
        return None
    return Service.objects.filter(is_retired=False, name__iexact=name).first()


def raise_once(
    *,
    alert_key: str,
    team: Team,
    severity: Severity | None,
    code: str,
    by: User | None,
    at: datetime,
    **known: Any,
) -> tuple[Incident, bool]:
    """Give the open incident about this, declared now if there is none; say which.

    Raises Refused: also where the team's playbook has no severity of this `code`.
    """
    if alert_key and (found := open_about(alert_key)):
        return found, False
    if severity is None:
        sentence = _(
            "The playbook of %(team)s has no severity “%(code)s”: choose one it has."
        )
        told = {"team": team, "code": code}
        raise Refused.because("severity", sentence % told, "severity")
    try:
        with transaction.atomic():
            made = Incident.declare(
                severity=severity, team=team, by=by, at=at, alert_key=alert_key, **known
            )
            if by is None:
                made.call_lead(at=at)
    except Refused:
        # Somebody was quicker, and the database holds that there is one.
        if alert_key and (found := open_about(alert_key)):
            return found, False
        raise
    return made, True
