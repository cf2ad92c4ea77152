"""What a message may say of an incident, each fact as text; unknown ones are absent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from incidents.bindings import resolve
from incidents.choices import (
    ENTRY_KINDS,
    POSTMORTEM_DEADLINES,
    BoundKind,
    DeadlineKind,
    ImpactTrend,
    Milestone,
)
from incidents.clocks import calendar_of, next_update
from incidents.deadlines import update_clock
from incidents.durations import say
from incidents.names import name_of
from incidents.targets import Target

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import ActionItem, Incident

MOST_ENTRIES = 5
NEXT_UPDATE = ("next_update", "next_update_in")
TIMES = {
    "started": Milestone.STARTED,
    "detected": Milestone.DETECTED,
    "declared": Milestone.DECLARED,
    "root_cause_at": Milestone.ROOT_CAUSE_IDENTIFIED,
    "fix_deployed_at": Milestone.FIX_DEPLOYED,
    "mitigated": Milestone.MITIGATED,
    "resolved": Milestone.RESOLVED,
}


def facts_of(
    incident: Incident,
    user: User | None,
    now: datetime,
    audience: str,
    *,
    zone: tzinfo | None = None,
    next_in: Target | None = None,
    is_update: bool = True,
) -> dict[str, str]:
    """Gather what is known, with times in `zone`, else in that of the team.

    An update restarts the clock of its audience, so what it calls the next one counts
    from now; anything else means the update that is due already.
    """
    source = _Facts(incident, now, zone or incident.team.zone)
    promise = source.promise(audience, next_in) if is_update else None
    due = promise or (None if is_update else source.open_update(audience))
    found = {
        **source.record(),
        **source.impact(),
        **source.people(),
        **source.times(),
        **source.lists(),
        **source.addresses(),
        "sender": name_of(user),
        **dict(zip(NEXT_UPDATE, _due_in_words(due, now, source.zone), strict=True)),
    }
    return {name: text for name, text in found.items() if text}


def promised_in_words(
    incident: Incident,
    now: datetime,
    audience: str,
    *,
    zone: tzinfo,
    next_in: Target | None = None,
) -> tuple[str, str]:
    """Say when the update after one of now comes, and in how long; empty if none."""
    due = _Facts(incident, now, zone).promise(audience, next_in)
    return _due_in_words(due, now, zone)


def _due_in_words(due: datetime | None, now: datetime, zone: tzinfo) -> tuple[str, str]:
    if due is None:
        return "", ""
    return zoned(due, zone), say(due - now) if due > now else ""


def zoned(at: datetime, zone: tzinfo) -> str:
    """Write a moment with its day and the name of its zone."""
    local = at.astimezone(zone)
    name = f"{local:%Z}"
    return f"{local:%Y-%m-%d %H:%M} {name if name.isalpha() else f'UTC{name}'}"


class _Facts:
    """Reads an incident in a fixed number of queries."""

    def __init__(self, incident: Incident, now: datetime, zone: tzinfo) -> None:
        self.incident, self.now, self.zone = incident, now, zone
        self.document = incident.playbook

    def record(self) -> dict[str, str]:
        incident = self.incident
        statuses = self.document.statuses
        public = next((s.public for s in statuses if s.code == incident.status), None)
        return {
            "title": incident.title,
            "reference": incident.reference,
            "severity": incident.severity.code,
            "severity_name": incident.level.name,
            "status": str(incident.status_label),
            "public_status": public or str(incident.status_label),
            "summary": incident.summary,
            "channel": incident.channel,
            "team": incident.team.name,
            "cause": incident.get_cause_category_display(),
        }

    def impact(self) -> dict[str, str]:
        incident = self.incident
        lost = incident.get_data_loss_display()
        details = incident.data_loss_details
        users, features = self._users(), incident.features_affected
        trend = incident.impact_trend
        worse = str(ImpactTrend(trend).label).lower() if trend else ""
        transactions = incident.transactions_affected
        return {
            "users": users,
            "features": _in_line(features),
            "services": self._services,
            "transactions": "" if transactions is None else f"{transactions:,}",
            "data_loss": ": ".join(filter(None, [lost, details])),
            "revenue": self._revenue(),
            "impact": "; ".join(filter(None, [users, _in_line(features), worse])),
        }

    @cached_property
    def _services(self) -> str:
        return ", ".join(service.name for service in self.incident.services.all())

    def _users(self) -> str:
        incident = self.incident
        parts = []
        if incident.users_affected is not None:
            parts.append(_("%s users") % f"{incident.users_affected:,}")
        if incident.users_percent is not None:
            share = f"{incident.users_percent.normalize():f}"
            parts.append(_("%s %% of all") % share)
        return ", ".join(parts) or incident.get_users_reach_display()

    def _revenue(self) -> str:
        lost = self.incident.revenue_lost
        if lost is None:
            return ""
        return f"{self.incident.revenue_currency} {lost:,.2f}".strip()

    def people(self) -> dict[str, str]:
        """Name who holds which role; one that nobody holds is absent."""
        rows = self.incident.roles.current().select_related("person")
        held = {row.role: name_of(row.person) for row in rows}
        roles = self.document.incident_roles
        lines = [
            f"{role.name}: {held.get(role.code) or _('nobody yet')}" for role in roles
        ]
        return {
            "lead": name_of(self.incident.lead),
            "roles": "\n".join(lines),
            "responders": ", ".join(dict.fromkeys(held.values())),
            **{f"role:{code}": name for code, name in held.items()},
        }

    def times(self) -> dict[str, str]:
        incident = self.incident
        known = {
            name: incident.known_at(milestone) for name, milestone in TIMES.items()
        }
        start = incident.started_at or incident.detected_at or incident.declared_at
        end = incident.resolved_at or incident.closed_at
        took = say(max(end - start, timedelta())) if end else ""
        return {
            **{name: zoned(at, self.zone) for name, at in known.items() if at},
            "elapsed": took or say(max(self.now - start, timedelta())),
            "duration": took,
        }

    def lists(self) -> dict[str, str]:
        known = [
            (incident_at, each) for each in Milestone if (incident_at := self._at(each))
        ]
        milestones = [(at, str(each.label)) for at, each in sorted(known)]
        rows = self.incident.timeline.standing().filter(kind__in=ENTRY_KINDS, verb="")
        entries = [(row.at, row.text) for row in rows[:MOST_ENTRIES]][::-1]
        items = self.incident.items.pending().select_related("owner").worst_first()
        return {
            "timeline": self._log(milestones),
            "entries": self._log(entries),
            "items": "\n".join(map(_item, items)) or _("- none so far"),
        }

    def _at(self, milestone: Milestone) -> datetime | None:
        return self.incident.known_at(milestone)

    def _log(self, lines: Iterable[tuple[datetime, str]]) -> str:
        return "\n".join(f"{zoned(at, self.zone)}: {text}" for at, text in lines)

    def addresses(self) -> dict[str, str]:
        paper = getattr(self.incident, "postmortem", None)
        return {
            "link": _address(self.incident),
            "postmortem_link": _address(paper) if paper else "",
            "status_page": self._status_page(),
            "review": self._review(),
        }

    def _status_page(self) -> str:
        """Give the address of the contact that stands for the page."""
        contact = resolve(self.incident.team, BoundKind.AUDIENCE, "status_page")
        routes = contact.routes if contact else []
        return next((each["address"] for each in routes if each["medium"] == "url"), "")

    def _review(self) -> str:
        """Say when the review is due; where a playbook has none, its document."""
        if not self.incident.postmortem_required:
            return _("none needed")
        rows = self.incident.deadlines.filter(kind__in=POSTMORTEM_DEADLINES)
        due = {row.kind: row.due_at for row in rows}
        last_first = reversed(POSTMORTEM_DEADLINES)
        at = next((due[kind] for kind in last_first if due.get(kind)), None)
        return _("by %s") % zoned(at, self.zone) if at else ""

    def promise(self, audience: str, next_in: Target | None) -> datetime | None:
        """Say when the update after this one is due, if one is promised at all."""
        incident = self.incident
        clock = next_update(update_clock(incident, audience), audience, next_in)
        if not incident.is_running or incident.is_record or clock is None:
            return None
        calendar = calendar_of(self.document, incident.team.working_time)
        return clock.dates_from(self.now, calendar).due_at

    def open_update(self, audience: str) -> datetime | None:
        rows = self.incident.deadlines.unended().filter(
            kind=DeadlineKind.UPDATE, audience=audience
        )
        return rows.values_list("due_at", flat=True).first()


def _in_line(text: str) -> str:
    return ", ".join(filter(None, (line.strip() for line in text.splitlines())))


def _item(item: ActionItem) -> str:
    who = name_of(item.owner) or _("nobody")
    due = _("due %s") % item.due_on.isoformat() if item.due_on else _("no date")
    return f"- {item.title} ({who}, {due})"


def _address(row: object) -> str:
    path = row.get_absolute_url()  # type: ignore[attr-defined]
    return f"{settings.SITE_URL}{path}"
