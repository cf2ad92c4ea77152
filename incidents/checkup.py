"""One finding about the installation's health, and the sum of several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HealthState(TextChoices):
    OK = "ok", _("Works")
    DEGRADED = "degraded", _("Needs a look")
    DOWN = "down", _("Down")


HEALTH_BADGES: dict[str, str] = {
    HealthState.OK: "green",
    HealthState.DEGRADED: "orange",
    HealthState.DOWN: "red",
}
CHECK_LABELS = {
    "database": _("Database"),
    "migrations": _("Migrations"),
    "sweep": _("Sweep"),
    "reports": _("Report worker"),
    "outbox": _("Outbox"),
    "failed": _("Failed mail"),
    "alerts": _("Alerts"),
    "mail": _("Mail server"),
    "held": _("Hold"),
    "audit": _("Audit"),
    "switch": _("Dead man’s switch"),
    "broker": _("Message queue"),
    "disk": _("Disk"),
}
WORST_FIRST = (HealthState.DOWN, HealthState.DEGRADED)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what is the matter, and what to do about it.

    `words` name neither people nor secrets, since /readyz shows them to anybody;
    `facts` are numbers and codes for programs.
    """

    code: str
    words: str
    status: HealthState = HealthState.OK
    remedy: str = ""
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return self.status == HealthState.OK

    @property
    def label(self) -> str:
        return str(CHECK_LABELS[self.code])

    @property
    def state(self) -> str:
        return str(self.status.label)

    @property
    def badge(self) -> str:
        return HEALTH_BADGES[self.status]


def worst_first(checks: Iterable[Check]) -> list[Check]:
    """Bring what needs somebody to the top; the rest stays in its order."""
    order = [*WORST_FIRST, HealthState.OK]
    return sorted(checks, key=lambda check: order.index(check.status))


def worst(checks: Iterable[Check]) -> HealthState:
    """Sum up: as bad as the worst of them."""
    found = {check.status for check in checks}
    return next((state for state in WORST_FIRST if state in found), HealthState.OK)
