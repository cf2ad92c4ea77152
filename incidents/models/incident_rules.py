"""What the database holds about an incident, whatever route a change takes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.choices import (
    CauseCategory,
    CloseReason,
    DataLoss,
    DetectionSource,
    ImpactTrend,
    PostMortemOverrule,
    PostMortemState,
    Status,
    Tracking,
    UsersReach,
)
from incidents.constraints import in_order, one_of, within

INCIDENT_RULES: list[models.BaseConstraint] = [
    in_order(
        "incident",
        "started",
        "detected",
        _("It cannot have been detected before it started."),
    ),
    in_order(
        "incident",
        "started",
        "acknowledged",
        _("It cannot have been acknowledged before it started."),
    ),
    in_order(
        "incident",
        "detected",
        "acknowledged",
        _("It cannot have been acknowledged before it was detected."),
    ),
    in_order(
        "incident",
        "started",
        "mitigated",
        _("It cannot have been mitigated before it started."),
    ),
    in_order(
        "incident",
        "started",
        "resolved",
        _("It cannot have been resolved before it started."),
    ),
    in_order(
        "incident",
        "started",
        "closed",
        _("It cannot have been closed before it started."),
    ),
    in_order(
        "incident",
        "mitigated",
        "resolved",
        _("It cannot have been resolved before it was mitigated."),
    ),
    in_order(
        "incident",
        "mitigated",
        "closed",
        _("It cannot have been closed before it was mitigated."),
    ),
    in_order(
        "incident",
        "resolved",
        "closed",
        _("It cannot have been closed before it was resolved."),
    ),
    models.CheckConstraint(
        name="incident_resolved_has_time",
        condition=Q(status=Status.RESOLVED, resolved_at__isnull=False)
        | (~Q(status=Status.RESOLVED) & Q(resolved_at=None)),
        violation_error_message=_(
            "A resolved incident, and no other, has a resolution time."
        ),
    ),
    models.CheckConstraint(
        name="incident_closed_has_reason",
        condition=(Q(closed_at=None) & Q(close_reason=""))
        | (Q(closed_at__isnull=False) & ~Q(close_reason="")),
        violation_error_message=_(
            "A closed incident, and no other, has a reason for closing."
        ),
    ),
    models.CheckConstraint(
        name="incident_completed_is_resolved",
        condition=~Q(close_reason=CloseReason.COMPLETED) | Q(status=Status.RESOLVED),
        violation_error_message=_(
            "Only a resolved incident can be closed as completed."
        ),
    ),
    models.CheckConstraint(
        name="incident_duplicate_names_other",
        condition=Q(close_reason=CloseReason.DUPLICATE, duplicate_of__isnull=False)
        | (~Q(close_reason=CloseReason.DUPLICATE) & Q(duplicate_of=None)),
        violation_error_message=_(
            "A duplicate, and nothing else, names the incident it repeats."
        ),
    ),
    models.CheckConstraint(
        name="incident_not_its_own_duplicate",
        condition=Q(duplicate_of=None) | ~Q(duplicate_of=F("id")),
        violation_error_message=_("An incident cannot be a duplicate of itself."),
    ),
    models.CheckConstraint(
        name="incident_users_percent_range",
        condition=within("users_percent", 0, 100),
        violation_error_message=_("Per cent of users lies between 0 and 100."),
    ),
    models.CheckConstraint(
        name="incident_users_number_or_percent",
        condition=Q(users_affected=None) | Q(users_percent=None),
        violation_error_message=_(
            "Give the affected users as a number or per cent, not both."
        ),
    ),
    models.CheckConstraint(
        name="incident_revenue_has_currency",
        condition=Q(revenue_lost=None, revenue_currency="")
        | (
            Q(revenue_lost__isnull=False, revenue_lost__gte=0) & ~Q(revenue_currency="")
        ),
        violation_error_message=_(
            "Lost revenue is an amount of zero or more with a currency."
        ),
    ),
    models.UniqueConstraint(
        name="incident_own_channel_once",
        fields=["channel"],
        condition=Q(has_own_channel=True),
        violation_error_message=_("Another incident has this channel."),
    ),
    models.UniqueConstraint(
        name="incident_alert_open_once",
        fields=["alert_key"],
        condition=Q(closed_at=None, resolved_at=None) & ~Q(alert_key=""),
        violation_error_message=_("Another open incident is about the same alert."),
    ),
    models.CheckConstraint(
        name="incident_only_drill_reaches_out",
        condition=Q(drill_outside=False) | Q(is_drill=True),
        violation_error_message=_("Only a drill is told to reach outside the team."),
    ),
    one_of("incident", "tracking", Tracking),
    one_of("incident", "users_reach", UsersReach, blank=True),
    one_of("incident", "impact_trend", ImpactTrend, blank=True),
    one_of("incident", "status", Status),
    one_of("incident", "close_reason", CloseReason, blank=True),
    one_of("incident", "data_loss", DataLoss, blank=True),
    one_of("incident", "detection_source", DetectionSource, blank=True),
    one_of("incident", "cause_category", CauseCategory, blank=True),
    one_of("incident", "postmortem_state", PostMortemState),
    one_of("incident", "postmortem_overruled", PostMortemOverrule, blank=True),
    models.CheckConstraint(
        name="incident_overruled_has_reason",
        condition=Q(postmortem_overruled="", postmortem_overruled_because="")
        | (~Q(postmortem_overruled="") & ~Q(postmortem_overruled_because="")),
        violation_error_message=_(
            "Whoever decides against the playbook says why, and nobody else."
        ),
    ),
]
