"""The closed sets of words of what comes in and what goes out, with their badges."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Medium(TextChoices):
    EMAIL = "email", _("E-mail")
    CHAT = "chat", _("Chat")


class CalendarMethod(TextChoices):
    """What the calendar part of a mail asks of a mail program (RFC 5546)."""

    REQUEST = "REQUEST", _("Invitation")
    CANCEL = "CANCEL", _("Cancellation")


class HookKind(TextChoices):
    """What a chat understands that is posted to by a web address."""

    SLACK = "slack", _("Slack")
    TEAMS = "teams", _("Microsoft Teams")
    MATTERMOST = "mattermost", _("Mattermost")
    NTFY = "ntfy", _("ntfy")
    JSON = "json", _("JSON")


class CallOutcome(TextChoices):
    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")


class MessageRoute(TextChoices):
    """How a message went out: by Debrief, or by a person who copied it."""

    SENT = "sent", _("Sent")
    COPIED = "copied", _("Copied")


class SourceKind(TextChoices):
    """What an alert source speaks."""

    ALERTMANAGER = "alertmanager", _("Alertmanager")
    GRAFANA = "grafana", _("Grafana")
    GENERIC = "generic", _("Any JSON")


class Recovery(TextChoices):
    """What happens to an incident when its alert says that all is well again."""

    NOTE = "note", _("Write it on the timeline")
    RESOLVE = "resolve", _("Resolve the incident")


class AlertState(TextChoices):
    STORED = "stored", _("Waits to be worked off")
    WORKED = "worked", _("Worked off")
    FAILED = "failed", _("Could not be worked off")


ALERT_BADGES: dict[str, str] = {
    AlertState.STORED: "blue",
    AlertState.WORKED: "green",
    AlertState.FAILED: "red",
}


class NotificationKind(TextChoices):
    DIGEST = "digest", _("Action items digest")
    WEEKLY = "weekly", _("The team's week")
    MOVED = "moved", _("Action item moved again")
    INVITATION = "invitation", _("Invitation")
    PASSWORD_RESET = "password_reset", _("Password reset")
    ESCALATION = "escalation", _("Escalation")
    UPDATE_DUE = "update_due", _("Update due")
    ROLE = "role", _("Role offered")
    WATCH = "watch", _("Watched incident")
    MESSAGE = "message", _("Message")
    PAPERS = "papers", _("Post-mortem due")
    REVIEW = "review", _("Review of a post-mortem")
    MEETING = "meeting", _("Post-mortem meeting")


# They carry a link that opens an account: never shown to anybody but the addressee.
SECRET_NOTIFICATIONS = frozenset(
    {NotificationKind.INVITATION, NotificationKind.PASSWORD_RESET}
)


class DeliveryState(TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    SUPPRESSED = "suppressed", _("Not sent, on purpose")


class ImportState(TextChoices):
    CHECKING = "checking", _("Being checked")
    REFUSED = "refused", _("Cannot be imported")
    CHECKED = "checked", _("Ready to import")
    IMPORTING = "importing", _("Being imported")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Stopped")


IMPORT_BADGES: dict[str, str] = {
    ImportState.CHECKING: "blue",
    ImportState.REFUSED: "red",
    ImportState.CHECKED: "yellow",
    ImportState.IMPORTING: "blue",
    ImportState.DONE: "green",
    ImportState.FAILED: "red",
}


DELIVERY_BADGES: dict[str, str] = {
    DeliveryState.QUEUED: "blue",
    DeliveryState.SENT: "green",
    DeliveryState.FAILED: "red",
    DeliveryState.SUPPRESSED: "grey",
}
