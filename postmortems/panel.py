"""The post-mortem in a few lines, for the page of its incident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidents.models import Incident
from incidents.querysets import Person
from postmortems.choices import Edition, ReportState
from postmortems.models import PostMortem
from postmortems.permissions import allowed
from postmortems.versions import describe

# Enough to hold the newest finished one behind what waits or failed.
LATEST = 10


def panel_for(incident: Incident, user: Person, now: datetime) -> dict[str, Any]:
    """Say what there is to read, to do and to download; in two queries."""
    may = allowed(user)
    seen = PostMortem.objects.select_related("author").filter(incident=incident)
    postmortem = seen.first() if user.has_perm("postmortems.view_postmortem") else None
    panel = {"incident": incident, "postmortem": postmortem, "may": may}
    if postmortem is None:
        return panel
    rows = postmortem.reports.filter(edition=Edition.INTERNAL)
    rows = rows.select_related("requested_by", "publication")
    reports = list(rows.defer("publication__frozen")[:LATEST])
    done = [report for report in reports if report.state == ReportState.DONE]
    newest = reports[0] if reports and reports[0] not in done else None
    return {
        **panel,
        "latest": describe(done[0], postmortem, now) if done else None,
        "pending": describe(newest, postmortem, now) if newest else None,
    }
