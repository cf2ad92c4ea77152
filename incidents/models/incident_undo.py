"""The verb that takes the last one back, while that is still possible."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from incidents.changes import changing
from incidents.last_steps import LastStep

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident


class UndoVerbs(models.Model):
    class Meta:
        abstract = True

    def undo(
        self: Incident, *, by: User, at: datetime, seen: int | str | None = None
    ) -> None:
        """Take the last step back; `seen` is the key of the one the person saw.

        What it changed gets its earlier values, what it made goes, its event is
        struck out. What was sent stays sent, and is named.
        """
        from incidents.undoing import blockers_of_undo, take_back

        with changing(self, by=by, at=at) as change:
            change.require(blockers_of_undo(change.row, seen, at))
            change.stop_if_blocked()
            if step := LastStep.of(change.row):
                take_back(change, step, by=by)
