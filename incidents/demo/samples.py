"""Reads a file of incidents of the past: typed, and with the line of what is wrong."""

from __future__ import annotations

from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from incidents.choices import (
    ENTRY_KINDS,
    CauseCategory,
    DataLoss,
    DetectionSource,
    ItemKind,
    Kind,
    Priority,
)
from incidents.yaml_lines import BrokenYaml, line_of, read_yaml

OUR_FILE = Path(str(resources.files("incidents.demo") / "incidents.yaml"))
# A file may say "third party" for third_party.
Words = BeforeValidator(
    lambda text: text.replace(" ", "_") if isinstance(text, str) else text
)


class SamplesBroken(Exception):
    """A file that cannot be used: which one, the line, and the reason."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SampleImpact(Part):
    users_affected: int | None = None
    users_percent: Decimal | None = None
    revenue: str = ""
    revenue_lost: Decimal | None = None
    revenue_currency: str = ""
    data_loss: bool | None = None
    data_loss_detail: str = ""
    downtime_minutes: int | None = Field(default=None, ge=0)

    def facts(self) -> dict[str, Any]:
        """Give the incident's columns; where both are known, the number of users."""
        exact = self.users_affected is not None
        lost = {None: "", True: DataLoss.CONFIRMED, False: DataLoss.NONE}
        return {
            "users_affected": self.users_affected,
            "users_percent": None if exact else self.users_percent,
            "revenue_lost": self.revenue_lost,
            "revenue_currency": self.revenue_currency,
            "data_loss": lost[self.data_loss],
            "data_loss_details": self.data_loss_detail,
        }


class SampleEntry(Part):
    at: AwareDatetime
    kind: Kind
    text: str

    @field_validator("kind")
    @classmethod
    def people_write_it(cls, kind: Kind) -> Kind:
        if kind not in ENTRY_KINDS:
            raise ValueError(f"choose one of {', '.join(ENTRY_KINDS)}")
        return kind


class SampleItem(Part):
    title: str
    kind: ItemKind
    priority: Priority
    done: bool
    # Raised at the time and never since: later incidents find it open.
    is_old: bool = False

    @field_validator("priority", mode="before")
    @classmethod
    def by_its_label(cls, label: object) -> object:
        labels = {str(priority.label): priority for priority in Priority}
        if label not in labels:
            raise ValueError(f"choose one of {', '.join(labels)}")
        return labels[str(label)]


class Sample(Part):
    """One published incident."""

    _line: int = PrivateAttr(default=1)
    title: str
    organisation: str
    source: HttpUrl
    severity_hint: int = Field(ge=1)
    started_at: AwareDatetime
    detected_at: AwareDatetime | None = None
    acknowledged_at: AwareDatetime | None = None
    mitigated_at: AwareDatetime | None = None
    resolved_at: AwareDatetime
    detection: Annotated[DetectionSource | None, Words] = None
    services: tuple[str, ...]
    cause_category: Annotated[CauseCategory, Words]
    summary: str
    impact: SampleImpact
    root_cause: str
    contributing_factors: tuple[str, ...] = ()
    resolution: str
    timeline: tuple[SampleEntry, ...]
    went_well: tuple[str, ...] = ()
    went_wrong: tuple[str, ...] = ()
    lucky: tuple[str, ...] = ()
    action_items: tuple[SampleItem, ...] = ()
    lessons: str = ""

    @property
    def line(self) -> int:
        return self._line

    def on_line(self, line: int) -> Self:
        self._line = line
        return self


def read_samples(path: Path) -> tuple[Sample, ...]:
    """Read the file, or raise SamplesBroken at its first fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SamplesBroken(path, 1, f"cannot be read: {error}") from error
    try:
        root, content = read_yaml(text)
        samples = TypeAdapter(tuple[Sample, ...]).validate_python(content)
    except BrokenYaml as error:
        raise SamplesBroken(path, error.line, error.sentence) from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(step) for step in fault["loc"][1:]) or "the list"
        reason = fault["msg"].removeprefix("Value error, ")
        line = line_of(fault["loc"], root)
        raise SamplesBroken(path, line, f"{where}: {reason}") from error
    return tuple(
        sample.on_line(line_of((index,), root)) for index, sample in enumerate(samples)
    )
