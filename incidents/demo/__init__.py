"""The demo: public incidents of the past, a few of today, and five log-ins."""

from __future__ import annotations

from incidents.permissions import (
    ADMINISTRATORS,
    INCIDENT_LEADS,
    RESPONDERS,
    TEAM_MANAGERS,
    VIEWERS,
)

# Everybody knows it: only the embedded demo sets it.
PASSWORD = "debrief-demo"  # noqa: S105
# The door of the demo's monitoring, open only there: /hooks/<token>/ takes its alerts.
ALERT_TOKEN = "debrief-demo-alerts"  # noqa: S105
# One log-in for each group. Names under .localhost belong to nobody.
LOGINS = (
    ("viewer@demo.localhost", VIEWERS),
    ("responder@demo.localhost", RESPONDERS),
    ("lead@demo.localhost", INCIDENT_LEADS),
    ("manager@demo.localhost", TEAM_MANAGERS),
    ("administrator@demo.localhost", ADMINISTRATORS),
)
