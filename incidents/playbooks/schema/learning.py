"""Learning from it: post-mortem, action items, drills, and the playbook's upkeep."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from incidents.playbooks.schema.base import (
    Code,
    Due,
    Levels,
    Line,
    Lines,
    Part,
    Tag,
    Text,
)


class LongImpact(Part):
    """Severities that need a post-mortem only if users were affected for long."""

    severities: Levels = Field(min_length=1)
    over: Due


class Required(Part):
    """When a post-mortem is due: any one of these is enough."""

    every_declared: bool = False
    severities: Levels = ()
    impact: LongImpact | None = None
    tags: tuple[Tag, ...] = Field((), description="Any service with such a tag.")


class SectionPrompt(Part):
    """A part of the document, with the questions that guide its writer.

    A block repeats what the record says; a text is written by people.
    """

    key: Code
    title: Line
    kind: Literal["text", "list", "block"] = "text"
    block: (
        Literal[
            "identity",
            "durations",
            "impact",
            "timeline",
            "roles",
            "items",
            "references",
            "meeting",
        ]
        | None
    ) = None
    prompts: Lines = ()
    fields: Lines = Field((), description="What a block or a list has, in order.")
    columns: Lines = Field((), description="The heads of its table, in order.")
    zone: str | None = Field(
        None, max_length=64, description="The zone of its times, else the team's."
    )
    sections: tuple[SectionPrompt, ...] = ()


class AgendaPoint(Part):
    topic: Line
    lasts: Due


class Wording(Part):
    """How a post-mortem speaks of people and causes."""

    motto: Line | None = None
    focus: Lines = ()
    avoid: Lines = ()


class PostMortemRule(Part):
    """Whether a post-mortem is due, by when, and what it is made of."""

    required: Required
    author: Code | None = Field(None, description="The role that writes it.")
    report: Due | None = Field(None, description="From resolution.")
    draft: Due | None = Field(None, description="From resolution.")
    review: Due | None = Field(None, description="From resolution.")
    review_means: Literal["held", "scheduled"] = Field(
        "held", description="What keeps the date: the meeting, or its having a time."
    )
    sections: tuple[SectionPrompt, ...] = ()
    agenda: tuple[AgendaPoint, ...] = ()
    wording: Wording | None = None


class PriorityRule(Part):
    """What a priority of an action item means, and its date, from its creation."""

    priority: int = Field(ge=0, le=3)
    name: str | None = Field(None, max_length=40)
    meaning: Line | None = None
    due: Due


DaysBefore = Annotated[int, Field(ge=0, le=14)]
DaysLate = Annotated[int, Field(ge=1, le=365)]
Chaser = Literal["lead", "team_lead", "team_manager"]
# Nobody waits so long; a date mistyped by a thousand years must not stop the others.
MOST_DAYS = 30_000


class EscalationRule(Part):
    """Who hears of an item besides its owner once it is late for long."""

    priorities: tuple[Annotated[int, Field(ge=0, le=3)], ...] = Field(
        (0, 1), min_length=1, description="Of these; at least one."
    )
    after: DaysLate = Field(description="Days late from which they are told as well.")
    tells: tuple[Chaser, ...] = Field(
        min_length=1,
        description="`lead` of the incident, `team_lead`, `team_manager`.",
    )


class ReminderRule(Part):
    """When people are reminded of an item: rungs, in days around its due date."""

    before: tuple[DaysBefore, ...] = Field(
        (2,), description="Days before it is due, the most first; 0 is the day itself."
    )
    overdue: tuple[DaysLate, ...] = Field(
        (1, 3, 7), min_length=1, description="Days late, the fewest first."
    )
    then_every: int = Field(
        7, ge=1, le=60, description="Days from one rung to the next after the last."
    )
    escalate: tuple[EscalationRule, ...] = (
        EscalationRule(after=7, tells=("lead", "team_lead")),
        EscalationRule(after=14, tells=("team_manager",)),
    )

    def reached(self, days_late: int) -> int | None:
        """Give the highest rung reached, in days after the due date, or None."""
        days, last = min(days_late, MOST_DAYS), self.overdue[-1]
        if days >= last:
            return days - (days - last) % self.then_every
        rungs = (*(-each for each in self.before), *self.overdue)
        return max((rung for rung in rungs if rung <= days), default=None)

    def following(self, days_late: int) -> int:
        """Give the next rung after so many days, in days after the due date."""
        rungs = (*(-each for each in self.before), *self.overdue)
        if ahead := [rung for rung in rungs if rung > days_late]:
            return min(ahead)
        return days_late + self.then_every - (days_late - rungs[-1]) % self.then_every

    @property
    def soon(self) -> int:
        """Give how many days before it is due an item begins to be listed."""
        return max(self.before, default=0)

    def escalations(self, priority: int) -> list[EscalationRule]:
        return [each for each in self.escalate if priority in each.priorities]


class ActionItemRule(Part):
    """How action items are dated, chased, followed and suggested."""

    priorities: tuple[PriorityRule, ...] = ()
    reminders: ReminderRule = ReminderRule()
    review: Literal["daily", "weekly", "fortnightly", "monthly"] | None = None
    followed_by: Code | None = Field(None, description="The role that follows up.")
    followed_until: Line | None = None
    practice: Lines = ()
    suggestions: Lines = ()


class DrillPlan(Part):
    """Exercises: how often, which scenarios, which skills."""

    every: Literal["month", "quarter", "half-year", "year"] | None = None
    scenarios: Lines = ()
    skills: Lines = ()


class ChangeNote(Part):
    version: Line
    on: date | None = None
    text: Line


class Decision(Part):
    """Something the team settled where its own rules left it open."""

    about: Line
    text: Line


class About(Part):
    """What the playbook is for, who keeps it, and how it came about."""

    purpose: Text | None = None
    principles: Lines = ()
    quick_start: Lines = Field((), description="The whole response in a few steps.")
    owner: Line | None = None
    version: Line | None = None
    updated: date | None = None
    next_review: date | None = None
    review_every: Literal["month", "quarter", "half-year", "year"] | None = None
    changes: tuple[ChangeNote, ...] = ()
    decisions: tuple[Decision, ...] = ()
