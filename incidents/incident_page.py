"""What the incident page shows, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.axis import Axis
from incidents.calls import CallLine, waiting_calls
from incidents.choices import (
    ENTRY_KINDS,
    STATUS_BADGES,
    CloseReason,
    ConditionKind,
    Kind,
    Tracking,
)
from incidents.deliveries import MOST_LISTED, Delivery, deliveries
from incidents.due_lines import Board, Names
from incidents.durations import say
from incidents.models import Condition
from incidents.models.incident_record import OTHER_FACTS
from incidents.modes import Modes
from incidents.names import name_of
from incidents.permissions import INCIDENT_VERBS, granted
from incidents.role_lines import Roles
from incidents.sending import lists_of, told_apart
from incidents.status_path import Remedy, StatusPath
from incidents.timeline_filter import NOBODY_ASKS
from incidents.timeline_page import TimelinePage
from incidents.undoing import Offer, offer_of
from incidents.watching import Watched, watched

if TYPE_CHECKING:
    from incidents.models import ActionItem, Incident, PlaybookVersion, TimelineEvent

CLOSED_AS: dict[str, str | Promise] = {
    CloseReason.COMPLETED: gettext_lazy("Closed"),
    CloseReason.FALSE_ALARM: gettext_lazy("Closed: false alarm"),
    CloseReason.DUPLICATE: gettext_lazy("Closed: duplicate"),
}

OVERRULES = ("require_postmortem", "waive_postmortem")


@dataclass(frozen=True)
class FlagLine:
    """A flag of the playbook, and how it stands: `held` is the last time it was set."""

    code: str
    name: str
    meaning: str
    held: Condition | None

    @property
    def is_set(self) -> bool:
        return self.held is not None and self.held.until_at is None

    @property
    def set_by(self) -> str:
        return name_of(self.held.set_by) if self.held else ""

    @property
    def cleared_by(self) -> str:
        return name_of(self.held.cleared_by) if self.held else ""


class IncidentPage:
    """The view of one incident for one reader, who is known to see it."""

    def __init__(
        self,
        incident: Incident,
        user: User,
        now: datetime,
        asked: Mapping[str, str] = NOBODY_ASKS,
    ) -> None:
        self.incident, self.user, self.now, self.asked = incident, user, now, asked
        # Flags, modes and what blocks closing all look at them.
        conditions = Condition.objects.select_related("set_by", "cleared_by")
        prefetch_related_objects([incident], Prefetch("conditions", conditions))

    @cached_property
    def may(self) -> dict[str, bool]:
        return {
            verb: granted(self.user, verb, self.incident) for verb in INCIDENT_VERBS
        }

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def zone(self) -> str:
        return timezone.localtime(self.now).tzname() or ""

    @cached_property
    def timeline(self) -> TimelinePage:
        return TimelinePage(self.incident, self.asked)

    @property
    def undo(self) -> Offer | None:
        return offer_of(self.incident, self.now) if self.may["undo"] else None

    @cached_property
    def watched(self) -> Watched:
        return watched(self.incident, self.user)

    @cached_property
    def services(self) -> str:
        return ", ".join(service.name for service in self.incident.services.all())

    @cached_property
    def roles(self) -> Roles:
        return Roles(self.incident, self.user, self.now)

    @cached_property
    def modes(self) -> Modes:
        return Modes(self.incident, self.now)

    @cached_property
    def items(self) -> list[ActionItem]:
        rows = self.incident.items.select_related("owner").worst_first()
        return sorted(rows, key=lambda item: not item.is_pending)

    @cached_property
    def pending_items(self) -> int:
        return sum(item.is_pending for item in self.items)

    @cached_property
    def messages(self) -> list[Delivery]:
        """Give the latest messages, and how far each has come."""
        return deliveries(self.incident.messages.all()[:MOST_LISTED])

    @cached_property
    def links(self) -> list[Any]:
        """Keep the links to other incidents that the reader may see."""
        from incidents.models import Incident

        seen = Incident.objects.visible_to(self.user)
        return list(
            self.incident.links.filter(
                Q(other=None) | Q(other__in=seen.values("pk"))
            ).select_related("other")
        )

    @property
    def status_badge(self) -> str:
        return (
            "grey" if self.incident.closed_at else STATUS_BADGES[self.incident.status]
        )

    @property
    def state(self) -> str:
        """Say how far it is: the status, or what it was closed as."""
        incident = self.incident
        if incident.close_reason == CloseReason.COMPLETED:
            return incident.playbook.record.closed or str(CLOSED_AS["completed"])
        if incident.closed_at:
            return str(CLOSED_AS[incident.close_reason])
        return incident.status_label

    @cached_property
    def calls(self) -> list[CallLine]:
        return waiting_calls(self.incident)

    @cached_property
    def board(self) -> Board:
        rows = list(self.incident.deadlines.all())
        return Board(rows, self.now, Names.of(self.incident, rows))

    @cached_property
    def axis(self) -> Axis:
        return Axis(self.board.lines, self.now)

    @property
    def audiences(self) -> list[tuple[str, str]]:
        """Offer whom an update may go to, each with who is on its list."""
        return told_apart(self.incident, lists_of(self.incident))

    @property
    def is_ticket(self) -> bool:
        return self.incident.tracking == Tracking.TICKET

    @cached_property
    def flags(self) -> list[FlagLine]:
        """List the playbook's flags, and those that were set under an earlier one."""
        rows = self.incident.conditions.all()
        held = {row.code: row for row in rows if row.kind == ConditionKind.FLAG}
        known = self.incident.playbook.flags
        lines = [
            FlagLine(
                each.code, each.name, each.meaning or "", held.pop(each.code, None)
            )
            for each in known
        ]
        return lines + [FlagLine(code, code, "", row) for code, row in held.items()]

    @property
    def set_flags(self) -> list[FlagLine]:
        return [flag for flag in self.flags if flag.is_set]

    @property
    def may_read_playbook(self) -> bool:
        return self.user.has_perm("incidents.view_playbook")

    @cached_property
    def newer_version(self) -> PlaybookVersion | None:
        """Give the playbook's newest version, if the incident is worked by an older."""
        if self.incident.closed_at:
            return None
        worked_by = self.incident.playbook_version
        newer = worked_by.playbook.versions.filter(number__gt=worked_by.number)
        return newer.order_by("-number").first()

    @property
    def since(self) -> datetime:
        incident = self.incident
        return incident.started_at or incident.detected_at or incident.declared_at

    @property
    def clock(self) -> str:
        """Say how long it has been going on, or went on."""
        start, end = self.since, self.incident.resolved_at or self.incident.closed_at
        span = say(max((end or self.now) - start, timedelta()))
        return self.clock_words.replace("%s", span)

    @property
    def clock_words(self) -> str:
        """Say it with a gap for the span, which the browser fills anew."""
        local = timezone.localtime(self.since)
        today = timezone.localtime(self.now).date()
        style = "%H:%M %Z" if local.date() == today else "%Y-%m-%d %H:%M %Z"
        is_over = self.incident.resolved_at or self.incident.closed_at
        took, goes_on = (
            _("took %(span)s, from %(start)s"),
            _("%(span)s since %(start)s"),
        )
        return (took if is_over else goes_on) % {
            "span": "%s",
            "start": local.strftime(style),
        }

    @property
    def impact_line(self) -> str:
        incident = self.incident
        parts = []
        if incident.users_affected is not None:
            parts.append(_("%s users") % f"{incident.users_affected:,}")
        if incident.users_percent is not None:
            parts.append(
                _("%s %% of users") % f"{incident.users_percent.normalize():f}"
            )
        if not parts and incident.users_reach:
            parts.append(incident.get_users_reach_display().lower())
        if incident.impact_trend:
            trend = incident.get_impact_trend_display().lower()
            parts[-1:] = [", ".join([*parts[-1:], trend])]
        if self.services:
            parts.append(self.services)
        if incident.data_loss in {"suspected", "confirmed"}:
            parts.append(_("data loss %s") % incident.get_data_loss_display().lower())
        return " · ".join(parts)

    @cached_property
    def path(self) -> StatusPath:
        return StatusPath(self.incident, self.may)

    @property
    def missing(self) -> list[Remedy]:
        return self.path.missing

    @property
    def milestones(self) -> list[tuple[str, str, str, str]]:
        """Give (name, label, time or empty, reason for not knowing it)."""
        rows = []
        for each, at in self.incident.milestones():
            text = f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}" if at else ""
            reason = self.incident.unknown.get(each.value, "")
            rows.append((each.value, str(each.label), text, reason))
        return rows

    @property
    def other_unknown(self) -> list[tuple[str, str]]:
        unknown = self.incident.unknown
        return [
            (_(label), unknown[k]) for k, label in OTHER_FACTS.items() if k in unknown
        ]

    @cached_property
    def impact_intervals(self) -> list[tuple[Any, str]]:
        return [
            (each, say((each.ended_at or self.now) - each.started_at))
            for each in self.incident.impact_intervals.all()
        ]

    @cached_property
    def overruled(self) -> TimelineEvent | None:
        """Give the step that decided about the post-mortem against the playbook."""
        if not self.incident.postmortem_overruled:
            return None
        steps = self.incident.timeline.standing().select_related("author")
        return steps.filter(verb__in=OVERRULES).order_by("pk").last()

    @property
    def overruled_by(self) -> str:
        return name_of(self.overruled.author) if self.overruled else ""

    @property
    def overruling(self) -> list[tuple[str, str]]:
        """Name the steps about the post-mortem that the reader may take now."""
        incident = self.incident
        is_owed, is_drill = incident.postmortem_required, incident.is_drill
        steps = {
            "require_postmortem": not is_owed and not is_drill,
            "waive_postmortem": is_owed and not incident.has_published_postmortem,
            "follow_postmortem_rule": bool(incident.postmortem_overruled),
        }
        words = {
            "require_postmortem": _("Require one …"),
            "waive_postmortem": _("Waive it …"),
            "follow_postmortem_rule": _("Follow the playbook …"),
        }
        return [
            (v, words[v]) for v, is_open in steps.items() if is_open and self.may[v]
        ]

    @property
    def entry_kinds(self) -> list[Kind]:
        return list(ENTRY_KINDS)
