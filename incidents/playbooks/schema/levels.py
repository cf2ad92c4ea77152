"""Severities: what each means, what it asks for at once, and the clocks it starts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from incidents.playbooks.schema.base import (
    Audience,
    Code,
    Due,
    End,
    IncidentField,
    Level,
    Line,
    Lines,
    Part,
    Start,
    Text,
)

Measure = Literal[
    "error_rate",
    "response_seconds",
    "memory",
    "cpu",
    "failing_requests",
    "users_percent",
]
MEASURES: dict[str, tuple[str, str]] = {
    "error_rate": ("error rate", "%"),
    "response_seconds": ("response time", "s"),
    "memory": ("memory", "%"),
    "cpu": ("CPU", "%"),
    "failing_requests": ("failing requests", "%"),
    "users_percent": ("users affected", "%"),
}


class Threshold(Part):
    """A band of a measured figure; it only ever suggests a severity."""

    measure: Measure
    above: float | None = Field(None, description="More than this.")
    at_least: float | None = None
    below: float | None = Field(None, description="Less than this.")
    at_most: float | None = None
    scope: Line | None = Field(None, description="What is measured, if not the whole.")

    def holds(self, value: float) -> bool:
        """Say whether the measured value lies in the band."""
        return (
            (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
        )


class CustomerRule(Part):
    """Whether customers are told, and when."""

    rule: Literal[
        "required",
        "required_after",
        "if_significant",
        "if_they_notice",
        "affected_users_identified",
        "not_needed",
    ]
    after: Due | None = Field(None, description="For required_after: this long.")
    text: Line | None = None


class UpdateClock(Part):
    """A promise to keep somebody informed, which runs anew with each update sent."""

    audience: Audience
    every: Due
    first: Due | None = Field(None, description="Until the first; else as `every`.")
    repeats: bool = Field(True, description="No: only the first is promised.")
    start: Start = Field("declared", alias="from")
    condition: Code | None = Field(
        None, description="A flag: the clock runs from the moment it is set."
    )
    until: End = "resolved"
    nudge: Due | None = Field(
        None, description="How long after the last update a reminder comes."
    )
    label: Line | None = None
    nothing_new_counts: bool = Field(
        True, description="Whether “nothing new” keeps the promise."
    )


class SeverityLevel(Part):
    """One level of severity, in the team's own words."""

    code: Level
    name: str = Field(min_length=1, max_length=40)
    badge: Literal["red", "orange", "yellow", "blue", "green", "grey"]
    definition: Text
    impact: Line | None = Field(None, description="What it means for users, in short.")
    examples: Lines = ()
    actions: Lines = Field((), description="What to do at once.")
    thresholds: tuple[Threshold, ...] = ()
    tracking: Literal["declared", "ticket"] = Field(
        "declared", description="A ticket has targets, but no ladder and no channel."
    )
    declaring: Literal["required", "optional"] = "required"
    acknowledge: Due | None = None
    respond: Due | None = None
    resolve: Due | None = None
    updates: tuple[UpdateClock, ...] = ()
    customers: CustomerRule | None = None
    status_page: Line | None = Field(
        None, description="What the public status page says at once."
    )
    needs_commander: bool = False
    all_hands: bool = Field(False, description="Everybody drops what they are doing.")
    deploy_freeze: bool = Field(
        False, description="Nobody deploys anything else until the all-clear."
    )
    opens_ticket: bool = Field(False, description="A ticket is opened beside it.")
    work_hours_only: bool = Field(
        False, description="It is worked on in business hours only."
    )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Answer(Part):
    """An answer to a triage question that speaks for a severity."""

    answer: Line
    severity: Level
    because: Line


class TriageQuestion(Part):
    """A question asked at the beginning; answers may fill fields or suggest a level."""

    ask: Line
    fills: IncidentField | None = None
    suggests: tuple[Answer, ...] = ()


class Triage(Part):
    """How the severity is found: questions to answer within a few minutes."""

    within: Due | None = None
    questions: tuple[TriageQuestion, ...] = ()
