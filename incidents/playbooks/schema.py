"""The typed document of a playbook: what a version may say, and nothing else."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


def is_storable(text: str) -> bool:
    """Say whether a database takes this text: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def can_be_stored(cls, value: object) -> object:
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and not is_storable(text) for text in texts):
            raise ValueError("a character in it cannot be stored")
        return value


class SeverityLevel(Part):
    """One level of severity, in the team's own words."""

    code: str = Field(min_length=1, max_length=16)
    name: str = Field(min_length=1, max_length=40)
    definition: str
    examples: tuple[str, ...] = ()
    badge: Literal["red", "orange", "yellow", "blue", "green", "grey"]


class PriorityRule(Part):
    """How many days after its creation an action item of a priority is due."""

    priority: int = Field(ge=0, le=3)
    days: int = Field(ge=0, le=365)


class PlaybookDocument(Part):
    """A playbook: its severities, worst first, and the dates of action items."""

    severities: tuple[SeverityLevel, ...] = Field(min_length=1)
    priorities: tuple[PriorityRule, ...] = ()

    @field_validator("severities")
    @classmethod
    def codes_differ(
        cls, levels: tuple[SeverityLevel, ...]
    ) -> tuple[SeverityLevel, ...]:
        if len({level.code for level in levels}) != len(levels):
            raise ValueError("every severity needs a code of its own")
        return levels

    def days_for(self, priority: int) -> int | None:
        """Give the days the playbook allows, or None where it is silent."""
        return next(
            (rule.days for rule in self.priorities if rule.priority == priority), None
        )

    def level(self, code: str) -> SeverityLevel | None:
        return next((level for level in self.severities if level.code == code), None)
