"""Learning from it: post-mortem, action items, drills, and the playbook's upkeep."""

from __future__ import annotations

from datetime import date
from typing import Literal

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


class ActionItemRule(Part):
    """How action items are dated, followed and suggested."""

    priorities: tuple[PriorityRule, ...] = ()
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
