from __future__ import annotations

from incidents.admin.incident import IncidentAdmin
from incidents.admin.people import PeopleAdmin

__all__ = ["IncidentAdmin", "PeopleAdmin"]
