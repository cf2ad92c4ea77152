"""The whole document of a playbook, and what the rest of the system asks it."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from incidents.playbooks.schema.base import Level, Line, Part, WallTime
from incidents.playbooks.schema.knowledge import (
    AccessRegister,
    CommandGroup,
    ContactEntry,
    Resource,
    Runbook,
    Strategy,
    Vendor,
)
from incidents.playbooks.schema.learning import (
    About,
    ActionItemRule,
    DrillPlan,
    PostMortemRule,
    PriorityRule,
    Required,
)
from incidents.playbooks.schema.levels import SeverityLevel, Triage
from incidents.playbooks.schema.response import (
    Cause,
    Channel,
    Checklist,
    DecisionTree,
    EscalationAdvice,
    Flag,
    FollowUp,
    Freeze,
    Gate,
    Guidance,
    Maintenance,
    MessageTemplate,
    Phase,
    Record,
    Role,
    Rung,
    Source,
    Status,
    WatchWindow,
)
from incidents.working_time import WorkingTime

DEFAULT_STATUSES = (
    Status(code="open", label="Open"),
    Status(code="investigating", label="Investigating"),
    Status(code="identified", label="Identified"),
    Status(code="mitigating", label="Mitigating"),
    Status(code="monitoring", label="Monitoring"),
    Status(code="resolved", label="Resolved"),
)
DEFAULT_ROLES = (
    Role(code="lead", name="Lead", leads=True),
    Role(code="communications", name="Communications"),
    Role(code="operations", name="Operations"),
    Role(code="scribe", name="Scribe"),
)


class PlaybookCalendar(Part):
    """The working time that counts for this playbook instead of the team's own."""

    zone: str = Field("UTC", max_length=64)
    opens: WallTime = WorkingTime.opens
    closes: WallTime = WorkingTime.closes
    weekdays: tuple[int, ...] = Field(
        (0, 1, 2, 3, 4), description="From 0 (Monday) to 6 (Sunday)."
    )
    country: str = Field("", max_length=32, description="Such as DE or US-CA.")
    days_off: tuple[date, ...] = ()
    sprint_weeks: int = Field(2, ge=1, le=12)
    sprint_starts: date = Field(
        WorkingTime.sprint_anchor, description="The first day of any one sprint."
    )

    def working_time(self) -> WorkingTime:
        return WorkingTime(
            name="the playbook's calendar",
            zone=self.zone,
            opens=self.opens,
            closes=self.closes,
            weekdays=frozenset(self.weekdays),
            country=self.country,
            days_off=frozenset(self.days_off),
            sprint_weeks=self.sprint_weeks,
            sprint_anchor=self.sprint_starts,
        )


class PlaybookDocument(Part):
    """A playbook: how a team works an incident, from the alert to the last item."""

    name: str = Field(min_length=1, max_length=120)
    summary: Line | None = None
    about: About = About()
    calendar: PlaybookCalendar | None = None
    severities: tuple[SeverityLevel, ...] = Field(
        min_length=1, description="The worst first."
    )
    triage: Triage | None = None
    record: Record = Record()
    statuses: tuple[Status, ...] = DEFAULT_STATUSES
    sources: tuple[Source, ...] = ()
    causes: tuple[Cause, ...] = ()
    flags: tuple[Flag, ...] = ()
    roles: tuple[Role, ...] = DEFAULT_ROLES
    escalation: EscalationAdvice | None = None
    ladder: tuple[Rung, ...] = ()
    phases: tuple[Phase, ...] = ()
    gates: tuple[Gate, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    watches: tuple[WatchWindow, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    trees: tuple[DecisionTree, ...] = ()
    messages: tuple[MessageTemplate, ...] = ()
    freeze: Freeze | None = None
    maintenance: Maintenance | None = None
    runbooks: tuple[Runbook, ...] = ()
    commands: tuple[CommandGroup, ...] = ()
    contacts: tuple[ContactEntry, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    resources: tuple[Resource, ...] = ()
    access: tuple[AccessRegister, ...] = ()
    guidance: tuple[Guidance, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    postmortem: PostMortemRule = PostMortemRule(required=Required(every_declared=True))
    action_items: ActionItemRule = ActionItemRule()
    drills: DrillPlan | None = None

    def level(self, code: str) -> SeverityLevel | None:
        return next((level for level in self.severities if level.code == code), None)

    def rule_for(self, priority: int) -> PriorityRule | None:
        """Give the rule for action items of a priority, or None where it is silent."""
        rules = self.action_items.priorities
        return next((rule for rule in rules if rule.priority == priority), None)

    def role(self, code: str) -> Role | None:
        return next((role for role in self.roles if role.code == code), None)

    @property
    def role_names(self) -> dict[str, str]:
        """Give the name of each role by its code."""
        return {role.code: role.name for role in self.roles}

    @property
    def flag_names(self) -> dict[str, str]:
        """Give the name of each flag by its code."""
        return {flag.code: flag.name for flag in self.flags}

    @property
    def leading_role(self) -> Role:
        return next(role for role in self.roles if role.leads)

    @property
    def incident_roles(self) -> tuple[Role, ...]:
        """Give the roles that people take on an incident, the leading one first."""
        taken = [role for role in self.roles if role.on_incident or role.leads]
        return tuple(sorted(taken, key=lambda role: not role.leads))

    @property
    def first_status(self) -> str:
        """Give the status an incident begins in."""
        return self.statuses[0].code

    @property
    def reopened_status(self) -> str:
        """Give the status an incident goes on in when it comes back."""
        codes = [status.code for status in self.statuses]
        return "investigating" if "investigating" in codes else codes[0]

    def status_label(self, code: str) -> str | None:
        return next((each.label for each in self.statuses if each.code == code), None)

    def channel_for(self, level: Level) -> Channel | None:
        """Give where a severity is talked about: the first channel that is its."""
        return next(
            (
                channel
                for channel in self.record.channels
                if not channel.severities or level in channel.severities
            ),
            None,
        )

    def rungs_for(self, level: Level) -> tuple[Rung, ...]:
        return tuple(rung for rung in self.ladder if level in rung.severities)
