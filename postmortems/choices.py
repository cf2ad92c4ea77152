from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReportState(TextChoices):
    QUEUED = "queued", _("Queued")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


REPORT_BADGES: dict[str, str] = {
    ReportState.QUEUED: "blue",
    ReportState.DONE: "green",
    ReportState.FAILED: "red",
}
