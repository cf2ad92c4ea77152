"""Watching an incident: mail about how it goes on, for those who asked for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from incidents.changes import locked
from incidents.revisions import touch

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident


class WatchVerbs(models.Model):
    """No timeline event: who reads along is no part of what happened."""

    class Meta:
        abstract = True

    def watch(self: Incident, *, by: User, at: datetime) -> None:
        """Send this person a mail whenever it moves on; twice is once."""
        with locked(self) as incident:
            incident.watchers.add(by)
            touch(incident.pk)

    def unwatch(self: Incident, *, by: User, at: datetime) -> None:
        """Send no more of it; what waits in the outbox still goes out."""
        with locked(self) as incident:
            incident.watchers.remove(by)
            touch(incident.pk)
