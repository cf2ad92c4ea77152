"""The closed sets of words of an incident and its record, with their badges."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    OPEN = "open", _("Open")
    INVESTIGATING = "investigating", _("Investigating")
    IDENTIFIED = "identified", _("Identified")
    MITIGATING = "mitigating", _("Mitigating")
    MONITORING = "monitoring", _("Monitoring")
    RESOLVED = "resolved", _("Resolved")


# Work may fall back (a fix that did not hold), so the unresolved ones reach each
# other; in and out of "resolved" lead only `resolve` and `reopen`.
UNRESOLVED = tuple(status for status in Status if status != Status.RESOLVED)


STATUS_BADGES: dict[str, str] = {
    Status.OPEN: "red",
    Status.INVESTIGATING: "orange",
    Status.IDENTIFIED: "orange",
    Status.MITIGATING: "blue",
    Status.MONITORING: "blue",
    Status.RESOLVED: "green",
}


# What entering a status says about the record, where nobody has said it yet.
STATUS_MILESTONES: dict[str, str] = {
    Status.INVESTIGATING: "investigation_started",
    Status.IDENTIFIED: "root_cause_identified",
    Status.MITIGATING: "mitigation_started",
}


class CloseReason(TextChoices):
    COMPLETED = "completed", _("Completed: worked and recorded")
    FALSE_ALARM = "false_alarm", _("False alarm")
    DUPLICATE = "duplicate", _("Duplicate of another incident")


class DetectionSource(TextChoices):
    ALERT = "alert", _("Automatic alert")
    USER_REPORT = "user_report", _("User report")
    TICKET = "ticket", _("Ticket")
    SOCIAL_MEDIA = "social_media", _("Social media")
    EMAIL = "email", _("E-mail")
    TEAM_MEMBER = "team_member", _("Team member")
    DASHBOARD = "dashboard", _("Dashboard")


class CauseCategory(TextChoices):
    DEPLOYMENT = "deployment", _("Recent deployment")
    DATABASE = "database", _("Database")
    THIRD_PARTY = "third_party", _("Third party")
    CONFIGURATION = "configuration", _("Configuration")
    TRAFFIC = "traffic", _("Traffic")
    SECURITY = "security", _("Security")
    NETWORK = "network", _("Network")
    HARDWARE = "hardware", _("Hardware")
    OTHER = "other", _("Something else")


class UsersReach(TextChoices):
    ALL = "all", _("All users")
    MANY = "many", _("Many users")
    FEW = "few", _("Few users")


class ImpactTrend(TextChoices):
    WORSE = "worse", _("Getting worse")
    STABLE = "stable", _("Stable")
    BETTER = "better", _("Getting better")


class Tracking(TextChoices):
    DECLARED = "declared", _("Declared")
    TICKET = "ticket", _("Ticket only")


class DeadlineKind(TextChoices):
    """What is due; the values are those of the explanation of a playbook."""

    ACKNOWLEDGE = "acknowledge", _("Acknowledge")
    RESPOND = "respond", _("Respond")
    UPDATE = "update", _("Update")
    RESOLVE = "resolve", _("Resolve")
    RUNG = "rung", _("Escalation")
    FOLLOW_UP = "follow_up", _("Follow-up")
    REPORT = "report", _("Report")
    DRAFT = "draft", _("Post-mortem draft")
    REVIEW = "review", _("Review")


# What belongs to the work; the others outlive its resolution.
WORK_DEADLINES = (
    DeadlineKind.ACKNOWLEDGE,
    DeadlineKind.RESPOND,
    DeadlineKind.UPDATE,
    DeadlineKind.RESOLVE,
    DeadlineKind.RUNG,
)


POSTMORTEM_DEADLINES = (
    DeadlineKind.REPORT,
    DeadlineKind.DRAFT,
    DeadlineKind.REVIEW,
)


class DeadlineState(TextChoices):
    WAITING = "waiting", _("Waiting")
    OPEN = "open", _("Open")
    MET = "met", _("Met")
    MISSED = "missed", _("Missed")
    REACHED = "reached", _("Reached")
    CANCELLED = "cancelled", _("No longer needed")


DEADLINE_BADGES: dict[str, str] = {
    DeadlineState.WAITING: "grey",
    DeadlineState.OPEN: "blue",
    DeadlineState.MET: "green",
    DeadlineState.MISSED: "red",
    DeadlineState.REACHED: "orange",
    DeadlineState.CANCELLED: "grey",
}


class ContactKind(TextChoices):
    PERSON = "person", _("Person")
    ROTA = "rota", _("Rota")
    VENDOR = "vendor", _("Vendor")
    LIST = "list", _("List")
    CHANNEL = "channel", _("Channel")


class BoundKind(TextChoices):
    """What of a playbook a team ties to a contact of its own."""

    ROLE = "role", _("Role")
    AUDIENCE = "audience", _("Audience")
    VENDOR = "vendor", _("Vendor")
    CONTACT = "contact", _("Contact")


class DataLoss(TextChoices):
    NONE = "none", _("No data lost")
    SUSPECTED = "suspected", _("Suspected")
    CONFIRMED = "confirmed", _("Confirmed")


class Milestone(TextChoices):
    """The moments of an incident; each has a column `<value>_at`."""

    STARTED = "started", _("Started")
    DETECTED = "detected", _("Detected")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    DECLARED = "declared", _("Declared")
    TRIAGED = "triaged", _("Triaged")
    INVESTIGATION_STARTED = "investigation_started", _("Investigation started")
    ROOT_CAUSE_IDENTIFIED = "root_cause_identified", _("Root cause identified")
    MITIGATION_STARTED = "mitigation_started", _("Mitigation started")
    FIX_DEPLOYED = "fix_deployed", _("Fix deployed")
    PARTIALLY_RESTORED = "partially_restored", _("Partially restored")
    MITIGATED = "mitigated", _("Mitigated")
    RESOLVED = "resolved", _("Resolved")
    VERIFIED = "verified", _("Verified")
    CLOSED = "closed", _("Closed")


# Steps of people: the first of them is the response.
RESPONSES = frozenset(
    {
        Milestone.ACKNOWLEDGED,
        Milestone.TRIAGED,
        Milestone.INVESTIGATION_STARTED,
        Milestone.ROOT_CAUSE_IDENTIFIED,
        Milestone.MITIGATION_STARTED,
        Milestone.FIX_DEPLOYED,
        Milestone.MITIGATED,
        Milestone.RESOLVED,
        Milestone.VERIFIED,
    }
)


# Set by declaring and closing alone, so nobody records them by hand.
AUTOMATIC_MILESTONES = frozenset({Milestone.DECLARED, Milestone.CLOSED})


class Kind(TextChoices):
    """What a timeline event is about. The second group is the system's own."""

    NOTE = "note", _("Note")
    DETECTION = "detection", _("Detection")
    FINDING = "finding", _("Finding")
    HYPOTHESIS = "hypothesis", _("Hypothesis")
    ACTION = "action", _("Action")
    DECISION = "decision", _("Decision")
    COMMUNICATION = "communication", _("Communication")
    ESCALATION = "escalation", _("Escalation")
    STATUS = "status", _("Status")

    SEVERITY = "severity", _("Severity")
    MILESTONE = "milestone", _("Milestone")
    ROLE = "role", _("Role")
    RECORD = "record", _("Record")
    ITEM = "item", _("Action item")
    POSTMORTEM = "postmortem", _("Post-mortem")
    DEADLINE = "deadline", _("Deadline")
    FLAG = "flag", _("Flag")


ENTRY_KINDS = (
    Kind.NOTE,
    Kind.DETECTION,
    Kind.FINDING,
    Kind.HYPOTHESIS,
    Kind.ACTION,
    Kind.DECISION,
    Kind.COMMUNICATION,
    Kind.ESCALATION,
    Kind.STATUS,
)


# What the document shows in another place: on its timeline only where somebody asks.
BOOKKEEPING = frozenset(
    {Kind.MILESTONE, Kind.RECORD, Kind.ITEM, Kind.POSTMORTEM, Kind.DEADLINE}
)


class Priority(IntegerChoices):
    P0 = 0, "P0"
    P1 = 1, "P1"
    P2 = 2, "P2"
    P3 = 3, "P3"


PRIORITY_BADGES: dict[int, str] = {
    Priority.P0: "red",
    Priority.P1: "orange",
    Priority.P2: "blue",
    Priority.P3: "grey",
}


class ItemKind(TextChoices):
    PREVENT = "prevent", _("Prevent")
    DETECT = "detect", _("Detect")
    MITIGATE = "mitigate", _("Mitigate")
    PROCESS = "process", _("Process")


class Horizon(TextChoices):
    """How far an item reaches; what it is meant to do is its kind."""

    SHORT = "short", _("Short term")
    LONG = "long", _("Long term")
    MONITORING = "monitoring", _("Monitoring")


class ItemStatus(TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


PENDING = (ItemStatus.OPEN, ItemStatus.IN_PROGRESS)


ITEM_STATUS_BADGES: dict[str, str] = {
    ItemStatus.OPEN: "orange",
    ItemStatus.IN_PROGRESS: "blue",
    ItemStatus.DONE: "green",
    ItemStatus.DROPPED: "grey",
}


class DueSource(TextChoices):
    RULE = "rule", _("Set by the playbook")
    HAND = "hand", _("Set by hand")


class Badge(TextChoices):
    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    YELLOW = "yellow", _("Yellow")
    BLUE = "blue", _("Blue")
    GREEN = "green", _("Green")
    GREY = "grey", _("Grey")


class PostMortemState(TextChoices):
    NONE = "none", _("Not begun")
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class PostMortemOverrule(TextChoices):
    """What people decided about the post-mortem against the playbook."""

    REQUIRED = "required", _("Required all the same")
    WAIVED = "waived", _("Waived")


class ConditionKind(TextChoices):
    """What can hold of an incident for a while."""

    FLAG = "flag", _("Flag")
    FREEZE = "freeze", _("Deploy freeze")
    MAINTENANCE = "maintenance", _("Maintenance mode")
    WATCH = "watch", _("Watch window")


# They concern everybody, so every page says that they hold.
MODES = (ConditionKind.FREEZE, ConditionKind.MAINTENANCE)


class Capacity(TextChoices):
    """Why somebody hears of an action item."""

    OWNER = "owner", _("you own it")
    STAND_IN = "stand_in", _("you stand in for its owner")
    LEAD = "lead", _("you lead the incident")
    TEAM_LEAD = "team_lead", _("you lead the team")
    TEAM_MANAGER = "team_manager", _("you manage the team")
