from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.choices import (
    CauseCategory,
    CloseReason,
    DataLoss,
    DetectionSource,
    ImpactTrend,
    Milestone,
    PostMortemOverrule,
    PostMortemState,
    Status,
    Tracking,
    UsersReach,
)
from incidents.models.incident_backfill import BackfillVerbs
from incidents.models.incident_clocks import ClockVerbs
from incidents.models.incident_followup import FollowUpVerbs
from incidents.models.incident_ladder import LadderVerbs
from incidents.models.incident_messages import MessageVerbs
from incidents.models.incident_modes import ModeVerbs
from incidents.models.incident_record import RecordVerbs
from incidents.models.incident_roles import RoleVerbs
from incidents.models.incident_rules import INCIDENT_RULES
from incidents.models.incident_timeline import TimelineVerbs
from incidents.models.incident_undo import UndoVerbs
from incidents.models.incident_watching import WatchVerbs
from incidents.models.incident_work import WorkVerbs
from incidents.querysets import IncidentQuerySet

if TYPE_CHECKING:
    from incidents.models.playbook import Severity
    from incidents.playbooks.schema import PlaybookDocument, SeverityLevel


def milestone() -> models.DateTimeField[datetime | None, datetime | None]:
    return models.DateTimeField(null=True, blank=True)


class Incident(
    WorkVerbs,
    RecordVerbs,
    RoleVerbs,
    ModeVerbs,
    ClockVerbs,
    LadderVerbs,
    MessageVerbs,
    FollowUpVerbs,
    BackfillVerbs,
    UndoVerbs,
    WatchVerbs,
    TimelineVerbs,
    models.Model,
):
    """Something broke for users: who works on it, how far they are, what it cost.

    Status, roles, milestones and closing change only through verbs (`declare`,
    `acknowledge`, `change_status`, … in the bases), each with one timeline event.
    """

    reference = models.CharField(
        _("reference"), max_length=40, unique=True, editable=False
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True, max_length=10_000)
    playbook_version = models.ForeignKey(
        "incidents.PlaybookVersion",
        verbose_name=_("playbook version"),
        on_delete=models.PROTECT,
        related_name="incidents",
        editable=False,
    )
    severity = models.ForeignKey(
        "incidents.Severity",
        verbose_name=_("severity"),
        on_delete=models.PROTECT,
        related_name="incidents",
    )
    tracking = models.CharField(
        _("tracking"),
        max_length=8,
        choices=Tracking.choices,
        default=Tracking.DECLARED,
        editable=False,
    )
    channel = models.CharField(_("channel"), max_length=80, blank=True, editable=False)
    has_own_channel = models.BooleanField(default=False, editable=False)
    is_record = models.BooleanField(
        _("entered afterwards"),
        default=False,
        editable=False,
        help_text=_("A record of what is over: no clocks, nobody is told."),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.OPEN
    )
    team = models.ForeignKey(
        "incidents.Team",
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="incidents",
    )
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lead"),
        on_delete=models.PROTECT,
        related_name="incidents_led",
        null=True,
        blank=True,
    )
    services = models.ManyToManyField(
        "incidents.Service",
        verbose_name=_("services"),
        related_name="incidents",
        blank=True,
    )
    is_drill = models.BooleanField(_("drill"), default=False)
    drill_outside = models.BooleanField(
        _("the drill tells people outside the team, too"), default=False
    )
    watchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("watchers"),
        related_name="incidents_watched",
        blank=True,
        editable=False,
    )
    restricted = models.BooleanField(
        _("restricted"),
        default=False,
        help_text=_("Seen only by those with a role in it, its lead and its manager."),
    )

    started_at = milestone()
    detected_at = milestone()
    acknowledged_at = milestone()
    responded_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("The first step of a person: what the promise to respond asks."),
    )
    declared_at = models.DateTimeField()
    triaged_at = milestone()
    investigation_started_at = milestone()
    root_cause_identified_at = milestone()
    mitigation_started_at = milestone()
    fix_deployed_at = milestone()
    partially_restored_at = milestone()
    mitigated_at = milestone()
    resolved_at = milestone()
    verified_at = milestone()
    closed_at = milestone()
    reopened_at = models.DateTimeField(null=True, blank=True, editable=False)
    unknown = models.JSONField(
        _("not known"),
        default=dict,
        blank=True,
        help_text=_("What cannot be found out any more, each with the reason."),
    )

    users_affected = models.PositiveBigIntegerField(
        _("users affected"), null=True, blank=True
    )
    users_percent = models.DecimalField(
        _("per cent of users affected"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    users_reach = models.CharField(
        _("reach"), max_length=4, choices=UsersReach.choices, blank=True
    )
    transactions_affected = models.PositiveBigIntegerField(
        _("transactions affected"), null=True, blank=True
    )
    impact_trend = models.CharField(
        _("trend"), max_length=6, choices=ImpactTrend.choices, blank=True
    )
    features_affected = models.TextField(
        _("features affected"), blank=True, max_length=2_000
    )
    revenue_lost = models.DecimalField(
        _("revenue lost"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    revenue_currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[
            RegexValidator(
                r"\A[A-Z]{3}\Z", _("A currency is three capitals, such as EUR or USD.")
            )
        ],
    )
    data_loss = models.CharField(
        _("data loss"), max_length=10, choices=DataLoss.choices, blank=True
    )
    data_loss_details = models.TextField(
        _("data loss, details"), blank=True, max_length=2_000
    )
    reputation = models.TextField(_("reputation"), blank=True, max_length=2_000)
    detection_source = models.CharField(
        _("detected by"), max_length=16, choices=DetectionSource.choices, blank=True
    )
    cause_category = models.CharField(
        _("kind of cause"), max_length=16, choices=CauseCategory.choices, blank=True
    )

    close_reason = models.CharField(
        _("closed as"), max_length=12, choices=CloseReason.choices, blank=True
    )
    close_note = models.TextField(_("closing note"), blank=True, max_length=2_000)
    duplicate_of = models.ForeignKey(
        "self",
        verbose_name=_("duplicate of"),
        on_delete=models.PROTECT,
        related_name="duplicates",
        null=True,
        blank=True,
    )
    postmortem_state = models.CharField(
        _("post-mortem"),
        max_length=10,
        choices=PostMortemState.choices,
        default=PostMortemState.NONE,
        editable=False,
    )
    postmortem_required = models.BooleanField(
        _("post-mortem required"), default=False, editable=False
    )
    postmortem_reason = models.CharField(max_length=200, blank=True, editable=False)
    postmortem_overruled = models.CharField(
        _("post-mortem, against the playbook"),
        max_length=8,
        choices=PostMortemOverrule.choices,
        blank=True,
        editable=False,
    )
    postmortem_overruled_because = models.CharField(
        _("because"), max_length=500, blank=True, editable=False
    )
    alert_key = models.CharField(
        max_length=320,
        blank=True,
        editable=False,
        help_text=_("The source of its alert and what that calls it."),
    )
    revision = models.PositiveBigIntegerField(
        default=0,
        editable=False,
        help_text=_("Counts whatever its page shows: open pages ask for it."),
    )
    last_step = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("What it takes to take the last step back."),
    )
    history = HistoricalRecords(
        m2m_fields=[services],
        excluded_fields=[
            "postmortem_required",
            "postmortem_reason",
            "revision",
            "last_step",
        ],
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-declared_at", "-pk"]
        permissions = [
            ("lead_incident", _("Can change severity, close and publish")),
            ("restrict_incident", _("Can restrict an incident of the own team")),
            ("see_restricted_incident", _("Can see every restricted incident")),
            ("waive_postmortem", _("Can waive a post-mortem of the own team")),
        ]
        indexes = [
            models.Index(fields=["-declared_at", "-id"]),
            models.Index(Upper("title"), name="incident_title_upper"),
            models.Index(
                name="incident_running",
                fields=["-declared_at", "-id"],
                condition=Q(closed_at=None, resolved_at=None),
            ),
            models.Index(fields=["status", "-declared_at"]),
        ]
        constraints = INCIDENT_RULES

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("admin:incidents_incident_change", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.closed_at is None and self.status != Status.RESOLVED

    @property
    def has_published_postmortem(self) -> bool:
        return self.postmortem_state == PostMortemState.PUBLISHED

    @property
    def playbook(self) -> PlaybookDocument:
        """Give the document this incident is worked by."""
        return self.playbook_version.content

    @property
    def level(self) -> SeverityLevel | Severity:
        """Give its severity in the words of its own version of the playbook."""
        return self.playbook.level(self.severity.code) or self.severity

    @property
    def severity_label(self) -> str:
        return str(self.level)

    def known_at(self, name: str) -> datetime | None:
        """Give the time of a milestone, or None where it is not known."""
        return getattr(self, f"{Milestone(name)}_at")  # type: ignore[no-any-return]

    def milestones(self) -> list[tuple[Milestone, datetime | None]]:
        """List them in the order in which they happened.

        One that is not known keeps its usual place.
        """
        known = [(at, name) for name in Milestone if (at := self.known_at(name))]
        in_time = iter(sorted(known, key=lambda each: each[0]))
        listed: list[tuple[Milestone, datetime | None]] = []
        for usual in Milestone:
            at, name = next(in_time) if self.known_at(usual) else (None, usual)
            listed.append((name, at))
        return listed

    def clean(self) -> None:
        """Drop reasons for not knowing what is known after all."""
        self.unknown = {
            name: reason
            for name, reason in self.unknown.items()
            if not (self.known_at(name) if name in Milestone else self._has(name))
        }

    def _has(self, fact: str) -> bool:
        return self.has_impact if fact == "impact" else bool(getattr(self, fact, ""))


# A historical incident does without them, where asking would cost a query each time.
Incident.history.model._history_excluded_fields = []
