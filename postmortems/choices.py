"""The closed sets of words of post-mortems, with their badges."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SectionKind(TextChoices):
    TEXT = "text", _("Text")
    LIST = "list", _("List")
    BLOCK = "block", _("What the record says")


class Block(TextChoices):
    """What a section can repeat from the record; nobody edits it as text."""

    IDENTITY = "identity", _("Incident")
    DURATIONS = "durations", _("Durations against targets")
    IMPACT = "impact", _("Impact")
    TIMELINE = "timeline", _("Timeline")
    ROLES = "roles", _("Who did what")
    ITEMS = "items", _("Action items")
    MESSAGES = "messages", _("Messages sent")
    REFERENCES = "references", _("References")
    MEETING = "meeting", _("Review meeting")


class Origin(TextChoices):
    """Where a section comes from: what the playbook asks for has to be filled."""

    PLAYBOOK = "playbook", _("The playbook")
    OURS = "ours", _("Debrief")
    ADDED = "added", _("Its writers")
    IMPORTED = "imported", _("A file")


class FactorCategory(TextChoices):
    CHANGE = "change", _("Change or deployment")
    DESIGN = "design", _("Design or code")
    CONFIGURATION = "configuration", _("Configuration")
    CAPACITY = "capacity", _("Load or capacity")
    DEPENDENCY = "dependency", _("Something we depend on")
    TESTING = "testing", _("Testing")
    MONITORING = "monitoring", _("Monitoring")
    DOCUMENTATION = "documentation", _("Documentation or runbook")
    PROCESS = "process", _("Process or ownership")
    COMMUNICATION = "communication", _("Communication")
    WORKLOAD = "workload", _("Workload or fatigue")
    SECURITY = "security", _("Security")
    OTHER = "other", _("Something else")


class Edition(TextChoices):
    """For whom a document is: each has versions of its own."""

    INTERNAL = "internal", _("Internal")
    CUSTOMER = "customer", _("For customers")
    SUMMARY = "summary", _("One-page summary")


class Paper(TextChoices):
    A4 = "a4", "A4"
    LETTER = "letter", "US Letter"


class ReportState(TextChoices):
    QUEUED = "queued", _("Queued")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


REPORT_BADGES: dict[str, str] = {
    ReportState.QUEUED: "blue",
    ReportState.DONE: "green",
    ReportState.FAILED: "red",
}
