"""The typed document of a playbook: what a version may say, and nothing else."""

from __future__ import annotations

from incidents.playbooks.schema.base import (
    Command,
    Part,
    Span,
    Step,
    is_storable,
    plain,
)
from incidents.playbooks.schema.document import PlaybookCalendar, PlaybookDocument
from incidents.playbooks.schema.learning import (
    EscalationRule,
    PostMortemRule,
    PriorityRule,
    ReminderRule,
)
from incidents.playbooks.schema.levels import (
    MEASURES,
    SeverityLevel,
    Threshold,
    UpdateClock,
)
from incidents.playbooks.schema.response import (
    FollowUp,
    MessageTemplate,
    Phase,
    Role,
    Rung,
)

__all__ = [
    "MEASURES",
    "Command",
    "EscalationRule",
    "FollowUp",
    "MessageTemplate",
    "Part",
    "Phase",
    "PlaybookCalendar",
    "PlaybookDocument",
    "PostMortemRule",
    "PriorityRule",
    "ReminderRule",
    "Role",
    "Rung",
    "SeverityLevel",
    "Span",
    "Step",
    "Threshold",
    "UpdateClock",
    "is_storable",
    "plain",
]
