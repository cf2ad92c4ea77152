"""The response: statuses, roles, flags, the ladder, phases, checklists, messages."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from incidents.playbooks.schema.base import (
    Audience,
    Code,
    Codes,
    Due,
    End,
    Levels,
    Line,
    Lines,
    Medium,
    Part,
    Start,
    StatusCode,
    Step,
    Text,
)


class Status(Part):
    """A step of the incident, under the team's own label."""

    code: StatusCode
    label: str = Field(min_length=1, max_length=40)
    public: Line | None = Field(None, description="What a status page calls it.")


class Channel(Part):
    """Where an incident is talked about.

    `own` makes a channel for each incident, `shared` and `thread` use a standing one,
    `ticket` stands in place of a channel.
    """

    kind: Literal["own", "shared", "thread", "ticket"]
    severities: Levels = ()
    pattern: Line | None = Field(None, description="For own and shared: its name.")


class Record(Part):
    """How an incident is named, and the words of its record."""

    reference: Line = "INC-{YYYY}-{MM}-{DD}-{NNN}"
    channels: tuple[Channel, ...] = ()
    closed: str | None = Field(
        None, max_length=40, description="What a closed incident is called."
    )


class Source(Part):
    """A way in which incidents are noticed."""

    code: Literal[
        "alert",
        "user_report",
        "ticket",
        "social_media",
        "email",
        "team_member",
        "dashboard",
    ]
    label: Line
    examples: Lines = ()


class Cause(Part):
    """A common kind of cause: signs of it, and what to consider."""

    code: Literal[
        "deployment",
        "database",
        "third_party",
        "configuration",
        "traffic",
        "security",
        "network",
        "hardware",
        "other",
    ]
    label: Line
    signs: Lines = ()
    consider: Lines = ()


class Flag(Part):
    """A condition of an incident that drives rungs, clocks and the post-mortem rule."""

    code: Code
    name: str = Field(min_length=1, max_length=80)
    meaning: Line | None = None
    set_by: Literal["hand", "severity_raised"] = Field(
        "hand", description="What sets it: a person, or raising the severity."
    )


class Role(Part):
    """Who does what; a team binds the code to a person, a rota or a list."""

    code: Code
    name: str = Field(min_length=1, max_length=60)
    leads: bool = Field(
        False, description="Exactly one role does: its holder leads the incident."
    )
    on_incident: bool = Field(True, description="Whether it is taken on an incident.")
    required: Levels = Field((), description="Severities that must have it filled.")
    duties: Lines = ()
    powers: Lines = ()
    dos: Lines = ()
    donts: Lines = ()
    tools: Lines = ()


class Rung(Part):
    """One step of the ladder: who is told, when, and until when it matters.

    With a delay and a condition the later of both counts; with neither it is at once.
    """

    code: Code
    label: Line
    severities: Levels
    after: Due | None = None
    start: Start = Field("declared", alias="from")
    condition: Code | None = Field(None, description="A flag.")
    until: End = "mitigated"
    who: Code | None = Field(None, description="The role that escalates.")
    tells: Codes = Field(min_length=1, description="The roles that are told.")
    media: tuple[Medium, ...] = ()
    tries: Lines = Field((), description="What is tried on this rung first.")


class Phase(Part):
    """A stretch of the work: its window, what begins it, what it leads to."""

    code: Code
    name: str = Field(min_length=1, max_length=60)
    goal: Line | None = None
    start: Start = Field("declared", alias="from")
    begins: Due | None = Field(None, description="How long after `from`.")
    ends: Due | None = None
    window: Literal["fixed", "by_severity", "ongoing", "none"] = "fixed"
    entry: Line | None = Field(None, description="What begins it, if not the clock.")
    status: StatusCode | None = None
    checklists: Codes = ()


class Gate(Part):
    """What the team wants done before it leaves a phase for a status."""

    code: Code
    phase: Code
    before: StatusCode
    label: Line
    checklist: Code | None = None
    watch: Code | None = Field(None, description="A watch window that must have held.")


class Checklist(Part):
    """Steps for a moment of the work, in order."""

    code: Code
    title: Line
    kind: Literal[
        "alert",
        "phase",
        "severity",
        "triage",
        "resolution",
        "shift",
        "horizon",
        "onboarding",
        "access",
        "drill",
    ]
    severities: Levels = ()
    within: Due | None = None
    start: Start = Field("declared", alias="from")
    steps: tuple[Step, ...] = Field(min_length=1)


class WatchWindow(Part):
    """What must hold for a while before a status; a relapse counts anew."""

    code: Code
    condition: Line
    lasts: Due
    at_most: Due | None = Field(None, description="Where the team gives a range.")
    before: StatusCode = "resolved"
    holds_back: bool = Field(
        True, description="Whether it must have held, or is only advice."
    )


class Question(Part):
    ask: Line
    yes: Line
    no: Line


class DecisionTree(Part):
    """Questions in order, and what follows from each answer."""

    code: Code
    title: Line
    questions: tuple[Question, ...] = Field(min_length=1)


class MessageTemplate(Part):
    """A message written beforehand; its placeholders are a closed set."""

    code: Code
    name: Line
    moment: Literal[
        "declared",
        "first_update",
        "update",
        "escalation",
        "identified",
        "mitigated",
        "resolved",
        "review",
        "handover",
        "maintenance",
    ]
    audience: Audience
    severities: Levels = ()
    medium: Literal["chat", "email", "status_page", "document"] = "chat"
    after: Due | None = Field(None, description="Only once it lasts longer than this.")
    subject: Line | None = None
    body: Text
    tone: Line | None = Field(None, description="How it should sound.")
    zone: str | None = Field(
        None, max_length=64, description="The zone of its times, else the team's."
    )


class Freeze(Part):
    """A stop of all other deployments."""

    severities: Levels
    banner: Line
    lifted: Line = Field(description="What ends it.")


class Maintenance(Part):
    """Taking the service down on purpose."""

    when: Line
    banner: Line | None = None
    options: tuple[Step, ...] = Field(min_length=1)
    tell: tuple[Step, ...] = ()


class FollowUp(Part):
    """Work that is due some time after the incident."""

    code: Code
    label: Line
    due: Due
    start: Start = Field("resolved", alias="from")
    severities: Levels = ()
    checklist: Code | None = None


class Guidance(Part):
    """What to do and what to leave, at a moment of the work."""

    code: Code
    title: Line
    dos: Lines = ()
    donts: Lines = ()


class EscalationAdvice(Part):
    """When and how people escalate by hand."""

    when: Lines = ()
    how: Lines = ()
    anybody: bool = Field(
        False, description="The leading role may pull in anyone, without a rung."
    )
