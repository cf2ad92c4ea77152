"""What a team knows beforehand: runbooks, strategies, commands, contacts, access."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from incidents.playbooks.schema.base import (
    Code,
    Command,
    Due,
    Levels,
    Line,
    Lines,
    Part,
    Span,
    Step,
    Tag,
)
from incidents.playbooks.schema.levels import Threshold


class CauseFix(Part):
    cause: Line
    fix: Line
    commands: tuple[Command, ...] = ()


class Option(Part):
    """One way of mending it, which may apply only under a condition."""

    title: Line
    when: Line | None = None
    steps: tuple[Step, ...] = ()
    commands: tuple[Command, ...] = ()


class Runbook(Part):
    """A known scenario: how it shows, how it is confirmed, how it is mended."""

    code: Code
    title: Line
    summary: Line | None = None
    tags: tuple[Tag, ...] = Field((), description="Tags of services it applies to.")
    severities: Levels = ()
    symptoms: Lines = ()
    thresholds: tuple[Threshold, ...] = ()
    checks: tuple[Step, ...] = ()
    causes: tuple[CauseFix, ...] = ()
    options: tuple[Option, ...] = ()
    steps: tuple[Step, ...] = ()
    commands: tuple[Command, ...] = ()
    verification: tuple[Step, ...] = ()


class Strategy(Part):
    """A way of mitigating: when it fits, how it is done, and how to see it worked."""

    code: Code
    title: Line
    when: Lines = ()
    how: tuple[Step, ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[Command, ...] = ()
    verification: tuple[Step, ...] = ()
    caution: Line | None = None
    takes: Span | None = Field(None, description="How long until it is live.")
    watch: Span | None = Field(None, description="How long it is watched afterwards.")
    only_within: Due | None = Field(None, description="Only if it can be done in this.")
    one_change_only: bool = False


class CommandGroup(Part):
    """Commands kept at hand, by what they are for."""

    code: Code
    title: Line
    kind: Literal["health", "logs", "queries", "emergency", "history"]
    commands: tuple[Command, ...] = Field(min_length=1)


class ContactEntry(Part):
    """Somewhere to turn to inside the company; a team binds the code to a Contact."""

    code: Code
    name: Line
    kind: Literal["person", "rota", "list", "channel", "tool"]
    reach: Line | None = None


class Vendor(Part):
    """An outside service the product rests on."""

    code: Code
    name: Line
    status_page: bool = False
    dashboard: bool = False
    support: Line | None = Field(None, description="How its support is reached.")


class Resource(Part):
    """A dashboard, tool or document to have at hand."""

    code: Code
    title: Line
    kind: Literal["dashboard", "logs", "status_page", "document", "tool"]
    about: Line | None = None


class Access(Part):
    """What somebody must be able to reach, and at which level."""

    tool: Line
    level: Line | None = None


class AccessRegister(Part):
    """The access a group of people needs before they can help."""

    code: Code
    who: Line
    access: tuple[Access, ...] = Field(min_length=1)
