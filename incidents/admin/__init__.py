from __future__ import annotations

from incidents.admin.alert_sources import AlertSourceAdmin
from incidents.admin.contacts import ContactAdmin
from incidents.admin.incident import IncidentAdmin
from incidents.admin.item import ActionItemAdmin
from incidents.admin.item_import import ItemImportAdmin
from incidents.admin.notification import NotificationAdmin
from incidents.admin.people import PeopleAdmin
from incidents.admin.playbook import PlaybookAdmin
from incidents.admin.setup import CalendarAdmin, ServiceAdmin, TeamAdmin
from incidents.admin.timeline import TimelineEventAdmin
from incidents.admin.vital import VitalAdmin

__all__ = [
    "ActionItemAdmin",
    "AlertSourceAdmin",
    "CalendarAdmin",
    "ContactAdmin",
    "IncidentAdmin",
    "ItemImportAdmin",
    "NotificationAdmin",
    "PeopleAdmin",
    "PlaybookAdmin",
    "ServiceAdmin",
    "TeamAdmin",
    "TimelineEventAdmin",
    "VitalAdmin",
]
