"""What every part of a playbook is made of: closed keys, texts, codes and spans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)

from incidents.targets import EXAMPLES, Target

CODE = r"^[a-z][a-z0-9_-]*$"
Found = TypeVar("Found", bound="Part")


def is_storable(text: str) -> bool:
    """Say whether a database takes this text: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


class Part(BaseModel):
    """A part of a playbook: its keys are all there are, and it never changes."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def can_be_stored(cls, value: object) -> object:
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and not is_storable(text) for text in texts):
            raise ValueError("a character in it cannot be stored")
        return value


# A name inside the document, by which other parts refer to this one.
Code = Annotated[str, StringConstraints(pattern=CODE, max_length=40)]
# The code of a severity, as people write it: P1, SEV-2.
Level = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=16)
]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=400, pattern=r"^\S[^\n]*$")
]
# A word that services are tagged with.
Tag = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^\S[^\n]*$")
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=8_000)]
Lines = tuple[Line, ...]
Codes = tuple[Code, ...]
Levels = tuple[Level, ...]


def _target(value: object) -> Target:
    if isinstance(value, Target):
        return value
    if not isinstance(value, str):
        raise ValueError("a target is a text such as 15 min or next business day")
    return Target.parse(value)


def _wall_time(value: object) -> object:
    """Read 17:00 also without quotation marks, which YAML takes for 1020."""
    if type(value) is int and 0 <= value < 24 * 60:
        return time(value // 60, value % 60)
    return value


def _whole_minutes(value: time) -> time:
    """Refuse a zone of its own, and days so short that counting them never ends."""
    if value.tzinfo or value.second or value.microsecond:
        raise ValueError("write hours and minutes alone, such as '09:00'")
    return value


Due = Annotated[
    Target,
    BeforeValidator(_target),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": list(EXAMPLES)}),
]
WallTime = Annotated[time, BeforeValidator(_wall_time), AfterValidator(_whole_minutes)]

# What may start a clock, and what may end it.
Start = Literal["declared", "acknowledged", "mitigated", "resolved"]
End = Literal["acknowledged", "mitigated", "resolved"]
StatusCode = Literal[
    "open", "investigating", "identified", "mitigating", "monitoring", "resolved"
]
Audience = Literal[
    "team", "stakeholders", "company", "customers", "status_page", "social_media"
]
Medium = Literal["pager", "phone", "chat", "email", "in_person"]
# Fields of an incident that an answer can fill in.
IncidentField = Literal[
    "title",
    "severity",
    "summary",
    "services",
    "started_at",
    "detected_at",
    "detection_source",
    "cause_category",
    "features_affected",
    "users_affected",
    "users_percent",
    "users_reach",
    "transactions_affected",
    "impact_trend",
    "data_loss",
    "data_loss_details",
    "revenue_lost",
    "reputation",
]


class Span(Part):
    """A stretch of time given as from … to, such as 10 to 15 minutes."""

    at_least: Due | None = None
    at_most: Due | None = None


class Command(Part):
    """Something to type, and what can go wrong with it."""

    what: Line | None = Field(None, description="What it shows or does.")
    run: Text
    language: Literal["shell", "sql", "python", "javascript", "text"] = "shell"
    danger: Literal["dangerous", "needs_coordination", "may_lose_data"] | None = None
    warning: Line | None = Field(None, description="What to weigh up before running.")


class Step(Part):
    """Something to do, look up or ask; steps may nest."""

    text: Line
    detail: Text | None = None
    commands: tuple[Command, ...] = ()
    link: Line | None = Field(None, description="Where to look: a tool or a document.")
    fills: IncidentField | None = Field(
        None, description="The field of an incident that its answer belongs to."
    )
    role: Code | None = Field(None, description="Whose step it is.")
    severities: Levels = Field((), description="Only for these; empty for all.")
    steps: tuple[Step, ...] = ()


def find(parts: Iterable[Found], code: str) -> Found | None:
    """Find the part of this code, or None."""
    return next((part for part in parts if getattr(part, "code", None) == code), None)


def plain(part: Part, **options: Any) -> dict[str, Any]:
    """Give the part as data that JSON and YAML can hold, under the file's own keys."""
    return part.model_dump(mode="json", by_alias=True, **options)
