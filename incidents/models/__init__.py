"""The tables of incidents; import from here, not from the modules inside."""

from __future__ import annotations

from incidents.models.alert import Alert, AlertSource
from incidents.models.attachment import Attachment
from incidents.models.call import Call
from incidents.models.condition import Condition
from incidents.models.contact import Binding, Contact
from incidents.models.deadline import Deadline
from incidents.models.impact import ImpactInterval
from incidents.models.incident import Incident
from incidents.models.item import ActionItem
from incidents.models.item_import import ItemImport
from incidents.models.link import Link
from incidents.models.mail import Notification, Reminder
from incidents.models.message import Message
from incidents.models.numbering import Counter
from incidents.models.playbook import Playbook, PlaybookVersion, Severity
from incidents.models.review import Review, ReviewDecision
from incidents.models.role import RoleAssignment
from incidents.models.team import Calendar, Profile, Service, Team
from incidents.models.timeline import TimelineEvent
from incidents.models.vital import Vital

__all__ = [
    "ActionItem",
    "Alert",
    "AlertSource",
    "Attachment",
    "Binding",
    "Calendar",
    "Call",
    "Condition",
    "Contact",
    "Counter",
    "Deadline",
    "ImpactInterval",
    "Incident",
    "ItemImport",
    "Link",
    "Message",
    "Notification",
    "Playbook",
    "PlaybookVersion",
    "Profile",
    "Reminder",
    "Review",
    "ReviewDecision",
    "RoleAssignment",
    "Service",
    "Severity",
    "Team",
    "TimelineEvent",
    "Vital",
]
