"""Passing deadlines: marks what was missed or reached, and tells whom it concerns.

Many incidents go in one transaction, in as many queries as one would take; where one
of them fails, the others of its batch are taken one by one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import InterfaceError, OperationalError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from incidents import escalation, missed_updates, outbox
from incidents.choices import DeadlineKind, DeadlineState, Kind
from incidents.escalation import Summons, Told
from incidents.models import Deadline, Incident, Notification, TimelineEvent
from incidents.revisions import touch_held
from incidents.rung_people import Addressee, Crew

logger = logging.getLogger(__name__)

# So many incidents are locked at once: for a moment their pages cannot be changed.
BATCH = 50


class PassingFailed(Exception):
    """Incidents whose deadlines could not be marked; the log says why."""


@dataclass
class Sheaf:
    """What a batch writes at its end: events, letters, rows that changed."""

    events: list[TimelineEvent] = field(default_factory=list)
    letters: list[Notification] = field(default_factory=list)
    changed: list[Deadline] = field(default_factory=list)

    def write(self) -> None:
        if self.letters:
            outbox.queue_all(self.letters)
        fields = ["state", "ended_at", "nudged_at"]
        Deadline.objects.bulk_update(self.changed, fields)
        bulk_create_with_history(self.events, TimelineEvent)
        touch_held({each.incident_id for each in self.events if each.incident_id})


def pass_all(incidents: Collection[int], now: datetime) -> int:
    """Take all of these, batch by batch; say how many deadlines passed.

    One that fails stops no other, but raises PassingFailed at the end.
    """
    crew, marked = Crew(), 0
    failed: list[int] = []
    rest = iter(sorted(incidents))
    while batch := list(islice(rest, BATCH)):
        marked += _guarded(batch, now, crew, failed)
    if failed:
        raise PassingFailed(f"{len(failed)} of {len(incidents)} incidents")
    return marked


def _guarded(batch: list[int], now: datetime, crew: Crew, failed: list[int]) -> int:
    try:
        return pass_batch(batch, now, crew)
    except (OperationalError, InterfaceError):
        raise  # the database went away, for all of them
    except Exception:
        if len(batch) > 1:
            return sum(_guarded([pk], now, crew, failed) for pk in batch)
        logger.exception("deadlines.failed", extra={"incident": batch[0]})
        failed.append(batch[0])
        return 0


@transaction.atomic
def pass_batch(keys: Collection[int], now: datetime, crew: Crew) -> int:
    """Mark what has passed in these incidents, and tell of it; say how much it was."""
    held = Incident.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    incidents = {incident.pk: incident for incident in held}
    found = Deadline.objects.stirring(now).filter(incident__in=incidents)
    rows = list(found.order_by("incident", "due_at", "pk"))
    if not rows:
        return 0
    for row in rows:
        row.incident = incidents[row.incident_id]
    crew.seat_all({row.incident_id: row.incident for row in rows}.values())
    sheaf = Sheaf()
    passed = [row for row in rows if row.has_passed(now)]
    reached = [row for row in passed if row.kind == DeadlineKind.RUNG]
    told = dict(
        zip((row.pk for row in reached), _climb(reached, crew, now), strict=True)
    )
    for row in rows:
        if row.pk in told:
            _reach(row, told[row.pk], now, sheaf)
        elif row.has_passed(now):
            _miss(row, crew, now, sheaf)
        else:
            _nudge(row, crew, now, sheaf)
    if crew.is_silent:
        sheaf.letters.clear()
    sheaf.write()
    return len(passed)


def _climb(rows: Sequence[Deadline], crew: Crew, now: datetime) -> list[Told]:
    calls: list[tuple[Summons, list[Addressee]]] = [
        escalation.rung(row.incident, row, crew, now) for row in rows
    ]
    return escalation.tell_all(calls, crew)


def _reach(row: Deadline, told: Told, now: datetime, sheaf: Sheaf) -> None:
    row.state, row.ended_at = DeadlineState.REACHED, now
    row.nudged_at = now if told.anybody else None
    whom = told.sentence(escalation.nobody_for(row.incident, row.tells))
    words = {"what": row.label, "whom": capfirst(whom)}
    text = _("Escalation due: %(what)s. %(whom)s.") % words
    sheaf.changed.append(row)
    event = _event(row, text, now, told=told.keys)
    # That nobody was there to tell is no part of the story.
    event.in_postmortem = told.anybody
    sheaf.events.append(event)


def _miss(row: Deadline, crew: Crew, now: datetime, sheaf: Sheaf) -> None:
    row.state, row.ended_at = DeadlineState.MISSED, None
    text = _("Missed: %s") % row.label
    if row.kind == DeadlineKind.UPDATE:
        told, letters = missed_updates.remind(row.incident, row, crew, now)
        sheaf.letters += letters
        if told.people:
            row.nudged_at = now
            names = ", ".join(each.words for each in told.people)
            text = _("%(missed)s. Reminded: %(names)s.") % {
                "missed": text,
                "names": names,
            }
    sheaf.changed.append(row)
    sheaf.events.append(_event(row, text, now))


def _nudge(row: Deadline, crew: Crew, now: datetime, sheaf: Sheaf) -> None:
    _told, letters = missed_updates.nudge(row.incident, row, crew, now)
    sheaf.letters += letters
    row.nudged_at = now
    sheaf.changed.append(row)


def _event(row: Deadline, text: str, now: datetime, **facts: object) -> TimelineEvent:
    is_rung = row.kind == DeadlineKind.RUNG
    return TimelineEvent(
        incident=row.incident,
        at=row.late_at or now,
        recorded_at=now,
        kind=Kind.ESCALATION if is_rung else Kind.DEADLINE,
        verb="reach_rung" if is_rung else "miss_deadline",
        text=text,
        facts=row.facts() | facts,
        in_postmortem=False,
    )
